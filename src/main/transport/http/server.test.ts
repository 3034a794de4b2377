import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { isVarveError } from '../../engine/kit/errors.ts';
import { createRouter } from '../router.ts';
import { createFakeApi } from '../testing/fake-api.ts';
import { hostIsOurs, originIsOurs } from './guard.ts';
import { startHttpServer, type HttpServer } from './server.ts';

const token = 'varve_test';
let server: HttpServer | undefined;
const folders: string[] = [];
afterEach(async () => {
  await server?.close();
  server = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<HttpServer> {
  const pagesFolder = mkdtempSync(join(tmpdir(), 'varve-pages-'));
  folders.push(pagesFolder);
  mkdirSync(join(pagesFolder, 'assets'));
  writeFileSync(join(pagesFolder, 'index.html'), '<!doctype html><title>Varve</title>');
  writeFileSync(join(pagesFolder, 'assets', 'a-1234.js'), 'export {};');
  writeFileSync(join(pagesFolder, '.hidden'), 'no');
  const router = createRouter(createFakeApi({ plans: { list: () => [] } }));
  const codes = new Set(['once']);
  server = await startHttpServer({
    router,
    pagesFolder,
    listen: { host: '127.0.0.1', port: 0 },
    authenticate: (bearer) => (bearer === token ? { actor: 't', via: 'api', scope: 'owner' } : undefined),
    exchangeLoginCode: (code) => (codes.delete(code) ? { value: token, expiresAt: '2026-11-21T12:00:00.000Z' } : undefined)
  });
  return server;
}

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A raw request: `fetch` would not let a test choose the Host header. */
function ask(port: number, path: string, options: { method?: string; headers?: Record<string, string>; body?: string; agent?: Agent } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, path, method: options.method ?? 'GET', headers: options.headers ?? {}, ...(options.agent && { agent: options.agent }) }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (body += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    call.on('error', reject);
    call.end(options.body);
  });
}

const call = { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` }, body: '{"json":{}}' };

it('answers a call with the right token', async () => {
  const { port } = await start();
  const answer = await ask(port, '/rpc/plans/list', call);
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toEqual({ json: [] });
});

it('asks for a bearer token when there is none, and says that a wrong one is invalid', async () => {
  const { port } = await start();
  const none = await ask(port, '/rpc/plans/list', { ...call, headers: {} });
  expect([none.status, none.headers['www-authenticate']]).toEqual([401, 'Bearer realm="varve"']);
  const wrong = await ask(port, '/rpc/plans/list', { ...call, headers: { authorization: 'Bearer varve_tesT' } });
  expect([wrong.status, wrong.headers['www-authenticate']]).toEqual([401, 'Bearer realm="varve", error="invalid_token"']);
});

it('slows down who keeps guessing, and still lets the right token in', async () => {
  const { port } = await start();
  const statuses = new Set<number>();
  for (let i = 0; i < 70; i++) statuses.add((await ask(port, '/rpc/plans/list', { ...call, headers: { authorization: `Bearer guess${i}` } })).status);
  expect(statuses).toEqual(new Set([401, 429]));
  expect((await ask(port, '/rpc/plans/list', call)).status).toBe(200);
});

it('answers only to its own names, so that a rebound name gets nothing', async () => {
  const { port } = await start();
  expect((await ask(port, '/', { headers: { host: `evil.example:${port}` } })).status).toBe(421);
  expect((await ask(port, '/rpc/plans/list', { ...call, headers: { ...call.headers, host: `evil.example:${port}` } })).status).toBe(421);
  expect((await ask(port, '/', { headers: { host: `localhost:${port}` } })).status).toBe(200);
});

it('refuses calls from another page', async () => {
  const { port } = await start();
  expect((await ask(port, '/rpc/plans/list', { ...call, headers: { ...call.headers, origin: 'http://evil.example' } })).status).toBe(403);
  expect((await ask(port, '/rpc/plans/list', { ...call, headers: { ...call.headers, origin: `http://127.0.0.1:${port}` } })).status).toBe(200);
});

it('serves the console with one policy on every page and asset, and nothing hidden or outside', async () => {
  const { port } = await start();
  for (const path of ['/', '/assets/a-1234.js']) {
    const { status, headers } = await ask(port, path);
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  }
  for (const path of ['/.hidden', '/..%2f..%2fetc%2fpasswd', '/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd']) expect((await ask(port, path)).status).toBeGreaterThanOrEqual(400);
});

