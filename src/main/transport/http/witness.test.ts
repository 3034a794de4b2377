import { mkdtempSync, rmSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { createMemoryKeyring } from '../../adapters/memory-keyring.ts';
import { createSystemClock } from '../../adapters/clock.ts';
import { createSystemRandom } from '../../adapters/random.ts';
import { parseNote, parseVkey, verifyCosignature } from '../../engine/log/note/index.ts';
import type { Workers } from '../../engine/ports.ts';
import { initWitness, openWitness, originHash, requestLimitBytes, type Witness } from '../../engine/witness/index.ts';
import { createToyLog } from '../../engine/witness/testing.ts';
import { startWitnessServer, type WitnessServer } from './witness.ts';

const log = createToyLog({ fromLeaf: 5 });
const other = createToyLog({ word: 'b', fromLeaf: 5 });
let folder: string;
let witness: Witness;
let server: WitnessServer;
const failures: unknown[] = [];

async function start(perMinute?: number): Promise<void> {
  server = await startWitnessServer({ witness, listen: { host: '127.0.0.1', port: 0 }, onFailure: (error) => void failures.push(error), ...(perMinute !== undefined && { perMinute }) });
}

beforeEach(async () => {
  failures.length = 0;
  folder = mkdtempSync(join(tmpdir(), 'varve-witness-http-'));
  const deps = { files: createNodeFiles(), random: createSystemRandom(), clock: createSystemClock(), keyring: createMemoryKeyring(), workers: {} as Workers };
  await initWitness(deps, { path: folder, name: 'desk.example', place: { kind: 'plain' } });
  witness = openWitness(deps, folder);
  witness.trust(log.vkey);
  await witness.unlock(undefined);
  await start();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

function ask(path: string, options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: server.port, path, method: options.method ?? 'GET', headers: options.headers ?? {} }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (body += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    call.on('error', reject);
    call.end(options.body);
  });
}
const add = (body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> => ask('/add-checkpoint', { method: 'POST', body, headers });

it('answers each case of the protocol with its status and body', async () => {
  const first = await add(log.request(0, 5));
  expect([first.status, first.headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8']);
  expect(verifyCosignature(parseNote(log.note(5) + first.body), [parseVkey(witness.vkey)])).toHaveLength(1);
  const stale = await add(log.request(0, 9));
  expect([stale.status, stale.headers['content-type'], stale.body]).toEqual([409, 'text/x.tlog.size', '5\n']);
  expect((await add(log.request(5, 9))).status).toBe(200);
  expect((await add(other.request(9, 9))).status).toBe(409);
  expect((await add(other.request(9, 12))).status).toBe(422);
  expect((await add(createToyLog({ seed: 8 }).request(9, 12))).status).toBe(403);
  expect((await add(createToyLog({ origin: 'varve/other' }).request(0, 3))).status).toBe(404);
  expect((await add(log.request(9, 8))).status).toBe(400);
  expect((await add('old 9\n')).status).toBe(400);
  expect((await add('')).status).toBe(400);
  expect(failures).toEqual([]);
});

it('takes a body of any type, and by a client that sends none', async () => {
  expect((await add(log.request(0, 3), { 'content-type': 'text/plain' })).status).toBe(200);
  expect((await add(log.request(3, 4), { 'content-type': 'application/octet-stream' })).status).toBe(200);
  const answer = await fetch(`http://127.0.0.1:${server.port}/add-checkpoint`, { method: 'POST', body: log.request(4, 5) });
  expect(answer.status).toBe(200);
});

it('shows the last checkpoint to whoever knows the log, and serves nothing else', async () => {
  const path = `/${originHash(log.origin)}/checkpoint`;
  expect((await ask(path)).status).toBe(404);
  const { body } = await add(log.request(0, 5));
  expect(await ask(path)).toMatchObject({ status: 200, body: log.note(5) + body, headers: { 'cache-control': 'no-store' } });
  for (const other of ['/', '/witness.json', '/logs', '/..%2fwitness.json/checkpoint', '/%2e%2e/checkpoint', `/${originHash('x')}/checkpoint`, '/healthz', '/add-checkpoint']) expect((await ask(other)).status, other).toBe(404);
  for (const method of ['PUT', 'DELETE', 'PATCH']) expect((await ask('/add-checkpoint', { method })).status, method).toBe(404);
});

it('refuses other host names and pages', async () => {
  expect((await add(log.request(0, 5), { host: 'evil.example' })).status).toBe(421);
  expect((await add(log.request(0, 5), { host: `evil.example:${server.port}` })).status).toBe(421);
  expect((await add(log.request(0, 5), { origin: 'http://evil.example' })).status).toBe(403);
  expect((await add(log.request(0, 5), { origin: `http://127.0.0.1:${server.port}` })).status).toBe(403);
  expect(witness.view().logs[0]?.size).toBeNull();
});

it('takes no more than a request can need, however it is sent', async () => {
  const large = Buffer.alloc(requestLimitBytes + 1, 0x61);
  expect((await add(large)).status).toBe(413);
  const streamed = await new Promise<number>((resolve) => {
    const call = request({ host: '127.0.0.1', port: server.port, path: '/add-checkpoint', method: 'POST', headers: { 'transfer-encoding': 'chunked' } }, (response) => resolve(response.statusCode ?? 0));
    call.on('error', () => resolve(0));
    for (let sent = 0; sent <= requestLimitBytes; sent += 1024) call.write(Buffer.alloc(1024, 0x61));
  });
  expect([413, 0]).toContain(streamed);
  expect((await add(log.request(0, 5))).status).toBe(200);
});

it('lets nobody ask without end', async () => {
  await server.close();
  await start(3);
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await (i % 2 === 0 ? ask('/') : add(''))).status);
  expect(statuses).toEqual([404, 400, 404, 429, 429]);
});

it('says that it is busy, or cannot sign, without a word of why', async () => {
  const holder = new Database(join(folder, 'lock.db'));
  holder.exec('BEGIN EXCLUSIVE');
  expect(await add(log.request(0, 5))).toMatchObject({ status: 503 });
  holder.close();
  rmSync(join(folder, 'logs'), { recursive: true });
  const answer = await add(log.request(0, 5));
  expect([answer.status, answer.body]).toEqual([500, 'this witness cannot sign now\n']);
  expect(failures.map((failure) => (failure as { code?: string }).code)).toEqual(['WITNESS_BUSY', 'WITNESS_DAMAGED']);
});

it('survives what is no HTTP', async () => {
  await new Promise<void>((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.end('\0\0\0 nonsense\r\n\r\n'));
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
    socket.resume();
  });
  expect((await add(log.request(0, 5))).status).toBe(200);
});

it('says which port is taken', async () => {
  await expect(startWitnessServer({ witness, listen: { host: '127.0.0.1', port: server.port } })).rejects.toMatchObject({ code: 'PORT_IN_USE' });
});
