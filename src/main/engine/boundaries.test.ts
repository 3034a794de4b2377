// The engine knows no window, no wire and no file system but its own port. Tests and the testing folder may.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = import.meta.dirname;
const forbidden = /(?:from|import\()\s*['"](electron|fastify|@fastify\/[^'"]*|@orpc\/[^'"]*|node:fs|node:fs\/promises|fs|node:http|node:https|node:net|[^'"]*\/(?:adapters|transport|cli|desktop)\/[^'"]*)['"]/g;

describe('the engine', () => {
  it('imports nothing of Electron, the wires, the adapters or the file system', () => {
    const sources = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.(test|child)\.ts$/.test(entry.name) && !/(^|\/)testing(\.ts|\/|$)/.test(join(entry.parentPath, entry.name).slice(root.length)))
      .map((entry) => join(entry.parentPath, entry.name));
    expect(sources.length).toBeGreaterThan(50);
    const found = sources.flatMap((path) => [...readFileSync(path, 'utf8').matchAll(forbidden)].map((match) => `${path.slice(root.length + 1)}: ${match[1]}`));
    expect(found).toEqual([]);
  });
});
