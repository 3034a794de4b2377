// Judged by the real restic, and by the public test repositories with the verdicts of upstream's own tests.
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { createLocalBackend } from './backend/local.ts';
import { checkRepository, type RepositoryReport } from './check.ts';
import { createRepository } from './keys.ts';
import { PackWriter } from './pack-writer.ts';
import { sha256 } from './format/ids.ts';
import { encodeTree, goMode } from './format/tree.ts';
import { utcTime } from './format/time.ts';
import { cheapScrypt, bytesOf, clock, files, fixturePassword, fixturesFolder, hasRestic, identity, openLocal, random, restic, resticPath, temporaryFolder, unpackFixture } from './testing/index.ts';
import type { Repository } from './repository.ts';

const withRestic = hasRestic();
const fixtures = fixturesFolder();
const password = 'correct horse';

/** Opens, and reads every file of every snapshot; returns `path -> SHA-256`. */
async function readAll(repository: Repository): Promise<Map<string, string>> {
  const { snapshots } = await repository.loadSnapshots();
  await repository.loadIndex();
  const found = new Map<string, string>();
  const walk = async (tree: string, path: string): Promise<void> => {
    for (const node of await repository.loadTree(tree)) {
      if (node.type === 'dir') await walk(node.subtree!, `${path}/${node.name}`);
      else if (node.type === 'file') {
        const hash = createHash('sha256');
        for (const id of node.content ?? []) hash.update(await repository.loadBlob('data', id));
        found.set(`${path}/${node.name}`, hash.digest('hex'));
      }
    }
  };
  for (const { file } of snapshots) await walk(file.tree, '');
  return found;
}

async function check(path: string, secret: string, readData = false): Promise<RepositoryReport> {
  return checkRepository(await openLocal(path, secret), { read: { kind: readData ? 'all' : 'none' } });
}

/** restic waits minutes for a missing pack before it gives up reading it; its quick check finds it as well. */
function resticSaysWhole(path: string, secret: string, ours: RepositoryReport): boolean {
  const readData = ours.findings.some((finding) => finding.code === 'pack-missing') ? [] : ['--read-data'];
  return restic(path, secret, '--no-lock', 'check', ...readData).code === 0;
}

const codes = (report: RepositoryReport, severity: string): string[] => [...new Set(report.findings.filter((finding) => finding.severity === severity).map((finding) => finding.code))].sort();

// restic takes seconds to make a repository, so each version is made once and copied.
const templates = temporaryFolder();
afterAll(() => templates[Symbol.dispose]());

/** A repository made by restic with two snapshots, and what was put in. */
function makeWithRestic(folder: string, version: string): { path: string; source: string } {
  const template = join(templates.path, version);
  const source = join(template, 'source');
  if (!existsSync(template)) makeTemplate(template, source, version);
  const path = join(folder, 'repo');
  cpSync(join(template, 'repo'), path, { recursive: true });
  return { path, source };
}

function makeTemplate(template: string, source: string, version: string): void {
  const path = join(template, 'repo');
  mkdirSync(join(source, 'sub folder', 'ü'), { recursive: true });
  writeFileSync(join(source, 'empty'), '');
  writeFileSync(join(source, 'text'), 'varve '.repeat(100_000));
  writeFileSync(join(source, 'sub folder', 'random'), randomBytes(3_000_000));
  writeFileSync(join(source, 'sub folder', 'ü', 'small'), 'small');
  for (const args of [['init', '--repository-version', version], ['backup', source]]) {
    const done = restic(path, password, ...args);
    if (done.code !== 0) throw new Error(done.err);
  }
  writeFileSync(join(source, 'later'), 'later');
  const second = restic(path, password, 'backup', source);
  if (second.code !== 0) throw new Error(second.err);
}

