// The message-port wire: the window's line to the engine's process, and main's own.
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { VarveClient } from '../../contract/index.ts';
import { explainValidation, type Caller } from './router.ts';

/** Any of: a DOM MessagePort, Node's worker_threads one, Electron's MessagePortMain. */
export type AnyPort = Parameters<RPCHandler<Caller>['upgrade']>[0];

/** Serves the router on a port, for the port's life. The caller starts the port. */
export function servePort(router: AnyRouter, port: AnyPort, caller: Caller): void {
  const handler = new RPCHandler<Caller>(router as never, { clientInterceptors: [explainValidation as never] });
  handler.upgrade(port, { context: caller });
  if ('start' in port && typeof port.start === 'function') port.start();
}

/** A client of the contract over a port. */
export function connectPort(port: AnyPort): VarveClient {
  if ('start' in port && typeof port.start === 'function') port.start();
  return createORPCClient(new RPCLink({ port: port as never }));
}
