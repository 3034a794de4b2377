// Messages on their way: once, again after a failure, within the rate, as a digest, through a fallback, and never with a password in state.db.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMail } from '../../../adapters/mail.ts';
import { createNet } from '../../../adapters/net.ts';
import { createSmtpSink, type SmtpSink } from '../../../adapters/testing/smtp-sink.ts';
import { day, noon, type RunInput } from '../testing/facts.ts';
import { ana, createHouse, notices, type House } from '../testing/house.ts';
import { quietUntil, roomIn, takeOne } from './rate.ts';

let house: House;
const failed: RunInput = { state: 'failed' };
const hook = { kind: 'webhook' as const, url: 'https://hooks.example.org/varve' };
const channel = async (name: string) => {
  const found = (await house.api.channels.list(undefined as never, ana)).find((each) => each.name === name);
  if (found === undefined) throw new Error(`no channel ${name}`);
  return found;
};
const add = (name: string, change: object = {}) => Promise.resolve().then(() => house.api.channels.add({ name, enabled: true, target: hook, fallback: null, ...change }, ana));
const bodies = (): { id: string; kind: string; title: string; alerts: { state: string; rule: string }[] }[] => house.calls.map(({ body }) => JSON.parse(body ?? '{}') as never);
/** Each is a group of its own. */
const failing = (name: string): ReturnType<House['job']> => house.job({ definition: { name }, runs: [failed], change: { scheduleGapMs: null, longestGapMs: null } });

