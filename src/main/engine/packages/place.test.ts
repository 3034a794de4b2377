import { describe, expect, it } from 'vitest';
import { createFaultyFiles, type FaultKind } from '../testing/faulty-files.ts';
import { createFakeClock, createSeededRandom } from '../testing/index.ts';
import { createMemoryFiles, type MemoryFiles } from '../testing/memory-files.ts';
import { openArchive } from './archive/read.ts';
import { readMembers } from './check/read-members.ts';
import { placePackage, sweepPartials, type PlaceRequest } from './place.ts';
import { isPartialName, packageBase, readPackageName } from './place-names.ts';
import { rotatePackages } from './rotate.ts';
import type { Files } from '../ports.ts';

const folder = '/stick/backups';
const clock = createFakeClock(Date.UTC(2026, 10, 28, 3, 4, 5));
const random = createSeededRandom('place');

function make(files: Files, request: Partial<PlaceRequest> = {}): ReturnType<typeof placePackage> {
  return placePackage({ files, clock, random }, { folder, kind: 'log', format: 'tar.gz', ...request }, async (into) => {
    await into.file({ path: 'event-log/segment-000001.json', size: 5 }, [Buffer.from('hello')]);
    await into.folder({ path: 'empty' });
    await into.symlink({ path: 'link', target: 'event-log/segment-000001.json' });
    await into.file({ path: 'zeros', size: 200_000 }, [Buffer.alloc(100_000), Buffer.alloc(100_000)]);
    into.skip('a socket', 'it is no file');
    return { sourceDir: '/home/ana/varve', generator: 'Varve 1', homeId: 'ab'.repeat(16), further: { note: 'x' } };
  });
}

async function problemsOf(files: Files, path: string, passphrase?: string): Promise<unknown> {
  const archive = await openArchive({ files }, path, { passphrase });
  const { manifest, problems } = await readMembers(archive.members());
  archive.close();
  expect(manifest).toMatchObject({ version: 1, kind: 'log', created_at: '2026-11-28T03:04:05.000Z', source_dir: '/home/ana/varve', eventlog_summary: null, note: 'x', skipped: [{ path: 'a socket', reason: 'it is no file' }], skipped_count: 1 });
  return problems.first;
}

const names = (files: Files): string[] => (files.lstat(folder) === undefined ? [] : files.readdir(folder).map(({ name }) => name)).toSorted();

