// What is left out, judged by the programs whose rules these are: git for `.gitignore` files, restic for everything else.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leaveOutNothing, type LeaveOut } from '../../../../../contract/snapshots.ts';
import type { MasterKey } from '../../../repository/index.ts';
import { hasProgram, Seeded, writeSparse } from '../../testing/make-tree.ts';
import { save } from '../../testing/save-and-restore.ts';
import { makeRepository, realContext, restic, temporaryFolder, type Context } from '../../testing/workshop.ts';
import { LeavesOut, type FolderRules } from './leave-out.ts';

const [withGit, withRestic] = [hasProgram('git'), hasProgram('restic')];
if (!withGit) console.log('skipped: git is not installed');
if (!withRestic) console.log('skipped: restic is not installed');
const long = process.env['VARVE_LONG'] === '1';

let context: Context;
let folder: ReturnType<typeof temporaryFolder>;

beforeAll(() => {
  context = realContext();
});
afterAll(() => context.workers.close());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Files that are kept below `top`, as paths from it, in the order of their names. */
function kept(top: string, rules: Partial<LeaveOut>): string[] {
  const leavesOut = new LeavesOut(context.files, [], { ...leaveOutNothing, ...rules });
  const found: string[] = [];
  const walk = (path: string, names: readonly string[], above: FolderRules | undefined): void => {
    const entries = context.files.readdir(path);
    const here = leavesOut.folder(path, names, entries, above);
    for (const { name, type } of entries) {
      if (name === '.git' || leavesOut.byName(here, [...names, name], name, type === 'dir') !== undefined) continue;
      if (type === 'dir') walk(join(path, name), [...names, name], here);
      else found.push(join(path, name).slice(top.length + 1));
    }
  };
  walk(top, top.split('/').slice(1), undefined);
  return found.sort();
}

