// The client over the owner's local socket: HTTP with the owner's token, through a Unix socket or a Windows named pipe.
import { randomBytes } from 'node:crypto';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { Agent, fetch as undiciFetch } from 'undici';
import type { VarveClient } from '../../contract/index.ts';
import { VarveError } from '../engine/kit/errors.ts';
import { guestHeader } from './http/guests.ts';

export interface SocketConnection {
  client: VarveClient;
  close(): Promise<void>;
}

/** Connects lazily: the first call fails when nobody listens (OWNER_LOST, as when the owner ends in the middle of one). Streams may stay silent for as long as they like; `signal` cuts the line. */
export function connectSocket(options: { socketPath: string; token: string; signal?: AbortSignal }): SocketConnection {
  const agent = new Agent({ connect: { socketPath: options.socketPath }, bodyTimeout: 0, headersTimeout: 0 });
  // The owner waits for those who are here before it ends: several connections are one guest.
  const guest = randomBytes(8).toString('hex');
  const link = new RPCLink({
    // The host is a formality: the socket decides where the call goes.
    url: 'http://varve.localhost/rpc',
    headers: () => ({ authorization: `Bearer ${options.token}`, [guestHeader]: guest }),
    fetch: async (request, init) => {
      const body = request.method === 'GET' || request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
      const signal = options.signal ? AbortSignal.any([request.signal, options.signal]) : request.signal;
      const response = await undiciFetch(request.url, { ...(init as object), method: request.method, headers: [...request.headers], body, signal, dispatcher: agent } as never).catch((error: unknown) => {
        // "fetch failed": nobody listens any more, or the line broke.
        if (error instanceof TypeError && !signal.aborted) throw new VarveError('OWNER_LOST', 'the owner of the home does not answer any more', { owner: 'varve' }, { cause: error });
        throw error;
      });
      return response as unknown as Response;
    }
  });
  return { client: createORPCClient(link), close: async () => agent.close() };
}