describe('channels', () => {
  beforeEach(async () => {
    house = await createHouse();
  });
  afterEach(() => house.close());

  it('11.14 deliver once, under an id, and show their last delivery', async () => {
    await add('team');
    failing('a');
    await house.minutes(30);
    expect(bodies()).toMatchObject([{ kind: 'message', title: 'Thesis failed', alerts: [{ state: 'firing', rule: 'failure' }] }]);
    expect(house.calls[0]?.headers?.['x-varve-delivery']).toBe(bodies()[0]?.id);
    expect(await channel('team')).toMatchObject({ lastDelivery: { ok: true, attempts: 1 }, deadSince: null, waiting: 0 });
    expect((await channel('desktop')).lastDelivery).toMatchObject({ ok: true });
  });

  it('11.14 try again with the same id until it is taken, also after a restart', async () => {
    await add('team');
    house.outside.net = () => 503;
    failing('a');
    await house.minutes(5);
    const tries = house.calls.length;
    expect(tries).toBeGreaterThan(1);
    expect(await channel('team')).toMatchObject({ lastDelivery: { ok: false, error: 'answered with status 503' }, waiting: 1 });
    await house.reopen();
    house.outside.net = () => 204;
    await house.minutes(60);
    expect(house.calls).toHaveLength(tries + 1);
    expect(new Set(bodies().map(({ id }) => id)).size).toBe(1);
  });

  it('11.14 give up after 24 hours, and the record says so', async () => {
    await add('team');
    house.outside.net = () => {
      throw new Error('ECONNREFUSED');
    };
    const job = failing('a');
    await house.minutes(3);
    house.world.runs.set(job.id, []);
    await house.minutes(60 * 26);
    expect((await channel('team')).waiting).toBe(0);
    const told = house.events.filter(({ action }) => action === 'alert.delivery-failed').map(({ payload }) => payload as { gaveUp: boolean; reason: string });
    expect(told.map(({ gaveUp }) => gaveUp)).toEqual([false, true]);
    expect(told[0]?.reason).toBe('ECONNREFUSED');
  });

  it('11.14 a dead channel shows, and its fallback is told once in its place', async () => {
    await add('phone', { target: { kind: 'webhook', url: 'https://phone.example.org/' } });
    await add('team', { fallback: 'phone' });
    house.outside.net = ({ url }) => (url.startsWith('https://phone') ? 200 : 500);
    const first = failing('a');
    await house.minutes(20);
    const phone = (): number => house.calls.filter(({ url }) => url.startsWith('https://phone')).length;
    // Its own message, and the one it stands in for.
    expect(phone()).toBe(2);
    expect((await channel('team')).deadSince).not.toBeNull();
    await house.minutes(60);
    expect(phone()).toBe(2);
    house.outside.net = () => 200;
    await house.minutes(90);
    expect(await channel('team')).toMatchObject({ deadSince: null, waiting: 0 });
    expect(first.name).toBe('a');
  });

  it('11.11 say three at once, then one digest of all the rest: nothing is dropped', async () => {
    await add('team');
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) failing(name);
    await house.minutes(2);
    expect(house.calls).toHaveLength(3);
    expect((await channel('team')).waiting).toBe(3);
    await house.minutes(11);
    expect(bodies().map(({ kind, alerts }) => [kind, alerts.length])).toEqual([['message', 1], ['message', 1], ['message', 1], ['digest', 3]]);
  });

  it('11.11 a digest says what is over by then', async () => {
    await add('team');
    const jobs = ['a', 'b', 'c', 'd', 'e'].map(failing);
    await house.minutes(2);
    house.alerts.keepWatching();
    const told = JSON.stringify(bodies());
    const waiting = jobs.filter(({ name }) => !told.includes(`"jobName":"${name}"`));
    expect(waiting).toHaveLength(2);
    if (waiting[0]) house.end(waiting[0]);
    await house.minutes(11);
    const digest = bodies().find(({ kind }) => kind === 'digest');
    expect(digest?.alerts.map(({ state }) => state).sort()).toEqual(['firing', 'resolved']);
  });

  it('11.11 what is critical has room of its own', async () => {
    await add('team');
    for (const name of ['a', 'b', 'c', 'd']) failing(name);
    await house.minutes(2);
    house.world.record = { ...house.world.record, verdict: { kind: 'behind', entries: 8, anchors: [] } };
    await house.minutes(2);
    expect(bodies().at(-1)).toMatchObject({ title: 'Important: The record is shorter than it was' });
  });

  it('11.11 quiet hours hold what is not critical for one message in the morning', async () => {
    // 12:00 UTC is 9 in the morning in São Paulo, whose clock this is.
    await house.api.settings.set({ quietHours: { from: '08:30', to: '11:00' } }, ana);
    await add('team');
    failing('a');
    failing('b');
    house.world.record = { ...house.world.record, verdict: { kind: 'behind', entries: 8, anchors: [] } };
    await house.minutes(119);
    expect(bodies().map(({ title }) => title)).toEqual(['Important: The record is shorter than it was']);
    await house.minutes(3);
    expect(bodies().slice(1)).toMatchObject([{ kind: 'digest', title: 'Summary: 2 alerts' }]);
  });

  it('11.13 tell the end only where the beginning was told, and how long it lasted', async () => {
    house.alerts.keepWatching();
    const job = failing('a');
    await house.minutes(2);
    await add('late');
    house.end(job);
    await house.minutes(20);
    expect(notices(house)).toEqual(['Thesis failed', 'Solved: Thesis failed']);
    expect(house.calls).toEqual([]);
  });

  it('sign what they send to a webhook, with a key that state.db does not hold', async () => {
    await add('team', { secret: { kind: 'value', value: 'a key that nobody knows' } });
    failing('a');
    await house.minutes(2);
    const [call] = house.calls;
    expect(call?.headers?.['x-varve-signature']).toBe(`sha256=${createHmac('sha256', 'a key that nobody knows').update(call?.body ?? '').digest('hex')}`);
    house.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    expect(readFileSync(house.folder.at('state.db')).includes('a key that nobody knows')).toBe(false);
    expect((await channel('team')).secretFrom).toBe('kept');
    await house.api.channels.remove({ channel: 'team' }, ana);
    expect(house.kept.size).toBe(0);
  });

  it('take an address and a key by reference', async () => {
    await add('team', { target: { kind: 'webhook', url: 'secret:team-hook' }, secret: { kind: 'reference', secret: 'secret:team-key' } });
    const answer = await house.api.channels.test({ channel: 'team' }, ana);
    expect(answer.ok).toBe(true);
    expect(house.calls[0]?.url).toBe('https://127.0.0.1:9/of-secret-team-hook');
    house.outside.net = ({ url }) => {
      throw new Error(`${url} does not answer`);
    };
    expect(await house.api.channels.test({ channel: 'team' }, ana)).toMatchObject({ ok: false, error: '[secret:address] does not answer' });
  });

  it('a trial message goes out at once, outside the rate and the quiet hours, and says how it went', async () => {
    await house.api.settings.set({ quietHours: { from: '00:00', to: '23:59' } }, ana);
    await add('team');
    for (let i = 0; i < 5; i++) expect(await house.api.channels.test({ channel: 'team' }, ana)).toMatchObject({ ok: true });
    house.outside.net = () => 404;
    expect(await house.api.channels.test({ channel: 'team' }, ana)).toMatchObject({ ok: false, error: 'answered with status 404' });
    expect(bodies()[0]).toMatchObject({ kind: 'test', title: 'Varve: a test message' });
  });

  it('are refused when they make no sense, with what is wrong', async () => {
    await add('team');
    await expect(add('team')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(add('b', { fallback: 'nobody' })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'fallback' } });
    await expect(add('c', { target: { kind: 'email', host: 'mail.example.org', port: 25, security: 'none', user: 'ana', from: 'a@example.org', to: ['b@example.org'] } })).rejects.toMatchObject({ data: { field: 'security' } });
    await expect(Promise.resolve().then(() => house.api.channels.test({ channel: 'nobody' }, ana))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that are switched off get nothing; one that is removed leaves nothing waiting', async () => {
    await add('off', { enabled: false });
    await add('team');
    house.outside.net = () => 500;
    failing('a');
    await house.minutes(3);
    await house.api.channels.edit({ channel: 'team', name: 'crew', enabled: true, target: hook, fallback: null }, ana);
    expect((await channel('crew')).waiting).toBe(1);
    await house.api.channels.remove({ channel: 'crew' }, ana);
    house.outside.net = () => 200;
    const before = house.calls.length;
    await house.minutes(60);
    expect(house.calls).toHaveLength(before);
  });
});

