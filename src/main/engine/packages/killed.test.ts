// kill -9 of real processes that make packages: whatever has a package's name afterwards is whole.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { checkPackage } from './check/check.ts';
import { manifestEnding } from './manifest.ts';
import { isPartialName, readPackageName, withoutManifest } from './place-names.ts';

const folder = mkdtempSync(join(tmpdir(), 'varve-killed-'));
afterAll(() => rmSync(folder, { recursive: true }));
const rounds = process.env['VARVE_LONG'] === '1' ? 100 : 3;

it('a process that is killed leaves no half package under a final name', async () => {
  const files = createNodeFiles();
  const checked = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'place.child.ts'), folder, round % 2 === 0 ? 'tar.gz' : 'zip'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    // Any moment is as good as any other; which one it was, what is left tells.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (const name of readdirSync(folder)) {
      if (isPartialName(name) || checked.has(name)) continue;
      checked.add(name);
      expect([name, readPackageName(withoutManifest(name)) !== undefined]).toEqual([name, true]);
      if (!name.endsWith(manifestEnding)) expect([name, (await checkPackage({ files }, join(folder, name))).check.problems]).toEqual([name, []]);
    }
  }
  expect(readdirSync(folder).length).toBeGreaterThan(0);
});
