// For monitoring systems: GET /metrics in Prometheus' text format, for any token that may read, and GET /readyz, which needs none and says in a few words
// what is not ready. Whether the process lives at all is /healthz.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { expositionType } from '../../engine/kit/exposition.ts';
import type { Unready } from '../../engine/index.ts';
import type { Caller } from '../router.ts';

type CountRefusal = ReturnType<FastifyInstance['createRateLimit']>;

export interface Monitoring {
  /** undefined while no home is open. */
  metrics(): string | undefined;
  /** Empty: ready. */
  unready(): readonly Unready[];
}

/** Looking writes to the disk: whoever asks more often gets the last answer. */
const lookAgainMs = 2_000;

export function serveMonitoring(app: FastifyInstance, monitoring: Monitoring, callerOf: (request: FastifyRequest, reply: FastifyReply, countRefusal: CountRefusal) => Promise<Caller | undefined>): void {
  let last: { atMs: number; found: readonly Unready[] } | undefined;
  app.get('/readyz', (_request, reply) => {
    if (last === undefined || performance.now() - last.atMs > lookAgainMs) last = { atMs: performance.now(), found: monitoring.unready() };
    const { found } = last;
    return reply.code(found.length === 0 ? 200 : 503).header('cache-control', 'no-store').send({ status: found.length === 0 ? 'ready' : 'not-ready', reasons: found });
  });
  void app.register(async (scope) => {
    const countRefusal = scope.createRateLimit({ max: 60, timeWindow: '1 minute' });
    scope.get('/metrics', async (request, reply) => {
      const caller = await callerOf(request, reply, countRefusal);
      if (!caller) return reply;
      if (caller.scope === 'append') return reply.code(403).send({ code: 'FORBIDDEN', message: '/metrics needs the scope read' });
      const text = monitoring.metrics();
      if (text === undefined) return reply.code(503).send({ code: 'HOME_MISSING', message: 'no home is open' });
      return reply.header('cache-control', 'no-store').type(expositionType).send(text);
    });
  });
}
