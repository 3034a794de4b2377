// Compiled with AssemblyScript to src/main/engine/repository/format/wasm/core.wasm.ts (`npm run wasm`). Two loops that plain
// JavaScript does three to five times slower: the Rabin fingerprint scan of restic's chunker and Poly1305.
// Memory: tables and state at fixed places below 64 KiB, the caller's data from 64 KiB on. Nothing is allocated.

const MOD: usize = 1024; // 256 x u64: what leaves at the top of the digest, reduced
const OUT: usize = 4096; // 256 x u64: what the byte that leaves the window still weighs
const KEY: usize = 8192; // r || s, 32 bytes
const TAG: usize = 8224; // 16 bytes
const LAST: usize = 8240; // scratch for the last partial block
const STATE: usize = 8272; // r0..r4, h0..h4 as u64

// ---- Rabin fingerprint over a window of 64 bytes -----------------------------------------------------------------------------

let polynomialShift: u64 = 0;
let mask: u64 = 0;

function degree(x: u64): i32 {
  return x == 0 ? -1 : 63 - <i32>clz(x);
}

function reduce(x: u64, p: u64): u64 {
  const d = degree(p);
  while (degree(x) >= d) x ^= p << (degree(x) - d);
  return x;
}

/** Tables for the polynomial `p` of degree 53; a cut is where the low `bits` bits of the fingerprint are zero. */
export function prepare(p: u64, bits: u32): void {
  mask = ((<u64>1) << bits) - 1;
  const k = degree(p);
  polynomialShift = <u64>(k - 8);
  for (let b: u32 = 0; b < 256; b++) {
    // The weight after 64 more bytes, so that it can be taken away after the shift (the fingerprint is linear).
    let h = reduce(<u64>b, p);
    for (let i = 0; i < 64; i++) h = reduce(h << 8, p);
    store<u64>(OUT + b * 8, h);
    const v = (<u64>b) << (<u64>k);
    store<u64>(MOD + b * 8, reduce(v, p) | v);
  }
}

// @ts-ignore: decorator of AssemblyScript
@inline function step(d: u64, incoming: u64, outgoing: u64, shift: u64): u64 {
  return ((d << 8) | incoming) ^ load<u64>(MOD + (<usize>((d >> shift) & 0xff) << 3)) ^ load<u64>(OUT + (<usize>outgoing << 3));
}

/** Fingerprint of the 64 bytes before address `at`. */
export function fingerprint(at: usize): u64 {
  let d: u64 = 0;
  const shift = polynomialShift;
  for (let i: usize = at - 64; i < at; i++) d = ((d << 8) | <u64>load<u8>(i)) ^ load<u64>(MOD + (<usize>((d >> shift) & 0xff) << 3));
  return d;
}

/**
 * First address in [first, last] whose preceding 64 bytes have a matching fingerprint, 0 when there is none. Bytes from first - 64 must
 * be there. Four positions, `lane` bytes apart, are computed at once: the loop is bound by the latency of one.
 */
export function scan(first: usize, last: usize, lane: usize): usize {
  const shift = polynomialShift;
  const m = mask;
  let p = first;
  if ((fingerprint(p) & m) == 0) return p;
  while (p + 4 * lane <= last) {
    const lane2 = 2 * lane;
    const lane3 = 3 * lane;
    let d0 = fingerprint(p);
    let d1 = fingerprint(p + lane);
    let d2 = fingerprint(p + lane2);
    let d3 = fingerprint(p + lane3);
    let found1: usize = 0;
    let found2: usize = 0;
    let found3: usize = 0;
    const end = p + lane;
    for (let i = p; i < end; i++) {
      d0 = step(d0, load<u8>(i), load<u8>(i - 64), shift);
      d1 = step(d1, load<u8>(i + lane), load<u8>(i + lane - 64), shift);
      d2 = step(d2, load<u8>(i + lane2), load<u8>(i + lane2 - 64), shift);
      d3 = step(d3, load<u8>(i + lane3), load<u8>(i + lane3 - 64), shift);
      if (((d0 & m) == 0) | ((d1 & m) == 0) | ((d2 & m) == 0) | ((d3 & m) == 0)) {
        if ((d0 & m) == 0) return i + 1;
        if (!found1 && (d1 & m) == 0) found1 = i + lane + 1;
        if (!found2 && (d2 & m) == 0) found2 = i + lane2 + 1;
        if (!found3 && (d3 & m) == 0) found3 = i + lane3 + 1;
      }
    }
    if (found1) return found1;
    if (found2) return found2;
    if (found3) return found3;
    p += 4 * lane;
  }
  let d = fingerprint(p);
  for (let i = p; i < last; i++) {
    d = step(d, load<u8>(i), load<u8>(i - 64), shift);
    if ((d & m) == 0) return i + 1;
  }
  return 0;
}

// ---- Poly1305, five limbs of 26 bits -----------------------------------------------------------------------------------------

const M26: u64 = 0x3ffffff;

