// Several passwords, through the repository's service on real files and threads; the log and the secret store are stand-ins.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CallContext } from '../../../../contract/index.ts';
import { createNodePorts } from '../../../adapters/node-ports.ts';
import { createOutbox, openDatabase, outboxMigrations, type Database, type OutboxEvent } from '../../store/index.ts';
import { createTasks } from '../../system/tasks.ts';
import { MemoryBackend } from '../backend/memory.ts';
import { createRepository, openKey } from '../keys.ts';
import { repositoryMigrations } from '../migrations.ts';
import type { Repositories } from '../model.ts';
import { createPlaces, type Places } from '../places.ts';
import { createRepositories } from '../service.ts';
import { createLocalBackend } from '../backend/local.ts';
import { bytesOf, cheapScrypt, clock, files, openLocal, random, temporaryFolder, testSealing } from '../testing/index.ts';
import { addKey, listKeys, removeKey } from './key-changes.ts';

const ports = createNodePorts({ workerFile: new URL('../../../worker.ts', import.meta.url), dataThreads: 2 });
afterAll(() => ports.workers.close());
const context: CallContext = { actor: 'ana', via: 'cli', scope: 'owner', signal: undefined };

let folder: ReturnType<typeof temporaryFolder>;
let db: Database;
let events: OutboxEvent[];
let kept: Map<string, string>;
let repositories: Repositories;
let places: Places;
let path: string;
let refuseEvents = false;
const environment: Record<string, string> = { NEXT: 'from the environment' };

function start(): void {
  const announce = (): void => undefined;
  const log = {
    check: ({ action }: OutboxEvent) => {
      if (refuseEvents && action === 'repository.password-changed') throw new Error('the log is closed');
    },
    appendMany: (more: readonly OutboxEvent[]) => events.push(...more)
  };
  const secrets = { get: async ({ id }: { id: string }) => (kept.has(id) ? bytesOf(kept.get(id)!) : undefined), set: async ({ id }: { id: string }, value: Uint8Array) => void kept.set(id, Buffer.from(value).toString()), delete: async ({ id }: { id: string }) => kept.delete(id), ...testSealing };
  places = createPlaces(ports);
  repositories = createRepositories({ ports, places, db, outbox: createOutbox({ db, log, random, clock }), secrets, named: { use: () => Promise.reject(new Error('no named secrets here')) }, tasks: createTasks({ clock, random, announce }), announce, environment, homePath: join(folder.path, 'home') });
}

beforeEach(async () => {
  folder = temporaryFolder();
  mkdirSync(join(folder.path, 'home'));
  writeFileSync(join(folder.path, 'home', 'varve-home.json'), '{}');
  db = openDatabase({ path: join(folder.path, 'home', 'state.db'), files, migrations: [...outboxMigrations, ...repositoryMigrations], kind: 'state' });
  events = [];
  kept = new Map();
  refuseEvents = false;
  path = join(folder.path, 'repository');
  mkdirSync(path);
  await createRepository({ backend: createLocalBackend({ files, random, path }), password: bytesOf('first'), hostname: 'test', username: 'tester', random, clock, scrypt: cheapScrypt });
  start();
  await repositories.add({ name: 'safe', path, mode: 'open', password: { kind: 'value', password: 'first' } }, context);
});
afterEach(async () => {
  await repositories.close();
  await places.close();
  db.close();
  folder[Symbol.dispose]();
});

const value = (password: string) => ({ kind: 'value' as const, password });
const opens = async (password: string): Promise<boolean> => openLocal(path, password).then(() => true, () => false);
const keyFiles = (): string[] => readdirSync(join(path, 'keys')).sort();
const list = () => repositories.keys.list({ repository: 'safe' }, context);

