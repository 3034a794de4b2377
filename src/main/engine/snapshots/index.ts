// Plans, snapshots and restores: the public face of the domain. Only this file may be imported by other domains.
import { join } from 'node:path';
import type { EngineApi } from '../../../contract/index.ts';
import type { EngineEvent } from '../../../contract/events.ts';
import type { EventLog } from '../log/index.ts';
import type { Ports } from '../ports.ts';
import type { Maintenance, Repositories } from '../repository/index.ts';
import type { Database, Outbox } from '../store/index.ts';
import type { Tasks } from '../system/tasks.ts';
import { createExplainFull } from './archive/full-drive.ts';
import { createArchiveService } from './archive/service.ts';
import type { CheckpointsIn } from './browse/checkpoints.ts';
import { createBrowseService } from './browse/service.ts';
import { createLiveOf } from './compare/live-of.ts';
import { createCompareService } from './compare/service.ts';
import { createHistoryService } from './history/service.ts';
import { createInsideService } from './inside/service.ts';
import { createPackingOf, type PackingOf } from './packing/source.ts';
import { createMetricsService } from './metrics/service.ts';
import { createNamesService } from './names/service.ts';
import { createDrills } from './drills/service.ts';
import { createDrillStore } from './drills/store.ts';
import { createEditor } from './keeping/edits.ts';
import { createForget } from './keeping/forget.ts';
import { createTagging, forgetErasedNotes } from './keeping/tagging.ts';
import { forgetErasedPlans } from './plans/remove.ts';
import { createPlanService } from './plans/service.ts';
import { createRestoreService } from './restore/service.ts';
import { createSnapshotsStore } from './store.ts';
import { createTrials } from './trials/service.ts';
import { createTrialStore } from './trials/store.ts';
import { createWaiting, type Waiting } from './waiting/service.ts';
import { createLookAtPlan, type LookAtPlan } from './watch/look.ts';

export type { PackingOf, PackingOffer } from './packing/source.ts';
export { snapshotsMigrations } from './migrations.ts';
export type { LookAtPlan, WatchFinding } from './watch/look.ts';

export interface SnapshotsDependencies {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine' | 'logger' | 'programs'>;
  /** state.db with the migrations of this domain applied. */
  db: Database;
  outbox: Outbox;
  log: EventLog;
  repositories: Repositories;
  maintenance: Pick<Maintenance, 'freeable'>;
  tasks: Tasks;
  announce(event: EngineEvent): void;
  homePath: string;
  /** Of the process; hooks see what their plan allows. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Version of the program, for `program_version`. */
  version: string;
}

export interface Snapshots {
  plans: EngineApi['plans'];
  snapshots: EngineApi['snapshots'];
  restores: EngineApi['restores'];
  drills: EngineApi['drills'];
  trials: EngineApi['trials'];
  compare: EngineApi['compare'];
  inside: EngineApi['inside'];
  metrics: EngineApi['metrics'];
  history: EngineApi['history'];
  names: EngineApi['names'];
  keeping: Pick<EngineApi['keeping'], 'retention' | 'forget' | 'tags' | 'notes'>;
  /** What other domains may know of the plans, by name. */
  planFacts(): { id: string; name: string; title: string; zone: string; repository: string; hasRetention: boolean }[];
  /** What of a plan's folders is gone or not as its check wants it. */
  look: LookAtPlan;
  /** For packages. Throws NOT_FOUND, AMBIGUOUS. */
  packing: PackingOf;
  checkpointsIn: CheckpointsIn;
  /** After an erasure in the record: notes and removed plans whose words are gone there go here, too. */
  forgetErased(): void;
  /** Start-up: a snapshot, a restore, a change of tags or list that was begun and never ended becomes an event `...interrupted`. Returns how many snapshots there were. */
  recoverInterrupted(): number;
  /** Takes what waits for its repository when that is back. For a host that stays. */
  keepWaiting(): void;
  close(): void;
}

export function createSnapshots(deps: SnapshotsDependencies): Snapshots {
  const store = createSnapshotsStore(deps.db);
  const plans = createPlanService({ ...deps, store });
  const drillStore = createDrillStore(deps.db);
  const browse = createBrowseService({ ...deps, plans, store, testedOf: drillStore.tested });
  const editor = createEditor({ ...deps, store });
  const forget = createForget({ ...deps, store, plans, browse, editor });
  const explainFull = createExplainFull({ ...deps, store, forget });
  const archive = createArchiveService({ ...deps, store, plans, browse, explainFull, waiting: () => waiting, databasesPath: join(deps.homePath, 'cache', 'databases'), memoryPath: join(deps.homePath, 'cache', 'folders') });
  const waiting: Waiting = createWaiting({ ...deps, store, begin: archive.begin });
  const liveOf = createLiveOf({ machine: deps.ports.machine, repositories: deps.repositories, plans });
  const restore = createRestoreService({ ...deps, store, browse, plans });
  const drills = createDrills({ ...deps, store: drillStore, browse, plans, runner: restore.runner });
  const trials = createTrials({ ...deps, store: createTrialStore(deps.db), browse, plans, runner: restore.runner });
  return {
    plans: { list: plans.list, add: plans.add, edit: plans.edit, remove: plans.remove, preview: plans.preview },
    snapshots: { take: archive.take, takeLast: archive.takeLast, waiting: waiting.list, stopWaiting: waiting.stop, list: browse.list, get: browse.get, tree: browse.tree, read: browse.read },
    planFacts: () => plans.rows().map(({ id, name, title, zone, repositoryId }) => ({ id, name, title, zone, repository: deps.repositories.rows().find((row) => row.id === repositoryId)?.name ?? '', hasRetention: store.retention(id) !== undefined })),
    look: createLookAtPlan({ ...deps, find: plans.find, repositoryName: (id) => deps.repositories.rows().find((row) => row.id === id)?.name ?? '' }),
    packing: createPackingOf({ ...deps, browse }),
    checkpointsIn: browse.checkpointsIn,
    forgetErased: () => {
      forgetErasedNotes({ store, log: deps.log });
      forgetErasedPlans({ store, log: deps.log });
    },
    keeping: { retention: { set: plans.setRetention }, forget, ...createTagging({ ...deps, store, plans, browse, editor }) },
    compare: createCompareService({ ...deps, browse, liveOf, trialCopy: trials.copyOf, folder: join(deps.homePath, 'cache', 'comparisons') }),
    inside: createInsideService({ ...deps, browse, liveOf, trialCopy: trials.copyOf, folder: join(deps.homePath, 'cache', 'inside') }),
    metrics: createMetricsService({ ...deps, plans, browse }),
    history: createHistoryService({ ...deps, store, plans, browse }),
    names: createNamesService({ ...deps, plans, browse, folder: join(deps.homePath, 'cache', 'names') }),
    restores: restore.restores,
    drills: drills.drills,
    trials: trials.trials,
    recoverInterrupted: () => {
      editor.recover();
      restore.recoverInterrupted();
      drills.recoverInterrupted();
      trials.recoverInterrupted();
      return archive.recoverInterrupted();
    },
    keepWaiting: waiting.start,
    close: waiting.close
  };
}
