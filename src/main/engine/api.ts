// The contract, procedure by procedure, one line each: which domain answers. What needs a home says HOME_MISSING
// while there is none, and what keeps it from opening when there is one.
import type { CallContext, EngineApi } from '../../contract/index.ts';
import type { EngineConfig } from './config.ts';
import type { Gateway } from './gateway/index.ts';
import { createSchedulesApi } from './jobs/index.ts';
import { fail, isVarveError } from './kit/errors.ts';
import { createAnchorsApi, createCheckpointsApi, createErasureApi, createEvidenceApi, createIntakeApi, createLogApi, createReviewApi, createSealedApi } from './log/index.ts';
import type { OpenHome } from './open-home.ts';
import type { Ports } from './ports.ts';
import type { Places } from './repository/index.ts';
import { stateMigrations } from './state-migrations.ts';
import { createPackageReader } from './packages/index.ts';
import { createSecretsApi } from './secrets/index.ts';
import { createSystemApi } from './system/api.ts';
import type { Announcer } from './system/events.ts';
import { desktopUnavailable } from './system/no-desktop.ts';
import type { Tasks } from './system/tasks.ts';

export interface ApiDeps {
  ports: Ports;
  config: EngineConfig;
  tasks: Tasks;
  places: Places;
  announcer: Announcer;
  gateway: Gateway;
  init(input: Parameters<EngineApi['system']['init']>[0], context: CallContext): Promise<void>;
  homePlace(): ReturnType<EngineApi['packages']['homePlace']>;
  restoreHome(input: Parameters<EngineApi['packages']['restoreHome']>[0], context: CallContext): { taskId: string };
  home(): OpenHome | undefined;
  homeFailure(): unknown;
}