describe.runIf(withRestic)('repositories made by restic', () => {
  for (const version of ['1', '2']) {
    it(`reads every file of version ${version} as it was saved`, async () => {
      using folder = temporaryFolder();
      const { path, source } = makeWithRestic(folder.path, version);
      const repository = await openLocal(path, password);
      expect(repository.config.version).toBe(Number(version));
      const found = await readAll(repository);
      for (const name of ['empty', 'text', 'later', 'sub folder/random', 'sub folder/ü/small']) {
        const expected = createHash('sha256').update(readFileSync(join(source, name))).digest('hex');
        expect(found.get(join(source, name)), name).toBe(expected);
      }
      expect(found.size).toBe(5);
    });

    it(`finds nothing wrong with version ${version}, as restic does`, async () => {
      using folder = temporaryFolder();
      const { path } = makeWithRestic(folder.path, version);
      const report = await check(path, password, true);
      expect(report.findings).toEqual([]);
      expect(report).toMatchObject({ ok: true, snapshots: 2 });
      expect(report.bytesRead).toBeGreaterThan(3_000_000);
      expect(restic(path, password, 'check', '--read-data').code).toBe(0);
    });
  }

  it('tells a wrong password from everything else', async () => {
    using folder = temporaryFolder();
    const { path } = makeWithRestic(folder.path, '2');
    await expect(openLocal(path, 'wrong')).rejects.toMatchObject({ code: 'WRONG_PASSWORD', data: { repository: path } });
  });

  it('opens with each of several passwords', async () => {
    using folder = temporaryFolder();
    const { path } = makeWithRestic(folder.path, '2');
    writeFileSync(join(folder.path, 'new'), 'second password\n');
    expect(restic(path, password, 'key', 'add', '--new-password-file', join(folder.path, 'new')).code).toBe(0);
    expect((await openLocal(path, 'second password')).config.version).toBe(2);
    expect((await openLocal(path, password)).config.version).toBe(2);
  });
});

describe.runIf(withRestic)('repositories made here', () => {
  async function make(folder: string): Promise<{ path: string; repository: Repository }> {
    const path = join(folder, 'ours');
    const backend = createLocalBackend({ files, random, path });
    await createRepository({ backend, password: bytesOf(password), hostname: 'test', username: 'tester', random, clock, scrypt: cheapScrypt });
    return { path, repository: await openLocal(path, password) };
  }

  it('are opened by restic, empty and with a snapshot, and restored by it', async () => {
    using folder = temporaryFolder();
    const { path, repository } = await make(folder.path);
    expect(restic(path, password, 'snapshots')).toMatchObject({ code: 0 });
    await saveOne(repository, 'hello from here');
    const listed = JSON.parse(restic(path, password, 'snapshots', '--json').out) as { paths: string[] }[];
    expect(listed).toHaveLength(1);
    expect(restic(path, password, 'check', '--read-data')).toMatchObject({ code: 0 });
    expect(restic(path, password, 'dump', 'latest', '/greeting').out).toBe('hello from here');
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(path, 'data'))).toHaveLength(256);
    expect(statSync(join(path, 'config')).mode & 0o777).toBe(0o400);
  });

  it('go on in version 1 without compression when restic made them so', async () => {
    using folder = temporaryFolder();
    const { path } = makeWithRestic(folder.path, '1');
    await saveOne(await openLocal(path, password), 'uncompressed');
    expect(restic(path, password, 'check', '--read-data')).toMatchObject({ code: 0 });
    expect(restic(path, password, 'dump', 'latest', '/greeting').out).toBe('uncompressed');
  });

  it('are pruned by restic without loss', async () => {
    using folder = temporaryFolder();
    const { path, repository } = await make(folder.path);
    await saveOne(repository, 'one');
    await saveOne(repository, 'two');
    expect(restic(path, password, 'forget', '--keep-last', '1', '--group-by', '', '--prune')).toMatchObject({ code: 0 });
    expect((await check(path, password, true)).findings).toEqual([]);
    expect(restic(path, password, 'dump', 'latest', '/greeting').out).toBe('two');
  });
});

