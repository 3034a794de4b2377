// Who is here on the local socket: clients that asked something and have not hung up. One client may use several connections, so each puts its mark on its
// questions; one without a mark is as many guests as it has connections.
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

export const guestHeader = 'x-varve-guest';
const lookMs = 20;

interface Guest {
  connections: Set<Socket>;
  /** Answers under way. */
  open: number;
}

export interface GoneLimits {
  /** How long those are waited for that listen to an answer, ms since the last answer ended. */
  answeringMs: number;
  /** The same for those that were answered and may ask again. */
  betweenMs: number;
}

/**
 * Watches who comes and goes. The wait it returns lets nobody new in from then on (their connection is cut before their first question is heard) and
 * resolves when those that are here have gone, or a limit is over; it may be begun again.
 */
export function watchGuests(app: FastifyInstance): (limits: GoneLimits) => Promise<void> {
  const guests = new Map<string | Socket, Guest>();
  let leavingSince: number | undefined;
  let lastAnswerAt = 0;
  app.addHook('onRequest', async (request, reply) => {
    const { socket } = request.raw;
    const key = markOf(request) ?? socket;
    const guest = guests.get(key) ?? { connections: new Set(), open: 0 };
    if (!guests.has(key)) {
      if (leavingSince !== undefined) {
        reply.hijack();
        socket.destroy();
        return;
      }
      guests.set(key, guest);
    }
    if (!guest.connections.has(socket)) {
      guest.connections.add(socket);
      socket.once('close', () => {
        guest.connections.delete(socket);
        if (guest.connections.size === 0) guests.delete(key);
      });
    }
    guest.open += 1;
    reply.raw.once('close', () => {
      guest.open -= 1;
      lastAnswerAt = performance.now();
    });
  });
  return async ({ answeringMs, betweenMs }) => {
    const since = (leavingSince ??= performance.now());
    for (;;) {
      const waited = performance.now() - Math.max(since, lastAnswerAt);
      const between = [...guests.values()].some(({ open }) => open === 0);
      if (guests.size === 0 || waited >= betweenMs || (waited >= answeringMs && !between)) return;
      await new Promise((resolve) => setTimeout(resolve, lookMs));
    }
  };
}

function markOf({ headers }: FastifyRequest): string | undefined {
  const mark = headers[guestHeader];
  return typeof mark === 'string' && mark !== '' ? mark : undefined;
}
