// Folders to save: real ones of the machine, many small files, one huge sparse file.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Seeded, writeSparse } from '../../../src/main/engine/snapshots/testing/make-tree.ts';

export { makeNastyTree, Seeded, writeSparse } from '../../../src/main/engine/snapshots/testing/make-tree.ts';
export { compareTrees } from '../../../src/main/engine/snapshots/testing/compare-trees.ts';

/** Copies a part of what every Debian has into `top`: folders of headers and documents, until there are that many entries. */
export function copyRealTree(top: string, entries: number): number {
  const sources = ['/usr/include', '/usr/share/doc'].filter((source) => existsSync(source));
  let taken = 0;
  for (const [i, source] of sources.entries()) {
    const into = join(top, source.slice(1));
    mkdirSync(into, { recursive: true });
    for (const name of readdirSync(source).sort()) {
      if (taken >= (entries * (i + 1)) / sources.length) break;
      const path = join(source, name);
      taken += lstatSync(path).isDirectory() ? readdirSync(path, { recursive: true }).length : 1;
      execFileSync('cp', ['-a', path, into]);
    }
  }
  return taken;
}

/** `count` small files, 500 to a folder, each different. */
export function makeManyFiles(top: string, count: number, seed: string): void {
  const random = new Seeded(seed);
  for (let i = 0; i < count; i++) {
    const folder = join(top, `d${Math.floor(i / 500)}`);
    if (i % 500 === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `f${i}`), random.bytes(50 + random.below(900)));
  }
}

/** A file of the size with little data in it: some at the start, in the middle and at the end. */
export function makeSparseFile(path: string, sizeBytes: number, seed: string): void {
  const random = new Seeded(seed);
  const data = [0, Math.floor(sizeBytes / 2), sizeBytes - 70_000].map((at) => ({ at, bytes: random.bytes(70_000) }));
  writeSparse(path, sizeBytes, data);
}

/** Differences that `diff` sees, links not followed; empty when there are none. Special files it can only tell by their kind. */
export function diffTrees(one: string, other: string, options: { exclude?: string } = {}): string[] {
  const { status, stdout, stderr } = spawnSync('diff', ['-r', '--no-dereference', ...(options.exclude === undefined ? [] : [`--exclude=${options.exclude}`]), one, other], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
  if (status !== 0 && lines.length === 0) return [`diff ended with ${status}`];
  return lines.filter((line) => {
    const kinds = /^File .* is an? (.*) while file .* is an? (.*)$/.exec(line);
    return !kinds || kinds[1] !== kinds[2];
  });
}