describe('11.15 an outside checker', () => {
  beforeEach(async () => {
    house = await createHouse();
    house.alerts.keepWatching();
  });
  afterEach(() => house.close());
  const paths = (): string[] => house.calls.map(({ url }) => new URL(url).pathname + new URL(url).search);

  it('hears of each start and end of a job that names it, with the exit code', async () => {
    const job = house.job({ definition: { ping: 'https://hc.example.org/abc?create=1' } });
    house.start(job);
    house.end(job);
    house.end(job, { state: 'failed', change: { exit: { code: 3, signal: null } } });
    house.end(job, { state: 'timed_out' });
    house.end(job, { state: 'skipped' });
    house.end(job, { change: { test: true } });
    await house.minutes(1);
    expect(paths()).toEqual(['/abc/start?create=1', '/abc?create=1', '/abc/3?create=1', '/abc/fail?create=1']);
    expect(await house.api.pings(undefined as never, ana)).toMatchObject([{ jobId: job.id, ok: true, error: null }]);
  });

  it('hears every five minutes that Varve watches', async () => {
    await house.api.settings.set({ ping: 'https://hc.example.org/varve' }, ana);
    await house.minutes(16);
    expect(paths()).toEqual(['/varve', '/varve', '/varve', '/varve']);
  });

  it('is tried again for an hour, and what went wrong is shown', async () => {
    const job = house.job({ definition: { ping: 'https://hc.example.org/abc' } });
    house.outside.net = () => 502;
    house.end(job);
    await house.minutes(3);
    expect(await house.api.pings(undefined as never, ana)).toMatchObject([{ ok: false, error: 'answered with status 502' }]);
    const tries = house.calls.length;
    expect(tries).toBeGreaterThan(1);
    await house.minutes(180);
    const all = house.calls.length;
    await house.minutes(60);
    expect(house.calls).toHaveLength(all);
  });

  it('10.6: an address that is a secret is in no error', async () => {
    house.outside.net = ({ url }) => {
      throw new Error(`${url} does not answer`);
    };
    await house.api.settings.set({ ping: 'secret:checker' }, ana);
    await house.minutes(1);
    expect(await house.api.pings(undefined as never, ana)).toMatchObject([{ jobId: null, ok: false, error: '[secret:address] does not answer' }]);
  });
});

