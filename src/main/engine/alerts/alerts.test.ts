// Alerts from a fact to a message and back, over a real state.db: what is open, who is told when, and what a person can say.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../../contract/alerts.ts';
import { at, day, hour, minute, noon, type RunInput } from './testing/facts.ts';
import { ana, createHouse, notices, type House } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await createHouse();
});
afterEach(() => house.close());

const failed: RunInput = { state: 'failed' };
const list = async (view: 'needs' | 'quiet' | 'solved' | 'all' = 'needs'): Promise<Alert[]> => (await house.api.list({ view, limit: 100 }, ana)).alerts;
const only = async (view: 'needs' | 'quiet' | 'solved' | 'all' = 'needs'): Promise<Alert> => {
  const [alert, other] = await list(view);
  if (alert === undefined || other !== undefined) throw new Error(`not one alert in ${view}`);
  return alert;
};
const said = (): string[] => house.events.map(({ action }) => action);

describe('11.1 states', () => {
  it('opens an alert once, keeps its beginning through changes, and resolves it by itself', async () => {
    const job = house.job();
    house.end(job, failed);
    house.alerts.keepWatching();
    await house.minutes(1);
    const first = await only();
    house.end(job, failed);
    await house.minutes(3);
    const second = await only();
    expect([second.id, second.openedAt, second.facts]).toEqual([first.id, first.openedAt, expect.objectContaining({ inARow: 2 })]);
    house.end(job);
    await house.minutes(1);
    expect(await list('needs')).toEqual([]);
    expect(await only('solved')).toMatchObject({ id: first.id, resolvedBy: 'itself' });
    expect(said().filter((action) => action.startsWith('alert.'))).toEqual(['alert.opened', 'alert.resolved']);
  });

  it('tells a condition only after it held for its time while the computer was awake', async () => {
    await house.minutes(1);
    house.world.free = 1e9;
    await house.minutes(5);
    expect(await list()).toEqual([]);
    // Five hours of sleep are not five minutes of a full disk.
    house.clock.advance(5 * hour);
    house.world.free = 4e11;
    await house.minutes(1);
    house.world.free = 1e9;
    await house.minutes(5);
    expect(await list()).toEqual([]);
    await house.minutes(1);
    expect(await only()).toMatchObject({ severity: 'critical', facts: { code: 'disk_space' } });
  });

  it('counts a sleep as no more than a minute', async () => {
    house.world.free = 1e9;
    await house.minutes(1);
    house.clock.advance(5 * hour);
    await house.alerts.look();
    expect(await list()).toEqual([]);
    await house.minutes(4);
    expect(await list()).toHaveLength(1);
  });

  it('goes on where another process stopped: what held for a while, and what was open', async () => {
    const job = house.job({ runs: [failed] });
    house.world.free = 1e9;
    await house.minutes(4);
    const before = (await list()).map(({ id }) => id);
    await house.reopen();
    await house.minutes(3);
    const after = await list();
    expect(after.map(({ id }) => id)).toEqual(expect.arrayContaining(before));
    expect(after.map(({ facts }) => facts.code).sort()).toEqual(['disk_space', 'failure']);
    expect(job.name).toBe('thesis-daily');
  });

  it('does not take silence for good news: a source that cannot be asked leaves open what is open', async () => {
    house.world.repositories = [{ name: 'copies', path: '/x', state: 'ready', network: false, freeBytes: 1e12, totalBytes: 2e12, lastCheck: { at: at(noon), ok: false, errors: 1, readData: true } }];
    await house.minutes(1);
    expect(await only()).toMatchObject({ facts: { code: 'integrity_repository' } });
    house.world.repositories = new Error('EIO');
    await house.minutes(2);
    expect(await list()).toHaveLength(1);
    house.world.repositories = [];
    await house.minutes(1);
    expect(await list()).toEqual([]);
  });

  it('resolves what was about a job that is gone', async () => {
    house.job({ runs: [failed] });
    await house.minutes(1);
    house.world.jobs = [];
    await house.minutes(1);
    expect(await list()).toEqual([]);
  });

  it('shows every rule with its state, also those that are content or do not know yet', async () => {
    const job = house.job({ definition: { alerts: { volume: { metric: 'items', minAbsolute: 10, season: 'none' } } }, runs: [{ items: 3 }] });
    await house.minutes(1);
    const states = Object.fromEntries((await house.api.rules(undefined as never, ana)).filter(({ labels }) => labels['job'] === job.id || labels['job'] === undefined).map(({ code, state }) => [code, state]));
    expect(states).toMatchObject({ failure: 'ok', volume: 'learning', integrity_record: 'unknown', scheduler_stopped: 'unknown', disk_space: 'ok' });
  });
});

