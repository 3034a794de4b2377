// Idempotency-Key (rule 8.2): a write on jobs and runs that is sent again with its key is answered as the first time and done once. What only looks is
// answered anew; other writes refuse the header, because neither an answer with something secret nor a hash of a body with a password is to be kept.
import { createHash } from 'node:crypto';
import type { Once } from '../../engine/gateway/index.ts';
import { readingProcedures } from '../../engine/system/scopes.ts';
import { bearerOf } from './guard.ts';

interface Request {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body(): Promise<unknown>;
}
interface Response {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}
type Handled = { matched: true; response: Response } | { matched: false; response: undefined };
export interface Call {
  request: Request;
  prefix?: string | undefined;
  context: object;
  next(options?: { request: Request; prefix?: string | undefined; context: object }): Promise<Handled>;
}

/** Letters of ASCII that can be seen, and blanks between them. */
const keyForm = /^[\x20-\x7e]{1,255}$/;
const kept = new Set(['jobs', 'runs']);

/** An interceptor around everything the RPC library does with a call, its errors included. */
export function answerOnce(once: Once): (call: Call) => Promise<Handled> {
  return async (call) => {
    const { request, prefix, context } = call;
    const key = request.headers['idempotency-key'];
    const path = request.url.pathname.slice((prefix ?? '').length).split('/').filter((part) => part !== '');
    if (key === undefined || readingProcedures.has(path.join('.'))) return call.next();
    if (typeof key !== 'string' || !keyForm.test(key)) return refused(400, 'BAD_INPUT', 'Idempotency-Key must be 1 to 255 printable characters', { field: 'Idempotency-Key', reason: 'must be 1 to 255 printable characters' });
    if (!kept.has(path[0] ?? '')) return refused(400, 'BAD_INPUT', 'Idempotency-Key is taken by calls of jobs and runs; send this one without it', { field: 'Idempotency-Key', reason: 'is taken by calls of jobs and runs alone' });
    const begun = once.begin(sha256([bearerOf(headerOf(request, 'authorization')) ?? '', request.method, path.join('/'), key].join('\n')), await bodyHashOf(request));
    if (begun === undefined) return call.next();
    if (begun.kind === 'other') return refused(422, 'BAD_INPUT', 'this Idempotency-Key was used for another body', { field: 'Idempotency-Key', reason: 'was used for another body' });
    if (begun.kind === 'working') return refused(409, 'CONFLICT', 'the first call with this Idempotency-Key is still under way', { kind: 'call', name: key });
    if (begun.kind === 'again') return { matched: true, response: { ...begun.answer, headers: { 'idempotency-replayed': 'true' } } };
    let answer: { status: number; body: unknown } | undefined;
    try {
      const handled = await call.next({ request, prefix, context: { ...context, callId: begun.id } });
      // A failure of ours is no answer for a day: sent again, the call is tried again.
      if (handled.matched && handled.response.status < 500) answer = { status: handled.response.status, body: handled.response.body };
      return handled;
    } finally {
      once.end(begun.id, answer);
    }
  };
}

/** What cannot be read is refused by whoever reads it next. */
async function bodyHashOf(request: Request): Promise<string> {
  const body = await request.body().catch(() => undefined);
  return sha256(JSON.stringify(body) ?? '');
}

function headerOf({ headers }: Request, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function refused(status: number, code: string, message: string, data: object): Handled {
  return { matched: true, response: { status, headers: {}, body: { json: { defined: true, code, status, message, data } } } };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