describe('a webhook on this computer', () => {
  let server: Server;
  let got: { headers: IncomingMessage['headers']; body: string }[];
  beforeEach(async () => {
    got = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        got.push({ headers: request.headers, body });
        response.writeHead(got.length === 1 ? 500 : 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    house = await createHouse({ net: createNet() });
  });
  afterEach(async () => {
    await house.close();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('gets a message that it refused once a second time, whole and under the same id', async () => {
    await add('here', { target: { kind: 'webhook', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x` } });
    failing('a');
    await house.minutes(6);
    expect(got).toHaveLength(2);
    expect(got[1]?.headers['x-varve-delivery']).toBe(got[0]?.headers['x-varve-delivery']);
    expect(got[1]?.headers['content-type']).toBe('application/json');
    expect(JSON.parse(got[1]?.body ?? '')).toMatchObject({ format: 'varve-alert', version: 1, computer: 'lab-7', alerts: [{ rule: 'failure' }] });
  });
});

describe('e-mail through a server on this computer', () => {
  let sink: SmtpSink;
  beforeEach(async () => {
    sink = await createSmtpSink({ user: 'ana', password: 'correct horse' });
    house = await createHouse({ mail: createMail() });
  });
  afterEach(async () => {
    await house.close();
    await sink.close();
  });
  const email = (): object => ({ target: { kind: 'email', host: '127.0.0.1', port: sink.port, security: 'none', user: 'ana', from: 'varve@example.org', to: ['ana@example.org'] }, secret: { kind: 'value', value: 'correct horse' } });

  it('brings one letter with what happened, why, and what to do', async () => {
    await add('mail', email());
    failing('a');
    await house.minutes(20);
    expect(sink.received).toHaveLength(1);
    expect(sink.received[0]?.data).toContain('Subject: Thesis failed');
    expect(sink.received[0]?.data.replaceAll('=\r\n', '')).toContain('What to do: Open its last run');
  });

  it('comes after all when the server refused it for a while, once and under its id', async () => {
    await add('mail', email());
    sink.refuse = '451 later';
    failing('a');
    await house.minutes(3);
    expect(await channel('mail')).toMatchObject({ lastDelivery: { ok: false, error: 'the server answered with 451' } });
    sink.refuse = undefined;
    await house.minutes(60);
    expect(sink.received).toHaveLength(1);
    const { lastDelivery } = await channel('mail');
    expect(sink.received[0]?.data).toContain(`Message-ID: <${lastDelivery?.id}@varve>`);
  });

  it('is stood in for by the desktop when the password is wrong', async () => {
    await add('mail', { ...email(), secret: { kind: 'value', value: 'battery staple' }, fallback: 'desktop' });
    failing('a');
    await house.minutes(30);
    expect(notices(house)).toEqual(['Thesis failed', 'Thesis failed']);
    expect(JSON.stringify([await channel('mail'), house.events])).not.toContain('battery');
  });
});

describe('the rate', () => {
  it('11.11 is three at once and six an hour; twenty an hour for what is critical', () => {
    let buckets = {};
    for (let i = 0; i < 3; i++) buckets = takeOne(buckets, 'normal', noon);
    expect(roomIn(buckets, 'normal', noon)).toEqual({ left: 0, nextMs: noon + 600_000 });
    expect(roomIn(buckets, 'normal', noon + 600_000).left).toBe(1);
    expect(roomIn(buckets, 'normal', noon + day).left).toBe(3);
    expect(roomIn(buckets, 'normal', noon - day).left).toBe(0);
    expect(roomIn(buckets, 'critical', noon).left).toBe(20);
  });

  it('11.11 knows when the quiet hours end, over midnight, too', () => {
    const night = { from: '22:00', to: '08:00' };
    expect(quietUntil(night, Date.UTC(2026, 10, 21, 23, 30, 30), 'UTC')).toBe(Date.UTC(2026, 10, 22, 8));
    expect(quietUntil(night, Date.UTC(2026, 10, 21, 3), 'UTC')).toBe(Date.UTC(2026, 10, 21, 8));
    expect(quietUntil(night, Date.UTC(2026, 10, 21, 8), 'UTC')).toBeUndefined();
    expect(quietUntil(night, noon, 'UTC')).toBeUndefined();
    expect(quietUntil(null, noon, 'UTC')).toBeUndefined();
  });
});
