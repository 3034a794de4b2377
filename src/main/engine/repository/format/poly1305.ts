// Poly1305 (RFC 8439 2.5) for the seal: WebAssembly, or plain JavaScript where that is refused. Node's crypto offers it only inside
// an AEAD that cannot be bent into Poly1305-AES.
import { coreAddresses, createCore, type Core } from './wasm/core.ts';

export interface Poly1305 {
  /** The 16-byte tag of `message` under the one-time key r || s (32 bytes; r need not be clamped). */
  tag(key: Uint8Array, message: Uint8Array): Uint8Array;
}

/** `wasm: false` forces the JavaScript form. */
export function createPoly1305(options: { wasm?: boolean } = {}): Poly1305 {
  const core = options.wasm === false ? undefined : createCore(windowBytes);
  return core === undefined ? new ScriptPoly1305() : new WasmPoly1305(core);
}

// Data passes through a window of fixed size, so that a sealer's memory does not depend on its largest blob.
const windowBytes = 64 * 1024;

class WasmPoly1305 implements Poly1305 {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  tag(key: Uint8Array, message: Uint8Array): Uint8Array {
    const { bytes } = this.#core;
    bytes.set(key, coreAddresses.key);
    this.#core.polyStart();
    for (let at = 0; at < message.length; at += windowBytes) {
      const piece = at + windowBytes < message.length ? message.subarray(at, at + windowBytes) : message.subarray(at);
      bytes.set(piece, coreAddresses.data);
      this.#core.polyUpdate(coreAddresses.data, piece.length);
    }
    this.#core.polyFinish();
    return bytes.slice(coreAddresses.tag, coreAddresses.tag + 16);
  }
}

const limbs = 10;
const limbSize = 8192;

/** Ten limbs of 13 bits: every sum of products stays exact in a double. */
class ScriptPoly1305 implements Poly1305 {
  tag(key: Uint8Array, message: Uint8Array): Uint8Array {
    const r = split(clamped(key), 0);
    const h = new Float64Array(limbs);
    const last = new Uint8Array(17);
    for (let at = 0; at < message.length; at += 16) {
      const whole = at + 16 <= message.length;
      last.fill(0);
      last.set(message.subarray(at, Math.min(at + 16, message.length)));
      last[whole ? 16 : message.length - at] = 1;
      const block = split(last, 0);
      for (let i = 0; i < limbs; i++) h[i] = (h[i] as number) + (block[i] as number);
      multiply(h, r);
    }
    return finish(h, key.subarray(16, 32));
  }
}

function clamped(key: Uint8Array): Uint8Array {
  const r = new Uint8Array(17);
  r.set(key.subarray(0, 16));
  for (const i of [3, 7, 11, 15]) r[i] = (r[i] as number) & 15;
  for (const i of [4, 8, 12]) r[i] = (r[i] as number) & 252;
  return r;
}

function split(bytes: Uint8Array, from: number): Float64Array {
  const out = new Float64Array(limbs);
  for (let i = 0; i < limbs; i++) {
    const bit = i * 13;
    const at = from + (bit >> 3);
    const three = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    out[i] = (three >>> (bit & 7)) & (limbSize - 1);
  }
  return out;
}

function multiply(h: Float64Array, r: Float64Array): void {
  const product = new Float64Array(limbs);
  for (let i = 0; i < limbs; i++) {
    let sum = 0;
    for (let j = 0; j < limbs; j++) sum += (h[j] as number) * (j <= i ? (r[i - j] as number) : 5 * (r[i - j + limbs] as number));
    product[i] = sum;
  }
  h.set(product);
  carry(h);
  carry(h);
}

function carry(h: Float64Array): void {
  let over = 0;
  for (let i = 0; i < limbs; i++) {
    const value = (h[i] as number) + over;
    over = Math.floor(value / limbSize);
    h[i] = value - over * limbSize;
  }
  h[0] = (h[0] as number) + over * 5;
}

function finish(h: Float64Array, s: Uint8Array): Uint8Array {
  let value = 0n;
  for (let i = limbs - 1; i >= 0; i--) value = (value << 13n) + BigInt(h[i] as number);
  value %= (1n << 130n) - 5n;
  const tag = new Uint8Array(16);
  let over = 0;
  for (let i = 0; i < 16; i++) {
    const sum = Number(value & 0xffn) + (s[i] as number) + over;
    tag[i] = sum & 0xff;
    over = sum >> 8;
    value >>= 8n;
  }
  return tag;
}
