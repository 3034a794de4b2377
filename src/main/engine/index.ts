// The engine: everything Varve knows, behind one table of plain functions. Knows no wire, no window and no process but its own; a host brings
// the ports. A home that does not exist yet is a legal state: `system.init` makes and opens it without a restart.
import type { CallContext, EngineApi } from '../../contract/index.ts';
import type { Status } from '../../contract/system.ts';
import { createApi } from './api.ts';
import type { EngineConfig } from './config.ts';
import { createGateway, createOnce, type Gateway, type Once } from './gateway/index.ts';
import { guardApi } from './guard.ts';
import { Semaphore } from './kit/async.ts';
import { fail, toWire } from './kit/errors.ts';
import { pathsOf } from './kit/paths.ts';
import { measures, unready, type Unready } from './measures.ts';
import { createHome, openHome, type OpenHome } from './open-home.ts';
import type { Ports } from './ports.ts';
import { readArchive } from './packages/archive/read.ts';
import { requirePackageFile } from './packages/index.ts';
import { createPlaces } from './repository/index.ts';
import { homePlace, requirePlace, restoreHome } from './restore-home.ts';
import { createMask, maskedLogger, type Secrets } from './secrets/index.ts';
import { noticesOf } from './system/api.ts';
import { createAnnouncer } from './system/events.ts';
import { readHome, tidyHome } from './system/home.ts';
import { createTasks } from './system/tasks.ts';

export type { EngineConfig } from './config.ts';
export type { Caller, Gateway } from './gateway/index.ts';
export type { Unready } from './measures.ts';
export { readHome } from './system/home.ts';

export interface Engine {
  /** The contract as functions. Scopes are checked here; inputs arrive parsed. */
  api: EngineApi;
  /** Takes out of a text what is known of secrets: for what the host writes down itself. */
  mask(text: string): string;
  /** Opens the home if there is one. Throws what keeps it from opening; `api` then still answers what needs no home (status, doctor). */
  start(): Promise<void>;
  /** Resolves when no task and no run that was asked for here is under way, whoever started it; CANCELLED when the signal fires first. For a host that is about to stop of its own accord. */
  idle(signal?: AbortSignal): Promise<void>;
  /** After sleep, or when the clock was set: looks at once what is due. */
  wake(): void;
  /** Cancels tasks, records that the home was closed, closes everything. A second call does nothing. */
  stop(): Promise<void>;
  readonly homeOpen: boolean;
  /** What a person should hear first, as `system.status` says it; asks nothing of the secret store. */
  notices(): Status['notices'];
  /** Tokens, login codes, and who a bearer belongs to, for the HTTP transport. Exists before there is a home. */
  readonly gateway: Gateway;
  /** Calls that are to have an effect once, for the HTTP transport. */
  readonly once: Once;
  /** Appends an event of the transport (`gateway.started`, `gateway.refused`, ...); nothing happens while there is no home. */
  record(event: Parameters<OpenHome['log']['append']>[0]): void;
  /** Numbers for a monitoring system, in Prometheus' text format; undefined while no home is open. */
  metrics(): string | undefined;
  /** What keeps it from doing its work; empty when nothing does. The lease is the host's to judge. */
  unready(): Unready[];
}

