// The service on real files, real threads and a real state.db; the log and the secret store are stand-ins.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import type { EngineEvent, TaskState } from '../../../contract/events.ts';
import type { CheckReport } from '../../../contract/repository.ts';
import type { CallContext } from '../../../contract/index.ts';
import { createPlaces, type Places } from './places.ts';
import { VarveError } from '../kit/errors.ts';
import { createNodePorts } from '../../adapters/node-ports.ts';
import { createOutbox, openDatabase, outboxMigrations, type Database, type OutboxEvent } from '../store/index.ts';
import { createTasks, type Tasks } from '../system/tasks.ts';
import { PackWriter } from './pack-writer.ts';
import { repositoryMigrations } from './migrations.ts';
import { createRepositories } from './service.ts';
import { Repository } from './repository.ts';
import { createLocalBackend } from './backend/local.ts';
import { sha256, sha256Hex } from './format/ids.ts';
import type { IndexPack } from './format/index-file.ts';
import { encodeTree, goMode } from './format/tree.ts';
import { utcTime } from './format/time.ts';
import { createOn, random, temporaryFolder, testSealing } from './testing/index.ts';
import { BrowseSession } from './session.ts';
import type { Repositories } from './model.ts';

const realPorts = createNodePorts({ workerFile: new URL('../../worker.ts', import.meta.url), dataThreads: 2 });
const ports = realPorts;
afterAll(() => ports.workers.close());

const context: CallContext = { actor: 'ana', via: 'cli', scope: 'owner', signal: undefined };
const secret = { kind: 'value', password: 'geheim' } as const;

let folder: ReturnType<typeof temporaryFolder>;
let db: Database;
let tasks: Tasks;
let events: OutboxEvent[];
let announced: EngineEvent[];
let kept: Map<string, Uint8Array>;
let repositories: Repositories;
let refuseSecrets: Error | undefined;
/** Of named secrets. */
let readings: string[];
let places: Places;
const environment: Record<string, string> = { PASSWORD_OF_WORK: 'geheim' };

beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'home'));
  writeFileSync(join(folder.path, 'home', 'varve-home.json'), '{}');
  db = openDatabase({ path: join(folder.path, 'home', 'state.db'), files: ports.files, migrations: [...outboxMigrations, ...repositoryMigrations], kind: 'state' });
  events = [];
  announced = [];
  readings = [];
  kept = new Map();
  refuseSecrets = undefined;
  start();
});
afterEach(async () => {
  await tasks.stopAll();
  await repositories.close();
  await places.close();
  db.close();
  folder[Symbol.dispose]();
});

function start(ports = realPorts): void {
  const announce = (event: EngineEvent): void => void announced.push(event);
  tasks = createTasks({ clock: ports.clock, random, announce });
  const log = { check: () => undefined, appendMany: (more: readonly OutboxEvent[]) => events.push(...more) };
  const outbox = createOutbox({ db, log, random, clock: ports.clock });
  const secrets = {
    get: async ({ id }: { id: string }) => kept.get(id),
    set: async ({ id }: { id: string }, value: Uint8Array) => {
      if (refuseSecrets) throw refuseSecrets;
      kept.set(id, value);
    },
    delete: async ({ id }: { id: string }) => kept.delete(id),
    ...testSealing
  };
  const named = {
    use: async (name: string, facts: { by: string; purpose: string }) => {
      readings.push(`${name} ${facts.by} ${facts.purpose}`);
      return { value: 'geheim' };
    }
  };
  places = createPlaces(ports);
  repositories = createRepositories({ ports, places, db, outbox, secrets, named, tasks, announce, environment, homePath: join(folder.path, 'home') });
}

const at = (name: string): string => join(folder.path, name);
const add = (name: string, over: Partial<Parameters<Repositories['add']>[0]> = {}) => repositories.add({ name, path: at(name), mode: 'auto', password: secret, ...over }, context);
/** One whose key is derived at once, where nothing is about the making of it. */
const addQuick = async (name: string) => {
  await createOn(createLocalBackend({ files: ports.files, random, path: at(name) }), secret.password);
  return add(name, { mode: 'open' });
};

async function ended(taskId: string): Promise<TaskState> {
  let last: TaskState | undefined;
  for await (const state of tasks.watch(taskId)) last = state;
  return last!;
}