/** One snapshot with one file `/greeting`. */
async function saveOne(repository: Repository, content: string): Promise<void> {
  const store = (pieces: readonly Uint8Array[], id: string): Promise<void> => repository.savePack(pieces, id);
  const common = { sealer: repository.sealer, randomBytes: (length: number) => random.bytes(length), store, version: repository.config.version };
  const data = new PackWriter({ ...common, type: 'data' });
  const trees = new PackWriter({ ...common, type: 'tree' });
  const plain = Buffer.from(content);
  const id = sha256(plain);
  await data.add(id, plain);
  const time = utcTime(clock.nowNs());
  const tree = encodeTree([{ name: 'greeting', type: 'file', mode: goMode('file', 0o644), mtime: time, atime: time, ctime: time, uid: 0, gid: 0, size: plain.length, content: [Buffer.from(id).toString('hex')] }]);
  await trees.add(sha256(tree), tree);
  await data.flush();
  await trees.flush();
  await repository.saveIndex([...data.takeFinished(), ...trees.takeFinished()]);
  await repository.saveSnapshot({ time, tree: Buffer.from(sha256(tree)).toString('hex'), paths: ['/greeting'], hostname: 'test', username: 'tester' });
}

// The verdicts of the table beside the fixtures. `errors`/`hints`: the codes that must appear, and no others.
const verdicts: Record<string, { errors: string[]; hints: string[]}> = {
  'small-repo': { errors: [], hints: ['pack-mixed'] },
  'repo-layout-default': { errors: [], hints: ['pack-mixed'] },
  'repo-index-missing': { errors: ['blob-missing'], hints: ['pack-unindexed'] },
  'repo-index-missing-blob': { errors: ['blob-missing'], hints: ['pack-unindexed'] },
  'repo-data-missing': { errors: ['pack-missing'], hints: [] },
  'repo-unused-data-missing': { errors: ['pack-missing', 'pack-size'], hints: [] },
  'repo-unreferenced-data': { errors: [], hints: ['pack-unindexed'] },
  'repo-obsolete-index': { errors: [], hints: ['index-duplicate-pack'] },
  'repo-mixed': { errors: [], hints: ['pack-mixed'] },
  'repo-duplicates': { errors: [], hints: [] },
  'repo-same-timestamps': { errors: [], hints: [] },
  'repo-restore-permissions-test': { errors: [], hints: ['pack-mixed'] },
  'copy-unstable-json': { errors: [], hints: [] },
  'duplicate-packs-in-index-test-repo': { errors: [], hints: ['index-duplicate-pack'] }
};

describe.runIf(fixtures !== undefined)('the public test repositories', () => {
  for (const [name, verdict] of Object.entries(verdicts)) {
    it(`${name}: ${verdict.errors.length === 0 ? 'is found whole' : `shows ${verdict.errors.join(' and ')}`}`, async () => {
      using folder = temporaryFolder();
      const path = unpackFixture(name, folder.path);
      const quick = await check(path, fixturePassword);
      expect.soft(codes(quick, 'error'), JSON.stringify(quick.findings, null, 1)).toEqual(verdict.errors);
      expect.soft(codes(quick, 'hint'), JSON.stringify(quick.findings, null, 1)).toEqual(verdict.hints);
      const thorough = await check(path, fixturePassword, true);
      expect(thorough.ok, JSON.stringify(thorough.findings, null, 1)).toBe(verdict.errors.length === 0);
      if (withRestic) expect(resticSaysWhole(path, fixturePassword, thorough)).toBe(thorough.ok);
    });
  }

  it('small-repo is read from beginning to end without a lock', async () => {
    using folder = temporaryFolder();
    const path = unpackFixture('small-repo', folder.path);
    const repository = await openLocal(path, fixturePassword);
    expect((await repository.loadSnapshots()).snapshots).toHaveLength(4);
    expect((await readAll(repository)).size).toBeGreaterThan(0);
  });
});