export function createEngine(given: Ports, config: EngineConfig): Engine {
  const mask = createMask();
  const ports = { ...given, logger: maskedLogger(given.logger, mask) };
  const { clock, random, files, volumes } = ports;
  const announcer = createAnnouncer({ clock });
  const tasks = createTasks({
    clock,
    random,
    mask: mask.value,
    announce: (event) => {
      announcer.announce(event);
      if (event.kind === 'task') home?.idle?.disturb();
      if (event.kind === 'task' && event.task.kind === 'verify' && event.task.endedAt !== null) announcer.announce({ kind: 'changed', what: 'verify' });
    }
  });
  const opening = new Semaphore(1);
  let home: OpenHome | undefined;
  let homeFailure: unknown;
  let stopped = false;

  const gateway = createGateway({ clock, random, home: () => home && { db: home.db, outbox: home.outbox }, onChanged: () => announcer.announce({ kind: 'changed', what: 'tokens' }) });
  const places = createPlaces({ ...ports, onLate: () => announcer.announce({ kind: 'changed', what: 'repositories' }) });
  const deps = { ports, config, mask, tasks, places, announce: announcer.announce };

  const open = async (fresh?: Secrets): Promise<void> => {
    try {
      const marker = readHome({ files, volumes, homePath: config.homePath });
      if (!marker) return;
      tidyHome({ files, clock, homePath: config.homePath });
      home = await openHome(deps, marker, fresh);
      homeFailure = undefined;
    } catch (error) {
      homeFailure = error;
      throw error;
    }
  };

  const init = (input: Parameters<EngineApi['system']['init']>[0], _context: CallContext): Promise<void> =>
    opening.run(async () => {
      if (home) fail('HOME_EXISTS', 'the home is open already', { path: config.homePath });
      const { secrets } = await createHome(deps, input);
      await open(secrets);
      announcer.announce({ kind: 'changed', what: 'home' });
    });

  /** The vault that was made a moment ago stays open, so that the home works on at once. */
  const unlockFresh = async (passphrase: string | undefined): Promise<void> => {
    if (home === undefined || passphrase === undefined) return;
    await home.secrets.open();
    if (home.secrets.state()?.state !== 'locked') return;
    await home.secrets.unlock(passphrase);
    await home.log.checkpoints.signIfDue();
  };

  const fromPackage = (input: Parameters<EngineApi['packages']['restoreHome']>[0], context: CallContext): { taskId: string } => {
    if (home) fail('HOME_EXISTS', 'the home is open already', { path: config.homePath });
    requirePlace({ ports, config }, false);
    requirePackageFile(ports, input.path);
    const { key, path, oldHome, keys, secretStore, passphrase: vaultPassphrase } = input;
    if (key !== undefined && 'secret' in key) fail('HOME_MISSING', 'without a home there are no named secrets', { path: config.homePath });
    const passphrase = key?.passphrase;
    return tasks.start({
      kind: 'home-restore',
      subject: pathsOf(ports.machine.platform).basename(path),
      run: (task) =>
        opening.run(async () => {
          const language = input.language ?? 'en';
          const bytesTotal = files.stat(path)?.size ?? 0;
          let bytesDone = 0;
          const onRead = (bytes: number): void => {
            bytesDone = Math.min(bytesDone + bytes, bytesTotal);
            task.progress({ phase: 'proving-record', bytesDone, bytesTotal });
          };
          const report = await restoreHome(
            { ports, config },
            { packagePath: path, members: () => readArchive({ files }, path, { passphrase, onRead }), passphrase, oldHome, ...(keys && { keys: { text: keys.content, passphrase: keys.passphrase } }), secretStore, vaultPassphrase, replace: false, language, signal: task.signal }
          );
          ports.logger.info('a home was made out of a package', { by: context.actor });
          await open();
          await unlockFresh(vaultPassphrase);
          announcer.announce({ kind: 'changed', what: 'home' });
          // The record as it goes on here: nobody should read that it was never checked.
          await api.log.verify({ mode: 'full', anchors: [], keys: [] }, context);
          return { kind: 'home-restore', report };
        })
    });
  };

  const api = createApi({
    ports,
    config,
    tasks,
    places,
    announcer,
    gateway,
    init,
    homePlace: () => homePlace({ ports, config }),
    restoreHome: fromPackage,
    home: () => home,
    homeFailure: () => homeFailure
  });

  return {
    api: guardApi(api, mask.value),
    mask: mask.text,
    start: () => opening.run(async () => (home || stopped ? undefined : open())),
    wake: () => home?.jobs.wake(),
    idle: async (signal) => {
      await home?.jobs.idle(signal);
      await tasks.idle(signal);
    },
    stop: async () => {
      // A home that is being made out of a package is not waited for.
      if (home === undefined && !stopped) await tasks.stopAll();
      await opening.run(async () => {
        if (stopped) return;
        stopped = true;
        // First of all, so that what is under way for a job is known to have been stopped by this.
        await home?.jobs.close();
        await tasks.stopAll();
        announcer.stop();
        const closing = home;
        home = undefined;
        await closing?.close();
        await places.close();
      });
    },
    get homeOpen() {
      return home !== undefined;
    },
    notices: () => (home ? noticesOf(home) : []),
    gateway,
    once: createOnce({ clock, random, db: () => home?.db }),
    record: (event) => void home?.log.append(event),
    metrics: () => home && measures(home, config.version),
    unready: () => (home ? unready(home, clock.now()) : [{ what: 'home', detail: homeFailure === undefined ? 'no home is open' : `the home cannot be opened: ${toWire(homeFailure).code}` }])
  };
}