async function saveOne(id: string): Promise<{ snapshot: string; tree: string; blob: string }> {
  const { path, masterKey } = await repositories.unlockKey(id);
  const repository = await Repository.open({ backend: createLocalBackend({ files: ports.files, random, path }), masterKey, random, clock: ports.clock });
  const packs: IndexPack[] = [];
  const save = async (type: 'data' | 'tree', plain: Uint8Array): Promise<string> => {
    const writer = new PackWriter({ sealer: repository.sealer, randomBytes: (length) => random.bytes(length), type, store: (pieces, pack) => repository.savePack(pieces, pack) });
    await writer.add(sha256(plain), plain);
    await writer.flush();
    packs.push(...writer.takeFinished());
    return sha256Hex(plain);
  };
  const time = utcTime(ports.clock.nowNs());
  const common = { mtime: time, atime: time, ctime: time, uid: 0, gid: 0 };
  const blob = await save('data', Buffer.from('hello world'));
  const sub = await save('tree', encodeTree([{ ...common, name: 'greeting', type: 'file', mode: goMode('file', 0o644), size: 22, content: [blob, blob] }]));
  const tree = await save('tree', encodeTree([{ ...common, name: 'folder', type: 'dir', mode: goMode('dir', 0o755), subtree: sub }]));
  await repository.saveIndex(packs);
  return { snapshot: await repository.saveSnapshot({ time, tree, paths: ['/folder'] }), tree, blob };
}

describe('adding a repository', () => {
  it('makes one where there is none, keeps its password, and says so in the log', async () => {
    const { repository, created, snapshots } = await add('work');
    expect({ created, snapshots }).toEqual({ created: true, snapshots: 0 });
    expect(repository).toMatchObject({ name: 'work', path: at('work'), version: 2, appendOnly: false, passwordFrom: 'store', state: 'ready', lastCheck: null });
    expect(readdirSync(at('work')).sort()).toEqual(['config', 'data', 'index', 'keys', 'locks', 'snapshots']);
    expect(Buffer.from(kept.get(repository.id)!).toString()).toBe('geheim');
    expect(events).toMatchObject([{ action: 'repository.added', actor: 'ana', subject: 'repository:work', payload: { repository: 'work', path: at('work'), created: true } }]);
    expect(announced).toContainEqual({ kind: 'changed', what: 'repositories' });
    expect(JSON.stringify(events)).not.toContain('geheim');
    expect(await repositories.list({}, context)).toEqual([{ ...repository, freeBytes: expect.any(Number) as number }]);
  });

  it('opens one that is there, with the password from a file or a variable, and stores neither', async () => {
    const { repository } = await add('work');
    await saveOne(repository.id);
    renameSync(at('work'), at('elsewhere'));
    writeFileSync(at('password'), ' geheim\n');
    const second = await add('again', { path: at('elsewhere'), password: { kind: 'file', path: at('password') } });
    expect(second).toMatchObject({ created: false, snapshots: 1, repository: { passwordFrom: 'file', resticId: repository.resticId } });
    expect(kept.has(second.repository.id)).toBe(false);
    renameSync(at('elsewhere'), at('third'));
    const third = await add('third', { mode: 'open', password: { kind: 'environment', variable: 'PASSWORD_OF_WORK' } });
    expect(third.repository.passwordFrom).toBe('environment');
    renameSync(at('third'), at('fourth'));
    const fourth = await add('fourth', { mode: 'open', password: { kind: 'secret', name: 'usb' } });
    expect(fourth.repository.passwordFrom).toBe('secret');
    await repositories.close();
    start();
    await repositories.unlockKey(fourth.repository.id);
    expect(readings).toEqual(['usb repository:fourth password', 'usb repository:fourth password']);
    expect(repositories.find('fourth').password).toEqual({ from: 'secret', name: 'usb' });
  });

  it('refuses a name or a place that is taken, also by another way to the same place', async () => {
    await add('work');
    await expect(add('work', { path: at('other') })).rejects.toMatchObject({ code: 'CONFLICT', data: { name: 'work' } });
    await expect(add('other', { path: `${at('x')}/../work/` })).rejects.toMatchObject({ code: 'CONFLICT', data: { name: 'work' } });
    expect(existsSync(at('other'))).toBe(false);
  });

  it('refuses what does not fit the mode, each with its own code', async () => {
    mkdirSync(at('full'));
    writeFileSync(join(at('full'), 'thesis.txt'), 'x');
    writeFileSync(at('file'), 'x');
    await add('work');
    await expect(add('a', { path: at('gone'), mode: 'open' })).rejects.toMatchObject({ code: 'REPOSITORY_MISSING' });
    await expect(add('b', { path: at('full') })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(add('c', { path: at('file') })).rejects.toMatchObject({ code: 'NOT_A_FOLDER' });
    await expect(add('d', { path: join(at('home'), 'inside') })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'path' } });
    await expect(add('e', { path: 'relative' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await expect(add('f', { path: at('new'), password: { kind: 'value', password: '' } })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'password' } });
    renameSync(at('work'), at('moved'));
    await expect(add('g', { path: at('moved'), mode: 'create' })).rejects.toMatchObject({ code: 'REPOSITORY_EXISTS' });
    await expect(add('h', { path: at('moved'), password: { kind: 'value', password: 'wrong' } })).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    expect(await repositories.list({}, context)).toHaveLength(1);
    expect(kept.size).toBe(1);
  });
});