describe('passwords of a repository', () => {
  it('are added beside the one in use, listed without a secret, and taken away again', async () => {
    const [first] = await list();
    const { id } = await repositories.keys.add({ repository: 'safe', password: value('second') }, context);
    expect([await opens('first'), await opens('second')]).toEqual([true, true]);
    expect(await list()).toEqual(
      expect.arrayContaining([
        { ...first, current: true, username: 'tester', hostname: 'test', damage: null },
        { id, current: false, username: ports.machine.username, hostname: ports.machine.hostname, createdAt: expect.stringMatching(/^20\d\d-/) as string, damage: null }
      ])
    );
    expect([...kept.values()]).toEqual(['first']);
    expect(await repositories.keys.remove({ repository: 'safe', key: id.slice(0, 8) }, context)).toEqual({ id });
    expect(await opens('second')).toBe(false);
    expect(events.map(({ action }) => action)).toEqual(['repository.added', 'repository.key-added', 'repository.key-removed']);
    expect(JSON.stringify(events)).not.toMatch(/first|second/);
    expect(readdirSync(join(path, 'locks'))).toEqual([]);
  });

  it('never lose the one in use', async () => {
    const [first] = await list();
    await repositories.keys.add({ repository: 'safe', password: value('second') }, context);
    await expect(repositories.keys.remove({ repository: 'safe', key: first!.id }, context)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'key' } });
    await expect(repositories.keys.remove({ repository: 'safe', key: 'ffffffff' }, context)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(keyFiles()).toHaveLength(2);
  });

  it('change to one in the secret store, in a variable, in a file: the old one ends, and the home opens with the new one', async () => {
    const { id } = repositories.find('safe');
    const file = join(folder.path, 'password');
    writeFileSync(file, '  in a file \n');
    const steps = [
      { source: value('next'), password: 'next', from: 'store' },
      { source: { kind: 'environment' as const, variable: 'NEXT' }, password: 'from the environment', from: 'environment' },
      { source: { kind: 'file' as const, path: file }, password: 'in a file', from: 'file' }
    ];
    for (const { source, password, from } of steps) {
      const { id: key, removed } = await repositories.keys.change({ repository: 'safe', password: source }, context);
      expect(removed).not.toBeNull();
      expect(keyFiles()).toEqual([key]);
      expect(await opens(password)).toBe(true);
      expect(kept.get(id)).toBe(from === 'store' ? password : undefined);
      expect(repositories.find('safe').password.from).toBe(from);
    }
    expect(events.slice(1, 3).map(({ action }) => action)).toEqual(['repository.password-changed', 'repository.key-removed']);
    expect(JSON.stringify(events)).not.toMatch(/next|in a file/);
    // A later start knows only what is written down.
    await repositories.close();
    start();
    expect((await repositories.unlockKey(id)).keyId).toBe(keyFiles()[0]);
  });

  it('stay as they were when the home cannot note the change', async () => {
    refuseEvents = true;
    await expect(repositories.keys.change({ repository: 'safe', password: value('next') }, context)).rejects.toThrow('the log is closed');
    expect([await opens('first'), await opens('next')]).toEqual([true, false]);
    expect([...kept.values()]).toEqual(['first']);
    expect(keyFiles()).toHaveLength(1);
  });

  it('keep the old one, and say so, where another program’s lock is in the way', async () => {
    const other = await openLocal(path, 'first');
    const lock = await other.lock({ exclusive: false, identity: { hostname: 'elsewhere', username: 'x', pid: 1, uid: 1, gid: 1 }, onLost: () => undefined });
    try {
      expect(await repositories.keys.change({ repository: 'safe', password: value('next') }, context)).toMatchObject({ removed: null });
      expect([await opens('first'), await opens('next')]).toEqual([true, true]);
    } finally {
      await lock.release();
    }
  });

  it('are no secret in a key file, and a damaged one is named and can go', async () => {
    const stray = 'ab'.repeat(32);
    writeFileSync(join(path, 'keys', stray), 'no key');
    expect((await list()).find(({ id }) => id === stray)).toMatchObject({ current: false, damage: 'content does not match its name' });
    await repositories.keys.remove({ repository: 'safe', key: stray }, context);
    expect(keyFiles()).toHaveLength(1);
    expect(readFileSync(join(path, 'keys', keyFiles()[0]!), 'utf8')).not.toContain('first');
  });
});

describe('key files', () => {
  let backend: MemoryBackend;
  let made: Awaited<ReturnType<typeof createRepository>>;
  const add = (password: string) => addKey({ backend, masterKey: made.masterKey, password: bytesOf(password), hostname: 'h', username: 'u', random, clock, scrypt: cheapScrypt });
  beforeAll(async () => {
    backend = new MemoryBackend();
    made = await createRepository({ backend, password: bytesOf('first'), hostname: 'h', username: 'u', random, clock, scrypt: cheapScrypt });
  });

  it('are never empty, and never more than anybody tries', async () => {
    await expect(add('')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    for (let i = 2; i <= 20; i++) await add(`password ${i}`);
    await expect(add('one too many')).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await listKeys(backend)).toHaveLength(20);
    expect(Buffer.from((await openKey({ backend, password: bytesOf('password 20') })).masterKey.encrypt).equals(made.masterKey.encrypt)).toBe(true);
  });

  it('do not go while the one in use is missing', async () => {
    const [some] = await listKeys(backend);
    await expect(removeKey({ backend, key: some!.id, inUse: 'cd'.repeat(32) })).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });
});
