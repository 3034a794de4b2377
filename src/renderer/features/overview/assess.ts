// Is my work safe, since when, what needs me: the overview's one sentence and its list, decided from what the engine says. Pure.
import { isGrave, standsAgainst, type Anchor, type AnchorStatus } from '../../../contract/anchors.ts';
import type { Alert, Watch } from '../../../contract/alerts.ts';
import type { VerifyState } from '../../../contract/log.ts';
import type { Repository } from '../../../contract/repository.ts';
import type { Plan, Snapshot, WaitingSnapshot } from '../../../contract/snapshots.ts';
import type { Status } from '../../../contract/system.ts';

export type Need =
  | { kind: 'recordBroken'; seq: number; below: number }
  | { kind: 'recordBehind' }
  | { kind: 'anchorRefused'; anchor: Anchor }
  | { kind: 'anchorDue'; days: number | null }
  | { kind: 'neverVerified' }
  | { kind: 'staleVerified'; at: string }
  | { kind: 'vaultLocked' }
  | { kind: 'storeGone' }
  | { kind: 'absent'; repository: Repository }
  | { kind: 'waiting'; wait: WaitingSnapshot }
  | { kind: 'other'; repository: Repository }
  | { kind: 'unreadable'; repository: Repository }
  | { kind: 'checkFailed'; repository: Repository; errors: number }
  | { kind: 'noSnapshot'; plan: Plan }
  | { kind: 'old'; plan: Plan; seconds: number }
  | { kind: 'gaps'; plan: Plan; snapshotId: string }
  | { kind: 'alerts'; first: Alert; count: number };

export type Notice = Status['notices'][number];

export interface Assessment {
  /** `safe`: nothing wrong; `needs`: something waits; `broken`: data or record in danger; `empty`: nothing protected; `grey`: cannot tell. */
  tone: 'safe' | 'needs' | 'broken' | 'empty' | 'grey';
  /** Grey because the record has not been checked since then; null when the reason is another. */
  uncheckedSince: string | null;
  /** Grey because the scheduler has stopped since then. */
  unscheduledSince: string | null;
  lastSnapshotAt: string | null;
  needs: Need[];
}

const day = 86_400;
const staleCheckDays = 7;
/** Beyond this nobody can say that the record is intact. */
const blindCheckDays = 30;

interface Facts {
  status: Status;
  plans: readonly Plan[];
  repositories: readonly Repository[];
  snapshots: readonly Snapshot[];
  waiting: readonly WaitingSnapshot[];
  verify: VerifyState;
  anchors: AnchorStatus;
  /** Those that need a person, the gravest first; undefined while they are not known. */
  alerts?: { alerts: readonly Alert[]; watch: Watch } | undefined;
  now: Date;
}

function needsOfRecord({ verify, now }: Facts): Need[] {
  const { verdict, at, running } = verify;
  if (verdict?.kind === 'broken') return [{ kind: 'recordBroken', seq: verdict.seq, below: verdict.trustworthyBelow }];
  if (verdict?.kind === 'behind') return [{ kind: 'recordBehind' }];
  if (running) return [];
  if (verdict === null || at === null) return [{ kind: 'neverVerified' }];
  return (now.getTime() - Date.parse(at)) / 1000 > staleCheckDays * day ? [{ kind: 'staleVerified', at }] : [];
}

/** A refusal stands before everything else, the reminder behind the record's own needs. */
function withAnchors({ anchors: { refused, newest, due, days } }: Facts, needs: Need[]): Need[] {
  if (refused !== null && standsAgainst(refused, newest)) return [{ kind: 'anchorRefused', anchor: refused }, ...needs];
  return due ? [...needs, { kind: 'anchorDue', days }] : needs;
}

function needsOfStore({ status }: Facts): Need[] {
  if (status.secretStore?.state === 'locked') return [{ kind: 'vaultLocked' }];
  return status.secretStore?.state === 'unavailable' ? [{ kind: 'storeGone' }] : [];
}