describe('11.8 fingerprints', () => {
  it('are of the labels alone: one open alert a job and rule, whatever its numbers', async () => {
    const [a, b] = [house.job({ runs: [failed] }), house.job({ definition: { name: 'other' }, runs: [failed] })];
    await house.minutes(1);
    const [one, two] = await list();
    expect(one?.fingerprint).not.toBe(two?.fingerprint);
    house.end(a, failed);
    house.end(b, failed);
    house.alerts.keepWatching();
    await house.minutes(11);
    expect(new Set((await list()).map(({ fingerprint }) => fingerprint))).toEqual(new Set([one?.fingerprint, two?.fingerprint]));
  });
});

describe('11.9 groups', () => {
  it('wait a minute, so that what belongs together comes as one message', async () => {
    const job = house.job({ runs: [{ state: 'failed', metrics: { a: 1, b: 2 }, cause: 'check' }], definition: { checks: [{ kind: 'audit', local: 'a', remote: 'b', severity: 'error' }] } });
    await house.minutes(1);
    expect(notices(house)).toEqual([]);
    await house.minutes(1);
    expect(notices(house)).toEqual(['2 things need you']);
    expect(job.id).toBeTruthy();
  });

  it('say nothing of what was over within that minute', async () => {
    house.alerts.keepWatching();
    const job = house.job({ runs: [failed] });
    await house.alerts.look();
    house.end(job);
    await house.minutes(30);
    expect(notices(house)).toEqual([]);
    expect(await list('solved')).toHaveLength(1);
  });

  it('tell changes every 15 minutes, and what goes on firing once a day', async () => {
    const job = house.job({ runs: [failed], definition: { alerts: { staleAfterSeconds: 3600 } } });
    await house.minutes(2);
    expect(notices(house)).toHaveLength(1);
    await house.minutes(13);
    expect(notices(house)).toHaveLength(1);
    // At minute 31 it is stale, too: a change of the group.
    await house.minutes(20);
    expect(notices(house)).toHaveLength(2);
    await house.minutes(60 * 23);
    expect(notices(house)).toHaveLength(2);
    await house.minutes(90);
    expect(notices(house).length).toBeGreaterThanOrEqual(3);
    expect(job.id).toBeTruthy();
  });

  it('tell a text that changes again, as the same alert', async () => {
    house.world.secrets = [{ name: 'zenodo', expiresAt: at(noon + 15 * day) }];
    await house.minutes(2);
    expect(notices(house)).toEqual(['The secret zenodo expires in 15 days']);
    const { id } = await only();
    house.clock.advance(day + hour);
    await house.minutes(1);
    expect(notices(house)).toHaveLength(2);
    expect((await only()).id).toBe(id);
  });
});

