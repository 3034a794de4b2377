// Everything the engine announces, and the state of long-running tasks.
import * as z from 'zod';
import { HomeRestoreReport, PackageCheck, PackageReport, UnpackReport } from './packages.ts';
import { Comparison } from './compare.ts';
import { DrillReport } from './drills.ts';
import { WireError } from './errors.ts';
import { ExportReport } from './evidence.ts';
import { Count, Instant } from './ids.ts';
import { ForgetReport, TagReport } from './keeping.ts';
import { FileHistory } from './history.ts';
import { Inside } from './inside.ts';
import { LegacyBackup, LegacyRestored } from './legacy.ts';
import { Verdict } from './log.ts';
import { CopyReport, PruneReport, RepairReport } from './maintenance.ts';
import { FindResult } from './names.ts';
import { CheckReport } from './repository.ts';
import { RestoreReport, SnapshotResult, WaitingSnapshot } from './snapshots.ts';
import { Promotion, Trial, TrialRun } from './trials.ts';

export const TaskKind = z.enum(['snapshot', 'restore', 'check', 'verify', 'evidence', 'prune', 'copy', 'repair', 'forget', 'tag', 'compare', 'inside', 'history', 'find', 'drill', 'trial', 'trial-run', 'promotion', 'legacy', 'legacy-restore', 'package', 'package-check', 'unpack', 'home-restore']);
export type TaskKind = z.infer<typeof TaskKind>;

export const TaskProgress = z.object({
  /** What it does now; words in the copy catalogue. */
  phase: z.enum(['waiting', 'opening', 'locking', 'scanning', 'reading', 'writing', 'finishing', 'checking-index', 'checking-packs', 'checking-trees', 'reading-data', 'planning', 'restoring', 'verifying', 'hook', 'proving', 'safety', 'program', 'proving-large', 'proving-record', 'writing-again']),
  filesDone: Count,
  /** null while not yet known. */
  filesTotal: Count.nullable(),
  bytesDone: Count,
  bytesTotal: Count.nullable(),
  /** For people: escaped and possibly shortened. */
  current: z.string().nullable(),
  errors: Count,
  /** Of a snapshot: files that are new or changed, files that are as before, and the bytes of those, which are not read. */
  filesNew: Count.optional(),
  filesUnchanged: Count.optional(),
  bytesUnchanged: Count.optional()
});
export type TaskProgress = z.infer<typeof TaskProgress>;

export const TaskResult = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('snapshot'), result: SnapshotResult }),
  /** A snapshot that was not taken yet: it waits for its repository. */
  z.object({ kind: z.literal('waiting'), wait: WaitingSnapshot }),
  z.object({ kind: z.literal('restore'), report: RestoreReport }),
  z.object({ kind: z.literal('check'), report: CheckReport }),
  z.object({ kind: z.literal('verify'), verdict: Verdict }),
  z.object({ kind: z.literal('evidence'), report: ExportReport }),
  z.object({ kind: z.literal('prune'), report: PruneReport }),
  z.object({ kind: z.literal('copy'), report: CopyReport }),
  z.object({ kind: z.literal('repair'), report: RepairReport }),
  z.object({ kind: z.literal('forget'), report: ForgetReport }),
  z.object({ kind: z.literal('tag'), report: TagReport }),
  z.object({ kind: z.literal('compare'), comparison: Comparison }),
  z.object({ kind: z.literal('inside'), inside: Inside }),
  z.object({ kind: z.literal('history'), history: FileHistory }),
  z.object({ kind: z.literal('find'), names: FindResult }),
  z.object({ kind: z.literal('drill'), report: DrillReport }),
  /** `skipped`: what of it did not come back: the first 1,000. */
  z.object({ kind: z.literal('trial'), trial: Trial, skipped: z.array(z.object({ path: z.string(), reason: z.string() })), skippedCount: Count }),
  z.object({ kind: z.literal('trial-run'), run: TrialRun }),
  z.object({ kind: z.literal('promotion'), promotion: Promotion }),
  z.object({ kind: z.literal('legacy'), backup: LegacyBackup }),
  z.object({ kind: z.literal('legacy-restore'), restored: LegacyRestored }),
  z.object({ kind: z.literal('package'), report: PackageReport }),
  z.object({ kind: z.literal('package-check'), check: PackageCheck }),
  z.object({ kind: z.literal('unpack'), report: UnpackReport }),
  z.object({ kind: z.literal('home-restore'), report: HomeRestoreReport })
]);
export type TaskResult = z.infer<typeof TaskResult>;

export const TaskState = z.object({
  id: z.string(),
  kind: TaskKind,
  /** What it is about, by name: the plan, the repository, the snapshot. */
  subject: z.string(),
  /** `waiting`: it has ended without a result and goes on later, as another task. */
  state: z.enum(['running', 'done', 'gaps', 'waiting', 'failed', 'cancelled']),
  startedAt: Instant,
  endedAt: Instant.nullable(),
  progress: TaskProgress,
  /** Bytes a second over the last few seconds; null while unknown. */
  bytesPerSecond: z.number().nullable(),
  /** Seconds left; null while unknown. */
  secondsLeft: z.number().nullable(),
  result: TaskResult.nullable(),
  error: WireError.nullable()
});
export type TaskState = z.infer<typeof TaskState>;

export const EngineEvent = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('task'), task: TaskState }),
  z.object({ kind: z.literal('log'), entries: Count }),
  z.object({ kind: z.literal('changed'), what: z.enum(['home', 'settings', 'repositories', 'plans', 'snapshots', 'restores', 'tokens', 'verify', 'sample', 'jobs', 'runs', 'alerts', 'secrets', 'packages']) }),
  /** A person is told something now, by whoever shows notices: the desktop shell, or a page that is open. */
  z.object({ kind: z.literal('notify'), id: z.string(), severity: z.enum(['critical', 'warning', 'info']), title: z.string(), body: z.string() }),
  /** The engine is about to stop; the client should expect the line to close. */
  z.object({ kind: z.literal('stopping') }),
  /** Sent every 20 s so that a silent line is noticed. */
  z.object({ kind: z.literal('heartbeat'), at: Instant })
]);
export type EngineEvent = z.infer<typeof EngineEvent>;
