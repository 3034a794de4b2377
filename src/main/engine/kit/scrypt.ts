// scrypt (RFC 7914), the same results as Node's and two to three times as fast where there is SIMD: Node's takes one lane after the other, word by
// word. Blocks for as long as it takes: only in worker threads.
import { pbkdf2Sync, scryptSync } from 'node:crypto';
import { scryptWasmBase64 } from './scrypt.wasm.ts';

// The type library of this program has no DOM, where these are declared.
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
};

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  fillOne(x: number, y: number, zero: number, v: number, r: number, from: number, to: number): void;
  mixOne(x: number, y: number, v: number, r: number, mask: number, steps: number): void;
  fillTwo(xa: number, ya: number, va: number, xc: number, yc: number, vc: number, zero: number, r: number, from: number, to: number): void;
  mixTwo(xa: number, ya: number, va: number, xc: number, yc: number, vc: number, r: number, mask: number, steps: number): void;
}

export interface ScryptCost {
  /** A power of two. Memory: 128 * N * r bytes, twice that when p is more than 1 and this is not much. */
  N: number;
  r: number;
  p: number;
}

const pageBytes = 65_536;
/** Steps in one call. V8's better code takes over between two calls. */
const stepsAtOnce = 256;
/** Beyond this, Node does it. */
const mostLaneBytes = 1024 * 1024 * 1024;
/** Lanes of at most this size go two at a time: they take twice the memory. */
const mostPairedBytes = 64 * 1024 * 1024;

/** `simd: false` forces Node's own. The caller bounds what the numbers may cost. */
export function scrypt(password: Uint8Array, salt: Uint8Array, length: number, { N, r, p }: ScryptCost, options: { simd?: boolean } = {}): Buffer {
  const laneBytes = 128 * N * r;
  const kernel = options.simd === false || laneBytes > mostLaneBytes ? undefined : loadKernel();
  if (kernel === undefined) return scryptSync(password, salt, length, { N, r, p, maxmem: laneBytes + 128 * r * (p + 2) + 1024 * 1024 });
  const blocks = pbkdf2Sync(password, salt, 1, 128 * r * p, 'sha256');
  mixAll(kernel, blocks, N, r, p);
  return pbkdf2Sync(password, blocks, 1, length, 'sha256');
}

/** undefined where WebAssembly or its SIMD is refused. */
function loadKernel(): Kernel | undefined {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(scryptWasmBase64, 'base64')), {}).exports as Kernel;
  } catch {
    return undefined;
  }
}

/** ROMix of each of the p lanes in `blocks`. */
function mixAll(kernel: Kernel, blocks: Buffer, N: number, r: number, p: number): void {
  const size = 128 * r;
  const [xa, ya, xc, yc, zero] = [0, 1, 2, 3, 4].map((i) => pageBytes + i * size) as [number, number, number, number, number];
  const va = zero + size;
  const vc = va + N * size;
  const atOnce = p > 1 && N * size <= mostPairedBytes ? 2 : 1;
  const end = va + atOnce * N * size;
  kernel.memory.grow(Math.ceil(end / pageBytes) - kernel.memory.buffer.byteLength / pageBytes);
  const memory = new DataView(kernel.memory.buffer);
  const steps = Math.min(N, stepsAtOnce);
  for (let lane = 0; lane < p; lane += atOnce) {
    load(memory, xa, blocks, lane * size, size);
    if (atOnce === 2 && lane + 1 < p) {
      load(memory, xc, blocks, (lane + 1) * size, size);
      for (let at = 0; at < N; at += steps) kernel.fillTwo(xa, ya, va, xc, yc, vc, zero, r, at, at + steps);
      for (let at = 0; at < N; at += steps) kernel.mixTwo(xa, ya, va, xc, yc, vc, r, N - 1, steps);
      store(memory, xc, blocks, (lane + 1) * size, size);
    } else {
      for (let at = 0; at < N; at += steps) kernel.fillOne(xa, ya, zero, va, r, at, at + steps);
      for (let at = 0; at < N; at += steps) kernel.mixOne(xa, ya, va, r, N - 1, steps);
    }
    store(memory, xa, blocks, lane * size, size);
  }
  new Uint8Array(kernel.memory.buffer).fill(0, xa, zero);
}

/** Word i of a block in the kernel's memory is word 5i mod 16 of the block. */
function load(memory: DataView, to: number, blocks: Buffer, from: number, size: number): void {
  for (let block = 0; block < size; block += 64) for (let i = 0; i < 16; i++) memory.setUint32(to + block + i * 4, blocks.readUInt32LE(from + block + ((i * 5) % 16) * 4), true);
}

function store(memory: DataView, from: number, blocks: Buffer, to: number, size: number): void {
  for (let block = 0; block < size; block += 64) for (let i = 0; i < 16; i++) blocks.writeUInt32LE(memory.getUint32(from + block + i * 4, true), to + block + ((i * 5) % 16) * 4);
}
