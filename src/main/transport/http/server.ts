// The HTTP wire: the console's pages, the contract under /rpc with a bearer token, the exchange of a login code, /healthz,
// and for monitoring /readyz and /metrics (monitoring.ts).
// The same application also serves the local socket, where only the owner's token counts and there are no pages.
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/fastify';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Once } from '../../engine/gateway/index.ts';
import { errnoOf, VarveError } from '../../engine/kit/errors.ts';
import { contentSecurityPolicy, pageHeaders } from '../csp.ts';
import { explainValidation, type Caller } from '../router.ts';
import { serveEvents } from './events.ts';
import { bearerOf, hostIsOurs, originIsOurs, refuse, type Authenticate } from './guard.ts';
import { watchGuests, type GoneLimits } from './guests.ts';
import { serveMonitoring, type Monitoring } from './monitoring.ts';
import { answerOnce } from './once.ts';
import { traceOf } from './trace.ts';

/** Largest call body: an event's payload (256 KiB) with room to spare. */
const bodyLimitBytes = 2 * 1024 * 1024;
const lastWordsMs = 2_000;

export interface HttpOptions {
  router: AnyRouter;
  authenticate: Authenticate;
  /** Where to listen: an address, or a local socket's path (then no pages, no Host check). */
  listen: { host: string; port: number } | { socketPath: string };
  /** Folder of the built console; left out where only the API is served. */
  pagesFolder?: string;
  /** Turns a one-time login code into a bearer for this browser. */
  exchangeLoginCode?(code: string): { value: string; expiresAt: string } | undefined;
  /** Left out: an Idempotency-Key is not looked at. */
  once?: Once;
  /** Left out: no /metrics and no /readyz. */
  monitoring?: Monitoring;
}

export interface HttpServer {
  /** Where it listens in the end (port 0 is replaced by the real one). */
  host: string;
  port: number;
  /** Lets nobody new in from now on, and resolves when those that are here have gone, or a limit is over. May be called again. */
  gone(limits: GoneLimits): Promise<void>;
  /** Ends it. Answers under way may go out for a moment (2 s at most), so that a last word reaches its reader. */
  close(): Promise<void>;
}

/** Starts listening. PORT_IN_USE when the port is taken. */
export async function startHttpServer(options: HttpOptions): Promise<HttpServer> {
  const app = Fastify({ logger: false, forceCloseConnections: true, bodyLimit: bodyLimitBytes, requestTimeout: 0, trustProxy: false });
  const bound = 'host' in options.listen ? { ...options.listen } : undefined;
  await app.register(helmet, { contentSecurityPolicy: false, hsts: false, crossOriginResourcePolicy: false });
  // Counts refusals only (see `callerOf`): a person's own polling must never lock them out.
  await app.register(rateLimit, { global: false });
  const gone = watchGuests(app);
  const answered = countAnswers(app);
  guardHostAndOrigin(app, bound);
  app.get('/healthz', () => ({ status: 'ok' }));
  serveContract(app, options);
  serveEvents(app, { router: options.router, bodyLimitBytes, callerOf: (request, reply, limit) => callerOf(request, reply, options.authenticate, limit) });
  if (options.monitoring) serveMonitoring(app, options.monitoring, (request, reply, limit) => callerOf(request, reply, options.authenticate, limit));
  if (options.exchangeLoginCode) serveLogin(app, options.exchangeLoginCode);
  if (options.pagesFolder) await servePages(app, options.pagesFolder);
  await listen(app, options.listen);
  if (bound) {
    const address = app.server.address();
    if (typeof address === 'object' && address !== null) bound.port = address.port;
  }
  return {
    host: bound?.host ?? '',
    port: bound?.port ?? 0,
    gone,
    close: async () => {
      await answered();
      await app.close();
    }
  };
}

/** Returns a wait until no answer is under way, or the time for last words is over. */
function countAnswers(app: FastifyInstance): () => Promise<void> {
  let open = 0;
  let wake = (): void => {};
  app.addHook('onRequest', async (_request, reply) => {
    open += 1;
    reply.raw.once('close', () => {
      open -= 1;
      if (open === 0) wake();
    });
  });
  return () =>
    new Promise((resolve) => {
      const limit = setTimeout(resolve, lastWordsMs);
      wake = () => {
        clearTimeout(limit);
        resolve();
      };
      if (open === 0) wake();
    });
}