describe('11.10 what explains others', () => {
  it('a repository that is away keeps failures of jobs on it quiet, with the reason, from the first moment', async () => {
    house.world.repositories = [{ name: 'usb', path: '/media/usb', state: 'absent', network: false, lastCheck: null, freeBytes: null, totalBytes: null }];
    house.job({ runs: [failed], definition: { work: { kind: 'check', repository: 'usb', read: 'structure', withinDays: 28 } }, change: { scheduleGapMs: null, longestGapMs: null } });
    await house.minutes(5);
    expect(notices(house)).toEqual([]);
    expect((await only('quiet')).quiet).toMatchObject({ by: 'inhibited', why: 'unreachable' });
    await house.minutes(60);
    expect(notices(house)).toEqual(['The repository usb cannot be reached']);
    house.world.repositories = [{ name: 'usb', path: '/media/usb', state: 'ready', network: false, lastCheck: null, freeBytes: 1e12, totalBytes: 2e12 }];
    await house.minutes(20);
    expect(notices(house)).toEqual(['The repository usb cannot be reached', 'Thesis failed', 'Solved: The repository usb cannot be reached']);
  });

  it('does so only for jobs on that repository', async () => {
    house.world.repositories = [{ name: 'usb', path: '/media/usb', state: 'absent', network: false, lastCheck: null, freeBytes: null, totalBytes: null }];
    house.job({ definition: { name: 'on-usb', work: { kind: 'check', repository: 'usb', read: 'structure', withinDays: 28 } } });
    house.job({ runs: [failed] });
    await house.minutes(2);
    expect(await only()).toMatchObject({ facts: { code: 'failure' }, quiet: null });
  });

  it('no network explains what needs it; a pause everything but integrity', async () => {
    house.world.online = false;
    house.job({ runs: [failed], definition: { work: { kind: 'http', url: 'https://example.org', method: 'GET', expectStatus: [], expectText: null, bearerSecret: null } } });
    await house.minutes(2);
    expect((await only('quiet')).quiet).toMatchObject({ why: 'no_network' });
    house.world.online = true;
    house.world.scheduler = { scheduling: true, lastTickAt: null, paused: true };
    house.world.record = { ...house.world.record, verdict: { kind: 'broken', entries: 10, seq: 3, what: 'edited', detail: '', trustworthyBelow: 3 } };
    await house.minutes(2);
    expect(notices(house)).toEqual(['Important: The record is broken: entry 3 does not fit']);
    expect((await only('quiet')).quiet).toMatchObject({ why: 'paused' });
  });
});

describe('11.12 what a person says', () => {
  it('“I’m on it” stops repeats, keeps the alert, and ends after a week', async () => {
    house.job({ runs: [failed], change: { scheduleGapMs: null, longestGapMs: null } });
    await house.minutes(2);
    const { id } = await only();
    await house.api.acknowledge({ alert: id.slice(0, 13), note: 'cable ordered' }, ana);
    expect((await only('quiet')).quiet).toMatchObject({ by: 'acknowledged', who: 'ana', note: 'cable ordered' });
    for (let i = 0; i < 6; i++) {
      house.clock.advance(day);
      await house.alerts.look();
    }
    expect(notices(house)).toHaveLength(1);
    house.clock.advance(day + minute);
    await house.alerts.look();
    expect(notices(house)).toHaveLength(2);
    expect(await list('needs')).toHaveLength(1);
    expect(said()).toContain('alert.acknowledged');
  });

  it('can be taken back', async () => {
    house.job({ runs: [failed] });
    await house.minutes(2);
    const { id } = await only();
    await house.api.acknowledge({ alert: id, note: '' }, ana);
    await house.api.unacknowledge({ alert: id }, ana);
    expect((await only()).quiet).toBeNull();
  });

  it('“quiet until” needs an end of at most 30 days; what still fires then is told once', async () => {
    house.job({ runs: [failed], change: { scheduleGapMs: null, longestGapMs: null } });
    await house.minutes(2);
    const { id } = await only();
    const silence = (ms: number) => Promise.resolve().then(() => house.api.silence({ alert: id, until: at(house.clock.now() + ms), reason: 'moving house' }, ana));
    await expect(silence(31 * day)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'until' } });
    await expect(silence(-1)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await silence(3 * hour);
    expect((await only('quiet')).quiet).toMatchObject({ by: 'silence', reason: 'moving house', who: 'ana' });
    await house.minutes(179);
    expect(notices(house)).toHaveLength(1);
    await house.minutes(3);
    expect(notices(house)).toHaveLength(2);
    await house.minutes(60);
    expect(notices(house)).toHaveLength(2);
  });

  it('a silence can cover all that has its labels, and end early', async () => {
    house.job({ runs: [failed] });
    house.job({ definition: { name: 'other' }, runs: [failed] });
    await house.minutes(2);
    const silence = await house.api.silence({ matchers: { rule: 'failure' }, until: at(house.clock.now() + day), reason: 'x' }, ana);
    expect(await list('quiet')).toHaveLength(2);
    await house.api.unsilence({ silence: silence.id }, ana);
    expect(await list('needs')).toHaveLength(2);
    expect(await house.api.silences(undefined as never, ana)).toEqual([]);
  });

  it('11.7 integrity cannot be silenced, not even by its labels, only acknowledged', async () => {
    house.world.record = { ...house.world.record, verdict: { kind: 'behind', entries: 8, anchors: [] } };
    await house.minutes(2);
    const { id, can } = await only();
    expect(can).toEqual({ silence: false, resolve: false, expect: false });
    await expect(Promise.resolve().then(() => house.api.silence({ alert: id, until: at(house.clock.now() + day), reason: 'x' }, ana))).rejects.toMatchObject({ code: 'BAD_INPUT' });
    await house.api.silence({ matchers: { rule: 'integrity' }, until: at(house.clock.now() + day), reason: 'x' }, ana);
    expect((await only()).quiet).toBeNull();
    await house.api.acknowledge({ alert: id, note: '' }, ana);
    expect((await only('quiet')).quiet).toMatchObject({ by: 'acknowledged' });
  });

  it('what is about one run can be resolved by hand, and opens again with the next like it', async () => {
    const job = house.job({ runs: [failed] });
    house.alerts.keepWatching();
    await house.minutes(1);
    const { id } = await only();
    await house.api.resolve({ alert: id }, ana);
    await house.minutes(5);
    expect(await list()).toEqual([]);
    house.end(job, failed);
    await house.minutes(1);
    expect((await only()).id).not.toBe(id);
    await expect(Promise.resolve().then(() => house.api.resolve({ alert: id }, ana))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { reason: 'is solved already' } });
  });

  it('a state that is looked at every minute cannot be resolved by hand', async () => {
    house.world.secrets = [{ name: 'zenodo', expiresAt: at(noon + day) }];
    await house.minutes(1);
    const { id } = await only();
    await expect(Promise.resolve().then(() => house.api.resolve({ alert: id }, ana))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  });

  it('11.5 “this is expected” solves it and makes the value usual', async () => {
    const usual = Array.from({ length: 8 }, (_, i): RunInput => ({ ago: (i + 2) * day, items: 340 }));
    const job = house.job({ definition: { alerts: { volume: { metric: 'items', minAbsolute: 10, season: 'none' } } }, runs: [{ items: 100, ago: hour }, ...usual] });
    house.alerts.keepWatching();
    await house.minutes(1);
    await house.api.expected({ alert: (await only()).id }, ana);
    await house.minutes(1);
    expect(await list()).toEqual([]);
    house.end(job, { items: 100 });
    await house.minutes(1);
    expect((await only()).facts).toMatchObject({ runs: 9 });
    expect(house.events.find(({ action }) => action === 'alert.expected')?.payload).toMatchObject({ value: 100 });
  });
});

