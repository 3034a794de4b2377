// A page that does nothing but hold the line to the engine, so that the shell can be tested apart from the console.
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { PortMessage, VarveBridge } from '../../../src/contract/bridge.ts';
import type { VarveClient } from '../../../src/contract/index.ts';

export interface ShellWindow extends Window {
  varve: VarveBridge;
  client: VarveClient;
}
const own = window as unknown as ShellWindow;
const count = { ports: 0, lost: 0 };

function say(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
}

async function meet(port: MessagePort): Promise<void> {
  port.start();
  own.client = createORPCClient(new RPCLink({ port }));
  const status = await own.client.system.status({});
  say('home', status.home?.path ?? 'none');
  say('ports', String(++count.ports));
}

window.addEventListener('message', (event: MessageEvent<PortMessage>) => {
  if (event.source !== window || event.origin !== window.location.origin) return;
  if (event.data.kind === 'varve:port' && event.ports[0]) void meet(event.ports[0]);
  else if (event.data.kind === 'varve:engine-lost') say('lost', String(++count.lost));
});
own.varve.connect();