describe('a secret store that does not take the password', () => {
  it('keeps a new repository from being made', async () => {
    refuseSecrets = new VarveError('VAULT_LOCKED', 'locked', { path: 'vault.json' });
    await expect(add('work')).rejects.toMatchObject({ code: 'VAULT_LOCKED' });
    expect(existsSync(at('work'))).toBe(false);
    expect(repositories.rows()).toEqual([]);
  });

  it('is left without the password when the repository cannot be made', async () => {
    const run = ports.workers.run.bind(ports.workers);
    const failing = { ...ports, workers: { ...ports.workers, run: ((name: string, ...rest: [unknown]) => (name === 'repository.create' ? Promise.reject(new VarveError('NO_SPACE', 'full', { path: 'x' })) : run(name, ...rest))) as typeof ports.workers.run } };
    start(failing);
    await expect(add('work')).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(kept.size).toBe(0);
  });
});

describe('protected places', () => {
  it('are the home and every repository, by what they are and not only by name', async () => {
    await add('work');
    symlinkSync(at('work'), at('link'));
    renameSync(at('work'), at('real'));
    symlinkSync(at('real'), at('work'));
    const { dev, ino } = statSync(at('real'), { bigint: true });
    const places = await repositories.protectedPlaces();
    expect(places.map(({ what, name }) => [what, name])).toEqual([['home', ''], ['repository', 'work']]);
    expect(places[1]).toMatchObject({ path: at('work'), real: realpathSync(at('real')), device: dev, inode: ino });
  });
});

describe('looking at a place', () => {
  it('says what lies there', async () => {
    const probe = async (path: string): Promise<string> => (await places.site(path)).probe.kind;
    await add('work');
    mkdirSync(at('blank'));
    mkdirSync(join(at('old'), 'key'), { recursive: true });
    writeFileSync(join(at('old'), 'config'), 'x');
    writeFileSync(at('file'), 'x');
    expect([await probe(at('work')), await probe(at('blank')), await probe(join(at('new'), 'deeper')), await probe(at('old')), await probe(folder.path), await probe(at('file')), await probe(join(at('file'), 'x'))]).toEqual(['restic', 'empty', 'missing', 'legacy', 'other-files', 'not-a-folder', 'not-writable']);
    expect(readdirSync(at('blank'))).toEqual([]);
    const { freeBytes, fileSystem } = (await places.site(at('blank'))).probe;
    expect(freeBytes).toBeGreaterThan(0);
    expect(fileSystem).not.toBe('');
  });
});

