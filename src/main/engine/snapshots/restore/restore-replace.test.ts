// `replace`, where it could go wrong: names that are one file here, and files whose content is the same already.
import { chmodSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Files } from '../../ports.ts';
import type { MasterKey } from '../../repository/index.ts';
import { restore, save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, temporaryFolder, type Context } from '../testing/workshop.ts';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;
let source: string;
let target: string;
let repository: string;
let key: MasterKey;

beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(async () => {
  folder = temporaryFolder();
  [source, target, repository] = ['source', 'target', 'repository'].map((name) => join(folder.path, name)) as [string, string, string];
  for (const path of [source, target, repository]) mkdirSync(path);
  key = await makeRepository(context, repository);
});
afterEach(() => folder.remove());

/** The real files, but below the target every name is taken in lower case, as on macOS and Windows. */
function folding(): Files {
  const fold = (path: string): string => (path.startsWith(`${target}/`) ? target + path.slice(target.length).toLowerCase() : path);
  return new Proxy(context.files, {
    get: (files, name: keyof Files) => {
      const call = files[name] as (...all: unknown[]) => unknown;
      return (...all: unknown[]) => call.call(files, ...all.map((one) => (typeof one === 'string' ? fold(one) : one)));
    }
  });
}

it('does not overwrite one file by another whose name differs only in case', async () => {
  writeFileSync(join(source, 'NOTES.TXT'), 'first');
  writeFileSync(join(source, 'Notes.txt'), 'second');
  const saved = await save(context, repository, key, [source]);
  const there = join(target, join(source, 'notes.txt').toLowerCase());
  mkdirSync(dirname(there), { recursive: true });
  writeFileSync(there, 'what was there');
  const report = await restore({ ...context, files: folding() }, repository, key, { treeId: saved.file.tree, target, conflict: 'replace' });
  expect(report.files).toBe(1);
  expect(report.skipped).toEqual([{ path: join(source, 'Notes.txt'), reason: 'EEXIST' }]);
  expect(readFileSync(there, 'utf8')).toBe('first');
});

it('gives a file with the same content its mode and time back', async () => {
  writeFileSync(join(source, 'id_rsa'), 'secret');
  chmodSync(join(source, 'id_rsa'), 0o600);
  utimesSync(join(source, 'id_rsa'), 1_700_000_000, 1_700_000_000);
  const saved = await save(context, repository, key, [source]);
  const there = join(target, source, 'id_rsa');
  mkdirSync(dirname(there), { recursive: true });
  writeFileSync(there, 'secret');
  chmodSync(there, 0o666);
  const kept = await restore(context, repository, key, { treeId: saved.file.tree, target, conflict: 'keep' });
  expect([kept.identical, statSync(there).mode & 0o777]).toEqual([1, 0o666]);
  const report = await restore(context, repository, key, { treeId: saved.file.tree, target, conflict: 'replace' });
  expect([report.identical, report.replaced]).toEqual([1, 0]);
  expect([statSync(there).mode & 0o777, statSync(there).mtimeMs]).toEqual([0o600, 1_700_000_000_000]);
});