it('exchanges a login code once', async () => {
  const { port } = await start();
  const exchange = () => ask(port, '/auth/exchange', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"code":"once"}' });
  const first = await exchange();
  expect([first.status, JSON.parse(first.body)]).toEqual([200, { token, expiresAt: '2026-11-21T12:00:00.000Z' }]);
  expect((await exchange()).status).toBe(401);
  expect((await ask(port, '/auth/exchange', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"code":"once","x":1}' })).status).toBe(401);
});

it('refuses a call that is too large before reading it', async () => {
  const { port } = await start();
  const answer = await ask(port, '/rpc/plans/list', { ...call, headers: { ...call.headers, 'content-length': String(3 * 1024 * 1024) }, body: '' }).catch(() => ({ status: 0 }));
  expect([413, 0]).toContain(answer.status);
});

it('lets nobody new in once it is leaving, answers those who are there on whatever connection, and waits until they have gone', async () => {
  const { port, gone } = await start();
  const [kept, other] = [new Agent({ keepAlive: true }), new Agent({ keepAlive: true })];
  const guest = (mark: string) => ({ ...call, headers: { ...call.headers, 'x-varve-guest': mark } });
  expect((await ask(port, '/rpc/plans/list', { ...guest('first'), agent: kept })).status).toBe(200);
  let left = false;
  const leaving = gone({ answeringMs: 0, betweenMs: 60_000 }).then(() => (left = true));
  await expect(ask(port, '/rpc/plans/list', guest('second'))).rejects.toThrow('socket hang up');
  await expect(ask(port, '/rpc/plans/list', call)).rejects.toThrow('socket hang up');
  expect((await ask(port, '/rpc/plans/list', { ...guest('first'), agent: other })).status).toBe(200);
  expect((await ask(port, '/rpc/plans/list', { ...guest('first'), agent: kept })).status).toBe(200);
  expect(left).toBe(false);
  kept.destroy();
  other.destroy();
  await leaving;
});

// eslint-disable-next-line require-yield -- a stream that never says anything
async function* silentUntilAborted(signal: AbortSignal | undefined): AsyncGenerator<never> {
  await new Promise((resolve) => signal?.addEventListener('abort', resolve));
}

it('does not wait for one that listens to an answer without an end', async () => {
  const router = createRouter(createFakeApi({ log: { tail: (_input, context) => silentUntilAborted(context.signal) } }));
  server = await startHttpServer({ router, listen: { host: '127.0.0.1', port: 0 }, authenticate: () => ({ actor: 't', via: 'api', scope: 'owner' }) });
  const listening = await fetch(`http://127.0.0.1:${server.port}/rpc/log/tail`, { ...call });
  await server.gone({ answeringMs: 0, betweenMs: 60_000 });
  expect(listening.status).toBe(200);
  await listening.body?.cancel();
});

it('says which port is taken', async () => {
  const { port } = await start();
  const router = createRouter(createFakeApi({}));
  const error = await startHttpServer({ router, authenticate: () => undefined, listen: { host: '127.0.0.1', port } }).then(
    () => undefined,
    (thrown: unknown) => thrown
  );
  expect(isVarveError(error) && [error.code, error.data]).toEqual(['PORT_IN_USE', { host: '127.0.0.1', port }]);
});

it('knows its own host names and origins', () => {
  const bound = { host: '192.168.1.5', port: 7340 };
  expect(['localhost:7340', '127.0.0.1:7340', '[::1]:7340', '192.168.1.5:7340', 'LOCALHOST:7340'].map((host) => hostIsOurs(host, bound))).toEqual([true, true, true, true, true]);
  expect(['localhost', 'localhost:80', 'evil:7340', '', undefined, 'localhost:7340.evil', 'a@localhost:7340'].map((host) => hostIsOurs(host, bound))).toEqual([false, false, false, false, false, false, false]);
  const everywhere = { host: '0.0.0.0', port: 7340 };
  expect(['192.168.1.7:7340', '[fe80::1]:7340', 'localhost:7340'].map((host) => hostIsOurs(host, everywhere))).toEqual([true, true, true]);
  expect(['evil.example:7340', '192.168.1.7:7341', '192.168.1.7.evil.example:7340'].map((host) => hostIsOurs(host, everywhere))).toEqual([false, false, false]);
  expect(originIsOurs(undefined, 'localhost:1')).toBe(true);
  expect(['http://localhost:1', 'null', 'http://localhost:2', 'http://evil'].map((origin) => originIsOurs(origin, 'localhost:1'))).toEqual([true, false, false, false]);
});
