// The two JavaScript worlds of a page (the page's own and the preload's) share the DOM but no objects. This membrane carries calls between
// them with synchronous CustomEvents whose `detail` Chromium clones from world to world, so values are copied by the real structured clone;
// functions and promises become proxies, prototypes are dropped, as contextBridge does.
// Injected by its source text: stands alone (no outer names, no instrumentation).

export interface MembraneMessage {
  op: string;
  [key: string]: unknown;
}
export type Unpack = (value: unknown, freeze?: boolean) => unknown;
export type Membrane = (options: { incoming: string; outgoing: string; other?(message: MembraneMessage, unpack: Unpack): void }) => { tell(message: MembraneMessage): void; pack(value: unknown): unknown; unpack: Unpack };

export const membrane: Membrane = function ({ incoming, outgoing, other }) {
  const TAG = '$standin';
  const dispatch = EventTarget.prototype.dispatchEvent.bind(window);
  const Custom = CustomEvent;
  const functions = new Map<number, (...args: unknown[]) => unknown>(); // functions of this world that the other may call
  const promises = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>(); // promises of the other world that this one waits for
  const answers = new Map<number, MembraneMessage>();
  let next = 0;

  const tell = (detail: MembraneMessage): void => void dispatch(new Custom(outgoing, { detail }));
  const packError = (error: unknown) => ({ [TAG]: 'error', message: error instanceof Error ? error.message : String(error) }); // custom fields are lost, on purpose

  const pack = (value: any): unknown => { // any: told apart by kind below
    if (typeof value === 'symbol') throw new TypeError('An object could not be cloned.');
    if (typeof value === 'function') {
      functions.set(++next, value);
      return { [TAG]: 'function', id: next };
    }
    if (value === null || typeof value !== 'object') return value;
    if (value instanceof Promise) {
      const id = ++next;
      value.then((inner) => tell({ op: 'settle', id, value: pack(inner) }), (error: unknown) => tell({ op: 'settle', id, error: packError(error) }));
      return { [TAG]: 'promise', id };
    }
    if (value instanceof Error) return packError(value);
    if (Array.isArray(value)) return value.map(pack);
    const kind = Object.prototype.toString.call(value);
    if (kind !== '[object Object]') return value; // Date, Map, typed arrays, Blob, File: cloned by Chromium
    return Object.fromEntries(Object.keys(value).map((key) => [key, pack(value[key])]));
  };

  const unpack = (value: any, freeze = false): unknown => { // any: told apart by tag below
    if (value === null || typeof value !== 'object') return value;
    if (Array.isArray(value)) {
      const list = value.map((inner) => unpack(inner, freeze));
      return freeze ? Object.freeze(list) : list;
    }
    switch (value[TAG]) {
      case 'function': return (...args: unknown[]) => call(value.id, args);
      case 'promise': return new Promise((resolve, reject) => promises.set(value.id, { resolve, reject }));
      case 'error': return new Error(value.message);
    }
    if (Object.prototype.toString.call(value) !== '[object Object]') return value;
    const object = Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpack(inner, freeze)]));
    return freeze ? Object.freeze(object) : object;
  };

  // dispatchEvent returns after the other world has run, so a plain function stays synchronous across the border.
  const call = (id: number, args: unknown[]): unknown => {
    const n = ++next;
    tell({ op: 'call', id, n, args: args.map(pack) });
    const answer = answers.get(n);
    answers.delete(n);
    if (!answer) throw new Error('The other world did not answer; an argument could not be cloned.');
    if (answer['error']) throw unpack(answer['error']);
    return unpack(answer['value']);
  };

  window.addEventListener(
    incoming,
    (event) => {
      const message = (event as CustomEvent).detail;
      if (!message) return;
      if (message.op === 'call') {
        let answer;
        try {
          answer = { value: pack(functions.get(message.id)?.(...message.args.map((arg: unknown) => unpack(arg)))) };
        } catch (error) {
          answer = { error: packError(error) };
        }
        tell({ op: 'answer', n: message.n, ...answer });
      } else if (message.op === 'answer') answers.set(message.n, message);
      else if (message.op === 'settle') {
        const promise = promises.get(message.id);
        promises.delete(message.id);
        if (message.error) promise?.reject(unpack(message.error));
        else promise?.resolve(unpack(message.value));
      } else other?.(message, unpack);
    },
    true
  );

  return { tell, pack, unpack };
};
