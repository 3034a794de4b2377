// First code of a utility process: process.parentPort over the hidden IPC channel, then the app's own module.
import { EventEmitter } from 'node:events';
import { pathToFileURL } from 'node:url';
import { Link, MessagePortMain, takeEnds } from '../ports.ts';
import { decode, encode } from '../wire.ts';
import { become } from './hooks.ts';

become('utility', './electron-utility.ts');
const tell = process.send?.bind(process) ?? (() => false);
const link = new Link('u', (message) => {
  if (process.connected) tell(message);
});
interface ParentEvent {
  data: unknown;
  ports: MessagePortMain[];
}
const waiting: ParentEvent[] = [];

class ParentPort extends EventEmitter {
  constructor() {
    super();
    // Starts with the first listener: what came before it waits.
    this.on('newListener', (name) => {
      if (name !== 'message') return;
      setImmediate(() => {
        for (const event of waiting.splice(0)) this.emit('message', event);
      });
    });
  }
  postMessage(message: unknown, transfer: unknown[] = []): void {
    const data = encode(message);
    tell({ t: 'parent', data, ports: takeEnds(transfer).map((end) => link.give(end)) });
  }
  start(): void {}
  pause(): void {}
}
const parentPort = new ParentPort();
process.on('message', (message: { t: string; data: string; ports: string[] }) => {
  if (link.receive(message) || message.t !== 'parent') return;
  const event = { data: decode(message.data), ports: message.ports.map((id) => new MessagePortMain(link.take(id))) };
  // Behind those that still wait, never before them.
  if (parentPort.listenerCount('message') && waiting.length === 0) parentPort.emit('message', event);
  else waiting.push(event);
});
process.on('disconnect', () => process.exit(0)); // the app is gone
Object.defineProperty(process, 'parentPort', { value: parentPort });
process.send = undefined; // Electron has none here; code must not lean on it

const [modulePath = '', ...args] = process.argv.slice(2);
process.argv = [process.execPath, modulePath, ...args];
await import(pathToFileURL(modulePath).href);
