// Serves the desktop service on main's line to the engine's process.
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { MessagePortMain } from 'electron';
import { desktopContract } from '../../contract/desktop.ts';
import type { CallContext } from '../../contract/index.ts';
import { toTyped } from '../transport/router.ts';
import type { DesktopApi } from './desktop-service.ts';

type Run = (input: unknown, context: CallContext) => unknown;

export function serveDesktop(api: DesktopApi, port: MessagePortMain): void {
  const implementer = implement(desktopContract) as unknown as Record<string, { handler(run: (options: { input: unknown; signal?: AbortSignal }) => unknown): unknown }>;
  const router = Object.fromEntries(
    Object.entries(api).map(([name, call]) => [
      name,
      implementer[name]?.handler(async ({ input, signal }) => {
        try {
          return await (call as Run)(input, { actor: 'varve', via: 'desktop', scope: 'owner', signal });
        } catch (error) {
          throw toTyped(error);
        }
      })
    ])
  );
  new RPCHandler(router as never).upgrade(port as never, { context: {} });
  port.start();
}
