// Jobs over HTTP as another program uses them: a real engine, real tokens, real processes.
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { JobDefinition } from '../../../contract/jobs.ts';
import type { Run } from '../../../contract/runs.ts';
import { createLogger } from '../../adapters/logger.ts';
import { createTestEngine, type TestEngine } from '../../engine/testing/index.ts';
import { createRouter } from '../router.ts';
import { startHttpServer, type HttpServer } from './server.ts';

let test: TestEngine;
let server: HttpServer;
const lines: Record<string, unknown>[] = [];
beforeEach(async () => {
  lines.length = 0;
  test = await createTestEngine({ ports: { logger: createLogger({ level: 'info', write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) }) } });
  await serve();
});
async function serve(): Promise<void> {
  server = await startHttpServer({ router: createRouter(test.api), once: test.engine.once, listen: { host: '127.0.0.1', port: 0 }, authenticate: (bearer) => {
    const token = test.engine.gateway.authenticate(bearer);
    return token && { actor: token.label, via: 'api', scope: token.scope };
  } });
}
afterEach(async () => {
  await server.close();
  await test.close();
});

type Scope = 'owner' | 'read' | 'append';
const tokenOf = async (scope: Scope): Promise<string> => (await test.api.gateway.tokens.create({ label: `by-${scope}`, scope }, test.context)).value;

async function call<T>(token: string, procedure: string, input: object = {}, headers: Record<string, string> = {}): Promise<{ status: number; json: T; replayed: string | null }> {
  const answer = await fetch(`http://127.0.0.1:${server.port}/rpc/${procedure}`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers }, body: JSON.stringify({ json: input }) });
  return { status: answer.status, json: ((await answer.json()) as { json: T }).json, replayed: answer.headers.get('idempotency-replayed') };
}