describe('placing a package', () => {
  it('makes the folder, names the package by its time in UTC, and lays the manifest beside it', async () => {
    const files = createMemoryFiles();
    const placed = await make(files);
    expect(placed).toMatchObject({ path: `${folder}/backup-eventlog-20261128-030405.tar.gz`, files: 3, fileBytes: 200_005, skippedCount: 1 });
    expect(names(files)).toEqual(['backup-eventlog-20261128-030405.tar.gz', 'backup-eventlog-20261128-030405.tar.gz.manifest.json']);
    expect(files.lstat(placed.path)).toMatchObject({ size: placed.bytes, mode: 0o600 });
    expect(await problemsOf(files, placed.path)).toEqual([]);
    const beside = JSON.parse(Buffer.from(files.bytesOf(placed.manifestPath)).toString()) as { files: { path: string }[] };
    expect(beside.files.map(({ path }) => path)).toEqual(['README.txt', 'event-log/segment-000001.json', 'zeros']);
  });

  it.each(['tar.gz', 'zip'] as const)('%s takes pieces whose memory the source uses again', async (format) => {
    const files = createMemoryFiles();
    function* reused(): Generator<Uint8Array> {
      const piece = Buffer.alloc(200_000);
      for (let i = 0; i < 20; i++) yield piece.fill(i);
    }
    const placed = await placePackage({ files, clock, random }, { folder, kind: 'folder', format, name: 'x' }, async (into) => {
      await into.file({ path: 'files/a', size: 4_000_000 }, reused());
      return { sourceDir: '/x', generator: 'Varve 1' };
    });
    expect(placed.fileBytes).toBe(4_000_000);
  });

  it('gives two of one second two names', async () => {
    const files = createMemoryFiles();
    const placed = [await make(files), await make(files), await make(files, { kind: 'folder', format: 'zip', name: 'Mês / 7' }), await make(files, { kind: 'folder', format: 'zip', name: 'Mês / 7' })];
    expect(placed.map(({ path }) => path.slice(folder.length + 1))).toEqual(['backup-eventlog-20261128-030405.tar.gz', 'backup-eventlog-20261128-030405-2.tar.gz', 'Mês _ 7_backup_20261128_030405.zip', 'Mês _ 7_backup_20261128_030405-2.zip']);
  });

  it('says nothing of what is inside a sealed one', async () => {
    const files = createMemoryFiles();
    const placed = await make(files, { passphrase: 'correct horse', sealWork: 4 });
    expect(placed.path).toBe(`${folder}/backup-eventlog-20261128-030405.tar.gz.age`);
    const beside = JSON.parse(Buffer.from(files.bytesOf(placed.manifestPath)).toString()) as object;
    expect(beside).toMatchObject({ version: 1, source_dir: '', files: [{ path: 'backup-eventlog-20261128-030405.tar.gz.age', size: placed.bytes, sha256: placed.sha256 }] });
    expect(JSON.stringify(beside)).not.toMatch(/ana|segment|abab/);
    expect(await problemsOf(files, placed.path, 'correct horse')).toEqual([]);
  });

  it('removes what it wrote when it is stopped', async () => {
    const files = createMemoryFiles();
    const stop = new AbortController();
    stop.abort();
    await expect(make(files, { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(names(files)).toEqual([]);
  });

  it.each(['plain', 'sealed'])('notices a disk that keeps other bytes than it was given: %s', async (how) => {
    const memory = createMemoryFiles();
    const lying: Files = { ...memory, write: (fd, bytes, offset, length, position) => memory.write(fd, Buffer.from(bytes).fill(7, bytes.length >> 1, (bytes.length >> 1) + 1), offset, length, position) };
    await expect(make(lying, how === 'sealed' ? { passphrase: 'x', sealWork: 4 } : {})).rejects.toMatchObject({ code: 'PACKAGE_REFUSED', data: { reason: 'what was read back is not what was written' } });
    expect(names(memory)).toEqual([]);
  });

  it('removes its own abandoned partials, and nothing else', () => {
    const files = createMemoryFiles();
    const old = BigInt(clock.now() - 7 * 3_600_000) * 1_000_000n;
    const partials = ['.backup-eventlog-20261128-030405.tar.gz.partial-0011223344556677', '.x_backup_20261128_030405.zip.manifest.json.partial-0011223344556677'];
    const others = ['.x.partial-0011223344556677', 'x_backup_20261128_030405.zip.partial-0011223344556677', '.backup-eventlog-20261128-030405.tar.gz.partial-00112233445566778', '.bashrc'];
    for (const name of [...partials, ...others]) files.put(`${folder}/${name}`, 'x', old);
    files.put(`${folder}/.y_backup_20261128_030405.zip.partial-0011223344556677`, 'being written', BigInt(clock.now()) * 1_000_000n);
    expect(sweepPartials(files, folder, clock.now()).toSorted()).toEqual(partials.toSorted());
    expect(names(files)).toEqual([...others, '.y_backup_20261128_030405.zip.partial-0011223344556677'].toSorted());
  });

  const kinds: FaultKind[] = ['full', 'error-once', 'error-after', 'torn', 'short-read', 'changed-read', 'dies', 'power'];
  it.each(kinds)('with the fault "%s" at any step leaves the old package and never half of a new one', async (kind) => {
    const before = createMemoryFiles();
    await make(before);
    before.volume.sync();
    const old = names(before);
    let at = 1;
    for (let struck = true; struck && at < 200; at++) {
      const memory: MemoryFiles = before.copy();
      const files = createFaultyFiles(memory, (path) => path.startsWith(folder));
      files.arm({ at, kind });
      const error = await make(files, { sealWork: 4 }).then(
        () => undefined,
        (thrown: unknown) => thrown
      );
      struck = files.struck;
      if (kind === 'power') {
        const next = createSeededRandom(`power ${at}`);
        memory.cutPower(() => (next.bytes(1)[0] as number) / 256);
      }
      const now = names(memory);
      expect(now).toEqual(expect.arrayContaining(old));
      for (const name of now) {
        if (isPartialName(name)) continue;
        expect([at, name, readPackageName(name.replace('.manifest.json', '')) !== undefined]).toEqual([at, name, true]);
        if (name.endsWith('.tar.gz')) expect([at, name, await problemsOf(memory, `${folder}/${name}`)]).toEqual([at, name, []]);
        else expect([at, name, typeof JSON.parse(Buffer.from(memory.bytesOf(`${folder}/${name}`)).toString())]).toEqual([at, name, 'object']);
      }
      // Only a process that died, or a disk that failed at the very removal, leaves a partial behind.
      if (kind === 'full') expect([at, now.filter(isPartialName)]).toEqual([at, []]);
      if (struck && ['full', 'dies', 'power'].includes(kind)) expect([at, error]).not.toEqual([at, undefined]);
    }
    expect(at).toBeGreaterThan(10);
  });
});

describe('rotation', () => {
  it('keeps the newest with their manifests, by the time in the name, and touches nothing that is not ours', async () => {
    const files = createMemoryFiles();
    const day = createFakeClock(Date.UTC(2026, 0, 1));
    for (let i = 0; i < 5; i++) {
      for (const [kind, format, name] of [['log', 'tar.gz', ''], ['folder', 'zip', 'a'], ['folder', 'zip', 'b'], ['snapshot', 'tar.gz', 'a']] as const) {
        await placePackage({ files, clock: day, random }, { folder, kind, format, name }, async () => ({ sourceDir: '/x', generator: 'Varve 1' }));
      }
      day.advance(86_400_000);
    }
    const foreign = ['photos_backup_20200101_000000.zip', 'backup-eventlog-20200101-000000.tar.gz.txt', 'backup-eventlog-20200101.tar.gz', 'old backup-eventlog-20200101-000000.tar.gz', 'a_backup_20200101_000000.zip'];
    for (const name of foreign) files.put(`${folder}/${name}`, 'mine');
    files.put(`${folder}/a_backup_20200101_000000.zip.manifest.json`, '{"version": 1, "kind": "folder"}');

    const made = `${folder}/a_backup_20260101_000000.zip`;
    expect(rotatePackages(files, { folder, kind: 'log', keep: 2, made: `${folder}/backup-eventlog-20260105-000000.tar.gz` }).toSorted()).toEqual(['20260101', '20260102', '20260103'].map((date) => `${folder}/backup-eventlog-${date}-000000.tar.gz`));
    expect(rotatePackages(files, { folder, kind: 'folder', keep: 3, made }).toSorted()).toEqual([`${folder}/a_backup_20260102_000000.zip`]);
    expect(names(files)).toEqual(expect.arrayContaining([...foreign, 'a_backup_20200101_000000.zip.manifest.json', 'a_backup_20260101_000000.tar.gz', 'a_backup_20260101_000000.zip', 'b_backup_20260101_000000.zip']));
    expect(names(files).filter((name) => name.startsWith('backup-eventlog-2026'))).toEqual(['20260104', '20260105'].flatMap((date) => ['', '.manifest.json'].map((end) => `backup-eventlog-${date}-000000.tar.gz${end}`)));
    expect(rotatePackages(files, { folder, kind: 'log', keep: 2, made: `${folder}/backup-eventlog-20260105-000000.tar.gz` })).toEqual([]);
  });

  it('begins with a good file name whatever the thing is called', () => {
    expect(['plano-1', '../../etc', 'C:\\x', ' . ', 'ação 日', 'a'.repeat(300)].map(packageBase)).toEqual(['plano-1', 'etc', 'C_x', 'package', 'ação 日', 'a'.repeat(100)]);
  });
});