/** What waits says that its drive is away, too. */
function needsOfRepositories({ repositories, waiting }: Facts): Need[] {
  return repositories.flatMap((repository): Need[] => {
    const waits = waiting.filter((wait) => wait.repositoryId === repository.id).map((wait): Need => ({ kind: 'waiting', wait }));
    if (repository.state === 'other') return [{ kind: 'other', repository }];
    if (waits.length > 0) return waits;
    if (repository.state === 'absent') return [{ kind: 'absent', repository }];
    if (repository.state === 'unreadable') return [{ kind: 'unreadable', repository }];
    return repository.lastCheck !== null && !repository.lastCheck.ok ? [{ kind: 'checkFailed', repository, errors: repository.lastCheck.errors }] : [];
  });
}

function needsOfPlans({ plans, waiting, now }: Facts): Need[] {
  return plans.flatMap((plan): Need[] => {
    if (waiting.some(({ planId }) => planId === plan.id)) return [];
    if (plan.lastSnapshot === null) return [{ kind: 'noSnapshot', plan }];
    const seconds = (now.getTime() - Date.parse(plan.lastSnapshot.time)) / 1000;
    if (seconds > day) return [{ kind: 'old', plan, seconds }];
    return plan.lastSnapshot.incomplete ? [{ kind: 'gaps', plan, snapshotId: plan.lastSnapshot.id }] : [];
  });
}

/** What this page has found out by itself is not said a second time. */
const saidHere: ReadonlySet<string> = new Set(['integrity_record', 'integrity_repository', 'unreachable']);

function needsOfAlerts({ alerts }: Facts): Need[] {
  const others = alerts?.alerts.filter(({ facts }) => !saidHere.has(facts.code)) ?? [];
  const [first] = others;
  return first === undefined ? [] : [{ kind: 'alerts', first, count: others.length }];
}

function newestSnapshot({ plans, snapshots }: Facts): string | null {
  const moments = [...snapshots.map((snapshot) => snapshot.at), ...plans.flatMap((plan) => (plan.lastSnapshot ? [new Date(plan.lastSnapshot.time).toISOString()] : []))];
  return moments.reduce<string | null>((newest, moment) => (newest === null || moment > newest ? moment : newest), null);
}

export function assess(facts: Facts): Assessment {
  const needs = [...withAnchors(facts, needsOfRecord(facts)), ...needsOfStore(facts), ...needsOfRepositories(facts), ...needsOfAlerts(facts), ...needsOfPlans(facts)];
  const lastSnapshotAt = newestSnapshot(facts);
  const broken = needs.some((need) => need.kind === 'recordBroken' || need.kind === 'recordBehind' || (need.kind === 'anchorRefused' && isGrave(need.anchor)) || need.kind === 'unreadable' || need.kind === 'checkFailed');
  const stale = needs.find((need) => need.kind === 'staleVerified');
  const blind = stale !== undefined && (facts.now.getTime() - Date.parse(stale.at)) / 1000 > blindCheckDays * day;
  const unscheduledSince = facts.alerts?.watch.schedulerStoppedSince ?? null;
  const base = { lastSnapshotAt, needs, uncheckedSince: null, unscheduledSince };
  if (broken) return { ...base, tone: 'broken' };
  if (facts.plans.length === 0 && lastSnapshotAt === null) return { ...base, needs: needs.filter((need) => need.kind !== 'neverVerified' && need.kind !== 'anchorDue'), tone: 'empty' };
  if (unscheduledSince !== null) return { ...base, tone: 'grey' };
  if (blind) return { ...base, tone: 'grey', uncheckedSince: stale.at };
  return { ...base, tone: needs.length > 0 ? 'needs' : 'safe' };
}

/** Even with open needs the copies themselves may be good: every plan has a complete snapshot of the last day. */
export function copiesAreFresh({ needs }: Assessment): boolean {
  return needs.every((need) => need.kind === 'neverVerified' || need.kind === 'staleVerified' || need.kind === 'anchorDue' || need.kind === 'gaps');
}
