import { afterEach, expect, it } from 'vitest';
import type { Unready } from '../../engine/index.ts';
import { createRouter } from '../router.ts';
import { createFakeApi } from '../testing/fake-api.ts';
import { startHttpServer, type HttpServer } from './server.ts';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function start(found: Unready[], metrics: string | undefined = 'varve_up 1\n'): Promise<string> {
  const scopes: Record<string, 'owner' | 'read' | 'append'> = { 'varve-owner': 'owner', 'varve-reader': 'read', 'varve-writer': 'append' };
  server = await startHttpServer({
    router: createRouter(createFakeApi({})),
    listen: { host: '127.0.0.1', port: 0 },
    authenticate: (bearer) => (scopes[bearer] ? { actor: 't', via: 'api', scope: scopes[bearer] } : undefined),
    monitoring: { metrics: () => metrics, unready: () => found }
  });
  return `http://127.0.0.1:${server.port}`;
}
const as = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

it('gives metrics to tokens that may read, and to nobody else', async () => {
  const url = await start([]);
  const read = await fetch(`${url}/metrics`, as('varve-reader'));
  expect([read.status, read.headers.get('content-type'), await read.text()]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8', 'varve_up 1\n']);
  expect((await fetch(`${url}/metrics`, as('varve-owner'))).status).toBe(200);
  expect((await fetch(`${url}/metrics`, as('varve-writer'))).status).toBe(403);
  const none = await fetch(`${url}/metrics`);
  expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="varve"']);
});

it('says without a token whether it is ready, and what keeps it from being', async () => {
  const ready = await fetch(`${await start([])}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', reasons: [] }]);
  await server?.close();
  const reasons: Unready[] = [{ what: 'scheduler', detail: 'the scheduler has not started' }];
  const url = await start(reasons);
  const not = await fetch(`${url}/readyz`);
  expect([not.status, await not.json()]).toEqual([503, { status: 'not-ready', reasons }]);
  // The process lives all the same.
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});
