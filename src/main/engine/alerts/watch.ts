// The watch: every minute, and when a run has ended, it looks at the facts, keeps what is open, writes tickets and queues messages, all in one transaction with
// the events that tell of it; then it sends what is due. Whatever goes wrong in one look is said in the technical log and does not end the watch.
import { Semaphore } from '../kit/async.ts';
import { createUuid7 } from '../kit/uuid7.ts';
import type { Clock, Logger, Random } from '../ports.ts';
import type { OutboxEvent } from '../store/index.ts';
import type { AlertSettings } from '../../../contract/alerts.ts';
import type { Deliveries } from './channels/outbox.ts';
import type { ChannelStore } from './channels/store.ts';
import { closedEvent, openedEvent, resolvedEvent, ticketEvent } from './events.ts';
import type { Facts, JobsFacts } from './facts.ts';
import type { Gather } from './gather.ts';
import { planMessages, groupIntervalMs } from './messages.ts';
import { groupOf, type AlertRow, type TicketRow } from './model.ts';
import type { Pings } from './pings.ts';
import { matches, quietOf } from './quiet.ts';
import { rules, type Finding } from './rules/index.ts';
import type { AlertStore } from './store.ts';
import { nextTicket, runOfNewTicket } from './tickets.ts';
import { track } from './track.ts';

export const evaluateEveryMs = 60_000;
/** A look counts at most so much awake time since the one before: what is more, the computer slept. */
const longestStepMs = 60_000;
/** After the end of a run, so that several ends make one look. */
const afterRunMs = 500;
/** A person may have said how a run really ended. */
const lookAgainMs = 600_000;
const ticketLines = 20;

export interface WatchDeps {
  clock: Clock;
  random: Random;
  logger: Pick<Logger, 'warn'>;
  jobs: JobsFacts;
  gather: Gather;
  store: AlertStore;
  channels: Pick<ChannelStore, 'nextDue'>;
  deliveries: Deliveries;
  pings: Pings;
  /** Commits a change with its events. */
  commit<T>(change: () => T, events: (result: T) => readonly OutboxEvent[]): T;
  onChanged(): void;
}

export interface Watch {
  /** From now on by itself. */
  start(): void;
  /** Looks now; resolves when what is due has been sent, too. */
  look(): Promise<void>;
  /** The last findings, for whoever wants to see what is content. */
  findings(): readonly Finding[];
  state(): { watching: boolean; evaluatedAtMs: number | null };
  /** Something was said by a person: looks soon. */
  soon(): void;
  stop(): Promise<void>;
}

