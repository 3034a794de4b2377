// An open home: everything that exists only while there is one, put together and taken apart in order. Nothing is locked here; the lease is
// the host's business.
import { join } from 'node:path';
import type { EngineEvent } from '../../contract/events.ts';
import type { EngineApi } from '../../contract/index.ts';
import type { Language } from '../../contract/ids.ts';
import type { Status } from '../../contract/system.ts';
import { createAlerts, type Alerts } from './alerts/index.ts';
import { alertSources, languageOf } from './alert-sources.ts';
import type { EngineConfig } from './config.ts';
import { DisposableStore } from './kit/disposables.ts';
import { fail, isVarveError } from './kit/errors.ts';
import { createIdleVerifier, createLogApi, openLog, type EventLog, type IdleVerifier } from './log/index.ts';
import type { Files, Ports } from './ports.ts';
import { createPackages, type Packages } from './packages/index.ts';
import { createMaintenance, createRepositories, type Maintenance, type Places, type Repositories } from './repository/index.ts';
import { createLegacy } from './legacy/index.ts';
import { createJobs, type Jobs } from './jobs/index.ts';
import { createLogKeys, createSecrets, type Mask, NamedSecrets, parseReference, type Secrets } from './secrets/index.ts';
import { createSnapshots, type Snapshots } from './snapshots/index.ts';
import { createFreeSpaceCleaner, createOutbox, listMigrationCopies, openDatabase, sweepMigrationCopies, type Database, type Outbox } from './store/index.ts';
import { stateMigrations } from './state-migrations.ts';
import { homeSchema, makeHome, type Marker } from './system/home.ts';
import { createSample, type Sample } from './system/sample.ts';
import { forgetSample } from './system/sample-store.ts';
import { loadSettings, type SettingsStore } from './system/settings.ts';
import type { Tasks } from './system/tasks.ts';

export type Notice = Status['notices'][number];

export interface OpenHome {
  marker: Marker;
  settings: SettingsStore;
  log: EventLog;
  db: Database;
  outbox: Outbox;
  secrets: Secrets;
  named: NamedSecrets;
  repositories: Repositories;
  maintenance: Maintenance;
  snapshots: Snapshots;
  jobs: Jobs;
  alerts: Alerts;
  legacy: EngineApi['legacy'];
  packages: Packages;
  sample: Sample;
  notices: Notice[];
  /** Verifies the record while nothing else runs; undefined in a short command. */
  idle: IdleVerifier | undefined;
  /** Takes out of state.db what its deleted rows left behind (events pass through its outbox); false when another program is in the way. */
  cleanState(): Promise<boolean>;
  /** Records `home.closed` and closes everything, the log last. */
  close(): Promise<void>;
}

export interface OpenHomeDeps {
  ports: Ports;
  config: EngineConfig;
  mask: Mask;
  tasks: Tasks;
  places: Places;
  announce(event: EngineEvent): void;
}

/**
 * Opens the databases, brings over what waited in the outbox, puts right what a crash left, and records that the home was opened. Each step
 * can be repeated; a stop in between leaves the rest to the next start. `fresh`: the secrets of a home that was made a moment ago, whose vault
 * is open and stays so.
 */