describe('7.4 tickets', () => {
  const tickets = () => house.api.tickets({ open: false, limit: 10 }, ana);
  it('open after three failed runs in a row with the last 20 lines, grow at most once a day, and close with the first success', async () => {
    const job = house.job();
    house.alerts.keepWatching();
    house.end(job, failed);
    house.end(job, { state: 'timed_out' });
    house.end(job, { state: 'skipped' });
    house.end(job, { state: 'failed', change: { test: true } });
    await house.minutes(1);
    expect(await tickets()).toEqual([]);
    const third = house.end(job, { state: 'unknown' });
    await house.minutes(1);
    const [ticket] = await tickets();
    expect(ticket).toMatchObject({ jobName: 'thesis-daily', failures: 3, runId: third.id, closedAt: null, updates: [] });
    expect([ticket?.lines.length, ticket?.lines.at(-1)]).toEqual([20, 'line 30']);
    house.end(job, failed);
    await house.minutes(5);
    expect((await tickets())[0]?.updates).toEqual([]);
    house.clock.advance(day);
    house.end(job, failed);
    await house.minutes(1);
    expect((await tickets())[0]?.updates).toMatchObject([{ failures: 5 }]);
    const good = house.end(job);
    await house.minutes(1);
    expect(await tickets()).toMatchObject([{ closedByRun: good.id }]);
    expect(await house.api.tickets({ open: true, limit: 10 }, ana)).toEqual([]);
    expect(said().filter((action) => action.includes('ticket'))).toEqual(['alert.ticket-opened', 'alert.ticket-closed']);
  });

  it('are closed when their job is removed', async () => {
    house.job({ runs: [failed, failed, failed] });
    await house.minutes(1);
    expect(await tickets()).toMatchObject([{ closedAt: null }]);
    house.world.jobs = [];
    await house.minutes(1);
    expect(await tickets()).toMatchObject([{ closedAt: expect.any(String) as string, closedByRun: null, closedBy: null }]);
    expect(said().at(-1)).toBe('alert.ticket-closed');
  });
});

