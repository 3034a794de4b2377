// HTTP for the engine's few calls to hosts a person configured: no redirects, no cookies, a limit on time and on the answer's size.
import { connect } from 'node:net';
import type { Net } from '../engine/ports.ts';

export function createNet(): Net {
  return {
    async request({ method, url, headers, body, timeoutMs, limitBytes, signal }) {
      const limit = AbortSignal.timeout(timeoutMs);
      try {
        const answer = await fetch(url, {
          method,
          redirect: 'manual',
          credentials: 'omit',
          headers: { 'user-agent': 'varve', ...headers },
          ...(body !== undefined && { body }),
          signal: signal ? AbortSignal.any([signal, limit]) : limit
        });
        return { status: answer.status, body: await readUpTo(answer, limitBytes) };
      } catch (error) {
        if (limit.aborted) throw new Error(`no answer within ${Math.round(timeoutMs / 1000)} s`, { cause: error });
        throw new Error(reasonOf(error), { cause: error });
      }
    },
    reaches: (host, port, timeoutMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true || port < 1 || port > 65_535) return resolve(false);
        const socket = connect({ host, port });
        const end = (answer: boolean): void => {
          clearTimeout(limit);
          signal?.removeEventListener('abort', giveUp);
          socket.destroy();
          resolve(answer);
        };
        const giveUp = (): void => end(false);
        const limit = setTimeout(giveUp, timeoutMs);
        signal?.addEventListener('abort', giveUp, { once: true });
        socket.once('connect', () => end(true));
        socket.once('error', giveUp);
      })
  };
}

async function readUpTo(answer: Response, limitBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of answer.body ?? []) {
    length += piece.length;
    if (length > limitBytes) throw new Error(`an answer of more than ${limitBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** `fetch` hides what happened behind "fetch failed". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return code !== undefined && !cause.message.includes(code) ? `${code} ${cause.message}`.trim() : cause.message;
}