describe.runIf(withRestic)('damage to a repository of version 2', () => {
  const pick = (path: string, kind: string): string => {
    const found = kind === 'data' ? readdirSync(join(path, 'data')).flatMap((sub) => readdirSync(join(path, 'data', sub)).map((name) => join(path, 'data', sub, name))) : readdirSync(join(path, kind)).map((name) => join(path, kind, name));
    return found.sort((a, b) => statSync(b).size - statSync(a).size)[0]!;
  };
  const change = (file: string, edit: (bytes: Buffer) => Buffer): void => {
    chmodSync(file, 0o600);
    writeFileSync(file, edit(readFileSync(file)));
  };
  const lengthIs = (value: number) => (path: string) =>
    change(pick(path, 'data'), (bytes) => {
      bytes.writeUInt32LE(value >>> 0, bytes.length - 4);
      return bytes;
    });

  const recipes: { name: string; damage: (path: string) => void; error?: string; hint?: string; onlyReadData?: boolean }[] = [
    { name: 'a flipped byte in the middle of a pack', damage: (path) => change(pick(path, 'data'), (bytes) => { bytes[bytes.length >> 1]! ^= 1; return bytes; }), error: 'pack-damaged', onlyReadData: true },
    { name: 'a pack cut by one byte', damage: (path) => { const file = pick(path, 'data'); chmodSync(file, 0o600); truncateSync(file, statSync(file).size - 1); }, error: 'pack-size' },
    ...[0, 1, 31, 0xffffffff].map((value) => ({ name: `a header length of ${value}`, damage: lengthIs(value), error: 'pack-damaged', onlyReadData: true })),
    { name: 'a pack that is gone', damage: (path) => rmSync(pick(path, 'data')), error: 'pack-missing' },
    { name: 'a pack of random bytes under a correct name', damage: (path) => { const bytes = randomBytes(1000); const id = createHash('sha256').update(bytes).digest('hex'); writeFileSync(join(path, 'data', id.slice(0, 2), id), bytes); }, hint: 'pack-unindexed' },
    { name: 'an index that is gone', damage: (path) => rmSync(pick(path, 'index')), error: 'blob-missing' },
    { name: 'a cut index', damage: (path) => { const file = pick(path, 'index'); chmodSync(file, 0o600); truncateSync(file, 40); }, error: 'index-unreadable' },
    { name: 'an index under a wrong name', damage: (path) => renameSync(pick(path, 'index'), join(path, 'index', 'ab'.repeat(32))), error: 'index-unreadable' },
    { name: 'a snapshot of random bytes', damage: (path) => writeFileSync(join(path, 'snapshots', 'cd'.repeat(32)), randomBytes(300)), error: 'snapshot-unreadable' },
    { name: 'a lock of no bytes', damage: (path) => writeFileSync(join(path, 'locks', 'ef'.repeat(32)), '') },
    { name: 'a lock of random bytes', damage: (path) => writeFileSync(join(path, 'locks', 'ef'.repeat(32)), randomBytes(200)), hint: 'lock-unreadable' },
    { name: 'a temporary file beside a pack', damage: (path) => writeFileSync(`${pick(path, 'data')}-tmp-123`, 'half') },
    { name: 'no folder for locks', damage: (path) => rmSync(join(path, 'locks'), { recursive: true }) }
  ];
  for (const { name, damage, error, hint, onlyReadData } of recipes) {
    it(`${name} is ${error ? `found as ${error}` : hint ? `told as ${hint}` : 'no damage'}`, async () => {
      using folder = temporaryFolder();
      const { path } = makeWithRestic(folder.path, '2');
      damage(path);
      const quick = await check(path, password);
      const thorough = await check(path, password, true);
      if (onlyReadData) expect(quick.ok).toBe(true);
      expect(thorough.ok).toBe(error === undefined);
      if (error) expect(codes(thorough, 'error')).toContain(error);
      expect(codes(thorough, 'hint')).toEqual(hint ? [hint] : error === 'blob-missing' || error === 'index-unreadable' ? ['pack-unindexed'] : []);
      if (existsSync(join(path, 'locks')) && hint !== 'lock-unreadable') expect(resticSaysWhole(path, password, thorough), 'restic agrees').toBe(thorough.ok);
    });
  }

  it('a config of another repository is damage, not a wrong password', async () => {
    using folder = temporaryFolder();
    const { path } = makeWithRestic(folder.path, '2');
    const other = makeWithRestic(join(folder.path, 'other'), '1').path;
    rmSync(join(path, 'config'));
    cpSync(join(other, 'config'), join(path, 'config'));
    await expect(openLocal(path, password)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
  });
});

describe.runIf(withRestic)('locks between restic and us', () => {
  it('our exclusive lock stops restic, and its release lets it in', async () => {
    using folder = temporaryFolder();
    const { path, source } = makeWithRestic(folder.path, '2');
    const repository = await openLocal(path, password);
    const lock = await repository.lock({ exclusive: true, identity, onLost: () => undefined });
    const refused = restic(path, password, 'backup', source);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toContain('already locked exclusively by PID 4000000 on elsewhere by tester');
    await lock.release();
    expect(restic(path, password, 'backup', source).code).toBe(0);
  });

  it('our shared lock lets restic read and stops its check', async () => {
    using folder = temporaryFolder();
    const { path, source } = makeWithRestic(folder.path, '2');
    const lock = await (await openLocal(path, password)).lock({ exclusive: false, identity, onLost: () => undefined });
    expect(restic(path, password, 'backup', source).code).toBe(0);
    expect(restic(path, password, 'check').code).not.toBe(0);
    await lock.release();
    expect(restic(path, password, 'check').code).toBe(0);
  });

  it('`restic unlock` takes our lock for stale once its process is gone, and only then', async () => {
    using folder = temporaryFolder();
    const { path } = makeWithRestic(folder.path, '2');
    const { hostname } = await import('node:os');
    const repository = await openLocal(path, password);
    const lock = await repository.lock({ exclusive: true, identity: { ...identity, hostname: hostname(), pid: 4_100_000 }, onLost: () => undefined });
    expect(readdirSync(join(path, 'locks'))).toEqual([lock.id]);
    expect(restic(path, password, 'unlock').code).toBe(0);
    expect(readdirSync(join(path, 'locks'))).toEqual([]);
    await lock.release();
  });

  it('a process that holds a lock survives the signal restic probes it with, and keeps its lock', async () => {
    using folder = temporaryFolder();
    const { path } = makeWithRestic(folder.path, '2');
    const holder = spawn(process.execPath, [join(import.meta.dirname, 'testing/hold-lock.ts'), path, password], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      const told = createInterface(holder.stdout)[Symbol.asyncIterator]();
      expect((await told.next()).value).toBe('locked');
      expect(restic(path, password, 'unlock').code).toBe(0);
      expect((await told.next()).value).toBe('probed');
      expect(readdirSync(join(path, 'locks'))).toHaveLength(1);
      expect(restic(path, password, 'check').code).not.toBe(0);
      holder.stdin.end();
      expect((await told.next()).value).toBe('released');
      expect(readdirSync(join(path, 'locks'))).toEqual([]);
    } finally {
      holder.kill('SIGKILL');
    }
  });

  it('a lock of restic stops our check while it holds it', async () => {
    using folder = temporaryFolder();
    const { path } = makeWithRestic(folder.path, '2');
    // restic waits for the end of its standard input while it holds its shared lock.
    const busy = spawn(resticPath, ['--no-cache', '-r', path, 'backup', '--stdin'], { env: { PATH: process.env['PATH'] ?? '', HOME: folder.path, RESTIC_PASSWORD: password }, stdio: ['pipe', 'ignore', 'ignore'] });
    const ended = new Promise((resolve) => busy.once('exit', resolve));
    try {
      while (readdirSync(join(path, 'locks')).length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
      const repository = await openLocal(path, password);
      await expect(repository.lock({ exclusive: true, identity, onLost: () => undefined })).rejects.toMatchObject({ code: 'REPOSITORY_LOCKED', data: { holder: expect.stringContaining(`(PID ${busy.pid})`) as string } });
      await (await repository.lock({ exclusive: false, identity, onLost: () => undefined })).release();
    } finally {
      busy.stdin.end('a snapshot of nothing would not be made');
      await ended;
    }
    expect((await check(path, password)).snapshots).toBe(3);
  });
});
