// Who may talk to the HTTP server: Host and Origin (against rebinding and foreign pages), then the bearer token.
import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../router.ts';

export type Authenticate = (bearer: string) => Caller | undefined;

/** The names this server answers to, besides the address it is bound to. */
const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * True when the Host header names this server: a loopback name or the host it was bound to, with its port. A server bound to every
 * address answers to any literal address, too: rebinding needs a name.
 */
export function hostIsOurs(header: string | undefined, bound: { host: string; port: number }): boolean {
  if (header === undefined) return false;
  const match = /^(\[[0-9a-fA-F:]+\]|[^:]+)(?::(\d+))?$/.exec(header.trim());
  if (!match) return false;
  const name = (match[1] ?? '').toLowerCase();
  const port = match[2] === undefined ? 80 : Number(match[2]);
  const boundName = bound.host.includes(':') ? `[${bound.host.toLowerCase()}]` : bound.host.toLowerCase();
  const literal = isIP(name.startsWith('[') ? name.slice(1, -1) : name) !== 0;
  const everywhere = ['0.0.0.0', '[::]', '[::0]'].includes(boundName);
  return port === bound.port && (loopbackNames.includes(name) || name === boundName || (everywhere && literal));
}

/** True when there is no Origin (not a browser's cross-site call) or it is the server's own page. */
export function originIsOurs(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return host !== undefined && (origin.toLowerCase() === `http://${host.toLowerCase()}` || origin.toLowerCase() === `https://${host.toLowerCase()}`);
}

/** The token of `Authorization: Bearer ...`, or undefined. */
export function bearerOf(header: string | undefined): string | undefined {
  const match = header === undefined ? null : /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i.exec(header);
  return match?.[1];
}

/** Answers 401 as RFC 6750 asks. */
export async function refuse(reply: FastifyReply, request: FastifyRequest, reason: 'missing' | 'invalid'): Promise<void> {
  request.log.info({ reason }, 'refused a call without a valid token');
  const challenge = reason === 'missing' ? 'Bearer realm="varve"' : 'Bearer realm="varve", error="invalid_token"';
  await reply.code(401).header('www-authenticate', challenge).send({ code: 'UNAUTHORIZED', message: 'a bearer token is needed' });
}
