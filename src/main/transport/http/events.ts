// POST /log/events: events from any program that can send JSON, without the RPC library's envelope. One event as `application/json`, or several
// in one transaction as JSON lines (`application/x-ndjson`). The body is read by the record's own strict reader, so that equal keys, rounded
// numbers and broken UTF-8 are refused and not bent.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AnyRouter } from '@orpc/server';
import { errorCatalogue } from '../../../contract/errors.ts';
import { AppendInput } from '../../../contract/log.ts';
import { fail, isVarveError, VarveError } from '../../engine/kit/errors.ts';
import { parseIJson } from '../../engine/log/index.ts';
import { connectDirect } from '../direct.ts';
import { fromTyped, type Caller } from '../router.ts';

type CountRefusal = ReturnType<FastifyInstance['createRateLimit']>;

export interface EventsOptions {
  router: AnyRouter;
  bodyLimitBytes: number;
  /** Who calls; undefined when the call was refused and answered. */
  callerOf(request: FastifyRequest, reply: FastifyReply, countRefusal: CountRefusal): Promise<Caller | undefined>;
}

const lineTypes = new Set(['application/x-ndjson', 'application/jsonl', 'application/json-lines']);
const mostEvents = 1000;

export function serveEvents(app: FastifyInstance, { router, bodyLimitBytes, callerOf }: EventsOptions): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, done) => done(null, body));
    const countRefusal = scope.createRateLimit({ max: 60, timeWindow: '1 minute' });
    const callers = new WeakMap<FastifyRequest, Caller>();
    // Before the body is read: who may not come in does not get to send one.
    scope.addHook('onRequest', async (request, reply) => {
      const caller = await callerOf(request, reply, countRefusal);
      if (caller === undefined) return reply;
      callers.set(request, caller);
      return undefined;
    });
    scope.post('/log/events', async (request, reply) => {
      try {
        return await append(request, connectDirect(router, callers.get(request) as Caller));
      } catch (error) {
        const { code, message, data } = fromTyped(error);
        return reply.code(errorCatalogue[code].status).send({ code, message, data });
      }
    });
  });
}

async function append({ headers, body }: FastifyRequest, client: ReturnType<typeof connectDirect>): Promise<unknown> {
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (lineTypes.has(type)) return appendLines(bytes, client);
  if (type !== 'application/json') return fail('BAD_INPUT', `content-type ${type}`, { field: 'content-type', reason: 'must be application/json for one event, application/x-ndjson for one per line' });
  return client.log.append(eventOf(bytes, 'body'));
}

async function appendLines(bytes: Buffer, client: ReturnType<typeof connectDirect>): Promise<unknown> {
  const lines = readLines(bytes);
  try {
    return await client.intake.appendMany({ events: lines.map(({ event }) => event) });
  } catch (error) {
    const failure = fromTyped(error);
    const { field, reason } = failure.data as { field?: string; reason?: string };
    const [, index, rest] = /^events\/(\d+)\/(.*)$/.exec(field ?? '') ?? [];
    const line = lines[Number(index)];
    if (failure.code !== 'EVENT_REFUSED' || line === undefined) throw error;
    return fail('EVENT_REFUSED', `line ${line.number}: ${reason}`, { field: `line ${line.number}/${rest}`, reason: reason ?? '' });
  }
}

function readLines(bytes: Buffer): { number: number; event: AppendInput }[] {
  const events: { number: number; event: AppendInput }[] = [];
  let number = 0;
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const line = bytes.subarray(from, end < 0 ? bytes.length : end);
    from = end < 0 ? bytes.length : end + 1;
    number += 1;
    if (line.every((byte) => byte === 32 || byte === 9 || byte === 13)) continue;
    if (events.length === mostEvents) fail('BAD_INPUT', 'too many lines', { field: `line ${number}`, reason: `comes after ${mostEvents} events, the most that are taken at once` });
    events.push({ number, event: eventOf(line, `line ${number}`) });
  }
  if (events.length === 0) fail('BAD_INPUT', 'no line', { field: 'body', reason: 'holds no event' });
  return events;
}

function eventOf(bytes: Uint8Array, place: string): AppendInput {
  const parsed = AppendInput.safeParse(parsedJson(bytes, place));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return fail('EVENT_REFUSED', `${place} is no event`, { field: [place, ...(issue?.path ?? [])].map(String).join('/'), reason: issue?.message ?? 'is not as expected' });
}

function parsedJson(bytes: Uint8Array, place: string): unknown {
  try {
    return parseIJson(bytes);
  } catch (error) {
    if (!isVarveError(error) || error.code !== 'EVENT_REFUSED') throw error;
    const { reason } = error.data as { reason: string };
    throw new VarveError('EVENT_REFUSED', `${place}: ${reason}`, { field: place, reason }, { cause: error });
  }
}