describe.skipIf(!withGit)('git', () => {
  const git = (top: string, ...args: string[]): string => execFileSync('git', ['-C', top, '-c', 'core.excludesFile=/dev/null', ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HOME: folder.path, LC_ALL: 'C' } });
  const gitKeeps = (top: string): string[] => git(top, 'ls-files', '-z', '--others', '--exclude-per-directory=.gitignore').split('\0').filter((path) => path !== '').sort();

  it('agrees about nested files, negation, anchors, folders, stars, sets, escapes and spaces', () => {
    const top = join(folder.path, 'work');
    const files = ['a.log', 'keep.log', 'b.txt', 'build/out.o', 'sub/build/x', 'sub/a.log', 'sub/deep/keep.log', 'sub/deep/er/notes.md', 'docs/a/b/c.pdf', 'docs/c.pdf', 'foobar', 'foo/bar', 'foox/bar', '#hash', '!bang', 'end ', 'end', 'sp ace', 'x[1]', 'x1', 'caf\u00e9', 'ab', 'a-b', 'a]b', 'tmp/q', 'tmp/keep/q', 'z\\w', '.hidden', 'Makefile', 'one/two/three/four'];
    for (const file of files) {
      mkdirSync(join(top, file, '..'), { recursive: true });
      writeFileSync(join(top, file), '');
    }
    git(folder.path, 'init', '-q', top);
    writeFileSync(join(top, '.gitignore'), ['\u{feff}*.log', '!keep.log', '/build', '# no', '\\#hash', '\\!bang', 'end\\ ', 'sp ace   ', 'x\\[1]', 'docs/**/*.pdf', 'foo**/bar', 'a[]-]b', 'caf??', 'tmp/*', '!tmp/keep/', 'z\\\\w', '[[:upper:]]akefile\r', 'one/**/four', '/', '', 'unclosed[', 'trail\\'].join('\n'));
    writeFileSync(join(top, 'sub', '.gitignore'), 'deep/*\n!deep/er\n!a.log\nbuild/\n');
    const ours = kept(top, { gitignore: true });
    expect(ours).toEqual(gitKeeps(top));
    expect(ours.length).toBeLessThan(files.length - 8);
    // A folder inside the repository obeys the files above it.
    expect(kept(join(top, 'sub'), { gitignore: true })).toEqual(ours.filter((path) => path.startsWith('sub/')).map((path) => path.slice(4)));
  });

  it('agrees about random trees and patterns (seeds)', () => {
    for (let seed = 0; seed < (long ? 400 : 25); seed++) {
      const random = new Seeded(`gitignore ${seed}`);
      const top = join(folder.path, `work-${seed}`);
      const word = (): string => Array.from({ length: 1 + random.below(3) }, () => random.pick(['a', 'b', 'c', 'A', '1', '-', ' ', '.', 'é'])).join('').replace(/^\.+$/, 'd');
      const folders = [top];
      mkdirSync(top);
      for (let i = 0; i < 30; i++) {
        const path = join(random.pick(folders), word());
        try {
          if (random.below(3) === 0) {
            mkdirSync(path);
            folders.push(path);
          } else writeFileSync(path, '', { flag: 'wx' });
        } catch {
          // taken
        }
      }
      const piece = (): string => random.pick(['a', 'b', 'c', 'A', '1', '-', 'é', '*', '**', '?', '[ab]', '[!a]', '[a-c]', '[^-1]', '[[:alpha:]]', '\\*', '\\a', '***', '[]a]', '[a', ' ']);
      const pattern = (): string => random.pick(['', '', '!', '/']) + Array.from({ length: 1 + random.below(4) }, () => piece() + random.pick(['', '', '/', '/**/'])).join('') + random.pick(['', '', '', '/', ' ']);
      git(folder.path, 'init', '-q', top);
      for (const each of folders) if (each === top || random.below(3) === 0) writeFileSync(join(each, '.gitignore'), Array.from({ length: 1 + random.below(4) }, pattern).join('\n'));
      expect(kept(top, { gitignore: true }), `seed ${seed}`).toEqual(gitKeeps(top));
    }
  });

  it('takes no longer for a pattern of many stars', () => {
    const top = join(folder.path, 'work');
    mkdirSync(top);
    writeFileSync(join(top, 'a'.repeat(250)), '');
    writeFileSync(join(top, '.gitignore'), `${'*a'.repeat(100)}*b\n`);
    const began = performance.now();
    expect(kept(top, { gitignore: true })).toEqual(['.gitignore', 'a'.repeat(250)]);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe.skipIf(!withRestic)('restic', () => {
  let source: string;
  let repository: string;
  let key: MasterKey;

  beforeEach(async () => {
    source = join(folder.path, 'source');
    repository = join(folder.path, 'repository');
    mkdirSync(repository);
    key = await makeRepository(context, repository);
    for (const path of ['cache/CACHEDIR.TAG', 'cache/big', 'cache/in/side', 'fake/CACHEDIR.TAG', 'fake/kept', 'marked/.nobackup', 'marked/secret', 'marked/below/x', 'both/CACHEDIR.TAG', 'both/.nobackup', 'both/x', 'plain/Readme.TXT', 'plain/readme.txt', 'plain/NODE_MODULES/x', 'plain/node_modules/x', 'plain/deep/Thumbs.db', 'plain/keep.tmp', 'plain/other.tmp', 'headed/TAG', 'headed/x', 'unheaded/TAG', 'unheaded/x']) {
      mkdirSync(join(source, path, '..'), { recursive: true });
      writeFileSync(join(source, path), path.startsWith('headed/TAG') ? 'skip me, please' : path);
    }
    for (const name of ['cache', 'both']) writeFileSync(join(source, name, 'CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55\n# made by a test\n');
    writeSparse(join(source, 'plain', 'large'), 2 * 1024 * 1024 + 1, []);
    writeSparse(join(source, 'plain', 'just'), 2 * 1024 * 1024, []);
  });

  const listed = (id: string): string[] => restic(repository, ['ls', id]).split('\n').filter((line) => line.startsWith(source)).sort();

  it.each<[string, string[], string[], Partial<LeaveOut>]>([
    ['caches', ['--exclude-caches'], [], { caches: true }],
    ['a marker', ['--exclude-if-present', '.nobackup'], [], { ifPresent: ['.nobackup'] }],
    ['a marker with a header', ['--exclude-if-present', 'TAG:skip me'], [], { ifPresent: ['TAG:skip me'] }],
    ['two markers and caches', ['--exclude-caches', '--exclude-if-present', '.nobackup', '--exclude-if-present', 'TAG'], [], { caches: true, ifPresent: ['.nobackup', 'TAG'] }],
    ['what is larger', ['--exclude-larger-than', '2M'], [], { largerThan: 2 * 1024 * 1024 }],
    ['patterns in any case', ['--iexclude', 'node_modules', '--iexclude', '*.txt', '--iexclude', 'thumbs.DB'], [], { caseless: ['node_modules', '*.txt', 'thumbs.DB'] }],
    ['patterns with an exception', ['--exclude', '*.tmp', '--exclude', '!keep.tmp', '--exclude', 'plain/deep'], ['*.tmp', '!keep.tmp', 'plain/deep'], {}],
    ['one file system', ['--one-file-system'], [], { oneFileSystem: true }],
    ['all of it', ['--exclude-caches', '--exclude-larger-than', '2M', '--iexclude', 'README*', '--exclude', 'x'], ['x'], { caches: true, largerThan: 2 * 1024 * 1024, caseless: ['README*'] }]
  ])('leaves out the same: %s', async (_what, flags, excludes, rules) => {
    restic(repository, ['backup', ...flags, source]);
    const theirs = listed('latest');
    const ours = await save(context, repository, key, [source], { excludes, leaveOut: { ...leaveOutNothing, ...rules } });
    expect(ours.gapCount).toBe(0);
    expect(listed(ours.snapshotId)).toEqual(theirs);
  });

  it('keeps a mounted folder, and nothing of what is mounted there', async (test) => {
    mkdirSync(join(source, 'mount'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', join(source, 'mount')], { stdio: 'ignore' });
    } catch {
      console.log('skipped: nothing can be mounted here');
      return test.skip();
    }
    try {
      mkdirSync(join(source, 'mount', 'below'));
      writeFileSync(join(source, 'mount', 'file'), 'x');
      restic(repository, ['backup', '--one-file-system', source]);
      const ours = await save(context, repository, key, [source], { leaveOut: { ...leaveOutNothing, oneFileSystem: true } });
      expect(listed(ours.snapshotId)).toEqual(listed('latest'));
      expect(listed(ours.snapshotId)).toContain(join(source, 'mount'));
    } finally {
      execFileSync('umount', [join(source, 'mount')]);
    }
  });
});