describe('a repository that is known', () => {
  it('is absent while its drive is away, and unlocks when it is back', async () => {
    const { repository } = await addQuick('work');
    await repositories.close();
    start();
    renameSync(at('work'), at('away'));
    expect(await repositories.list({}, context)).toMatchObject([{ state: 'absent', freeBytes: null }]);
    await expect(repositories.unlockKey(repository.id)).rejects.toMatchObject({ code: 'REPOSITORY_MISSING' });
    mkdirSync(at('work'));
    expect(await repositories.placeOf(repositories.find('work'), { fresh: true })).toMatchObject({ state: 'absent', reason: 'an empty folder' });
    rmSync(at('work'), { recursive: true });
    renameSync(at('away'), at('work'));
    const unlocked = await repositories.unlockKey(repository.id);
    expect(unlocked.path).toBe(at('work'));
    expect(await repositories.unlockKey(repository.id)).toBe(unlocked);
  });

  describe('opened once', () => {
    const restart = async (): Promise<void> => {
      await repositories.close();
      start();
    };
    /** What the key file says is made useless: whoever still opens the repository derives nothing from it. */
    const spoilKeyFile = (): void => {
      const name = readdirSync(join(at('work'), 'keys'))[0] as string;
      rmSync(join(at('work'), 'keys', name));
      writeFileSync(join(at('work'), 'keys', name), '{}');
    };
    const keptKey = (id: string): string => join(folder.path, 'home', 'cache', 'keys', id);

    it('opens again without the half second of its password, while that is in the secret store', async () => {
      const { repository } = await addQuick('work');
      const before = await repositories.unlockKey(repository.id);
      await restart();
      spoilKeyFile();
      const again = await repositories.unlockKey(repository.id);
      expect(again.keyId).toBe(before.keyId);
      expect(Buffer.from(again.masterKey.encrypt)).toEqual(Buffer.from(before.masterKey.encrypt));
    });

    it.each([
      ['another password is in the secret store', (id: string) => void kept.set(id, Buffer.from('wrong'))],
      ['what was kept is damaged', (id: string) => writeFileSync(keptKey(id), 'x')],
      ['what was kept is that of another repository', (id: string) => writeFileSync(keptKey(id), readFileSync(keptKey(id), 'latin1').replace(id, 'another'))]
    ])('is opened by its password once %s', async (_name, change) => {
      const { repository } = await addQuick('work');
      await restart();
      change(repository.id);
      spoilKeyFile();
      await expect(repositories.unlockKey(repository.id)).rejects.toMatchObject({ code: expect.stringMatching(/DAMAGED|UNSUPPORTED|WRONG_PASSWORD/) as string });
    });

    it('is no longer opened once its key was taken out of the repository', async () => {
      const { repository } = await addQuick('work');
      await restart();
      for (const name of readdirSync(join(at('work'), 'keys'))) rmSync(join(at('work'), 'keys', name));
      await expect(repositories.unlockKey(repository.id)).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
    });

    it('keeps nothing when the password comes from elsewhere, and forgets when it is taken out of the store', async () => {
      const first = await add('work', { password: { kind: 'environment', variable: 'PASSWORD_OF_WORK' } });
      expect(existsSync(keptKey(first.repository.id))).toBe(false);
      await repositories.usePassword({ repository: 'work', password: secret }, context);
      await restart();
      await repositories.unlockKey(first.repository.id);
      expect(existsSync(keptKey(first.repository.id))).toBe(true);
      expect(readFileSync(keptKey(first.repository.id)).includes('geheim')).toBe(false);
      await repositories.usePassword({ repository: 'work', password: { kind: 'environment', variable: 'PASSWORD_OF_WORK' } }, context);
      expect(existsSync(keptKey(first.repository.id))).toBe(false);
    });
  });

  it('is not taken for another one that lies at its place now', async () => {
    const first = await add('work');
    const second = await add('other');
    await repositories.close();
    start();
    renameSync(at('work'), at('away'));
    renameSync(at('other'), at('work'));
    expect(first.repository.resticId).not.toBe(second.repository.resticId);
    await expect(repositories.unlockKey(first.repository.id)).rejects.toMatchObject({ code: 'REPOSITORY_OTHER', data: { path: at('work'), repository: 'work' } });
    // Nobody makes it the right one by giving its password, and nothing of the home's own is lost by trying.
    await expect(repositories.usePassword({ repository: 'work', password: secret }, context)).rejects.toMatchObject({ code: 'REPOSITORY_OTHER' });
    expect((await repositories.list({}, context)).map(({ state }) => state)).toEqual(['absent', 'other']);
    renameSync(at('work'), at('other'));
    renameSync(at('away'), at('work'));
    expect((await repositories.unlockKey(first.repository.id)).path).toBe(at('work'));
  });

  it('that another program rewrote is the same one, once its password is given', async () => {
    const { repository } = await addQuick('work');
    const { masterKey } = await repositories.unlockKey(repository.id);
    const { sealer, config } = await Repository.open({ backend: createLocalBackend({ files: ports.files, random, path: at('work') }), masterKey, random, clock: ports.clock });
    await repositories.keys.add({ repository: 'work', password: { kind: 'value', password: 'from the sheet' } }, context);
    kept.set(repository.id, Buffer.from('forgotten'));
    rmSync(join(at('work'), 'config'), { force: true });
    writeFileSync(join(at('work'), 'config'), sealer.seal(Buffer.from(JSON.stringify({ ...config.raw, append_only: true }))));
    await new Promise((resolve) => setTimeout(resolve, 2_100)); // what was seen of the place counts for two seconds
    await expect(repositories.unlockKey(repository.id)).rejects.toMatchObject({ code: 'REPOSITORY_OTHER' });
    const used = await repositories.usePassword({ repository: 'work', password: { kind: 'value', password: 'from the sheet' } }, context);
    expect(used).toMatchObject({ state: 'ready', appendOnly: true });
  });

  it('is found by name and by id, and by nothing else', async () => {
    const { repository } = await addQuick('work');
    expect(repositories.find('work').id).toBe(repository.id);
    expect(repositories.find(repository.id).name).toBe('work');
    expect(() => repositories.find('nothing')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});

describe('a check as a task', () => {
  it('reports, remembers and records what it found, and leaves no lock', async () => {
    const { repository } = await addQuick('work');
    await saveOne(repository.id);
    const { taskId } = await repositories.check({ repository: 'work', readData: true }, context);
    const good = await ended(taskId);
    expect(good).toMatchObject({ kind: 'check', subject: 'work', state: 'done', result: { report: { ok: true, repositoryId: repository.id, snapshots: 1, trees: 2, readData: true, findings: [] } } });
    expect(readdirSync(join(at('work'), 'locks'))).toEqual([]);
    const pack = join(at('work'), 'data');
    const [sub] = readdirSync(pack).filter((name) => readdirSync(join(pack, name)).length > 0);
    rmSync(join(pack, sub!), { recursive: true });
    const bad = await ended((await repositories.check({ repository: 'work', readData: false }, context)).taskId);
    expect(bad.result).toMatchObject({ report: { ok: false, findings: expect.arrayContaining([expect.objectContaining({ code: 'pack-missing' })]) as unknown } });
    expect((await repositories.list({}, context))[0]?.lastCheck).toMatchObject({ ok: false, readData: false });
    expect(events.filter((event) => event.action === 'repository.checked').map((event) => [event.level, (event.payload as { ok: boolean }).ok])).toEqual([['info', true], ['error', false]]);
    expect(db.prepare('SELECT count(*) AS n FROM held_locks').get()).toEqual({ n: 0 });
  });

  it('reads a share back, what was read longest ago first, and knows what was read when', async () => {
    const { repository } = await addQuick('work');
    for (let i = 0; i < 4; i++) await saveOne(repository.id);
    const check = async (how: object) => {
      const state = await ended((await repositories.check({ repository: 'work', readData: false, ...how }, context)).taskId);
      return (state.result as { report: CheckReport }).report;
    };
    const first = await check({ readPercent: 1 });
    expect(first).toMatchObject({ ok: true, readData: false, packsRead: 1 });
    const { packs } = first.coverage;
    expect(first.coverage).toMatchObject({ packs, never: packs - 1 });
    for (let left = packs - 2; left >= 0; left--) expect((await check({ readPercent: 1 })).coverage.never).toBe(left);
    const whole = await check({});
    expect(whole).toMatchObject({ packsRead: 0, bytesRead: 0, coverage: { packs, never: 0 } });
    expect((await check({ readData: true })).coverage.oldestAt).not.toBe(whole.coverage.oldestAt);
    // What was read back badly is not known to be good.
    const [pack] = db.prepare('SELECT lower(hex(pack)) AS id FROM pack_readings').all<{ id: string }>();
    const file = join(at('work'), 'data', pack!.id.slice(0, 2), pack!.id);
    chmodSync(file, 0o600);
    writeFileSync(file, readFileSync(file).fill(0, 3, 9));
    db.prepare('DELETE FROM pack_readings').run();
    expect(await check({ readData: true })).toMatchObject({ ok: false, coverage: { never: 1 } });
    // A pack that is gone is no longer counted.
    rmSync(file);
    db.prepare('INSERT INTO pack_readings SELECT repository_id, unhex(?), at_ms FROM pack_readings LIMIT 1').run(pack!.id);
    expect((await check({ readWithinDays: 30 })).coverage.packs).toBe(packs - 1);
    expect(db.prepare('SELECT count(*) AS n FROM pack_readings WHERE pack = unhex(?)').get(pack!.id)).toEqual({ n: 0 });
    await expect(repositories.check({ repository: 'work', readData: true, readPercent: 5 }, context)).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('says who holds the repository when it is locked', async () => {
    const { repository } = await addQuick('work');
    const { path, masterKey } = await repositories.unlockKey(repository.id);
    const other = await Repository.open({ backend: createLocalBackend({ files: ports.files, random, path }), masterKey, random, clock: ports.clock });
    const lock = await other.lock({ exclusive: false, identity: { hostname: 'elsewhere', username: 'bea', pid: 7, uid: 1, gid: 1 }, onLost: () => undefined });
    const state = await ended((await repositories.check({ repository: 'work', readData: false }, context)).taskId);
    expect(state).toMatchObject({ state: 'failed', error: { code: 'REPOSITORY_LOCKED', data: { holder: 'bea@elsewhere (PID 7)' } } });
    await lock.release();
  });
});

describe('a browse session', () => {
  it('lists, walks and reads, sees what was added later, and gives way to a check', async () => {
    const { repository } = await addQuick('work');
    const session = await repositories.withBrowser(repository.id);
    expect((await session.loadSnapshots()).snapshots).toEqual([]);
    const { snapshot, tree, blob } = await saveOne(repository.id);
    const { snapshots } = await session.loadSnapshots();
    expect(snapshots.map(({ id, file }) => [id, file.tree, file.paths])).toEqual([[snapshot, tree, ['/folder']]]);
    expect((await session.tree(tree)).map((node) => node.name)).toEqual(['folder']);
    expect(await session.folder(tree, { limit: 10, from: { around: 'folder' } })).toMatchObject({ nodes: [{ name: 'folder' }], offset: 0, total: 1 });
    const { node } = await session.resolvePath(tree, ['folder', 'greeting']);
    expect(node).toMatchObject({ name: 'greeting', size: 22, content: [blob, blob] });
    await expect(session.resolvePath(tree, ['folder', 'nothing'])).rejects.toMatchObject({ code: 'NOT_FOUND', data: { kind: 'path', name: '/folder/nothing' } });
    const read = async (offset: number, length: number): Promise<[string, boolean]> => {
      const { bytes, end } = await session.readFile([blob, blob], { offset, length });
      return [Buffer.from(bytes).toString(), end];
    };
    expect([await read(0, 5), await read(6, 11), await read(6, 16), await read(6, 100), await read(22, 5), await read(90, 5)]).toEqual([['hello', false], ['worldhello ', false], ['worldhello world', true], ['worldhello world', true], ['', true], ['', true]]);
    expect(readdirSync(join(at('work'), 'locks'))).toHaveLength(1);
    expect(db.prepare('SELECT count(*) AS n FROM held_locks').get()).toEqual({ n: 1 });

    const state = await ended((await repositories.check({ repository: 'work', readData: false }, context)).taskId);
    expect(state.state).toBe('done');
    expect((await session.tree(tree)).length).toBe(1);
    await repositories.close();
    expect(readdirSync(join(at('work'), 'locks'))).toEqual([]);
  });

  it('stops a question that is cancelled and answers the next', async () => {
    const { repository } = await addQuick('work');
    const session = await repositories.withBrowser(repository.id);
    const stop = new AbortController();
    const asked = session.loadSnapshots(stop.signal);
    stop.abort();
    await expect(asked).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await session.loadSnapshots()).snapshots).toEqual([]);
  });

  it('releases its lock when nobody asks for a while, and comes back for the next question', async () => {
    const { repository } = await addQuick('work');
    const locks = (): string[] => readdirSync(join(at('work'), 'locks'));
    let fire: () => void = () => undefined;
    const clock = { ...ports.clock, setTimer: (_: number, callback: () => void) => ((fire = callback), () => (fire = () => undefined)) };
    const queue = repositories.queue(repository.id);
    const session = new BrowseSession({ workers: ports.workers, clock, queue, unlock: () => repositories.unlockKey(repository.id), onLock: () => undefined });
    await session.loadSnapshots();
    expect(locks()).toHaveLength(1);
    fire();
    await queue.run({ what: 'alone', exclusive: true }, async () => undefined);
    expect(locks()).toEqual([]);
    expect((await session.loadSnapshots()).snapshots).toEqual([]);
    expect(locks()).toHaveLength(1);
    await session.close();
    expect(locks()).toEqual([]);
    await expect(session.loadSnapshots()).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('locks left behind', () => {
  it('of a place that does not answer wait for the next start, and opening the home does not wait for long', async () => {
    const { repository } = await addQuick('work');
    db.prepare('INSERT INTO held_locks VALUES (?, ?, ?, ?, ?)').run(repository.id, 'a'.repeat(64), 4_190_000, '', '2026-11-21T00:00:00.000Z');
    const waits: (number | undefined)[] = [];
    const look = places.look.bind(places);
    places.look = async (path, wait) => (waits.push(wait?.limitMs), { ...(await look(path, wait)), state: 'absent', reason: 'does not answer' });
    expect(await repositories.recoverLocks()).toBe(0);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeLessThanOrEqual(3000);
    expect(db.prepare('SELECT count(*) AS n FROM held_locks').get()).toEqual({ n: 1 });
  });

  it('are removed when their process is gone, and nobody else\'s', async () => {
    const { repository } = await addQuick('work');
    const locks = join(at('work'), 'locks');
    const [dead, living, foreign] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];
    for (const name of [dead, living, foreign]) writeFileSync(join(locks, name), 'x');
    const note = (lockId: string, pid: number): unknown => db.prepare('INSERT INTO held_locks VALUES (?, ?, ?, ?, ?)').run(repository.id, lockId, pid, '', '2026-11-21T00:00:00.000Z');
    note(dead, 4_190_000);
    note(living, process.ppid);
    expect(await repositories.recoverLocks()).toBe(1);
    expect(readdirSync(locks).sort()).toEqual([living, foreign]);
    expect(events.at(-1)).toMatchObject({ action: 'lock.removed', payload: { lock: dead, pid: 4_190_000 } });
    expect(await repositories.recoverLocks()).toBe(0);
    if (process.platform === 'linux') {
      db.prepare('UPDATE held_locks SET process_started = ?').run('another boot/1');
      expect(await repositories.recoverLocks()).toBe(1);
      expect(readdirSync(locks)).toEqual([foreign]);
    }
  });
});

describe('what is told of a repository without its password', () => {
  it('counts files, bytes, locks, and how far its data was read back', async () => {
    const { repository } = await addQuick('work');
    await saveOne(repository.id);
    const before = await repositories.usage({ repository: 'work' }, context);
    expect(before).toMatchObject({ packs: 3, snapshots: 1, locks: 0, coverage: { packs: 3, never: 3, oldestAt: null } });
    expect(before.bytes).toBeGreaterThan(100);
    expect(before.totalBytes).toBeGreaterThan(before.freeBytes ?? Infinity);
    await ended((await repositories.check({ repository: 'work', readData: true }, context)).taskId);
    expect((await repositories.usage({ repository: 'work' }, context)).coverage).toMatchObject({ packs: 3, never: 0, oldestAt: expect.any(String) as string });
    renameSync(at('work'), at('away'));
    await expect(repositories.usage({ repository: 'work' }, context)).rejects.toMatchObject({ code: 'REPOSITORY_MISSING' });
  });

  it('a home whose password opens nothing any more is given the right one', async () => {
    const { repository } = await addQuick('work');
    await repositories.keys.add({ repository: 'work', password: { kind: 'value', password: 'from the sheet' } }, context);
    kept.set(repository.id, Buffer.from('forgotten'));
    await repositories.close();
    start();
    await expect(repositories.unlockKey(repository.id)).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    await expect(repositories.usePassword({ repository: 'work', password: { kind: 'value', password: 'wrong, too' } }, context)).rejects.toMatchObject({ code: 'WRONG_PASSWORD' });
    expect(Buffer.from(kept.get(repository.id) ?? []).toString()).toBe('forgotten');
    await repositories.usePassword({ repository: 'work', password: { kind: 'value', password: 'from the sheet' } }, context);
    expect((await repositories.keys.list({ repository: 'work' }, context)).filter(({ current }) => current)).toHaveLength(1);
    await repositories.close();
    start();
    expect((await repositories.unlockKey(repository.id)).path).toBe(at('work'));
    expect(events.at(-1)).toMatchObject({ action: 'repository.password-used', payload: { passwordFrom: 'store' } });
    expect(JSON.stringify(events)).not.toContain('from the sheet');
  });
});
