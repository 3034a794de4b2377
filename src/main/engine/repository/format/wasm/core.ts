// Loads the WebAssembly loops (wasm/core.ts at the root, built into core.wasm.ts). Where WebAssembly is not to be had the callers
// fall back on JavaScript that gives the same results.
import { coreWasmBase64 } from './core.wasm.ts';

// The type library of this program has no DOM, where these are declared.
interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
};

interface CoreExports {
  readonly memory: WasmMemory;
  prepare(polynomial: bigint, bits: number): void;
  fingerprint(at: number): bigint;
  scan(first: number, last: number, lane: number): number;
  polyStart(): void;
  polyUpdate(data: number, length: number): void;
  polyFinish(): void;
}

/** One instance with its own memory, which never grows after this (so that views on it stay valid). */
export interface Core extends CoreExports {
  /** All of the memory; addresses given to the loops are indices into it. */
  readonly bytes: Uint8Array;
}

/** Addresses inside the module, see wasm/core.ts. */
export const coreAddresses = { key: 8192, tag: 8224, data: 65_536 } as const;
const pageBytes = 65_536;

let compiled: object | undefined;

/**
 * Compiled once in each thread, and the code is shared by all that hold it. A thread that outlives the others calls this, so that code is not made and
 * freed again and again: Node 24 has been seen to end in the middle of that (nodejs/node#64500).
 */
export function compileCore(): object | undefined {
  try {
    return (compiled ??= new WebAssembly.Module(Buffer.from(coreWasmBase64, 'base64')));
  } catch {
    return undefined;
  }
}

/** A new instance with `dataBytes` of room from `coreAddresses.data` on; undefined where WebAssembly is refused. */
export function createCore(dataBytes: number): Core | undefined {
  const code = compileCore();
  if (code === undefined) return undefined;
  try {
    const instance = new WebAssembly.Instance(code, {});
    const exports = instance.exports as CoreExports;
    const missing = Math.ceil((coreAddresses.data + dataBytes) / pageBytes) - exports.memory.buffer.byteLength / pageBytes;
    if (missing > 0) exports.memory.grow(missing);
    return { ...exports, bytes: new Uint8Array(exports.memory.buffer) };
  } catch {
    // Nothing is lost: the JavaScript loops are slower and equal.
    return undefined;
  }
}
