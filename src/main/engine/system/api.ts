// The contract's branch `system`.
import type { CallContext, EngineApi } from '../../../contract/index.ts';
import type { Status } from '../../../contract/system.ts';
import type { ApiDeps } from '../api.ts';
import type { OpenHome } from '../open-home.ts';
import { examine, type DoctorHome } from './doctor.ts';
import { createFolders } from './folders.ts';

type SystemDeps = Pick<ApiDeps, 'ports' | 'config' | 'tasks' | 'announcer' | 'init' | 'home' | 'homeFailure'>;

/** `home` throws HOME_MISSING while there is none. */
export function createSystemApi(deps: SystemDeps, home: () => OpenHome): EngineApi['system'] {
  const { ports, config, tasks, announcer } = deps;
  const { clock, files, random, keyring, machine, volumes, workers } = ports;
  const versions = { node: process.versions.node, electron: process.versions['electron'] ?? null };

  const status = async (): Promise<Status> => {
    const open = deps.home();
    await open?.secrets.open();
    const verify = open?.log.verifyState() ?? null;
    return {
      version: config.version,
      platform: machine.platform,
      host: config.host,
      home: open ? { id: open.marker.id, path: config.homePath, createdAt: open.marker.createdAt } : null,
      homePath: config.homePath,
      secretStore: open?.secrets.state() ?? null,
      verify,
      notices: open ? noticesOf(open) : [],
      runtime: versions
    };
  };

  return {
    status: async () => status(),
    init: async (input, context) => {
      await deps.init(input, context);
      return status();
    },
    secretStores: async () => {
      const probe = await keyring.probe();
      return { keyring: { available: probe.available, backend: probe.backend, reason: probe.reason ?? null }, vault: { available: true } };
    },
    unlock: async (input) => {
      const { secrets, log } = home();
      await secrets.unlock(input.passphrase);
      await log.checkpoints.signIfDue();
      announcer.announce({ kind: 'changed', what: 'home' });
      return status();
    },
    exportKeys: async (input, context) => {
      const { secrets, log, marker } = home();
      const content = await secrets.exportKeys(input.passphrase);
      const fileName = `varve-keys-${marker.id.slice(0, 8)}-${new Date(clock.now()).toISOString().slice(0, 10)}.json`;
      // Recorded before it is handed out: an export nobody can deny.
      log.append({ action: 'keys.exported', category: 'access', actor: context.actor, payload: { fileName } });
      return { fileName, content };
    },
    settings: {
      get: async () => home().settings.get(),
      set: async (input, context) => {
        const { settings, log } = home();
        const { settings: now, changes } = settings.set(input);
        if (changes.length > 0) {
          log.append({ action: 'settings.changed', category: 'settings', actor: context.actor, payload: { changes: changes.map((change) => ({ setting: change.field, from: change.old, to: change.new })) } });
          announcer.announce({ kind: 'changed', what: 'settings' });
        }
        return now;
      }
    },
    doctor: async (_input, context) => {
      await deps.home()?.secrets.open();
      return { checks: await examine({ clock, files, random, keyring, machine, homePath: config.homePath, host: config.host, versions, owner: config.owner, home: () => doctorHome(deps.home(), context), homeFailure: deps.homeFailure }) };
    },
    tasks: {
      list: async () => tasks.list(),
      watch: (input, { signal }) => tasks.watch(input.id, signal),
      cancel: async (input) => ({ cancelled: tasks.cancel(input.id) })
    },
    events: (_input, { signal }) => announcer.subscribe(signal),
    folders: createFolders({ files, volumes, machine, workers, environment: config.environment }),
    sample: {
      create: (_input, context) => home().sample.create(context),
      remove: (_input, context) => home().sample.remove(context),
      state: async () => home().sample.state()
    }
  };
}

/** What a person should hear first. */
export function noticesOf({ notices, log }: Pick<OpenHome, 'notices' | 'log'>): Status['notices'] {
  return [...notices, ...noticesOfRecord(log.verifyState())];
}

/** As long as the last verification says so: this is not dismissed by a restart. */
function noticesOfRecord(verify: Status['verify']): Status['notices'] {
  if (verify?.verdict?.kind === 'broken') return [{ code: 'record-broken', data: { seq: verify.verdict.seq, what: verify.verdict.what } }];
  return verify?.verdict?.kind === 'behind' ? [{ code: 'record-behind', data: { entries: verify.verdict.entries } }] : [];
}

function doctorHome(open: OpenHome | undefined, context: CallContext): DoctorHome | undefined {
  if (!open) return undefined;
  const { marker, db, outbox, secrets, settings, log, repositories, snapshots, jobs, alerts } = open;
  return {
    homeId: marker.id,
    db,
    outbox,
    secrets,
    settings,
    verifyState: () => log.verifyState(),
    anchors: () => log.anchors.status(),
    lastEntryAt: () => log.list({ filter: {}, order: 'newest', limit: 1 }).entries[0]?.ts,
    keysWereExported: () => log.list({ filter: { action: 'keys.exported' }, order: 'newest', limit: 1 }).entries.length > 0,
    missingPayloadKeys: () => log.sealed.missingKeys(),
    repositories: () => repositories.listNow({ fresh: true, signal: context.signal }),
    plans: async () => snapshots.plans.list({}, context),
    scheduler: async () => jobs.jobs.scheduler(undefined as never, context),
    channels: async () => alerts.api.channels.list(undefined as never, context),
    pings: async () => {
      const names = new Map(jobs.facts.jobs().map(({ id, name }) => [id, name]));
      return (await alerts.api.pings(undefined as never, context)).flatMap((ping) => {
        const name = ping.jobId === null ? null : names.get(ping.jobId);
        return name === undefined ? [] : [{ ...ping, name }];
      });
    },
    drills: async () => snapshots.drills.list({ limit: 1000 }, context),
    lastTestRun: () => jobs.facts.lastTest()
  };
}
