// Repositories as the home knows them: add, list, look at, check; open keys and sessions for the domains that work with them. Runs on the
// engine's thread, so everything heavy (scrypt, reading a repository) happens in worker threads. No password stays here: a key does.
import { join } from 'node:path';
import type { EngineApi } from '../../../contract/index.ts';
import type { EngineEvent } from '../../../contract/events.ts';
import type { PasswordSource, Repository as RepositoryView } from '../../../contract/repository.ts';
import { Semaphore } from '../kit/async.ts';
import { cancelled, fail, isVarveError, toWire } from '../kit/errors.ts';
import { resolveUserPath } from '../kit/paths.ts';
import { createUuid7 } from '../kit/uuid7.ts';
import type { Ports } from '../ports.ts';
import type { Database, Outbox } from '../store/index.ts';
import type { Tasks } from '../system/tasks.ts';
import { isFileMissing } from './backend/backend.ts';
import { runCheck } from './check-run.ts';
import { createHeldLocks } from './held-locks.ts';
import type { KeyTaskInput, KeyTaskResult } from './key-tasks.ts';
import { takeLockNote, type LockNote, type LockNoted } from './lock-notes.ts';
import type { PasswordPlace, ProtectedPlace, Repositories, RepositoryRow, UnlockedRepository } from './model.ts';
import { loadPassword, passwordInSecret, readPasswordFile, type NamedPasswords } from './password.ts';
import { createKeptKeys, type KeptKeys, type KeptKeysDeps } from './kept-keys.ts';
import { createKeyService } from './passwords/service.ts';
import { compileCore } from './format/wasm/core.ts';
import { isSamePlace, type PlaceFacts } from './place.ts';
import type { Places, PlaceWait, Site } from './places.ts';
import { RepositoryQueue } from './queue.ts';
import type { ReadWish } from './reading/choose.ts';
import { createReadings, type Readings } from './reading/store.ts';
import { BrowseSession } from './session.ts';
import { createRepositoryStore, type HeldLock } from './store.ts';
import { createLockService } from './unlock/service.ts';
import type { UsageFacts } from './usage-task.ts';
import { createPlaceWatch, type PlaceWatch } from './place-watch.ts';

export interface RepositoriesDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine' | 'logger'>;
  /** Closed by whoever made it. */
  places: Places;
  db: Pick<Database, 'prepare'>;
  outbox: Pick<Outbox, 'commit'>;
  secrets: {
    get(name: { kind: string; id: string }): Promise<Uint8Array | undefined>;
    set(name: { kind: string; id: string }, value: Uint8Array): Promise<void>;
    delete(name: { kind: string; id: string }): Promise<unknown>;
  } & KeptKeysDeps['secrets'];
  named: NamedPasswords;
  tasks: Pick<Tasks, 'start'>;
  announce: (event: EngineEvent) => void;
  environment: Readonly<Record<string, string | undefined>>;
  homePath: string;
}

/** Findings that go into the event; the rest is counted. */
const findingsInEvent = 100;
/** Opening a home never waits longer than this for places. */
const recoverLimitMs = 3_000;
/** For a person's own command a disk may take this long to wake up. */
const patientLimitMs = 15_000;

export function createRepositories(deps: RepositoriesDeps): Repositories {
  return new RepositoryService(deps);
}

class RepositoryService implements Repositories {
  readonly #deps: RepositoriesDeps;
  readonly #store: ReturnType<typeof createRepositoryStore>;
  readonly #heldLocks: ReturnType<typeof createHeldLocks>;
  readonly #readings: Readings;
  readonly #keptKeys: KeptKeys;
  readonly #adding = new Semaphore(1);
  /** With the `config` each was opened by. */
  readonly #keys = new Map<string, { opened: Promise<UnlockedRepository>; configHash: string | null }>();
  /** The `config` of another repository that was found at the place of this one. */
  readonly #others = new Map<string, string>();
  readonly #watch: PlaceWatch;
  readonly #queues = new Map<string, RepositoryQueue>();
  readonly #sessions = new Map<string, BrowseSession>();
  readonly #stopping = new AbortController();
  readonly keys: Repositories['keys'];
  readonly locks: Repositories['locks'];