export async function openHome(deps: OpenHomeDeps, marker: Marker, fresh?: Secrets): Promise<OpenHome> {
  const { ports, config, mask, tasks, places, announce } = deps;
  const { files, clock, random, keyring, machine } = ports;
  const { homePath, environment } = config;
  const notices: Notice[] = [];
  const closing = new DisposableStore();
  refuseMissing(files, homePath);
  try {
    const settings = loadSettings({ files, clock, random, homePath });
    if (settings.setAside !== undefined) notices.push({ code: 'settings-set-aside', data: { file: settings.setAside } });
    const secrets = fresh ?? createSecrets({ clock, files, random, keyring, homePath, homeId: marker.id, environment, onValue: mask.know });
    const log = openEventLog(deps, marker, secrets);
    closing.add(() => log.close());
    sweepLogCopies(log, deps);
    // A short command signs only when it is due; who keeps the log open signs its last word, too.
    let stopSigning: (() => void) | undefined;
    closing.add(() => (stopSigning ? stopSigning() : log.checkpoints.signIfDue()));
    closing.add(log.onGrowth(() => announce({ kind: 'log', entries: log.entries() })));
    const db = openState(deps, notices);
    const stateCleaner = createFreeSpaceCleaner({ db, files, stamp: () => undefined });
    closing.add(() => stateCleaner.release());
    closing.add(() => db.close());
    const outbox = createOutbox({ db, log, random, clock, logger: ports.logger });
    bringOver(outbox, notices);
    if (log.erasures.residue.resumed) stateCleaner.clean();
    // A short command that needs no secret need not wait for the vault.
    if (!fresh) secrets.refuseMissing();
    if (!fresh && config.host !== 'cli') await secrets.open();
    const named = new NamedSecrets({ clock, logger: ports.logger, programs: ports.programs, db, outbox, secrets, environment, onChanged: () => announce({ kind: 'changed', what: 'secrets' }) });
    const repositories = createRepositories({ ports, places, db, outbox, secrets, named, tasks, environment, announce, homePath });
    closing.add(() => repositories.close());
    named.addUsers(() => repositories.rows().flatMap(({ id, name, password }) => (password.from === 'secret' ? [{ secret: password.name, kind: 'repository' as const, id, name }] : [])));
    const maintenance = createMaintenance({ ports, repositories, outbox, tasks, announce });
    const snapshots = createSnapshots({ ports, db, outbox, log, repositories, maintenance, tasks, announce, homePath, environment, version: config.version });
    closing.add(() => snapshots.close());
    const verify = createLogApi({ log: () => log, tasks }).verify;
    const packages = createPackages({
      ports, db, outbox, log, tasks, secrets, named, snapshots, homePath, homeId: marker.id, homeCreatedAt: marker.createdAt, version: config.version, announce,
      settings: () => settings.get().packages,
      verifyRecord: async () => verify({ mode: 'full' }, { actor: machine.username, via: 'api', scope: 'owner', signal: undefined })
    });
    named.addUsers(() => packagesSecret(settings));
    const jobs = createJobs({
      ports, db, outbox, tasks, repositories, named, homePath, environment, announce, mask: mask.value,
      api: { take: snapshots.snapshots.take, check: repositories.check, prune: maintenance.prune, forget: snapshots.keeping.forget, drill: snapshots.drills.start, verify, pack: packages.api.create, restore: snapshots.restores.start, undo: snapshots.restores.undo, look: snapshots.look },
      plans: snapshots.planFacts,
      jobsFile: () => settings.get().jobsFile,
      notice: (code, data) => {
        const at = notices.findIndex((notice) => notice.code === code);
        if (at >= 0) notices.splice(at, 1);
        if (data !== undefined) notices.push({ code, data });
        announce({ kind: 'changed', what: 'home' });
      }
    });
    closing.add(() => jobs.close());
    const language = (): Language => languageOf(settings.get().language, environment);
    const alerts = createAlerts({
      ports,
      db,
      outbox,
      sources: alertSources({ ports, homePath, log, repositories, snapshots, jobs: jobs.facts, named }),
      secrets,
      readSecret: async (reference) => (await named.use(parseReference(reference) ?? reference, { by: 'alerts', purpose: 'channel' })).value,
      language,
      mask: mask.value,
      announce
    });
    closing.add(() => alerts.close());
    named.addUsers(() => alerts.secretUsers());
    const legacy = createLegacy({ ports, log, tasks, homePath, environment, language, pauseJob: (job, actor) => jobs.jobs.pause({ job, reason: 'its line is in the crontab again' }, { actor, via: 'api', scope: 'owner', signal: undefined }) as Promise<unknown> });
    jobs.keepRuns(() => alerts.ticketRuns());
    const sample = createSample({
      files,
      random,
      homePath,
      homeId: marker.id,
      addRepository: repositories.add,
      addPlan: snapshots.plans.add,
      listPlans: snapshots.plans.list,
      forget: (places, events) => forgetSample({ db, outbox, secrets, tasks, repositories }, places, events),
      record: (event) => log.append(event),
      onChanged: () => {
        for (const what of ['sample', 'plans', 'repositories'] as const) announce({ kind: 'changed', what });
      }
    });
    await recover({ ports, repositories, snapshots, notices });
    packages.recoverInterrupted();
    const facts = { version: config.version, host: config.host };
    const openedAtMs = clock.monotonicMs();
    // A short command says what it did by its own events; two more around each would bury them.
    const staysOpen = config.host !== 'cli';
    if (staysOpen) {
      repositories.keepLooking();
      snapshots.keepWaiting();
      alerts.keepWatching();
      jobs.start();
      closing.add(named.keepSweeping());
      log.append({ action: 'home.opened', category: 'home', payload: { ...facts, platform: machine.platform } });
      stopSigning = log.checkpoints.keepSigned();
      closing.add(log.intake.follow.keepLooking());
    }
    const onChanged = (): void => announce({ kind: 'changed', what: 'verify' });
    const idle = staysOpen ? createIdleVerifier({ clock, power: ports.power, logger: ports.logger, log, busy: () => tasks.running() > 0, onChanged }) : undefined;
    closing.add(() => idle?.stop());
    return {
      marker,
      settings,
      log,
      db,
      outbox,
      secrets,
      named,
      repositories,
      maintenance,
      snapshots,
      jobs,
      alerts,
      legacy,
      packages,
      sample,
      notices,
      idle,
      cleanState: () => {
        snapshots.forgetErased();
        return stateCleaner.cleanInPieces(() => new Promise((resolve) => setImmediate(resolve)));
      },
      close: async () => {
        await idle?.stop();
        if (staysOpen) closing.add(() => void log.append({ action: 'home.closed', category: 'home', payload: { ...facts, openMs: Math.round(clock.monotonicMs() - openedAtMs) } }));
        await closing.dispose();
      }
    };
  } catch (error) {
    await closing.dispose();
    throw error;
  }
}