/** Starts a tag under the key r || s that lies at KEY; r is clamped here. */
export function polyStart(): void {
  store<u64>(STATE, <u64>load<u32>(KEY) & 0x3ffffff);
  store<u64>(STATE + 8, (<u64>load<u32>(KEY + 3) >> 2) & 0x3ffff03);
  store<u64>(STATE + 16, (<u64>load<u32>(KEY + 6) >> 4) & 0x3ffc0ff);
  store<u64>(STATE + 24, (<u64>load<u32>(KEY + 9) >> 6) & 0x3f03fff);
  store<u64>(STATE + 32, (<u64>load<u32>(KEY + 12) >> 8) & 0x00fffff);
  memory.fill(STATE + 40, 0, 40);
}

function absorb(data: usize, end: usize, topBit: u64): void {
  const r0 = load<u64>(STATE), r1 = load<u64>(STATE + 8), r2 = load<u64>(STATE + 16), r3 = load<u64>(STATE + 24), r4 = load<u64>(STATE + 32);
  const s1 = r1 * 5, s2 = r2 * 5, s3 = r3 * 5, s4 = r4 * 5;
  let h0 = load<u64>(STATE + 40), h1 = load<u64>(STATE + 48), h2 = load<u64>(STATE + 56), h3 = load<u64>(STATE + 64), h4 = load<u64>(STATE + 72);
  for (let at = data; at < end; at += 16) {
    const lo = load<u64>(at);
    const hi = load<u64>(at + 8);
    h0 += lo & M26;
    h1 += (lo >> 26) & M26;
    h2 += ((lo >> 52) | (hi << 12)) & M26;
    h3 += (hi >> 14) & M26;
    h4 += (hi >> 40) | topBit;
    const d0 = h0 * r0 + h1 * s4 + h2 * s3 + h3 * s2 + h4 * s1;
    let d1 = h0 * r1 + h1 * r0 + h2 * s4 + h3 * s3 + h4 * s2;
    let d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s4 + h4 * s3;
    let d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s4;
    let d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0;
    d1 += d0 >> 26;
    h0 = d0 & M26;
    d2 += d1 >> 26;
    h1 = d1 & M26;
    d3 += d2 >> 26;
    h2 = d2 & M26;
    d4 += d3 >> 26;
    h3 = d3 & M26;
    h0 += (d4 >> 26) * 5;
    h4 = d4 & M26;
    h1 += h0 >> 26;
    h0 &= M26;
  }
  store<u64>(STATE + 40, h0);
  store<u64>(STATE + 48, h1);
  store<u64>(STATE + 56, h2);
  store<u64>(STATE + 64, h3);
  store<u64>(STATE + 72, h4);
}

/** Takes in `length` bytes at `data`. Only the last call of a tag may have a length that is no multiple of 16. */
export function polyUpdate(data: usize, length: usize): void {
  const whole = length & ~15;
  absorb(data, data + whole, 1 << 24);
  const rest = length - whole;
  if (rest > 0) {
    memory.fill(LAST, 0, 16);
    memory.copy(LAST, data + whole, rest);
    store<u8>(LAST + rest, 1);
    absorb(LAST, LAST + 16, 0);
  }
}

/** Writes the tag to TAG. */
export function polyFinish(): void {
  let h0 = load<u64>(STATE + 40), h1 = load<u64>(STATE + 48), h2 = load<u64>(STATE + 56), h3 = load<u64>(STATE + 64), h4 = load<u64>(STATE + 72);
  let c = h1 >> 26;
  h1 &= M26;
  h2 += c;
  c = h2 >> 26;
  h2 &= M26;
  h3 += c;
  c = h3 >> 26;
  h3 &= M26;
  h4 += c;
  c = h4 >> 26;
  h4 &= M26;
  h0 += c * 5;
  c = h0 >> 26;
  h0 &= M26;
  h1 += c;
  // h - p, taken when h is not below p
  let g0 = h0 + 5;
  c = g0 >> 26;
  g0 &= M26;
  let g1 = h1 + c;
  c = g1 >> 26;
  g1 &= M26;
  let g2 = h2 + c;
  c = g2 >> 26;
  g2 &= M26;
  let g3 = h3 + c;
  c = g3 >> 26;
  g3 &= M26;
  const g4 = h4 + c;
  const take: u64 = 0 - (g4 >> 26);
  h0 = (h0 & ~take) | (g0 & take);
  h1 = (h1 & ~take) | (g1 & take);
  h2 = (h2 & ~take) | (g2 & take);
  h3 = (h3 & ~take) | (g3 & take);
  h4 = (h4 & ~take) | (g4 & M26 & take);
  const lo = h0 | (h1 << 26) | (h2 << 52);
  let hi = (h2 >> 12) | (h3 << 14) | (h4 << 40);
  const s = load<u64>(KEY + 16);
  const sum = lo + s;
  hi = hi + load<u64>(KEY + 24) + (sum < lo ? 1 : 0);
  store<u64>(TAG, sum);
  store<u64>(TAG + 8, hi);
}
