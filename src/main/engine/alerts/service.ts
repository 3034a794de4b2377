// Alerts as a person handles them.
import type { Alert, Quiet } from '../../../contract/alerts.ts';
import type { EngineApi } from '../../../contract/index.ts';
import { fail } from '../kit/errors.ts';
import { createUuid7 } from '../kit/uuid7.ts';
import type { Clock, Random } from '../ports.ts';
import type { OutboxEvent } from '../store/index.ts';
import { closedEvent, handledEvent, resolvedEvent } from './events.ts';
import type { JobsFacts } from './facts.ts';
import { isoOf } from '../kit/iso.ts';
import { acknowledgedMs, canExpect, fingerprintOf, isIntegrity, longestSilenceMs, type AlertRow, type SilenceRow, type TicketRow } from './model.ts';
import { pathOfEnd, type Pings } from './pings.ts';
import { matches, quietOf } from './quiet.ts';
import type { AlertStore } from './store.ts';
import { alertView, silenceView, ticketView } from './views.ts';
import type { Watch } from './watch.ts';

export interface AlertServiceDeps {
  clock: Pick<Clock, 'now'>;
  random: Random;
  store: AlertStore;
  pings: Pick<Pings, 'last' | 'test'>;
  jobs: Pick<JobsFacts, 'schedulerState' | 'jobs' | 'recentRuns'>;
  watch: Pick<Watch, 'findings' | 'state' | 'soon'>;
  commit(change: () => void, events: readonly OutboxEvent[]): void;
  onChanged(): void;
}