  constructor(deps: RepositoriesDeps) {
    this.#deps = deps;
    this.#store = createRepositoryStore(deps.db);
    this.#readings = createReadings(deps.db);
    this.#keptKeys = createKeptKeys(deps);
    this.#heldLocks = createHeldLocks({ store: this.#store, files: deps.ports.files, clock: deps.ports.clock, machine: deps.ports.machine });
    const { ports, outbox, secrets, announce } = deps;
    this.keys = createKeyService({
      ports,
      outbox,
      secrets,
      repositories: this,
      refuseAbsent,
      passwordFrom: (source, repository) => this.#passwordFrom(source, repository),
      setPassword: (id, place) => this.#setPassword(id, place),
      setKey: (id, key) => void this.#keys.set(id, { opened: Promise.resolve(key), configHash: this.#keys.get(id)?.configHash ?? this.find(id).configHash }),
      noteLock: (repositoryId, lockId, written) => this.#noteLock(repositoryId, lockId, written),
      announceChanged: () => announce({ kind: 'changed', what: 'repositories' })
    });
    this.locks = createLockService({ ports, outbox, repositories: this });
    this.#watch = createPlaceWatch({ clock: ports.clock, rows: () => this.rows(), look: (row) => this.placeOf(row, { fresh: true }), onChange: () => announce({ kind: 'changed', what: 'repositories' }) });
  }

  list: EngineApi['repositories']['list'] = (_input, context) => this.listNow({ signal: context.signal });

  add: EngineApi['repositories']['add'] = async ({ name, path: typed, mode, password: source }, context) => {
    const leave = await this.#adding.acquire(context.signal);
    try {
      const site = await this.#deps.places.site(typed, this.#deps.homePath, { signal: context.signal });
      const { path } = site;
      await this.#refuseKnown(name, site, context.signal);
      const create = this.#decideToCreate(site, mode);
      const { place, password } = await this.#passwordFrom(source, name);
      if (create && password.length === 0) fail('BAD_INPUT', 'an empty password', { field: 'password', reason: 'must not be empty for a new repository' });
      const id = createUuid7(this.#deps.ports.clock, this.#deps.ports.random);
      // A repository whose password nobody could keep must never come to be: the store takes it first.
      const keepFirst = create && place.from === 'store';
      const { opened, row } = await this.#withPassword(id, keepFirst ? password : undefined, async () => {
        const found = await this.#runKeyTask(create ? 'repository.create' : 'repository.open-key', { path, password }, context.signal);
        const { configHash } = await this.placeOf({ path }, { fresh: true });
        return this.#withPassword(id, place.from === 'store' && !keepFirst ? password : undefined, async () => ({ opened: found, row: this.#insert({ id, name, path, place, opened: found, configHash, created: create, actor: context.actor }) }));
      });
      if (place.from === 'store') await this.#keptKeys.put(id, password, opened);
      this.#keys.set(row.id, { opened: Promise.resolve(this.#unlocked(row, opened)), configHash: row.configHash });
      return { repository: await this.#view(row, { fresh: true }), created: create, snapshots: opened.snapshots };
    } finally {
      leave();
    }
  };

