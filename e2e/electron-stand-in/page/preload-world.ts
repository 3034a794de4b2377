// Runs in an isolated world of the page, before its first script: the sandboxed `electron` a preload may require, then the preload itself.
// Talks to the main process through `binding` (out) and `globalThis.__standinReceive` (in), both only here.
// Injected by its source text: stands alone (no outer names, no instrumentation).
import type { Membrane } from './membrane.ts';

type Listener = (...args: any[]) => void; // any: what an event carries is its sender's affair
interface Options {
  secret: string;
  binding: string;
  processInfo: object;
  filePaths: Record<string, string>;
}
interface Tools {
  membrane: Membrane;
  encode(value: unknown): string;
  decode(text: string): unknown;
}

export function preloadWorld({ secret, binding, processInfo, filePaths }: Options, { membrane, encode, decode }: Tools, preload: (...args: unknown[]) => void): void {
  if (window !== window.top) return; // as with nodeIntegrationInSubFrames off
  const scope = globalThis as any; // any: names that exist only in this world
  const out = scope[binding] as (text: string) => void;
  const send = (message: object): void => out(JSON.stringify(message));

  class EventEmitter {
    static EventEmitter = EventEmitter;
    #listeners = new Map<string, { listener: Listener; once?: boolean }[]>();
    on(name: string, listener: Listener): this {
      this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { listener }]);
      return this;
    }
    once(name: string, listener: Listener): this {
      this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), { listener, once: true }]);
      return this;
    }
    off(name: string, listener: Listener): this {
      this.#listeners.set(name, (this.#listeners.get(name) ?? []).filter((one) => one.listener !== listener));
      return this;
    }
    emit(name: string, ...args: unknown[]): boolean {
      const list = this.#listeners.get(name) ?? [];
      for (const { listener, once } of list) {
        if (once) this.off(name, listener);
        listener.apply(this, args);
      }
      return list.length > 0;
    }
    addListener(name: string, listener: Listener): this {
      return this.on(name, listener);
    }
    removeListener(name: string, listener: Listener): this {
      return this.off(name, listener);
    }
    removeAllListeners(name?: string): this {
      if (name === undefined) this.#listeners.clear();
      else this.#listeners.delete(name);
      return this;
    }
    listenerCount(name: string): number {
      return this.#listeners.get(name)?.length ?? 0;
    }
  }

  // Ports. Each DOM port that leaves the page stays here, wired to an id; each port that arrives is one end of a fresh channel.
  const ports = new Map<string, MessagePort>();
  let nextPort = 0;
  const bind = (id: string, port: MessagePort): void => {
    ports.set(id, port);
    port.onmessage = (event) => send({ t: 'port', id, data: encode(event.data), ports: [...event.ports].map(give) }); // assigning onmessage starts it
    port.addEventListener('close', () => {
      if (ports.delete(id)) send({ t: 'port-close', id });
    });
  };
  const give = (port: MessagePort): string => {
    const id = `p${++nextPort}`;
    bind(id, port);
    return id;
  };
  const take = (id: string): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    bind(id, port1);
    return port2;
  };

  const calls = new Map<number, { channel: string; resolve(value: unknown): void; reject(error: Error): void }>();
  let nextCall = 0;
  const ipcRenderer = Object.assign(new EventEmitter(), {
    send(channel: string, ...args: unknown[]) {
      send({ t: 'send', channel, args: encode(args) });
    },
    invoke(channel: string, ...args: unknown[]) {
      return new Promise((resolve, reject) => {
        const text = encode(args);
        calls.set(++nextCall, { resolve, reject, channel });
        send({ t: 'invoke', n: nextCall, channel, args: text });
      });
    },
    postMessage(channel: string, message: unknown, transfer: MessagePort[] = []) {
      for (const port of transfer) if (!(port instanceof MessagePort)) throw new TypeError('ipcRenderer.postMessage: only MessagePorts can be transferred');
      send({ t: 'post', channel, data: encode(message), ports: transfer.map(give) });
    },
    sendSync() {
      throw new Error('stand-in: ipcRenderer.sendSync is not provided');
    }
  });

  scope.__standinReceive = (text: string) => {
    const message = JSON.parse(text);
    if (message.t === 'port') ports.get(message.id)?.postMessage(decode(message.data), message.ports.map(take));
    else if (message.t === 'port-close') {
      const port = ports.get(message.id);
      ports.delete(message.id);
      port?.close();
    } else if (message.t === 'send') ipcRenderer.emit(message.channel, { sender: ipcRenderer, ports: [] }, ...(decode(message.args) as unknown[]));
    else if (message.t === 'post') ipcRenderer.emit(message.channel, { sender: ipcRenderer, ports: message.ports.map(take) }, decode(message.data));
    else if (message.t === 'result') {
      const call = calls.get(message.n);
      calls.delete(message.n);
      if (message.error !== undefined) call?.reject(new Error(`Error invoking remote method '${call.channel}': ${message.error}`));
      else call?.resolve(decode(message.value));
    } else if (message.t === 'visibility') bridge.tell({ op: 'visibility', hidden: message.hidden });
    else if (message.t === 'file-paths') Object.assign(filePaths, message.paths);
  };

  const bridge = membrane({
    incoming: `${secret}:preload`,
    outgoing: `${secret}:page`,
    other: (message) => {
      if (message.op === 'window-close') send({ t: 'window-close' });
    }
  });
  const electron = {
    ipcRenderer,
    contextBridge: { exposeInMainWorld: (key: string, api: unknown) => void bridge.tell({ op: 'expose', key, api: bridge.pack(api) }) },
    webUtils: { getPathForFile: (file: File) => filePaths[file.name] ?? '' },
    webFrame: { setZoomFactor() {}, getZoomFactor: () => 1 },
    crashReporter: {},
    nativeImage: {}
  };
  const allowed: Record<string, any> = { // any: modules
    electron,
    'electron/renderer': electron,
    'electron/common': electron,
    events: EventEmitter,
    timers: { setTimeout, setInterval, clearTimeout, clearInterval, setImmediate: (callback: Listener, ...args: unknown[]) => setTimeout(callback, 0, ...args), clearImmediate: clearTimeout },
    url: { URL, URLSearchParams }
  };
  const require = (name: string): unknown => {
    const key = name.replace(/^node:/, '');
    if (!Object.hasOwn(allowed, key)) throw new Error(`module not found: ${name}`); // the words a sandboxed preload gets
    return allowed[key];
  };
  const process = { ...processInfo, type: 'renderer', sandboxed: true, contextIsolated: true, nextTick: (callback: Listener, ...args: unknown[]) => queueMicrotask(() => callback(...args)) };
  const module = { exports: {} };
  try {
    preload(require, module, module.exports, process, globalThis, allowed['timers'].setImmediate, clearTimeout);
  } catch (error) {
    send({ t: 'preload-error', message: String(error), stack: error instanceof Error ? error.stack : undefined });
    console.error('Unable to load preload script', error);
  }
}
