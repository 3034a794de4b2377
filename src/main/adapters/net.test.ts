import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createNet } from './net.ts';

let server: Server | undefined;
afterEach(() => new Promise<void>((resolve) => (server ? (server.closeAllConnections(), server.close(() => resolve())) : resolve())));

async function serve(handler: Parameters<typeof createServer>[1]): Promise<string> {
  server = createServer({}, handler as never);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
const limits = { timeoutMs: 5000, limitBytes: 1000 };

it('sends a body and brings back any status', async () => {
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => response.writeHead(422).end(`${request.method} ${body}`));
  });
  const answer = await createNet().request({ method: 'POST', url, body: 'old 0', ...limits });
  expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([422, 'POST old 0']);
});

it('follows nobody elsewhere', async () => {
  let asked = 0;
  const url = await serve((_request, response) => {
    asked += 1;
    response.writeHead(302, { location: '/other' }).end();
  });
  expect((await createNet().request({ method: 'GET', url, ...limits })).status).toBe(302);
  expect(asked).toBe(1);
});

it('takes no more than it was told to, and waits no longer', async () => {
  const long = await serve((_request, response) => response.end('x'.repeat(2000)));
  await expect(createNet().request({ method: 'GET', url: long, ...limits })).rejects.toThrow('more than 1000 bytes');
  server?.closeAllConnections();
  server?.close();
  const silent = await serve(() => undefined);
  await expect(createNet().request({ method: 'GET', url: silent, ...limits, timeoutMs: 50 })).rejects.toThrow('no answer within');
  const stop = new AbortController();
  const waiting = createNet().request({ method: 'GET', url: silent, ...limits, signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
});

it('says why there was no answer', async () => {
  await expect(createNet().request({ method: 'GET', url: 'http://127.0.0.1:1/', ...limits })).rejects.toThrow(/ECONNREFUSED|bad port/);
});
