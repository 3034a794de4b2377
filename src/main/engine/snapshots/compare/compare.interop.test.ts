// restic as judge: what `restic diff` says of two snapshots of random edits is what a comparison says.
import { mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MasterKey } from '../../repository/index.ts';
import { compareTrees } from '../testing/comparing.ts';
import { hasProgram, Seeded } from '../testing/make-tree.ts';
import { save } from '../testing/save-and-restore.ts';
import { makeRepository, realContext, restic, temporaryFolder, type Context } from '../testing/workshop.ts';

const missing = !hasProgram('restic');
if (missing) console.warn('compare.interop: skipped, restic is not installed here');

describe.skipIf(missing)('a comparison, beside restic diff', () => {
  let context: Context;
  let folder: ReturnType<typeof temporaryFolder>;
  let repository: string;
  let key: MasterKey;
  beforeAll(async () => {
    context = realContext();
    folder = temporaryFolder();
    repository = join(folder.path, 'repository');
    mkdirSync(repository);
    key = await makeRepository(context, repository);
  });
  afterAll(async () => {
    await context.workers.close();
    folder.remove();
  });

  /** Plain names only: restic prints paths as they are, one on a line. */
  function edit(top: string, random: Seeded): void {
    const paths = readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    for (const path of paths) {
      const what = random.below(6);
      if (what === 0) rmSync(path);
      else if (what === 1) writeFileSync(path, random.bytes(random.below(3000)));
      else if (what === 2) utimesSync(path, 1_000 + random.below(1000), 1_000 + random.below(1000));
      else if (what === 3) renameSync(path, `${path}-renamed`);
    }
    plant(join(top, `more-${random.below(1_000_000)}`), random, 15);
  }

  function plant(top: string, random: Seeded, files: number): void {
    const folders = [top];
    for (let i = 0; i < files; i++) {
      const parent = random.pick(folders);
      if (random.below(4) === 0) folders.push(join(parent, `folder ${i}`));
      mkdirSync(parent, { recursive: true });
      writeFileSync(join(parent, `file ${i}.txt`), random.bytes(random.below(2000)));
    }
  }

  it('finds the same entries with the same letters', { timeout: 1_800_000 }, async () => {
    const rounds = process.env['VARVE_LONG'] === '1' ? 60 : 4;
    const source = join(folder.path, 'source');
    const random = new Seeded('beside restic');
    plant(source, random, 80);
    let before = await save(context, repository, key, [source]);
    for (let round = 0; round < rounds; round++) {
      edit(source, random);
      const after = await save(context, repository, key, [source]);
      const said = restic(repository, ['diff', '--metadata', before.snapshotId, after.snapshotId]).split('\n').filter((line) => /^[+\-MUTC?]{1,2} +\//.test(line));
      // restic counts a folder's time and says the letters of content and metadata together; a moved file is one gone and one new.
      const expected = said.map((line) => [line[0], line.slice(5)]).filter(([letter, path]) => !(letter === 'U' && path?.endsWith('/')));
      const compared = await compareTrees(context, { repository, key, treeId: before.file.tree }, { repository, key, treeId: after.file.tree });
      const ours = compared.list().map(({ kind, path, folder: isFolder, after: there }) => {
        const letter = kind === 'moved' ? (there === null ? '-' : '+') : { added: '+', removed: '-', content: 'M', metadata: 'U', type: 'T' }[kind ?? 'metadata'];
        return [letter, path + (isFolder ? '/' : '')];
      });
      const sorted = (lines: (string | undefined)[][]): string[] => lines.map((line) => line.join(' ')).sort();
      expect(sorted(ours), `round ${round}`).toEqual(sorted(expected));
      compared.remove();
      before = after;
    }
  });
});