describe('a ticket that a person closes', () => {
  it('is closed with their word, in the record too, and only failures after that open another one', async () => {
    const job = house.job();
    for (let each = 0; each < 3; each += 1) {
      house.clock.advance(minute);
      house.end(job, failed);
    }
    await house.minutes(1);
    const [ticket] = await house.api.tickets({ open: true, limit: 10 }, ana);
    if (ticket === undefined) throw new Error('no ticket');
    expect(await house.api.closeTicket({ ticket: ticket.id, note: 'the NAS is in repair' }, ana)).toMatchObject({ closedBy: 'ana', closeNote: 'the NAS is in repair', closedByRun: null });
    expect(house.events.at(-1)).toMatchObject({ action: 'alert.ticket-closed', actor: 'ana', payload: { note: 'the NAS is in repair' } });
    await expect(Promise.resolve().then(() => house.api.closeTicket({ ticket: ticket.id, note: '' }, ana))).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'ticket' } });
    await house.minutes(3);
    house.end(job, failed);
    house.end(job, failed);
    await house.minutes(11);
    expect(await house.api.tickets({ open: true, limit: 10 }, ana)).toEqual([]);
    house.end(job, failed);
    await house.minutes(11);
    expect(await house.api.tickets({ open: true, limit: 10 }, ana)).toMatchObject([{ failures: 3 }]);
  });
});

describe('an outside checker that is tried', () => {
  it('hears at once, and what is so: Varve that it watches, a job how its last run ended', async () => {
    const job = house.job({ definition: { ping: 'https://checker.example/job' }, runs: [] });
    await expect(house.api.testPing({ jobId: null }, ana)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'ping' } });
    await house.api.settings.set({ ping: 'https://checker.example/varve' }, ana);
    expect(await house.api.testPing({ jobId: null }, ana)).toMatchObject({ jobId: null, ok: true, error: null });
    await expect(house.api.testPing({ jobId: job.id }, ana)).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'job' } });
    house.end(job, failed);
    house.clock.advance(1000);
    house.outside.net = () => 500;
    expect(await house.api.testPing({ jobId: job.id }, ana)).toMatchObject({ jobId: job.id, ok: false, error: 'answered with status 500' });
    expect(house.calls.map(({ url }) => url)).toEqual(['https://checker.example/varve', 'https://checker.example/job/fail']);
    expect(await house.api.pings({}, ana)).toMatchObject([{ jobId: job.id, ok: false }, { jobId: null, ok: true }]);
  });
});

describe('the guard of the scheduler', () => {
  it('sees within three minutes of awake time that it has stopped, tells it, and says since when', async () => {
    house.world.scheduler = { scheduling: true, lastTickAt: at(noon), paused: false };
    await house.minutes(1);
    house.clock.advance(8 * hour);
    await house.minutes(0);
    expect((await house.api.list({ view: 'all', limit: 10 }, ana)).watch.schedulerStoppedSince).toBeNull();
    await house.minutes(2);
    expect((await house.api.list({ view: 'all', limit: 10 }, ana)).watch.schedulerStoppedSince).toBe(at(noon));
    house.world.scheduler = { scheduling: true, lastTickAt: at(house.clock.now()), paused: false };
    await house.minutes(1);
    expect((await house.api.list({ view: 'all', limit: 10 }, ana)).watch).toMatchObject({ schedulerStoppedSince: null });
  });
});

describe('the watch by itself', () => {
  it('looks every minute and soon after the end of a run, and tells whoever follows that something changed', async () => {
    house.alerts.keepWatching();
    house.clock.advance(1000);
    await expect.poll(async () => (await house.api.list({ view: 'all', limit: 1 }, ana)).watch.evaluatedAt).not.toBeNull();
    const job = house.job();
    house.end(job, failed);
    house.clock.advance(1000);
    await expect.poll(() => list()).toHaveLength(1);
    expect(house.announced).toContainEqual({ kind: 'changed', what: 'alerts' });
    house.clock.advance(60_000);
    await expect.poll(async () => Date.parse((await house.api.list({ view: 'all', limit: 1 }, ana)).watch.evaluatedAt ?? '')).toBeGreaterThan(noon + minute);
  });
});
