// ipcMain and the dispatch of what a preload sends.
import { EventEmitter } from 'node:events';
import { type Link, MessagePortMain } from './ports.ts';
import { decode, encode } from './wire.ts';

type InvokeHandler = (event: unknown, ...args: unknown[]) => unknown;

export class IpcMain extends EventEmitter {
  handlers = new Map<string, InvokeHandler>();
  handle(channel: string, handler: InvokeHandler): void {
    if (this.handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.handlers.set(channel, handler);
  }
  handleOnce(channel: string, handler: InvokeHandler): void {
    this.handle(channel, (...args) => {
      this.handlers.delete(channel);
      return handler(...args);
    });
  }
  removeHandler(channel: string): void {
    this.handlers.delete(channel);
  }
}
export const ipcMain = new IpcMain();

export type FromPreload =
  | { t: 'send'; channel: string; args: string }
  | { t: 'post'; channel: string; data: string; ports: string[] }
  | { t: 'invoke'; n: number; channel: string; args: string };

interface Sender {
  ipc: IpcMain;
  send(channel: string, ...args: unknown[]): void;
}

/** One message from a page's preload world. `reply` sends back to that same document. */
export async function dispatch(contents: Sender, frame: { routingId: number }, link: Link, message: FromPreload, reply: (message: object) => void): Promise<void> {
  const event = { type: 'frame', sender: contents, senderFrame: frame, processId: 1, frameId: frame.routingId, ports: [] as MessagePortMain[], reply: (channel: string, ...args: unknown[]) => contents.send(channel, ...args) };
  if (message.t === 'send') {
    for (const bus of [contents.ipc, ipcMain]) bus.emit(message.channel, event, ...(decode(message.args) as unknown[]));
  } else if (message.t === 'post') {
    event.ports = message.ports.map((id) => new MessagePortMain(link.take(id)));
    for (const bus of [contents.ipc, ipcMain]) bus.emit(message.channel, event, decode(message.data));
  } else if (message.t === 'invoke') {
    const handler = contents.ipc.handlers.get(message.channel) ?? ipcMain.handlers.get(message.channel);
    try {
      if (!handler) throw new Error(`No handler registered for '${message.channel}'`);
      reply({ t: 'result', n: message.n, value: encode(await handler(event, ...(decode(message.args) as unknown[]))) });
    } catch (error) {
      console.error(`Error occurred in handler for '${message.channel}':`, error);
      reply({ t: 'result', n: message.n, error: String(error) }); // the message only, as Electron does
    }
  }
}
