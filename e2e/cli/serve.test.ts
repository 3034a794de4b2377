// `varve serve`: who may come in, how it ends, that the command line goes through it, and that nothing of Varve talks to anybody else.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventHeader, LogEntry } from '../../src/contract/log.ts';
import type { DoctorCheck, Status } from '../../src/contract/system.ts';
import { connectionsOf, type Connection } from './harness/processes.ts';
import type { Running } from './harness/program.ts';
import { isRoot } from './harness/scale.ts';
import { makeManyFiles } from './harness/trees.ts';
import { createReadyWorld, createWorld, type World } from './harness/world.ts';

const token = 'a-token-for-this-test-only';
let world: World;

beforeAll(async () => {
  world = await createReadyWorld({
    paths: (made) => {
      makeManyFiles(made.path('source'), 200, 'serve');
      return [made.path('source')];
    }
  });
});
afterAll(() => world?.dispose());

async function serve(...args: string[]): Promise<{ running: Running; url: string }> {
  const running = world.start(['serve', '--port', '0', '--json', ...args], { env: { VARVE_TOKEN: token } });
  await running.shown('"url"');
  return { running, url: (JSON.parse(running.stdout()) as { url: string }).url };
}

const call = (url: string, path: string, headers: Record<string, string> = {}): Promise<Response> => fetch(`${url}rpc/${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ json: {} }) });

async function actions(): Promise<string[]> {
  return (await world.well(['log', 'list', '--limit', '1000', '--json'])).json<{ entries: LogEntry[] }>().entries.map(({ action }) => action);
}

describe('varve serve', () => {
  it('without a token does not start: exit 2, and says how to make one', async () => {
    const ran = await world.run(['serve', '--port', '0']);
    expect(ran.code).toBe(2);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toContain('varve token create');
    expect(ran.stderr).toContain('VARVE_TOKEN');
    expect((await world.run(['serve', '--port', '0'], { env: { VARVE_TOKEN: 'weak' } })).code).toBe(2);
  });

  it('lets in who has the token, and nobody else: 401 with WWW-Authenticate', async () => {
    const { running, url } = await serve();
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    for (const headers of [{}, { authorization: 'Bearer wrong-token-of-some-length' }, { authorization: `Basic ${token}` }] as Record<string, string>[]) {
      const refused = await call(url, 'system/status', headers);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer/);
    }
    const answered = await call(url, 'system/status', { authorization: `Bearer ${token}` });
    expect(answered.status).toBe(200);
    expect(((await answered.json()) as { json: Status }).json).toMatchObject({ host: 'serve', homePath: world.home });
    // A page of somebody else's cannot use it, nor a name that merely points here.
    expect((await call(url, 'system/status', { authorization: `Bearer ${token}`, origin: 'https://example.org' })).status).toBe(403);
    running.child.kill('SIGTERM');
    await running.done;
  });

  it('lets in tokens made by the command line while it runs, until they are revoked; a reading one may only read', async () => {
    const { running, url } = await serve();
    const made = (await world.well(['token', 'create', 'reader', '--scope', 'read', '--json'])).json<{ token: { id: string }; value: string }>();
    const headers = { authorization: `Bearer ${made.value}` };
    expect((await call(url, 'plans/list', headers)).status).toBe(200);
    expect((await call(url, 'system/doctor', headers)).status).toBe(200);
    const forbidden = await fetch(`${url}rpc/snapshots/take`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ json: { plan: 'work' } }) });
    expect(forbidden.status).toBe(403);
    await world.well(['token', 'revoke', made.token.id]);
    expect((await call(url, 'plans/list', headers)).status).toBe(401);
    running.child.kill('SIGTERM');
    await running.done;
  });

  it('ends cleanly on TERM and on Ctrl+C with exit 0, and the record says so', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const before = await actions();
      const { running } = await serve();
      running.child.kill(signal);
      const ran = await running.done;
      expect(ran.code, `${signal}: ${ran.stderr}`).toBe(0);
      const after = await actions();
      for (const action of ['gateway.started', 'gateway.stopped', 'home.opened', 'home.closed']) expect(after.filter((one) => one === action).length, `${signal} ${action}`).toBe(before.filter((one) => one === action).length + 1);
    }
  });

  it('takes a last snapshot first when a person ends it by Ctrl+C and a plan wants one, and is not kept waiting by TERM', async ({ skip }) => {
    if (process.platform === 'win32') skip('signals are sent on POSIX only');
    const count = async (): Promise<number> => (await world.well(['snapshots', '--json'])).json<{ snapshots: unknown[] }>().snapshots.length;
    const gate = world.path('go on');
    await world.well(['plan', 'edit', 'work', '--snapshot-on-quit', '--before', JSON.stringify(['/bin/sh', '-c', 'while [ ! -e "$1" ]; do sleep 0.05; done', 'wait', gate])]);
    const before = await count();
    const byTerm = await serve();
    byTerm.running.child.kill('SIGTERM');
    expect((await byTerm.running.done).code).toBe(0);

    const skipped = await serve();
    skipped.running.child.kill('SIGINT');
    await skipped.running.shown('First a last snapshot of work. Ctrl+C again skips it.');
    // Two signals in a moment are one key press.
    await new Promise((resolve) => setTimeout(resolve, 400));
    skipped.running.child.kill('SIGINT');
    const ran = await skipped.running.done;
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Last snapshot of work: skipped.')]);
    expect(await count()).toBe(before);

    writeFileSync(gate, '');
    const taken = await serve();
    taken.running.child.kill('SIGINT');
    const { code, stderr } = await taken.running.done;
    expect([code, stderr]).toEqual([0, expect.stringContaining('Last snapshot of work: done.')]);
    expect(await count()).toBe(before + 1);
  });

  it('does not care about HUP', async () => {
    const { running, url } = await serve();
    running.child.kill('SIGHUP');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await fetch(`${url}healthz`)).status).toBe(200);
    running.child.kill('SIGTERM');
    await running.done;
  });

  it('says when the port is taken: exit 8 with the address, and leaves the home free', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)));
    const ran = await world.run(['serve', '--port', String(port)], { env: { VARVE_TOKEN: token } });
    taken.close();
    expect(ran.code).toBe(8);
    expect(ran.stderr).toContain(`127.0.0.1:${port}`);
    expect((await world.well(['plan', 'list'])).stderr).toBe('');
  });

  it('is the one the command line works through: its session stands in the record', async () => {
    const { running } = await serve();
    const second = await world.run(['serve', '--port', '0'], { env: { VARVE_TOKEN: token } });
    expect(second.code, 'a second owner').toBe(8);
    expect(second.stderr).toContain('serve');
    await world.well(['snapshot', 'work']);
    const { checks } = (await world.run(['doctor', '--json'])).json<{ checks: DoctorCheck[] }>();
    expect(checks.find(({ id }) => id === 'electron')?.detail).toContain('serve');
    const { entries } = (await world.well(['log', 'list', '--limit', '20', '--json'])).json<{ entries: LogEntry[] }>();
    const sessionOf = async (action: string): Promise<string | undefined> => {
      const seq = entries.find((entry) => entry.action === action)?.seq;
      return (await world.well(['log', 'show', String(seq), '--json'])).json<{ header: EventHeader }>().header.session;
    };
    expect(await sessionOf('snapshot.finished')).toBe(await sessionOf('gateway.started'));
    running.child.kill('SIGTERM');
    await running.done;
  });

  it('finishes a stop in the middle of a snapshot, which the record knows', async () => {
    const { running, url } = await serve();
    makeManyFiles(world.path('source/more'), 3_000, 'more');
    const taking = world.run(['snapshot', 'work']);
    for (let tries = 0; tries < 100; tries++) {
      const tasks = (await (await call(url, 'system/tasks/list', { authorization: `Bearer ${token}` })).json()) as { json: { kind: string; state: string }[] };
      if (tasks.json.some(({ kind, state }) => kind === 'snapshot' && state === 'running')) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    running.child.kill('SIGTERM');
    const [, ran] = await Promise.all([running.done, taking]);
    expect(ran.code, ran.stdout).not.toBeNull();
    await world.well(['snapshot', 'work']);
    const list = await actions();
    const count = (action: string): number => list.filter((one) => one === action).length;
    expect(count('snapshot.started')).toBe(count('snapshot.finished') + count('snapshot.failed') + count('snapshot.interrupted'));
  });
});

describe('nothing phones home', () => {
  it('a journey and a server hold no socket to anything but this computer', async () => {
    const seen: Connection[] = [];
    let looks = 0;
    const watch = (pid: number): NodeJS.Timeout =>
      setInterval(() => {
        looks += 1;
        seen.push(...connectionsOf(pid).filter(({ loopback }) => !loopback));
      }, 10);
    const { running, url } = await serve();
    const timers = [watch(running.pid)];
    for (const args of [['snapshot', 'work'], ['repo', 'check', 'usb'], ['restore', 'latest', '--target', world.path('out')], ['doctor'], ['log', 'verify']]) {
      const one = world.start(args);
      timers.push(watch(one.pid));
      await one.done;
    }
    await call(url, 'system/status', { authorization: `Bearer ${token}` });
    running.child.kill('SIGTERM');
    await running.done;
    for (const args of [['snapshot', 'work'], ['doctor']]) {
      const one = world.start(args);
      timers.push(watch(one.pid));
      await one.done;
    }
    for (const timer of timers) clearInterval(timer);
    expect(looks).toBeGreaterThan(50);
    expect(seen).toEqual([]);
  });

  it('everything works where there is no network at all', async () => {
    if (!isRoot || spawnSync('unshare', ['-n', 'true']).status !== 0) return console.warn('only root can take the network away (unshare -n): not tested');
    await using cut = createWorld();
    makeManyFiles(cut.path('source'), 20, 'cut');
    const wrap = ['unshare', '-n', 'sh', '-c', 'ip link set lo up 2>/dev/null; exec "$@"', 'sh'];
    for (const args of [
      ['init', '--store', 'vault'],
      ['repo', 'add', 'usb', '--path', cut.path('repository'), '--password-file', cut.passwordFile],
      ['plan', 'add', 'work', '--repo', 'usb', '--path', cut.path('source')],
      ['snapshot', 'work'],
      ['restore', 'latest', '--target', cut.path('out')],
      ['repo', 'check', 'usb', '--read-data'],
      ['log', 'verify']
    ])
      await cut.well(args, { wrap });
    const server = cut.start(['serve', '--port', '0'], { wrap, env: { VARVE_TOKEN: token } });
    await server.shown('Varve serves');
    server.child.kill('SIGTERM');
    await server.done;
    return undefined;
  });
});

describe('the launcher', () => {
  it('passes signals on where the system’s Node is too old to run Varve itself', async () => {
    const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => /^v(1\d|2[01])\./.test(spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout ?? ''));
    if (old === undefined) return console.warn('no Node older than 22 here: the launcher’s second process is not tested');
    const running = world.start(['serve', '--port', '0'], { env: { VARVE_TOKEN: token }, node: old });
    await running.shown('Varve serves');
    running.child.kill('SIGTERM');
    const ran = await running.done;
    expect(ran.code).not.toBeNull();
    expect((await world.well(['plan', 'list'])).stderr).toBe('');
    const usage = await world.run(['nonsense'], { node: old });
    expect(usage.code).toBe(2);
    return undefined;
  });
});
