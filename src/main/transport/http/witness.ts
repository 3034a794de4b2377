// A witness over HTTP (C2SP tlog-witness): POST /add-checkpoint, GET /<hex(SHA-256(origin))>/checkpoint, and nothing else. No token: a request
// counts by the log's signature in it. Small bodies, few at a time, only under this server's own name.
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyReply } from 'fastify';
import { errnoOf, isVarveError, VarveError } from '../../engine/kit/errors.ts';
import { answerBody, requestLimitBytes, type Witness, type WitnessAnswer } from '../../engine/witness/index.ts';
import { hostIsOurs } from './guard.ts';

export interface WitnessServerOptions {
  witness: Witness;
  listen: { host: string; port: number };
  /** After each answered request, for the terminal. */
  onAnswer?(answer: WitnessAnswer): void;
  /** Why a request could not be answered; the asker is only told that it was so. */
  onFailure?(error: unknown): void;
  /** Requests a minute from one address. */
  perMinute?: number;
}

export interface WitnessServer {
  host: string;
  port: number;
  close(): Promise<void>;
}

const defaultPerMinute = 120;
const requestMs = 10_000;
const mostConnections = 64;
/** This thread waits meanwhile; another process in the folder needs milliseconds. */
const busyMs = 1_000;

/** PORT_IN_USE when the port is taken. The witness must be unlocked. */
export async function startWitnessServer(options: WitnessServerOptions): Promise<WitnessServer> {
  const { witness, listen, onAnswer, onFailure } = options;
  const bound = { ...listen };
  const app = Fastify({ logger: false, forceCloseConnections: true, bodyLimit: requestLimitBytes, requestTimeout: requestMs, trustProxy: false });
  app.server.maxConnections = mostConnections;
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff').header('cache-control', 'no-store');
    if (!hostIsOurs(request.headers.host, bound)) return text(reply, 421, 'this server does not answer to that host name');
    // No page has any business here.
    if (request.headers.origin !== undefined) return text(reply, 403, 'calls from pages are refused');
    return undefined;
  });
  await app.register(rateLimit, { max: options.perMinute ?? defaultPerMinute, timeWindow: '1 minute' });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.post('/add-checkpoint', (request, reply) => {
    const answer = witness.add(Buffer.isBuffer(request.body) ? request.body : '', { waitMs: busyMs });
    onAnswer?.(answer);
    const { type, body } = answerBody(answer);
    return reply.code(answer.status).header('content-type', type).send(body);
  });
  app.get<{ Params: { hash: string } }>('/:hash/checkpoint', (request, reply) => {
    const { hash } = request.params;
    const note = /^[0-9a-f]{64}$/.test(hash) ? witness.latest(hash) : undefined;
    return note === undefined ? text(reply, 404, 'nothing here') : text(reply, 200, note, '');
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (_request, reply) => text(reply, 404, 'nothing here'));
  app.setErrorHandler((error, _request, reply) => {
    const { statusCode } = error as { statusCode?: number };
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) return text(reply, statusCode, statusCode === 413 ? `a request has at most ${requestLimitBytes} bytes` : statusCode === 429 ? 'too many requests; wait a minute' : 'not a request this server takes');
    onFailure?.(error);
    return isVarveError(error) && error.code === 'WITNESS_BUSY' ? text(reply, 503, 'busy; try again in a moment') : text(reply, 500, 'this witness cannot sign now');
  });
  try {
    await app.listen({ host: listen.host, port: listen.port });
  } catch (error) {
    await app.close();
    if (errnoOf(error) === 'EADDRINUSE') throw new VarveError('PORT_IN_USE', `port ${listen.port} on ${listen.host} is in use`, { host: listen.host, port: listen.port }, { cause: error });
    throw error;
  }
  const address = app.server.address();
  if (typeof address === 'object' && address !== null) bound.port = address.port;
  return { ...bound, close: () => app.close() };
}

function text(reply: FastifyReply, status: number, body: string, end = '\n'): FastifyReply {
  return reply.code(status).header('content-type', 'text/plain; charset=utf-8').send(body + end);
}