export function createWatch(deps: WatchDeps): Watch {
  const { clock, store, jobs, deliveries, pings } = deps;
  const one = new Semaphore(1);
  const off: (() => void)[] = [];
  let cancelTimer: (() => void) | undefined;
  let cancelSoon: (() => void) | undefined;
  let running: Promise<void> = Promise.resolve();
  let started = false;
  let stopped = false;
  let evaluatedAtMs: number | null = null;
  let lastLookMs: number | undefined;
  let lastForgotMs = clock.monotonicMs();
  let watchedMs = 0;
  let tick: { at: string | null; quietMs: number } = { at: null, quietMs: 0 };
  let planDueMs: number | undefined;
  let last: readonly Finding[] = [];

  const newId = (): string => createUuid7(clock, deps.random);

  /** Awake time since the last look. */
  function step(): number {
    const nowMs = clock.monotonicMs();
    const ms = lastLookMs === undefined ? 0 : Math.min(longestStepMs, nowMs - lastLookMs);
    lastLookMs = nowMs;
    watchedMs += ms;
    const { lastTickAt } = jobs.schedulerState();
    tick = { at: lastTickAt, quietMs: tick.at === lastTickAt ? tick.quietMs + ms : 0 };
    return ms;
  }

  async function factsNow(settings: AlertSettings): Promise<Facts> {
    if (clock.monotonicMs() - lastForgotMs >= lookAgainMs) {
      deps.gather.forget();
      lastForgotMs = clock.monotonicMs();
    }
    const nowMs = clock.now();
    const marks = store.marks();
    return { nowMs, watchedMs, ...(await deps.gather(nowMs)), scheduler: { ...jobs.schedulerState(), quietMs: tick.quietMs }, lowBytes: settings.lowBytes, fullBytes: settings.fullBytes, mark: (code, runId) => marks.get(`${code} ${runId}`) };
  }

  function judge(facts: Facts): { findings: Finding[]; blind: Set<string> } {
    const findings: Finding[] = [];
    const blind = new Set<string>();
    for (const [code, rule] of Object.entries(rules)) {
      const found = rule(facts);
      if (found === 'unknown') blind.add(code);
      else findings.push(...found);
    }
    return { findings, blind };
  }

  async function evaluate(): Promise<void> {
    const awakeMs = step();
    const settings = store.settings();
    pings.alive(settings.ping);
    const facts = await factsNow(settings);
    if (stopped) return;
    const { findings, blind } = judge(facts);
    const tails = await tailsFor(facts, settings);
    if (stopped) return;
    const changed = deps.commit(
      () => {
        const tracked = track({ open: store.open(), findings, blind, dismissed: store.dismissed(), nowMs: facts.nowMs, awakeMs, newId });
        for (const row of tracked.put) store.put(row);
        for (const id of tracked.drop) store.remove(id);
        for (const finding of findings) if (finding.state === 'bad' && finding.unusualRun !== undefined && 'jobId' in finding.facts) store.mark(finding.code, finding.unusualRun, finding.facts.jobId, 'unusual');
        const tickets = writeTickets(facts, settings, tails);
        endSilences(facts.nowMs);
        const told = tell(facts);
        store.sweep();
        return { tracked, tickets, told };
      },
      ({ tracked, tickets }) => [...tracked.opened.map(openedEvent), ...tracked.resolved.map((row) => resolvedEvent(row)), ...tickets.map((ticket) => (ticket.closedAt === null ? ticketEvent(ticket) : closedEvent(ticket)))]
    );
    last = findings;
    evaluatedAtMs = clock.now();
    const { tracked, tickets, told } = changed;
    if (tracked.put.length + tracked.drop.length + tickets.length > 0 || told) deps.onChanged();
  }

  /** What the runs of tickets to be opened printed last: read before the transaction, which cannot wait. */
  async function tailsFor(facts: Facts, { ticketAfter }: AlertSettings): Promise<Map<string, string[]>> {
    const open = new Map(store.openTickets().map((ticket) => [ticket.jobId, ticket]));
    const closed = store.closedByHand();
    const tails = new Map<string, string[]>();
    for (const job of facts.jobs) {
      const runId = runOfNewTicket({ job, open: open.get(job.id), after: ticketAfter, closedAt: closed.get(job.id) });
      if (runId === undefined) continue;
      const lines = await Promise.resolve().then(() => jobs.outputTail(runId, ticketLines)).catch((error: unknown) => {
        deps.logger.warn('the output of a run could not be read for its ticket', { reason: error instanceof Error ? error.message : String(error) });
        return [];
      });
      tails.set(runId, [...lines]);
    }
    return tails;
  }

  function writeTickets(facts: Facts, { ticketAfter }: AlertSettings, tails: ReadonlyMap<string, string[]>): TicketRow[] {
    const open = new Map(store.openTickets().map((ticket) => [ticket.jobId, ticket]));
    const closed = store.closedByHand();
    const written: TicketRow[] = [];
    for (const job of facts.jobs) {
      const before = open.get(job.id);
      const next = nextTicket({ job, open: before, after: ticketAfter, closedAt: closed.get(job.id), nowMs: facts.nowMs, newId, tailOf: (runId) => tails.get(runId) ?? [] });
      if (next === undefined) continue;
      store.putTicket(next);
      // What is only added to is no news for the record: the runs are in it.
      if (before === undefined || next.closedAt !== null) written.push(next);
    }
    // A job that is gone will neither fail nor succeed again.
    for (const [jobId, ticket] of open) {
      if (facts.jobs.some(({ id }) => id === jobId)) continue;
      const next: TicketRow = { ...ticket, closedAt: facts.nowMs };
      store.putTicket(next);
      written.push(next);
    }
    return written;
  }

  /** 11.12: what still fires when a silence has ended is told once more. */
  function endSilences(nowMs: number): void {
    for (const silence of store.silences()) {
      if (silence.until > nowMs) continue;
      store.putSilence({ ...silence, ended: true });
      for (const row of store.open()) if (row.state === 'firing' && matches(silence.matchers, row.labels)) store.put({ ...row, toldStep: null });
    }
  }

  /** True when a message was queued. */
  function tell({ nowMs, scheduler }: Facts): boolean {
    const open = store.open();
    const silences = store.silences();
    const loud = open.filter((row) => row.state === 'firing' && quietOf(row, { open, silences, paused: scheduler.paused, nowMs }) === null);
    const unclosed = store.unclosed();
    for (const row of unclosed) if (row.toldAt === null) store.put({ ...row, closed: true });
    const over = unclosed.filter((row) => row.toldAt !== null);
    const groups = store.groups();
    const { planned, nextMs } = planMessages({ loud, over, groups, nowMs });
    planDueMs = nextMs;
    for (const { key, firing, resolved, critical } of planned) {
      store.putGroup({ key, lastAt: nowMs });
      for (const row of firing) store.put({ ...row, toldAt: nowMs, toldStep: row.step });
      for (const row of resolved) store.put({ ...row, closed: true });
      deliveries.queue({ firing, resolved, critical });
    }
    const alive = new Set([...open, ...over].map((row: AlertRow) => groupOf(row)));
    for (const { key, lastAt } of groups.values()) if (!alive.has(key) && nowMs - lastAt >= groupIntervalMs) store.removeGroup(key);
    return planned.length > 0;
  }

  async function guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      deps.logger.warn('the watch could not look', { reason: error instanceof Error ? error.message : String(error) });
    }
  }

  const send = (): Promise<void> => guarded(async () => void (await Promise.all([deliveries.pump(), pings.pump()])));

  const look = (): Promise<void> =>
    one.run(async () => {
      if (stopped) return;
      await guarded(evaluate);
      await send();
    });

  /** Sends what is due in between, without looking anew. */
  const turn = (): void => {
    const nowMs = clock.monotonicMs();
    const due = lastLookMs === undefined || nowMs - lastLookMs >= evaluateEveryMs - 50 || (planDueMs !== undefined && planDueMs <= clock.now());
    running = (due ? look() : one.run(send)).then(arm);
  };

  function arm(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (stopped || !started) return;
    const sinceLookMs = lastLookMs === undefined ? evaluateEveryMs : clock.monotonicMs() - lastLookMs;
    const dueMs = Math.min(planDueMs ?? Infinity, deps.channels.nextDue() ?? Infinity, pings.nextDue() ?? Infinity) - clock.now();
    cancelTimer = clock.setTimer(Math.max(1000, Math.min(evaluateEveryMs - sinceLookMs, dueMs)), turn);
  }

  const soon = (): void => {
    if (!started || stopped || cancelSoon) return;
    cancelSoon = clock.setTimer(afterRunMs, () => {
      cancelSoon = undefined;
      running = look().then(arm);
    });
  };

  const pingOf = (jobId: string): string | null => jobs.jobs().find(({ id }) => id === jobId)?.definition.ping ?? null;

  return {
    start: () => {
      started = true;
      off.push(
        jobs.onRunStarted((run) => {
          pings.started(run, pingOf(run.jobId));
          soon();
        }),
        jobs.onRunEnded((run) => {
          deps.gather.forget(run.jobId);
          pings.ended(run, pingOf(run.jobId));
          soon();
        })
      );
      soon();
    },
    look,
    findings: () => last,
    state: () => ({ watching: started, evaluatedAtMs }),
    soon,
    stop: async () => {
      stopped = true;
      for (const end of off) end();
      cancelTimer?.();
      cancelSoon?.();
      await Promise.all([deliveries.stop(), pings.stop()]);
      await running;
    }
  };
}
