// The line to the engine: in the desktop app a message port handed over by the preload, in a browser HTTP with a bearer token.
// Screens hold one client that outlives any single port.
import { createORPCClient } from '@orpc/client';
import { RPCLink as FetchLink } from '@orpc/client/fetch';
import { RPCLink as PortLink } from '@orpc/client/message-port';
import type { PortMessage, VarveBridge } from '../../contract/bridge.ts';
import type { VarveClient } from '../../contract/index.ts';
import { createCell, type Cell } from './cell.ts';
import { forgetToken, type Token } from './sign-in.ts';

declare global {
  interface Window {
    varve?: VarveBridge;
  }
}

export type LineState = { kind: 'connecting' } | { kind: 'connected' } | { kind: 'lost'; since: Date } | { kind: 'ended' } | { kind: 'signed-out' };

export interface Line {
  client: VarveClient;
  host: 'desktop' | 'browser';
  state: Cell<LineState>;
}

/** The part of a link that a client needs; every wire has it. */
interface AnyLink {
  call(path: readonly string[], input: unknown, options: object): Promise<unknown>;
}

function clientOver(link: AnyLink): VarveClient {
  return createORPCClient(link as never) as VarveClient;
}

export function createBrowserLine(token: Token): Line {
  const state = createCell<LineState>({ kind: 'connecting' });
  const link = new FetchLink({
    url: `${window.location.origin}/rpc`,
    headers: () => ({ authorization: `Bearer ${token.value}` }),
    fetch: async (request, init) => {
      const response = await window.fetch(request, init);
      if (response.status === 401) {
        forgetToken();
        state.set({ kind: 'signed-out' });
      }
      return response;
    }
  });
  return { client: clientOver(link as unknown as AnyLink), host: 'browser', state };
}

/** The newest port is the only live one; calls made while there is none wait for it. */
export function createDesktopLine(bridge: VarveBridge): Line {
  const state = createCell<LineState>({ kind: 'connecting' });
  let opened: (link: AnyLink) => void = () => {};
  const wait = (): Promise<AnyLink> => new Promise((resolve) => (opened = resolve));
  let current = wait();
  let live = false;

  window.addEventListener('message', (event: MessageEvent<PortMessage>) => {
    if (event.source !== window || event.origin !== window.location.origin || typeof event.data !== 'object') return;
    if (event.data.kind === 'varve:port') {
      const port = event.ports[0];
      if (!port) return;
      port.start();
      const link = new PortLink({ port }) as unknown as AnyLink;
      if (live) current = Promise.resolve(link);
      else opened(link);
      live = true;
    } else if (event.data.kind === 'varve:engine-lost') {
      live = false;
      current = wait();
      state.set(event.data.again ? { kind: 'lost', since: new Date() } : { kind: 'ended' });
    }
  });
  bridge.connect();
  const link: AnyLink = { call: async (path, input, options) => (await current).call(path, input, options) };
  return { client: clientOver(link), host: 'desktop', state };
}
