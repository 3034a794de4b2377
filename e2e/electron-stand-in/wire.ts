// Structured-clone values as text and back, for every hop between page, main and utility process.
// Runs in Node and, by its source text, in the page: each function stands alone (no imports, no outer names, no instrumentation).
// Carries primitives with bigint/NaN/-0/undefined, Date, RegExp, Map, Set, Error, ArrayBuffer and its views, arrays, plain objects, cycles
// and shared references. Everything else throws DataCloneError, as the real ones do.

export function encode(root: unknown): string {
  const nodes: unknown[] = [];
  const seen = new Map<unknown, number>();
  const refuse = (value: unknown): never => {
    throw new DOMException(`${typeof value === 'function' ? value.name || 'function' : Object.prototype.toString.call(value)} could not be cloned.`, 'DataCloneError');
  };
  const base64 = (bytes: Uint8Array): string => {
    if (typeof Buffer !== 'undefined') return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    let text = '';
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode.apply(null, bytes.subarray(at, at + 32768) as unknown as number[]);
    return btoa(text);
  };
  const describe = (value: any): unknown => { // any: each branch knows its kind by the tag
    const kind = Object.prototype.toString.call(value).slice(8, -1);
    // Only the bytes seen, not the pool behind a Node Buffer.
    if (ArrayBuffer.isView(value)) return ['V', kind, base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))];
    switch (kind) {
      case 'Date': return ['D', value.getTime()];
      case 'RegExp': return ['R', value.source, value.flags];
      case 'ArrayBuffer': return ['B', base64(new Uint8Array(value))];
      case 'Map': return ['M', [...value].map(([key, inner]) => [put(key), put(inner)])];
      case 'Set': return ['S', [...value].map(put)];
      case 'Array': return ['A', Array.from(value, put)];
      case 'Error': return ['E', value.name, value.message, value.stack, 'cause' in value ? put(value.cause) : null];
      case 'Object': return ['O', Object.keys(value).map((key) => [key, put(value[key])])]; // prototypes and symbols are dropped
      default: return refuse(value);
    }
  };
  // Primitives JSON knows are written as they are; an array is always a tag, because real arrays live in `nodes`.
  const put = (value: unknown): unknown => {
    switch (typeof value) {
      case 'string': case 'boolean': return value;
      case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? value : ['n', Object.is(value, -0) ? '-0' : String(value)];
      case 'undefined': return ['u'];
      case 'bigint': return ['i', value.toString()];
      case 'function': case 'symbol': return refuse(value);
      case 'object': break;
    }
    if (value === null) return null;
    let at = seen.get(value);
    if (at === undefined) {
      at = nodes.push(null) - 1;
      seen.set(value, at);
      nodes[at] = describe(value);
    }
    return ['r', at];
  };
  const top = put(root);
  return JSON.stringify([top, nodes]);
}

export function decode(text: string): unknown {
  const [top, nodes] = JSON.parse(text) as [unknown, any[][]]; // any: written by encode above
  const scope = globalThis as any; // any: constructors by name
  const bytesOf = (b64: string): ArrayBuffer => {
    if (typeof Buffer !== 'undefined') return new Uint8Array(Buffer.from(b64, 'base64')).buffer;
    const raw = atob(b64);
    const out = new Uint8Array(raw.length);
    for (let at = 0; at < raw.length; at++) out[at] = raw.charCodeAt(at);
    return out.buffer;
  };
  const shells = nodes.map((node): any => {
    switch (node[0]) {
      case 'D': return new Date(node[1]);
      case 'R': return new RegExp(node[1], node[2]);
      case 'B': return bytesOf(node[1]);
      case 'V': return new scope[node[1]](bytesOf(node[2]));
      case 'M': return new Map();
      case 'S': return new Set();
      case 'A': return [];
      case 'E': {
        const known = ['EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError'];
        const error = new (known.includes(node[1]) ? scope[node[1]] : Error)(node[2]);
        Object.defineProperty(error, 'stack', { value: node[3], configurable: true, writable: true });
        return error;
      }
      default: return {};
    }
  });
  const get = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    switch (value[0]) {
      case 'n': return Number(value[1]);
      case 'u': return undefined;
      case 'i': return BigInt(value[1]);
      default: return shells[value[1]];
    }
  };
  nodes.forEach((node, at) => {
    const shell = shells[at];
    if (node[0] === 'M') for (const [key, value] of node[1]) shell.set(get(key), get(value));
    else if (node[0] === 'S') for (const value of node[1]) shell.add(get(value));
    else if (node[0] === 'A') shell.push(...node[1].map(get));
    else if (node[0] === 'O') for (const [key, value] of node[1]) Object.defineProperty(shell, key, { value: get(value), enumerable: true, configurable: true, writable: true });
    else if (node[0] === 'E' && node[4] !== null) shell.cause = get(node[4]);
  });
  return get(top);
}