function guardHostAndOrigin(app: FastifyInstance, bound: { host: string; port: number } | undefined): void {
  if (!bound) return;
  app.addHook('onRequest', async (request, reply) => {
    if (!hostIsOurs(request.headers.host, bound)) return reply.code(421).send({ code: 'BAD_INPUT', message: 'this server does not answer to that host name' });
    if (!originIsOurs(request.headers.origin, request.headers.host)) return reply.code(403).send({ code: 'FORBIDDEN', message: 'calls from other pages are refused' });
    return undefined;
  });
}

function serveContract(app: FastifyInstance, options: HttpOptions): void {
  const handler = new RPCHandler<Caller>(options.router as never, { clientInterceptors: [explainValidation as never], ...(options.once && { rootInterceptors: [answerOnce(options.once) as never] }) });
  void app.register(async (scope) => {
    // The RPC library reads the body itself.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
    const countRefusal = scope.createRateLimit({ max: 60, timeWindow: '1 minute' });
    scope.all('/rpc/*', async (request, reply) => {
      const caller = await callerOf(request, reply, options.authenticate, countRefusal);
      if (!caller) return reply;
      if (bodyTooLarge(request)) return reply.code(413).send({ code: 'BAD_INPUT', message: `a call may carry ${bodyLimitBytes} bytes at most` });
      const { matched } = await handler.handle(request, reply, { prefix: '/rpc', context: { ...caller, trace: traceOf(request.headers['traceparent']) } });
      if (!matched) return reply.code(404).send({ code: 'NOT_FOUND', message: 'no such procedure' });
      return reply;
    });
  });
}

async function callerOf(
  request: FastifyRequest,
  reply: FastifyReply,
  authenticate: Authenticate,
  countRefusal: ReturnType<FastifyInstance['createRateLimit']>
): Promise<Caller | undefined> {
  const bearer = bearerOf(request.headers.authorization);
  const caller = bearer === undefined ? undefined : authenticate(bearer);
  if (caller) return caller;
  const limit = await countRefusal(request);
  if (!limit.isAllowed && limit.isExceeded) await reply.code(429).header('retry-after', String(limit.ttlInSeconds)).send({ code: 'UNAUTHORIZED', message: 'too many refused calls; wait a minute' });
  else await refuse(reply, request, bearer === undefined ? 'missing' : 'invalid');
  return undefined;
}

/** Bodies of unknown length are refused too, so that nobody can stream without end. */
function bodyTooLarge(request: FastifyRequest): boolean {
  if (request.method === 'GET' || request.method === 'HEAD') return false;
  const declared = request.headers['content-length'];
  if (declared === undefined) return request.headers['transfer-encoding'] !== undefined;
  return Number(declared) > bodyLimitBytes;
}

function serveLogin(app: FastifyInstance, exchange: NonNullable<HttpOptions['exchangeLoginCode']>): void {
  const Body = z.strictObject({ code: z.string().min(1).max(200) });
  app.post('/auth/exchange', { config: { rateLimit: { max: 20, timeWindow: '1 minute' } } }, async (request, reply) => {
    const body = Body.safeParse(request.body);
    const session = body.success ? exchange(body.data.code) : undefined;
    if (!session) return reply.code(401).header('www-authenticate', 'Bearer realm="varve"').send({ code: 'UNAUTHORIZED', message: 'this login address was used already or is too old' });
    return { token: session.value, expiresAt: session.expiresAt };
  });
}

async function servePages(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder,
    index: 'index.html',
    dotfiles: 'ignore',
    setHeaders(reply, path) {
      for (const [name, value] of Object.entries(pageHeaders())) reply.header(name, value);
      // Asset names carry a hash of their content; the page itself must be fresh after an update.
      reply.header('cache-control', /[\\/]assets[\\/]/.test(path) ? 'public, max-age=31536000, immutable' : 'no-store');
    }
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).header('content-security-policy', contentSecurityPolicy()).send({ code: 'NOT_FOUND', message: 'nothing here' }));
}

async function listen(app: FastifyInstance, where: HttpOptions['listen']): Promise<void> {
  try {
    await app.listen('socketPath' in where ? { path: where.socketPath } : { host: where.host, port: where.port });
  } catch (error) {
    await app.close();
    if ('port' in where && errnoOf(error) === 'EADDRINUSE') throw new VarveError('PORT_IN_USE', `port ${where.port} on ${where.host} is in use`, { host: where.host, port: where.port }, { cause: error });
    throw error;
  }
}