/** The secret that packages are sealed with cannot be removed unnoticed. */
function packagesSecret(settings: SettingsStore): { secret: string; kind: 'packages'; id: string; name: string }[] {
  const { secret } = settings.get().packages;
  return secret === '' ? [] : [{ secret, kind: 'packages', id: 'packages', name: 'packages' }];
}

/** A log that takes nothing now must not keep the home closed only because something waits; `outbox.failure` has the reason, and the doctor says it. */
function bringOver(outbox: Outbox, notices: Notice[]): void {
  try {
    const drained = outbox.drain();
    if (drained > 0) notices.push({ code: 'events-drained', data: { count: drained } });
  } catch (error) {
    if (isVarveError(error) && error.code === 'HOME_DAMAGED') throw error; // not the log but state.db itself
  }
}

/** A home has its databases from the start. Opening would make an empty one in place of what was taken away, and that must not look sound. */
function refuseMissing(files: Files, homePath: string): void {
  const logPath = join(homePath, 'log.db');
  if (!files.lstat(logPath)) fail('LOG_DAMAGED', `${logPath} is missing`, { what: `${logPath} is missing` });
  if (!files.lstat(join(homePath, 'state.db'))) fail('HOME_DAMAGED', `state.db is missing in ${homePath}`, { path: homePath, reason: 'state.db is missing; put it back, or move this folder away and set Varve up again: the repositories can be opened anew' });
}

/** Makes the home, its keys, settings, databases and first event; see `makeHome` for what a crash leaves. */
export async function createHome(deps: OpenHomeDeps, input: { secretStore: 'keyring' | 'vault'; passphrase?: string | undefined; language?: 'en' | 'pt-BR' | undefined }): Promise<{ marker: Marker; secrets: Secrets }> {
  const { ports, config, mask } = deps;
  const { files, clock, random, keyring, volumes, machine } = ports;
  const { homePath, environment } = config;
  let secrets: Secrets | undefined;
  const made = await makeHome({ files, volumes, clock, random, homePath }, async (marker) => {
    secrets = createSecrets({ clock, files, random, keyring, homePath, homeId: marker.id, environment, onValue: mask.know });
    await secrets.init({ store: input.secretStore, passphrase: input.passphrase });
    loadSettings({ files, clock, random, homePath }).set({ language: input.language });
    openState(deps, []).close();
    const log = openEventLog(deps, marker, secrets);
    try {
      log.append({ action: 'home.created', category: 'home', payload: { homeId: marker.id, version: config.version, platform: machine.platform, secretStore: input.secretStore, schema: homeSchema } });
      await log.checkpoints.signIfDue();
    } finally {
      log.close();
    }
  });
  return { marker: made, secrets: secrets as Secrets };
}

function openEventLog({ ports, config }: OpenHomeDeps, marker: Marker, secrets: Secrets): EventLog {
  const { files, clock, random, workers, machine } = ports;
  return openLog({ files, clock, random, workers, path: join(config.homePath, 'log.db'), homeId: marker.id, session: config.session, actorName: machine.username, keys: createLogKeys(secrets) });
}

/** The copy of log.db that an update left goes after the first verification that found the record whole, at most seven days later: it holds what is erased since. */
function sweepLogCopies(log: EventLog, { ports: { files, clock } }: OpenHomeDeps): void {
  const { verdict, at } = log.verifyState();
  const whole = verdict !== null && verdict.kind !== 'broken';
  const newestNs = listMigrationCopies(files, log.path).reduce((newest, copy) => {
    const ns = files.lstat(copy)?.mtimeNs ?? 0n;
    return ns > newest ? ns : newest;
  }, 0n);
  const verified = whole && at !== null && Date.parse(at) > Number(newestNs / 1_000_000n);
  sweepMigrationCopies({ files, path: log.path, nowMs: clock.now(), verified });
}

function openState({ ports, config }: OpenHomeDeps, notices: Notice[]): Database {
  const path = join(config.homePath, 'state.db');
  let migrated = false;
  const db = openDatabase({
    path,
    files: ports.files,
    migrations: stateMigrations,
    kind: 'state',
    onMigrated: (_applied, copy) => {
      migrated = true;
      if (copy !== undefined) notices.push({ code: 'migrated', data: { file: 'state.db' } });
    }
  });
  // The copy made before a migration goes at the first start after it that finds the database in order.
  const verified = !migrated && Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {})[0] === 'ok';
  sweepMigrationCopies({ files: ports.files, path, nowMs: ports.clock.now(), verified });
  return db;
}

/** What a crash left in repositories and in the record. A drive that is away now is looked at again at the next start. */
async function recover({ ports, repositories, snapshots, notices }: { ports: Ports; repositories: Repositories; snapshots: Snapshots; notices: Notice[] }): Promise<void> {
  try {
    const locks = await repositories.recoverLocks();
    if (locks > 0) notices.push({ code: 'stale-lock-removed', data: { count: locks } });
  } catch (error) {
    ports.logger.warn('locks of an earlier run could not be looked for', { reason: error instanceof Error ? error.message : String(error) });
  }
  const interrupted = snapshots.recoverInterrupted();
  if (interrupted > 0) notices.push({ code: 'interrupted-snapshot', data: { count: interrupted } });
}