async function ended(token: string, run: string): Promise<Run> {
  for (;;) {
    const { json } = await call<{ run: Run }>(token, 'runs/get', { run });
    if (json.run.endedAt !== null) return json.run;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('an owner’s token starts and stops, a second start is refused with the id of the first, and a reading token only looks', async () => {
  const [owner, reader, writer] = await Promise.all([tokenOf('owner'), tokenOf('read'), tokenOf('append')]);
  const definition = JobDefinition.parse({ name: 'long', work: { kind: 'command', argv: [process.execPath, '-e', "console.log('at work'); setInterval(() => {}, 1000)"] }, schedule: { kind: 'manual' }, retries: { most: 0 } });
  expect((await call(owner, 'jobs/add', { definition })).status).toBe(200);
  const first = await call<Run>(owner, 'jobs/run', { job: 'long' });
  expect([first.status, first.json.by]).toEqual([200, 'by-owner']);
  const second = await call<{ code: string; data: object }>(owner, 'jobs/run', { job: 'long' });
  expect([second.status, second.json.code, second.json.data]).toEqual([409, 'CONFLICT', { kind: 'run', name: first.json.id }]);

  const run = { run: first.json.id };
  for (const [procedure, input] of Object.entries({ 'jobs/list': {}, 'jobs/get': { job: 'long' }, 'jobs/scheduler': {}, 'runs/list': {}, 'runs/get': run, 'runs/stats': { job: 'long' }, 'runs/output/page': run })) {
    expect((await call(reader, procedure, input)).status, `${procedure} by a reader`).toBe(200);
    expect((await call(writer, procedure, input)).status, `${procedure} by who may only append`).toBe(403);
  }
  for (const [procedure, input] of Object.entries({ 'jobs/run': { job: 'long' }, 'jobs/pause': { job: 'long' }, 'jobs/remove': { job: 'long' }, 'runs/stop': run, 'runs/replay': run })) expect((await call(reader, procedure, input)).status, `${procedure} by a reader`).toBe(403);

  expect((await call(owner, 'runs/stop', { ...run, force: true })).status).toBe(200);
  expect((await ended(reader, first.json.id)).state).toBe('stopped');
});

it('a run goes on with the trace of the call: its program is told, and every line of the diagnostics about it says so', async () => {
  const owner = await tokenOf('owner');
  const trace = 'ab'.repeat(16);
  const definition = JobDefinition.parse({ name: 'traced', work: { kind: 'command', argv: [process.execPath, '-e', 'console.log(process.env.TRACEPARENT)'] }, schedule: { kind: 'manual' }, retries: { most: 0 } });
  await call(owner, 'jobs/add', { definition });
  const told = async (headers: Record<string, string>): Promise<{ id: string; said: string }> => {
    const { json } = await call<Run>(owner, 'jobs/run', { job: 'traced' }, headers);
    await ended(owner, json.id);
    const page = await call<{ rows: { text: string }[] }>(owner, 'runs/output/page', { run: json.id, from: 0 });
    return { id: json.id, said: page.json.rows.map(({ text }) => text).join('\n') };
  };
  const run = await told({ traceparent: `00-${trace}-${'cd'.repeat(8)}-01` });
  expect(run.said).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-01$`));
  const about = lines.filter(({ runId }) => runId === run.id);
  expect(about.map(({ message, traceId }) => [message, traceId])).toEqual([['a run began', trace], ['a run ended', trace]]);
  // Not well-formed, or of zeros only: as if it were not there.
  for (const traceparent of ['nonsense', `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`]) {
    const own = await told({ traceparent });
    expect(own.said).toContain(`00-${own.id.replaceAll('-', '')}-`);
  }
});

it('8.2: a start that is sent again with its Idempotency-Key is the same run, also after a restart; another body, token or key is told apart', async () => {
  const [owner, other] = await Promise.all([tokenOf('owner'), tokenOf('owner')]);
  const definition = JobDefinition.parse({ name: 'once', work: { kind: 'command', argv: [process.execPath, '-e', ''] }, schedule: { kind: 'manual' }, retries: { most: 0 }, satisfiesSchedule: true });
  await call(owner, 'jobs/add', { definition });
  const start = (token: string, key: string, input: object = { job: 'once' }) => call<Run>(token, 'jobs/run', input, { 'idempotency-key': key });
  const first = await start(owner, 'tonight');
  expect([first.status, first.replayed]).toEqual([200, null]);
  await ended(owner, first.json.id);
  const again = await start(owner, 'tonight');
  expect([again.status, again.replayed, again.json]).toEqual([200, 'true', first.json]);

  const before = test;
  await server.close();
  await before.engine.stop();
  onTestFinished(() => before.close());
  test = await createTestEngine({ folder: before.folder, keyring: before.keyring });
  await serve();
  expect((await start(owner, 'tonight')).json.id).toBe(first.json.id);

  expect((await start(owner, 'tonight', { job: 'once', reason: 'other' })).status).toBe(422);
  expect((await start(other, 'tonight')).json.id).not.toBe(first.json.id);
  // Looking is answered anew, and where answers may hold a secret the key is refused rather than forgotten.
  expect((await call<Run[]>(owner, 'runs/list', { limit: 10 }, { 'idempotency-key': 'tonight' })).json).toHaveLength(2);
  expect((await call(owner, 'gateway/tokens/create', { label: 'x', scope: 'read' }, { 'idempotency-key': 'k' })).status).toBe(400);
  expect((await call(owner, 'jobs/run', { job: 'once' }, { 'idempotency-key': 'ü' })).status).toBe(400);
  // A refusal is an answer like any other.
  const refused = await start(owner, 'nobody', { job: 'nobody' });
  expect([refused.status, (await start(owner, 'nobody', { job: 'nobody' })).replayed]).toEqual([404, 'true']);
});

it('8.2: a start that was cut off before its answer finds its run when it is carried out again', async () => {
  const definition = JobDefinition.parse({ name: 'cut', work: { kind: 'command', argv: [process.execPath, '-e', ''] }, schedule: { kind: 'interval', everyMs: 3_600_000, anchor: '2026-01-01T00:00:00.000Z' }, satisfiesSchedule: true });
  await test.api.jobs.add({ definition }, test.context);
  const start = (callId: string) => test.api.jobs.run({ job: 'cut', reason: '', whenBusy: 'refuse', test: false }, { ...test.context, callId });
  const first = await start('a');
  expect((await start('a')).id).toBe(first.id);
  const owner = await tokenOf('owner');
  await ended(owner, first.id);
  expect((await start('a')).id).toBe(first.id);
  const second = await start('b');
  expect(second.id).not.toBe(first.id);
  await ended(owner, second.id);
  const replay = (callId: string) => test.api.runs.replay({ run: first.id, as: 'now', reason: '' }, { ...test.context, callId });
  expect((await replay('c')).id).toBe((await replay('c')).id);
});
