// The page of the sample: a typed client over a port to the engine.
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from './contract.ts';

const page = window as unknown as { desktop: { platform: string }; mainPort?: MessagePort; visibility?: string[] };
const { port1, port2 } = new MessageChannel();
window.postMessage({ kind: 'engine-port' }, location.origin, [port2]);
port1.start();
const engine: ContractRouterClient<typeof contract> = createORPCClient(new RPCLink({ port: port1 }));
window.addEventListener('message', (event: MessageEvent<{ kind?: string }>) => {
  if (event.data?.kind === 'main-port') page.mainPort = event.ports[0];
});

function say(id: string, text: string): void {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
}

async function backUp(): Promise<void> {
  for await (const { done, total } of await engine.backup({ steps: 5 })) {
    (document.getElementById('bar') as HTMLProgressElement).value = done / total;
    say('progress', `${done} of ${total}`);
  }
  say('progress', 'finished');
}
document.getElementById('backup')?.addEventListener('click', () => void backUp());
Object.assign(window, { engine, enginePort: port1 });
document.addEventListener('visibilitychange', () => {
  (page.visibility ??= []).push(document.visibilityState);
});
say('platform', `${page.desktop.platform}, ${location.origin}`);
const first = await engine.snapshot({ id: 'cafebabe' });
say('snapshot', `${first.id} ${first.at instanceof Date} ${first.bytes}`);
