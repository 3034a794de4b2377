import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import type { Files, Random } from '../ports.ts';
import { isTemporaryName, sweepTemporary, writeFileDurable } from './durable.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'varve-durable-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const random: Random = { bytes: (length) => new Uint8Array(length).fill(7) };
const bytes = (text: string) => Buffer.from(text);

/** Files that note each call, and die (throw, and refuse everything after) at the one with the given number. */
function dyingFiles(diesAt: number): { files: Files; calls: string[] } {
  const real = createNodeFiles();
  const calls: string[] = [];
  const files = new Proxy(real, {
    get(target, name: keyof Files) {
      const call = target[name] as (...args: unknown[]) => unknown;
      return (...args: unknown[]) => {
        if (calls.length >= diesAt) throw new Error('the process is gone');
        calls.push(name);
        return call.apply(target, args);
      };
    }
  });
  return { files, calls };
}

it('replaces the content, with the mode asked for whatever the umask says', () => {
  const path = join(folder, 'settings.json');
  const before = process.umask(0o077);
  try {
    writeFileDurable(createNodeFiles(), path, bytes('one'), { random });
    writeFileDurable(createNodeFiles(), path, bytes('two'), { random, mode: 0o644 });
  } finally {
    process.umask(before);
  }
  expect(readFileSync(path, 'utf8')).toBe('two');
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(readdirSync(folder)).toEqual(['settings.json']);
});

it('syncs the file before the rename and the folder after it', () => {
  const { files, calls } = dyingFiles(Infinity);
  writeFileDurable(files, join(folder, 'x'), bytes('new'), { random });
  expect(calls).toEqual(['open', 'write', 'chmod', 'fsync', 'close', 'rename', 'fsyncFolder']);
});

it('whole old or whole new content stands after a stop at every step, and the sweep removes what is left', () => {
  const path = join(folder, 'x');
  for (let diesAt = 0; diesAt <= 6; diesAt++) {
    writeFileSync(path, 'old');
    const { files } = dyingFiles(diesAt);
    expect(() => writeFileDurable(files, path, bytes('new'), { random })).toThrow('the process is gone');
    expect(readFileSync(path, 'utf8')).toBe(diesAt === 6 ? 'new' : 'old');
    const left = readdirSync(folder).filter(isTemporaryName);
    expect(left.length).toBe(diesAt >= 1 && diesAt <= 5 ? 1 : 0);
    expect(sweepTemporary(createNodeFiles(), folder, { olderThanMs: -1, nowMs: Date.now() + 1000 })).toEqual(left);
    expect(readdirSync(folder)).toEqual(['x']);
  }
});

it('a failed write leaves the old file and no temporary, and says what the system said', () => {
  const path = join(folder, 'x');
  writeFileSync(path, 'old');
  const full = Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
  const files = { ...createNodeFiles(), write: () => { throw full; } };
  expect(() => writeFileDurable(files, path, bytes('new'), { random })).toThrow(full);
  expect(readdirSync(folder)).toEqual(['x']);
  expect(readFileSync(path, 'utf8')).toBe('old');
});

it('replaces a link instead of writing through it', () => {
  writeFileSync(join(folder, 'target'), 'untouched');
  symlinkSync('target', join(folder, 'link'));
  writeFileDurable(createNodeFiles(), join(folder, 'link'), bytes('new'), { random });
  expect(readFileSync(join(folder, 'target'), 'utf8')).toBe('untouched');
  expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('new');
});

it('the sweep takes old temporaries only: no young ones, no links, no other names; a missing folder is fine', () => {
  const name = (n: number) => `keys.json.tmp-${String(n).repeat(16)}`;
  for (const file of [name(1), name(2), 'keys.json', 'a.tmp-123', 'notes.tmp']) writeFileSync(join(folder, file), '');
  symlinkSync('keys.json', join(folder, name(3)));
  for (const file of [name(1), 'keys.json', 'a.tmp-123', 'notes.tmp']) utimesSync(join(folder, file), 1000, 1000);
  expect(sweepTemporary(createNodeFiles(), folder, { olderThanMs: 60_000, nowMs: Date.now() })).toEqual([name(1)]);
  expect(sweepTemporary(createNodeFiles(), join(folder, 'missing'), { olderThanMs: 0, nowMs: 0 })).toEqual([]);
});