  usage: EngineApi['repositories']['usage'] = async ({ repository }, { signal }) => {
    const row = this.find(repository);
    const place = await this.placeOf(row, { fresh: true, signal });
    refuseAbsent(place);
    const { freeBytes, totalBytes } = place;
    const facts = await this.#deps.ports.workers.run<UsageFacts>('repository.usage', { path: row.path }, signal && { signal });
    return { ...facts, freeBytes, totalBytes, coverage: this.#coverage(row.id, facts.packs) };
  };

  usePassword: EngineApi['repositories']['usePassword'] = async ({ repository, password: source }, { actor, signal }) => {
    const { outbox, secrets, announce } = this.#deps;
    const row = this.find(repository);
    const place = await this.placeOf(row, { fresh: true, limitMs: patientLimitMs, signal });
    refuseAbsent(place);
    const { place: from, password } = await this.#passwordFrom(source, row.name);
    const opened = await this.#runKeyTask('repository.open-key', { path: row.path, password }, signal);
    if (row.resticId !== null && row.resticId !== opened.resticId) this.#refuseOther(row, place.configHash);
    const secret = { kind: 'repository', id: row.id };
    const payload = { repository: row.name, repositoryId: row.id, key: opened.keyId, passwordFrom: from.from };
    if (from.from === 'store') await secrets.set(secret, password);
    outbox.commit(() => {
      this.#setPassword(row.id, from);
      this.#store.setFacts(row.id, { ...opened, configHash: place.configHash });
    }, [{ action: 'repository.password-used', category: 'repository', actor, subject: `repository:${row.name}`, payload }]);
    if (from.from !== 'store' && row.password.from === 'store') await secrets.delete(secret).catch(() => undefined);
    this.#others.delete(row.id);
    this.#keys.set(row.id, { opened: Promise.resolve(this.#unlocked(row, opened)), configHash: place.configHash });
    for (const what of ['repositories', 'snapshots'] as const) announce({ kind: 'changed', what });
    return this.#view(this.find(row.id), { signal });
  };

  check: EngineApi['repositories']['check'] = async ({ repository, readData, readPercent, readWithinDays }, context) => {
    const row = this.find(repository);
    const read = readWish({ readData, readPercent, readWithinDays, sinceMs: this.#readings.rollingAt(row.id) });
    return this.#deps.tasks.start({
      kind: 'check',
      subject: row.name,
      run: async (task) => ({ kind: 'check', report: await this.#check(row, read, context.actor, task) })
    });
  };

  listNow(wait: PlaceWait = { fresh: true }): Promise<RepositoryView[]> {
    return Promise.all(this.rows().map((row) => this.#view(row, wait)));
  }

  rows(): RepositoryRow[] {
    return this.#store.list();
  }

  find(idOrName: string): RepositoryRow {
    return this.rows().find((row) => row.id === idOrName || row.name === idOrName) ?? fail('NOT_FOUND', `no repository ${idOrName}`, { kind: 'repository', name: idOrName });
  }

  placeOf(row: Pick<RepositoryRow, 'path'>, wait?: PlaceWait): Promise<PlaceFacts> {
    return this.#deps.places.look(row.path, wait);
  }

  snapshotNames(row: Pick<RepositoryRow, 'path'>, wait?: PlaceWait): Promise<string[]> {
    return this.#deps.places.snapshotNames(row.path, wait);
  }

  async protectedPlaces(signal?: AbortSignal): Promise<ProtectedPlace[]> {
    const { places, homePath } = this.#deps;
    const look = async (path: string, what: ProtectedPlace['what'], name: string): Promise<ProtectedPlace> => {
      const { real, device, inode } = await places.look(path, { fresh: true, signal });
      return { path, what, name, real, device, inode };
    };
    // The home is on a disk of this machine and answers at once: who asks for both at the same time makes a second thread start.
    const home = await look(homePath, 'home', '');
    return [home, ...(await Promise.all(this.rows().map(({ path, name }) => look(path, 'repository', name))))];
  }

  async unlockKey(id: string, signal?: AbortSignal): Promise<UnlockedRepository> {
    compileCore(); // what follows are threads that need it
    if (signal?.aborted) throw cancelled();
    const known = this.#keys.get(id);
    if (known) {
      await untilCancelled(known.opened, signal);
      const row = this.find(id);
      let place = await this.placeOf(row, { signal });
      // What was away a moment ago may have been connected just now.
      if (place.state === 'absent') place = await this.placeOf(row, { fresh: true, signal });
      refuseAbsent(place);
      // The same drive, as far as can be told: the key goes on being good.
      if (place.configHash === null || place.configHash === known.configHash || this.#keys.get(id) !== known) return untilCancelled(this.#keys.get(id)?.opened ?? known.opened, signal);
      this.#keys.delete(id);
      await this.#sessions.get(id)?.release();
    }
    return untilCancelled((this.#keys.get(id) ?? this.#startOpening(id)).opened, signal);
  }

  /** Belongs to everyone who waits for it, so no caller's signal ends it. */
  #startOpening(id: string): { opened: Promise<UnlockedRepository>; configHash: string | null } {
    const entry = { opened: Promise.resolve().then(() => this.#openKey(this.find(id), (configHash) => (entry.configHash = configHash))), configHash: null as string | null };
    this.#keys.set(id, entry);
    entry.opened.catch(() => {
      if (this.#keys.get(id) === entry) this.#keys.delete(id);
    });
    return entry;
  }

  async withBrowser(id: string, signal?: AbortSignal): Promise<BrowseSession> {
    const row = this.find(id);
    if (signal?.aborted || this.#stopping.signal.aborted) throw cancelled();
    // A session that is open does not notice that its drive was exchanged.
    if (this.#keys.has(row.id)) await this.unlockKey(row.id, signal);
    let session = this.#sessions.get(row.id);
    if (!session) {
      const { workers, clock } = this.#deps.ports;
      session = new BrowseSession({
        workers,
        clock,
        queue: this.queue(row.id),
        unlock: (each) => this.unlockKey(row.id, each),
        onLock: (lockId, written) => this.#noteLock(row.id, lockId, written)
      });
      this.#sessions.set(row.id, session);
    }
    return session;
  }

  queue(id: string): RepositoryQueue {
    let queue = this.#queues.get(id);
    if (!queue) this.#queues.set(id, (queue = new RepositoryQueue()));
    return queue;
  }

  noteLock(repositoryId: string, lockId: string): void {
    this.#heldLocks.note(repositoryId, lockId);
  }

  forgetLock(repositoryId: string, lockId: string): void {
    this.#heldLocks.forget(repositoryId, lockId);
  }

  takeLockNote(repositoryId: string, note: LockNote, reply: (noted: LockNoted) => void): void {
    takeLockNote(note, (lockId, written) => this.#noteLock(repositoryId, lockId, written), reply);
  }

  async recoverLocks(signal?: AbortSignal): Promise<number> {
    const { clock } = this.#deps.ports;
    const endsAtMs = clock.monotonicMs() + recoverLimitMs;
    const wait = (): PlaceWait => ({ signal, fresh: true, limitMs: Math.max(0, endsAtMs - clock.monotonicMs()) });
    const rows = new Map(this.rows().map((row) => [row.id, row]));
    const orphans = Map.groupBy(this.#heldLocks.orphans(), (lock) => lock.repositoryId);
    const removed = await Promise.all([...orphans].map(([id, locks]) => this.#recoverLocksOf(rows.get(id), locks, wait)));
    return removed.reduce((sum, count) => sum + count, 0);
  }

  async #recoverLocksOf(row: RepositoryRow | undefined, locks: readonly HeldLock[], wait: () => PlaceWait): Promise<number> {
    const { places, outbox, ports } = this.#deps;
    if (row && (await places.look(row.path, wait())).state !== 'ready') return 0; // looked at again at the next start
    let removed = 0;
    for (const lock of locks) {
      try {
        if (row) {
          await places.removeLock(row.path, lock.lockId, wait());
          const payload = { repository: row.name, repositoryId: row.id, lock: lock.lockId, pid: lock.pid, createdAt: lock.at, reason: 'the process of this home that wrote it is gone' };
          outbox.commit(() => this.#store.deleteLock(lock.repositoryId, lock.lockId), [{ action: 'lock.removed', category: 'repository', subject: `repository:${row.name}`, payload }]);
          removed += 1;
          continue;
        }
      } catch (error) {
        if (!isVarveError(error) || error.code === 'CANCELLED') throw error;
        if (!isFileMissing(error)) {
          ports.logger.warn('a left-over lock could not be removed', { repository: row?.name, code: error.code });
          continue;
        }
      }
      this.#store.deleteLock(lock.repositoryId, lock.lockId);
    }
    return removed;
  }

  keepLooking(): void {
    this.#watch.start();
  }

  async close(): Promise<void> {
    this.#watch.stop();
    this.#stopping.abort();
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    this.#sessions.clear();
    this.#keys.clear();
  }

  // ---- adding ----

  async #refuseKnown(name: string, site: Site, signal: AbortSignal | undefined): Promise<void> {
    const { ports, places } = this.#deps;
    const rows = this.rows();
    if (rows.some((row) => row.name === name)) fail('CONFLICT', `there is a repository ${name} already`, { kind: 'repository', name });
    const known = await Promise.all(rows.map((row) => places.look(row.path, { fresh: true, signal })));
    const same = rows.find((_row, i) => isSamePlace(known[i]!, site, ports.machine));
    if (same) fail('CONFLICT', `${site.path} is the repository ${same.name} already`, { kind: 'repository', name: same.name });
  }

  #decideToCreate({ path, probe: { kind } }: Site, mode: 'create' | 'open' | 'auto'): boolean {
    if (kind === 'not-a-folder') return fail('NOT_A_FOLDER', `${path} is not a folder`, { path });
    if (kind === 'restic') return mode === 'create' ? fail('REPOSITORY_EXISTS', `${path} holds a repository already`, { path }) : false;
    if (kind === 'legacy') return fail('REPOSITORY_UNSUPPORTED', `${path} has the old folder layout of S3`, { path, reason: 'has the old folder layout of S3 ("key", "snapshot"); move it to the default layout with an older restic' });
    if (mode === 'open') return kind === 'not-writable' ? fail('NOT_READABLE', `${path} cannot be read`, { path, reason: 'EACCES' }) : fail('REPOSITORY_MISSING', `${path} holds no repository`, { path });
    if (kind === 'not-writable') return fail('NOT_WRITABLE', `${path} cannot be written`, { path, reason: 'EACCES' });
    if (kind === 'other-files') return fail('BAD_INPUT', `${path} holds other files`, { field: 'path', reason: `${path} holds other files; a new repository needs an empty or new folder` });
    return true;
  }

  async #passwordFrom(source: PasswordSource, repository: string): Promise<{ place: PasswordPlace; password: Uint8Array }> {
    const { ports, environment, named } = this.#deps;
    if (source.kind === 'secret') return { place: { from: 'secret', name: source.name }, password: await passwordInSecret(named, source.name, repository) };
    if (source.kind === 'value') return { place: { from: 'store' }, password: Buffer.from(source.password, 'utf8') };
    if (source.kind === 'file') {
      const path = resolveUserPath(source.path, { platform: ports.machine.platform, userHome: ports.machine.userHome });
      return { place: { from: 'file', path }, password: readPasswordFile(ports.files, path) };
    }
    const value = environment[source.variable];
    if (value === undefined) return fail('SECRET_MISSING', `the variable ${source.variable} is not set`, { name: source.variable });
    return { place: { from: 'environment', variable: source.variable }, password: Buffer.from(value, 'utf8') };
  }

  /**
   * Runs `work` with the password in the secret store; takes it out again when the work fails. A stop in between leaves a secret nobody refers
   * to. The repository is known when its row and event are there, in one transaction.
   */
  async #withPassword<R>(id: string, password: Uint8Array | undefined, work: () => Promise<R>): Promise<R> {
    if (password === undefined) return work();
    const { secrets, ports } = this.#deps;
    const secret = { kind: 'repository', id };
    await secrets.set(secret, password);
    try {
      return await work();
    } catch (error) {
      await secrets.delete(secret).catch((reason: unknown) => ports.logger.warn('a password nobody needs could not be taken out of the secret store', { reason: toWire(reason).code }));
      throw error;
    }
  }

  #insert(added: { id: string; name: string; path: string; place: PasswordPlace; opened: KeyTaskResult; configHash: string | null; created: boolean; actor: string }): RepositoryRow {
    const { ports, outbox, announce } = this.#deps;
    const { id, name, path, place, opened, configHash, created } = added;
    const addedAt = new Date(ports.clock.now()).toISOString();
    const row: RepositoryRow = { id, name, path, resticId: opened.resticId, version: opened.version, appendOnly: opened.appendOnly, password: place, addedAt, configHash, lastCheck: null };
    const payload = { repository: name, repositoryId: id, path: path.toWellFormed(), created, resticId: opened.resticId, passwordFrom: place.from, snapshots: opened.snapshots };
    outbox.commit(() => this.#store.insert(row), [{ action: 'repository.added', category: 'repository', actor: added.actor, subject: `repository:${name}`, payload }]);
    announce({ kind: 'changed', what: 'repositories' });
    return row;
  }

  // ---- keys ----

  async #openKey(row: RepositoryRow, onConfig: (hash: string | null) => void): Promise<UnlockedRepository> {
    const { ports, environment, secrets, named } = this.#deps;
    const place = await this.placeOf(row, { fresh: true, limitMs: patientLimitMs });
    refuseAbsent(place);
    const { configHash } = place;
    onConfig(configHash);
    if (configHash !== null && this.#others.get(row.id) === configHash) this.#refuseOther(row, configHash);
    const password = await loadPassword({ files: ports.files, environment, secrets, named }, row);
    const kept = row.password.from === 'store' ? await this.#keptKeys.get(row.id, password) : undefined;
    const opened = await this.#runKeyTask('repository.open-key', { path: row.path, password, kept }, undefined).catch((error: unknown) => {
      // An upgrade by restic changes the file as well, but then the password still opens it.
      const another = row.configHash !== null && configHash !== null && configHash !== row.configHash;
      if (another && isVarveError(error) && (error.code === 'WRONG_PASSWORD' || error.code === 'REPOSITORY_DAMAGED')) this.#refuseOther(row, configHash);
      throw error;
    });
    if (row.resticId !== null && row.resticId !== opened.resticId) this.#refuseOther(row, configHash);
    if (row.password.from === 'store' && opened.keyId !== kept?.keyId) await this.#keptKeys.put(row.id, password, opened);
    this.#others.delete(row.id);
    if (row.resticId !== opened.resticId || row.version !== opened.version || row.appendOnly !== opened.appendOnly || row.configHash !== configHash) {
      this.#store.setFacts(row.id, { ...opened, configHash });
      this.#deps.announce({ kind: 'changed', what: 'repositories' });
    }
    return this.#unlocked(row, opened);
  }

  #unlocked({ id, path }: Pick<RepositoryRow, 'id' | 'path'>, { masterKey, keyId }: Pick<KeyTaskResult, 'masterKey' | 'keyId'>): UnlockedRepository {
    return { path, masterKey, keyId, indexCache: join(this.#deps.homePath, 'cache', 'index', id) };
  }

  #refuseOther(row: RepositoryRow, configHash: string | null): never {
    if (configHash !== null && this.#others.get(row.id) !== configHash) {
      this.#others.set(row.id, configHash);
      this.#deps.announce({ kind: 'changed', what: 'repositories' });
    }
    return fail('REPOSITORY_OTHER', `${row.path} holds another repository now`, { path: row.path, repository: row.name });
  }

  #setPassword(id: string, place: PasswordPlace): void {
    this.#store.setPassword(id, place);
    // Kept anew when the repository is opened next, if at all.
    this.#keptKeys.forget(id);
  }

  async #runKeyTask(task: 'repository.create' | 'repository.open-key', input: KeyTaskInput, signal: AbortSignal | undefined): Promise<KeyTaskResult> {
    const signals = signal ? AbortSignal.any([signal, this.#stopping.signal]) : this.#stopping.signal;
    return this.#deps.ports.workers.run<KeyTaskResult>(task, input, { signal: signals });
  }

  // ---- checking ----

  async #check(row: RepositoryRow, read: ReadWish, actor: string, task: Parameters<Parameters<Tasks['start']>[0]['run']>[0]) {
    const { ports, outbox, announce } = this.#deps;
    const readings = this.#readings;
    const startedAt = ports.clock.monotonicMs();
    task.progress({ phase: 'opening' });
    const { path, masterKey } = await this.unlockKey(row.id, task.signal);
    const request = { exclusive: true, what: 'check', signal: task.signal, onWaiting: (behind: readonly string[]) => task.progress({ phase: 'waiting', current: behind.join(', ') }) };
    const found = await this.queue(row.id).run(request, () =>
      runCheck({ workers: ports.workers, input: { path, masterKey, read, readAt: readings.readAt(row.id) }, onRead: (packs) => readings.note(row.id, packs, ports.clock.now()), signal: task.signal, onProgress: (update) => task.progress({ current: null, ...update }), onLock: (lockId, written) => this.#noteLock(row.id, lockId, written) })
    );
    const { present, gone, ...counted } = found;
    readings.forget(row.id, gone);
    const coverage = this.#coverage(row.id, present);
    const report = { repositoryId: row.id, ...counted, coverage };
    const note = { at: new Date(ports.clock.now()).toISOString(), ok: report.ok, errors: report.errors, readData: report.readData };
    const { findings, repositoryId, coverage: _told, ...counts } = report;
    const payload = { repository: row.name, repositoryId, ...counts, findings: findings.slice(0, findingsInEvent), durationMs: Math.round(ports.clock.monotonicMs() - startedAt) };
    outbox.commit(() => {
      this.#store.setCheck(row.id, note);
      if (read.kind === 'rolling') readings.noteRolling(row.id, ports.clock.now());
    }, [{ action: 'repository.checked', category: 'repository', level: report.ok ? 'info' : 'error', actor, subject: `repository:${row.name}`, payload }]);
    announce({ kind: 'changed', what: 'repositories' });
    return report;
  }

  #coverage(id: string, packs: number): { packs: number; never: number; oldestAt: string | null } {
    const { packs: known, oldestMs } = this.#readings.summary(id);
    return { packs, never: Math.max(0, packs - known), oldestAt: oldestMs === null ? null : new Date(oldestMs).toISOString() };
  }

  #noteLock(repositoryId: string, lockId: string, written: boolean): void {
    if (written) this.noteLock(repositoryId, lockId);
    else this.forgetLock(repositoryId, lockId);
  }

  async #view(row: RepositoryRow, wait: PlaceWait): Promise<RepositoryView> {
    const { state: found, reason, freeBytes, configHash } = await this.placeOf(row, wait);
    const state = found === 'ready' && configHash !== null && this.#others.get(row.id) === configHash ? 'other' : found;
    const { id, name, path, resticId, version, appendOnly, addedAt, lastCheck } = row;
    return { id, name, path, resticId, version, appendOnly, passwordFrom: row.password.from, addedAt, state, ...(reason !== null && { stateReason: reason }), freeBytes, lastCheck };
  }
}

/** What a caller asked to have read back. `sinceMs`: the last check that read a rolling share. */
function readWish({ readData, readPercent, readWithinDays, sinceMs }: { readData: boolean; readPercent?: number | undefined; readWithinDays?: number | undefined; sinceMs: number | null }): ReadWish {
  const asked = [readData, readPercent !== undefined, readWithinDays !== undefined].filter(Boolean).length;
  if (asked > 1) fail('BAD_INPUT', 'several ways of reading', { field: 'readData', reason: 'name one of: all of it, a percentage, or a number of days' });
  if (readPercent !== undefined) return { kind: 'percent', percent: readPercent };
  if (readWithinDays !== undefined) return { kind: 'rolling', days: readWithinDays, sinceMs };
  return { kind: readData ? 'all' : 'none' };
}

/** REPOSITORY_MISSING, with why, for a place that is not there or does not answer. */
export function refuseAbsent({ path, state, reason }: PlaceFacts): void {
  if (state === 'absent') fail('REPOSITORY_MISSING', `${path} ${reason === 'an empty folder' ? 'is an empty folder' : (reason ?? 'is not there')}`, { path });
}

function untilCancelled<R>(work: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(cancelled());
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
