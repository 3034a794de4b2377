// POST /log/events: what any program sends with a token is taken exactly or refused clearly.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppendInput } from '../../../contract/log.ts';
import { VarveError } from '../../engine/kit/errors.ts';
import { createRouter } from '../router.ts';
import { createFakeApi } from '../testing/fake-api.ts';
import { startHttpServer, type HttpServer } from './server.ts';

const appended = { seq: 7, id: 'x', ts: '2026-11-21T00:00:00.000Z', hash: 'h' };
let server: HttpServer;
let taken: unknown[];
let callers: unknown[];

beforeEach(async () => {
  taken = [];
  callers = [];
  const append = (event: AppendInput, context: unknown): typeof appended => {
    if (event.action === 'snapshot.x') throw new VarveError('EVENT_REFUSED', 'kept', { field: 'action', reason: 'is kept' });
    taken.push(event);
    callers.push(context);
    return appended;
  };
  const appendMany = ({ events }: { events: AppendInput[] }, context: unknown): { events: (typeof appended)[] } => {
    events.forEach(({ action }, i) => {
      if (action === 'snapshot.x') throw new VarveError('EVENT_REFUSED', 'kept', { field: `events/${i}/action`, reason: 'is kept' });
    });
    return { events: events.map((event) => append(event, context)) };
  };
  server = await startHttpServer({
    router: createRouter(createFakeApi({ log: { append: append as never }, intake: { appendMany: appendMany as never } })),
    listen: { host: '127.0.0.1', port: 0 },
    authenticate: (bearer) => (bearer === 'right' ? { actor: 'robot', via: 'api', scope: 'append' } : undefined)
  });
});
afterEach(() => server.close());

const post = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, path = 'log/events'): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(`http://127.0.0.1:${server.port}/${path}`, { method: 'POST', headers: { authorization: 'Bearer right', 'content-type': 'application/json', ...headers }, body });
  return { status: answer.status, body: await answer.json() };
};
const lines = { 'content-type': 'application/x-ndjson' };

describe('POST /log/events', () => {
  it('takes one event as JSON and answers with its number', async () => {
    expect(await post('{"action":"app.x","payload":{"a":"ação"}}')).toEqual({ status: 200, body: appended });
    expect(taken).toMatchObject([{ action: 'app.x', payload: { a: 'ação' } }]);
    expect(callers).toMatchObject([{ actor: 'robot', scope: 'append', via: 'api' }]);
  });

  it('takes several as JSON lines, all or none, and names the line that is refused', async () => {
    expect(await post('{"action":"app.a"}\n\n{"action":"app.b"}\r\n', lines)).toEqual({ status: 200, body: { events: [appended, appended] } });
    taken = [];
    expect(await post('{"action":"app.a"}\n\n{"action":"snapshot.x"}', lines)).toMatchObject({ status: 400, body: { code: 'EVENT_REFUSED', data: { field: 'line 3/action', reason: 'is kept' } } });
    expect(await post('{"action":"app.a"}\n{"action":', lines)).toMatchObject({ status: 400, body: { data: { field: 'line 2' } } });
    expect(await post('\n', lines)).toMatchObject({ status: 400, body: { code: 'BAD_INPUT' } });
    expect(await post('{"action":"app.a"}\n'.repeat(1001), lines)).toMatchObject({ status: 400, body: { data: { field: 'line 1001' } } });
    expect(taken).toEqual([]);
  });

  it.each([
    ['a key twice', '{"action":"app.x","payload":{"a":1,"a":2}}', 'twice'], ['a rounded integer', '{"action":"app.x","payload":9007199254740993}', '2^53'], ['no JSON', 'action=app.x', 'not JSON'], ['an unknown field', '{"action":"app.x","extra":1}', 'extra'],
    ['no action', '{}', ''], ['broken UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'UTF-8'], ['nothing', '', 'too early']
  ])('refuses %s and says why', async (_name, body, reason) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'EVENT_REFUSED' });
    expect(JSON.stringify(answer.body)).toContain(reason);
    expect(taken).toEqual([]);
  });

  it('wants a token, a type it knows, and a body of bounded size', async () => {
    expect((await post('{"action":"app.x"}', { authorization: 'Bearer wrong' })).status).toBe(401);
    expect(await post('{"action":"app.x"}', { 'content-type': 'text/plain' })).toMatchObject({ status: 400, body: { data: { field: 'content-type' } } });
    expect((await post(`{"action":"app.x","payload":"${'x'.repeat(3_000_000)}"}`)).status).toBe(413);
    expect((await post('{"action":"app.x"}', { origin: 'https://example.org' })).status).toBe(403);
    expect(taken).toEqual([]);
  });
});