export function createApi(deps: ApiDeps): EngineApi {
  const { config, gateway, tasks } = deps;
  const home = (): OpenHome => {
    const open = deps.home();
    if (open) return open;
    const failure = deps.homeFailure();
    if (isVarveError(failure)) throw failure;
    return fail('HOME_MISSING', `no home at ${config.homePath}`, { path: config.homePath });
  };
  const reader = createPackageReader({ ports: deps.ports, tasks, named: () => home().named, knownState: stateMigrations.map(({ version }) => version) });
  return {
    system: createSystemApi(deps, home),
    log: createLogApi({ log: () => home().log, tasks }),
    checkpoints: createCheckpointsApi(() => home().log),
    sealed: createSealedApi(() => home().log),
    erasure: createErasureApi({ log: () => home().log, cleanOthers: () => home().cleanState(), packages: () => home().packages.ofRecord() }),
    anchors: createAnchorsApi({ log: () => home().log, net: deps.ports.net, clock: deps.ports.clock, carried: (...question) => home().snapshots.checkpointsIn(...question) }),
    evidence: createEvidenceApi({ log: () => home().log, tasks }),
    intake: createIntakeApi(() => home().log, () => home().settings.get().language),
    review: createReviewApi(() => home().log, () => home().db),
    repositories: {
      list: (input, context) => home().repositories.list(input, context),
      probe: async ({ path }, { signal }) => (await deps.places.site(path, undefined, { signal })).probe,
      add: (input, context) => home().repositories.add(input, context),
      usage: (input, context) => home().repositories.usage(input, context),
      usePassword: (input, context) => home().repositories.usePassword(input, context),
      check: (input, context) => home().repositories.check(input, context)
    },
    maintenance: {
      prune: (input, context) => home().maintenance.prune(input, context),
      copy: (input, context) => home().maintenance.copy(input, context),
      repair: (input, context) => home().maintenance.repair(input, context)
    },
    plans: {
      list: (input, context) => home().snapshots.plans.list(input, context),
      add: (input, context) => home().snapshots.plans.add(input, context),
      edit: (input, context) => home().snapshots.plans.edit(input, context),
      remove: (input, context) => home().snapshots.plans.remove(input, context),
      preview: (input, context) => home().snapshots.plans.preview(input, context)
    },
    snapshots: {
      take: (input, context) => home().snapshots.snapshots.take(input, context),
      takeLast: (input, context) => home().snapshots.snapshots.takeLast(input, context),
      waiting: (input, context) => home().snapshots.snapshots.waiting(input, context),
      stopWaiting: (input, context) => home().snapshots.snapshots.stopWaiting(input, context),
      list: (input, context) => home().snapshots.snapshots.list(input, context),
      get: (input, context) => home().snapshots.snapshots.get(input, context),
      tree: (input, context) => home().snapshots.snapshots.tree(input, context),
      read: (input, context) => home().snapshots.snapshots.read(input, context)
    },
    history: {
      start: (input, context) => home().snapshots.history.start(input, context)
    },
    names: {
      find: (input, context) => home().snapshots.names.find(input, context)
    },
    compare: {
      start: (input, context) => home().snapshots.compare.start(input, context),
      folder: (input, context) => home().snapshots.compare.folder(input, context),
      list: (input, context) => home().snapshots.compare.list(input, context)
    },
    inside: {
      start: (input, context) => home().snapshots.inside.start(input, context),
      rows: (input, context) => home().snapshots.inside.rows(input, context),
      picture: (input, context) => home().snapshots.inside.picture(input, context)
    },
    metrics: {
      list: (input, context) => home().snapshots.metrics.list(input, context),
      of: (input, context) => home().snapshots.metrics.of(input, context)
    },
    restores: {
      preview: (input, context) => home().snapshots.restores.preview(input, context),
      changes: (input, context) => home().snapshots.restores.changes(input, context),
      start: (input, context) => home().snapshots.restores.start(input, context),
      undo: (input, context) => home().snapshots.restores.undo(input, context),
      undoable: (input, context) => home().snapshots.restores.undoable(input, context),
      reports: (input, context) => home().snapshots.restores.reports(input, context)
    },
    drills: {
      start: (input, context) => home().snapshots.drills.start(input, context),
      list: (input, context) => home().snapshots.drills.list(input, context)
    },
    trials: {
      start: (input, context) => home().snapshots.trials.start(input, context),
      list: (input, context) => home().snapshots.trials.list(input, context),
      run: (input, context) => home().snapshots.trials.run(input, context),
      ran: (input, context) => home().snapshots.trials.ran(input, context),
      promote: (input, context) => home().snapshots.trials.promote(input, context),
      undo: (input, context) => home().snapshots.trials.undo(input, context),
      discard: (input, context) => home().snapshots.trials.discard(input, context)
    },
    packages: {
      place: (input, context) => home().packages.api.place(input, context),
      list: (input, context) => home().packages.api.list(input, context),
      create: (input, context) => home().packages.api.create(input, context),
      createLast: (input, context) => home().packages.api.createLast(input, context),
      verify: (input, context) => reader.verify(input, context),
      unpack: (input, context) => reader.unpack(input, context),
      homePlace: () => deps.homePlace(),
      restoreHome: (input, context) => deps.restoreHome(input, context)
    },
    legacy: {
      backup: (input, context) => home().legacy.backup(input, context),
      list: (input, context) => home().legacy.list(input, context),
      migrated: (input, context) => home().legacy.migrated(input, context),
      restore: (input, context) => home().legacy.restore(input, context)
    },
    keeping: {
      retention: { set: (input, context) => home().snapshots.keeping.retention.set(input, context) },
      forget: { preview: (input, context) => home().snapshots.keeping.forget.preview(input, context), run: (input, context) => home().snapshots.keeping.forget.run(input, context) },
      tags: { change: (input, context) => home().snapshots.keeping.tags.change(input, context), pin: (input, context) => home().snapshots.keeping.tags.pin(input, context) },
      notes: { set: (input, context) => home().snapshots.keeping.notes.set(input, context) },
      keys: {
        list: (input, context) => home().repositories.keys.list(input, context),
        add: (input, context) => home().repositories.keys.add(input, context),
        change: (input, context) => home().repositories.keys.change(input, context),
        remove: (input, context) => home().repositories.keys.remove(input, context)
      },
      locks: { list: (input, context) => home().repositories.locks.list(input, context), remove: (input, context) => home().repositories.locks.remove(input, context) }
    },
    schedules: createSchedulesApi(deps.ports.clock),
    jobs: {
      list: (input, context) => home().jobs.jobs.list(input, context),
      get: (input, context) => home().jobs.jobs.get(input, context),
      add: (input, context) => home().jobs.jobs.add(input, context),
      edit: (input, context) => home().jobs.jobs.edit(input, context),
      remove: (input, context) => home().jobs.jobs.remove(input, context),
      versions: (input, context) => home().jobs.jobs.versions(input, context),
      defaults: (input, context) => home().jobs.jobs.defaults(input, context),
      pause: (input, context) => home().jobs.jobs.pause(input, context),
      resume: (input, context) => home().jobs.jobs.resume(input, context),
      pauseAll: (input, context) => home().jobs.jobs.pauseAll(input, context),
      resumeAll: (input, context) => home().jobs.jobs.resumeAll(input, context),
      scheduler: (input, context) => home().jobs.jobs.scheduler(input, context),
      setMaxRunning: (input, context) => home().jobs.jobs.setMaxRunning(input, context),
      run: (input, context) => home().jobs.jobs.run(input, context),
      ping: (input, context) => home().jobs.jobs.ping(input, context),
      export: (input, context) => home().jobs.jobs.export(input, context),
      import: { preview: (input, context) => home().jobs.jobs.import.preview(input, context), apply: (input, context) => home().jobs.jobs.import.apply(input, context) }
    },
    runs: {
      list: (input, context) => home().jobs.runs.list(input, context),
      get: (input, context) => home().jobs.runs.get(input, context),
      stop: (input, context) => home().jobs.runs.stop(input, context),
      replay: (input, context) => home().jobs.runs.replay(input, context),
      note: (input, context) => home().jobs.runs.note(input, context),
      reclassify: (input, context) => home().jobs.runs.reclassify(input, context),
      output: {
        page: (input, context) => home().jobs.runs.output.page(input, context),
        search: (input, context) => home().jobs.runs.output.search(input, context),
        text: (input, context) => home().jobs.runs.output.text(input, context),
        follow: (input, context) => home().jobs.runs.output.follow(input, context)
      },
      purge: { preview: (input, context) => home().jobs.runs.purge.preview(input, context), run: (input, context) => home().jobs.runs.purge.run(input, context) },
      stats: (input, context) => home().jobs.runs.stats(input, context)
    },
    secrets: createSecretsApi(() => home().named),
    alerts: {
      list: (input, context) => home().alerts.api.list(input, context),
      get: (input, context) => home().alerts.api.get(input, context),
      acknowledge: (input, context) => home().alerts.api.acknowledge(input, context),
      unacknowledge: (input, context) => home().alerts.api.unacknowledge(input, context),
      silence: (input, context) => home().alerts.api.silence(input, context),
      unsilence: (input, context) => home().alerts.api.unsilence(input, context),
      silences: (input, context) => home().alerts.api.silences(input, context),
      resolve: (input, context) => home().alerts.api.resolve(input, context),
      expected: (input, context) => home().alerts.api.expected(input, context),
      rules: (input, context) => home().alerts.api.rules(input, context),
      channels: {
        list: (input, context) => home().alerts.api.channels.list(input, context),
        add: (input, context) => home().alerts.api.channels.add(input, context),
        edit: (input, context) => home().alerts.api.channels.edit(input, context),
        remove: (input, context) => home().alerts.api.channels.remove(input, context),
        test: (input, context) => home().alerts.api.channels.test(input, context)
      },
      tickets: (input, context) => home().alerts.api.tickets(input, context),
      closeTicket: (input, context) => home().alerts.api.closeTicket(input, context),
      pings: (input, context) => home().alerts.api.pings(input, context),
      testPing: (input, context) => home().alerts.api.testPing(input, context),
      settings: { get: (input, context) => home().alerts.api.settings.get(input, context), set: (input, context) => home().alerts.api.settings.set(input, context) }
    },
    gateway: {
      tokens: {
        create: (input, context) => Promise.resolve(home() && gateway.create(input, context.actor)),
        list: () => Promise.resolve(home() && gateway.list()),
        revoke: (input, context) => Promise.resolve(home() && gateway.revoke(input.id, context.actor))
      }
    },
    desktop: config.desktop ?? desktopUnavailable()
  };
}