export function createAlertService(deps: AlertServiceDeps): Omit<EngineApi['alerts'], 'channels'> {
  const { clock, store, watch } = deps;

  const find = (id: string): AlertRow => {
    const ids = store.idsLike(id);
    if (ids.length > 1 && !ids.includes(id)) fail('AMBIGUOUS', `several alerts begin with ${id}`, { kind: 'alert', name: id, matches: ids });
    return store.byId(ids.includes(id) ? id : (ids[0] ?? '')) ?? fail('NOT_FOUND', `no alert ${id}`, { kind: 'alert', name: id });
  };
  const firing = (id: string): AlertRow => {
    const row = find(id);
    return row.state === 'firing' ? row : fail('BAD_INPUT', 'the alert is over', { field: 'alert', reason: 'is solved already' });
  };

  const quiet = (): ((row: AlertRow) => Quiet | null) => {
    const facts = { open: store.open(), silences: store.silences(), paused: deps.jobs.schedulerState().paused, nowMs: clock.now() };
    return (row) => quietOf(row, facts);
  };
  const view = (row: AlertRow): Alert => alertView(row, quiet()(row));

  const change = (row: AlertRow, event: OutboxEvent, also: () => void = () => undefined): Alert => {
    deps.commit(() => {
      store.put(row);
      also();
    }, [event]);
    deps.onChanged();
    watch.soon();
    return view(row);
  };

  /** What a job's checker heard last: a test must not say anything that is not so. */
  const lastWordOf = (jobId: string): { url: string | null; path: string } => {
    const job = deps.jobs.jobs().find(({ id }) => id === jobId) ?? fail('NOT_FOUND', 'no such job', { kind: 'job', name: jobId });
    const path = deps.jobs.recentRuns(jobId, 100).map(pathOfEnd).find((each) => each !== undefined);
    if (job.definition.ping !== null && path === undefined) fail('BAD_INPUT', 'nothing to tell yet', { field: 'job', reason: 'has not run yet, so there is nothing to tell; run it once' });
    return { url: job.definition.ping, path: path ?? '' };
  };

  return {
    list: ({ view: wanted, limit }) => {
      const quietNow = quiet();
      const open = store.open().filter(({ state }) => state === 'firing').map((row) => alertView(row, quietNow(row))).sort(byNeed);
      const needs = open.filter((alert) => alert.quiet === null);
      const still = open.filter((alert) => alert.quiet !== null);
      const solved = wanted === 'solved' || wanted === 'all' ? store.resolved(limit).map((row) => alertView(row, null)) : [];
      const shown = { needs, quiet: still, solved, all: [...open, ...solved] }[wanted];
      const stopped = open.find(({ facts }) => facts.code === 'scheduler_stopped');
      const { watching, evaluatedAtMs } = watch.state();
      return { alerts: shown.slice(0, limit), counts: { needs: needs.length, quiet: still.length }, watch: { watching, evaluatedAt: evaluatedAtMs === null ? null : isoOf(evaluatedAtMs), schedulerStoppedSince: stopped?.since ?? null } };
    },
    get: ({ alert }) => view(find(alert)),
    acknowledge: ({ alert, note }, { actor }) => {
      const row = firing(alert);
      const at = clock.now();
      return change({ ...row, acknowledged: { by: actor, at, note, until: at + acknowledgedMs } }, handledEvent('alert.acknowledged', row, actor, { note }));
    },
    unacknowledge: ({ alert }, { actor }) => {
      const row = firing(alert);
      return row.acknowledged === null ? view(row) : change({ ...row, acknowledged: null }, handledEvent('alert.unacknowledged', row, actor));
    },
    silence: ({ alert, matchers, until, reason }, { actor }) => {
      const row = alert === undefined ? undefined : firing(alert);
      if (row && isIntegrity(row.code)) fail('BAD_INPUT', 'integrity cannot be silenced', { field: 'alert', reason: 'is about integrity, which cannot be silenced; say that you are on it instead' });
      const wanted = matchers ?? row?.labels ?? fail('BAD_INPUT', 'nothing to silence', { field: 'alert', reason: 'is needed, or matchers' });
      if (Object.keys(wanted).length === 0) fail('BAD_INPUT', 'no matchers', { field: 'matchers', reason: 'must name at least one label' });
      const untilMs = Date.parse(until);
      const nowMs = clock.now();
      if (!(untilMs > nowMs && untilMs <= nowMs + longestSilenceMs)) fail('BAD_INPUT', 'a silence needs an end', { field: 'until', reason: 'must lie ahead, at most 30 days' });
      const silence: SilenceRow = { id: createUuid7(clock, deps.random), matchers: wanted, reason, by: actor, createdAt: nowMs, until: untilMs, ended: false };
      deps.commit(() => store.putSilence(silence), [{ action: 'alert.silenced', category: 'alert', actor, payload: { silence: silence.id, matchers: wanted, until, reason } }]);
      deps.onChanged();
      return silenceView(silence);
    },
    unsilence: ({ silence: id }, { actor }) => {
      const found = store.silences().filter((each) => each.id.startsWith(id));
      if (found.length > 1) fail('AMBIGUOUS', `several silences begin with ${id}`, { kind: 'silence', name: id, matches: found.map((each) => each.id) });
      const silence = found[0] ?? fail('NOT_FOUND', `no silence ${id}`, { kind: 'silence', name: id });
      deps.commit(() => {
        store.putSilence({ ...silence, ended: true });
        for (const row of store.open()) if (row.state === 'firing' && matches(silence.matchers, row.labels)) store.put({ ...row, toldStep: null });
      }, [{ action: 'alert.unsilenced', category: 'alert', actor, payload: { silence: silence.id } }]);
      deps.onChanged();
      watch.soon();
      return silenceView(silence);
    },
    silences: () => store.silences().filter(({ until }) => until > clock.now()).map(silenceView),
    resolve: ({ alert }, { actor }) => {
      const row = firing(alert);
      const { about } = row;
      if (about === null) return fail('BAD_INPUT', 'this alert resolves itself', { field: 'alert', reason: 'is looked at anew every minute and is solved by itself when its condition ends' });
      const resolved: AlertRow = { ...row, state: 'resolved', resolvedAt: clock.now(), resolvedBy: 'person', changedAt: clock.now(), acknowledged: null };
      return change(resolved, resolvedEvent(resolved, actor), () => store.dismiss(row.fingerprint, about));
    },
    expected: ({ alert }, { actor }) => {
      const row = firing(alert);
      const { facts, about } = row;
      if (!canExpect(row.code) || about === null || !('jobId' in facts)) return fail('BAD_INPUT', 'nothing is usual here', { field: 'alert', reason: 'judges by no usual value, so nothing can join it' });
      const resolved: AlertRow = { ...row, state: 'resolved', resolvedAt: clock.now(), resolvedBy: 'person', changedAt: clock.now(), acknowledged: null };
      const value = facts.code === 'volume' ? facts.value : facts.code === 'too_long' || facts.code === 'too_short' ? facts.tookMs : null;
      return change(resolved, handledEvent('alert.expected', row, actor, { run: about, value }), () => store.mark(row.code, about, facts.jobId, 'expected'));
    },
    rules: () => {
      const open = new Map(store.open().map((row) => [row.fingerprint, row]));
      return watch.findings().map(({ code, labels, state }) => {
        const fingerprint = fingerprintOf(labels);
        const row = open.get(fingerprint);
        // A person resolved it for this very run.
        const shown = row ? (row.state === 'pending' ? 'pending' : 'firing') : state === 'bad' ? 'resolved' : state;
        return { code, fingerprint, labels, state: shown, since: row ? isoOf(row.since) : null };
      });
    },
    tickets: ({ open, limit }) => store.tickets(limit).filter(({ closedAt }) => !open || closedAt === null).map(ticketView),
    closeTicket: ({ ticket: id, note }, { actor }) => {
      const found = store.ticketsLike(id);
      if (found.length > 1) fail('AMBIGUOUS', `several tickets begin with ${id}`, { kind: 'ticket', name: id, matches: found.map((each) => each.id) });
      const open = found[0] ?? fail('NOT_FOUND', `no ticket ${id}`, { kind: 'ticket', name: id });
      if (open.closedAt !== null) fail('BAD_INPUT', 'the ticket is closed', { field: 'ticket', reason: 'is closed already' });
      const closed: TicketRow = { ...open, closedAt: clock.now(), closedBy: actor, closeNote: note };
      deps.commit(() => store.putTicket(closed), [closedEvent(closed)]);
      deps.onChanged();
      return ticketView(closed);
    },
    testPing: async ({ jobId }) => {
      const { url, path } = jobId === null ? { url: store.settings().ping, path: '' } : lastWordOf(jobId);
      if (url === null) return fail('BAD_INPUT', 'no checker is named', { field: 'ping', reason: 'names no outside checker yet' });
      const { at, ...ping } = await deps.pings.test(jobId, url, path);
      deps.onChanged();
      return { ...ping, at: isoOf(at) };
    },
    pings: () => deps.pings.last().map(({ at, ...ping }) => ({ ...ping, at: isoOf(at) })),
    settings: {
      get: () => store.settings(),
      set: (patch, { actor }) => {
        const before = store.settings();
        const settings = { ...before, ...Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) };
        if (settings.fullBytes > settings.lowBytes) fail('BAD_INPUT', 'the limits are the wrong way round', { field: 'fullBytes', reason: 'must not be more than lowBytes' });
        const changes = Object.keys(settings).filter((key) => JSON.stringify(before[key as keyof typeof before]) !== JSON.stringify(settings[key as keyof typeof settings]));
        if (changes.length > 0) deps.commit(() => store.putSettings(settings), [{ action: 'alert.settings-changed', category: 'alert', actor, payload: { changes: changes.map((setting) => ({ setting })) } }]);
        deps.onChanged();
        watch.soon();
        return settings;
      }
    }
  };
}

const weight = { critical: 0, warning: 1, info: 2 } as const;

function byNeed(a: Alert, b: Alert): number {
  return weight[a.severity] - weight[b.severity] || b.openedAt.localeCompare(a.openedAt);
}
