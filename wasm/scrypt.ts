// Compiled with AssemblyScript to src/main/engine/kit/scrypt.wasm.ts (`npm run wasm`). The memory-hard loop of scrypt, ROMix (RFC 7914 5), with
// SIMD. `fillTwo` and `mixTwo` run two lanes of the same derivation side by side: one alone leaves half of the processor waiting for the step before.
// The words of each 64-byte block lie in diagonals, word i of the memory being word 5i mod 16 of the block, so that Salsa20/8 needs no gathering.

// @ts-ignore: decorator of AssemblyScript
@inline function rotated(x: v128, bits: i32): v128 {
  return v128.or(i32x4.shl(x, bits), i32x4.shr_u(x, 32 - bits));
}

/** out = BlockMix(x xor v), 2r blocks of 64 bytes each. */
function blockMix(x: usize, v: usize, out: usize, r: i32): void {
  const last = <usize>(2 * r - 1) * 64;
  let a0 = v128.xor(v128.load(x + last), v128.load(v + last));
  let a1 = v128.xor(v128.load(x + last, 16), v128.load(v + last, 16));
  let a2 = v128.xor(v128.load(x + last, 32), v128.load(v + last, 32));
  let a3 = v128.xor(v128.load(x + last, 48), v128.load(v + last, 48));
  for (let i = 0; i < 2 * r; i++) {
    const from = x + <usize>i * 64;
    const other = v + <usize>i * 64;
    a0 = v128.xor(a0, v128.xor(v128.load(from), v128.load(other)));
    a1 = v128.xor(a1, v128.xor(v128.load(from, 16), v128.load(other, 16)));
    a2 = v128.xor(a2, v128.xor(v128.load(from, 32), v128.load(other, 32)));
    a3 = v128.xor(a3, v128.xor(v128.load(from, 48), v128.load(other, 48)));
    let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
    for (let round = 0; round < 4; round++) {
      b1 = v128.xor(b1, rotated(i32x4.add(b0, b3), 7));
      b2 = v128.xor(b2, rotated(i32x4.add(b1, b0), 9));
      b3 = v128.xor(b3, rotated(i32x4.add(b2, b1), 13));
      b0 = v128.xor(b0, rotated(i32x4.add(b3, b2), 18));
      b1 = v128.shuffle<i32>(b1, b1, 3, 0, 1, 2);
      b2 = v128.shuffle<i32>(b2, b2, 2, 3, 0, 1);
      b3 = v128.shuffle<i32>(b3, b3, 1, 2, 3, 0);
      b3 = v128.xor(b3, rotated(i32x4.add(b0, b1), 7));
      b2 = v128.xor(b2, rotated(i32x4.add(b3, b0), 9));
      b1 = v128.xor(b1, rotated(i32x4.add(b2, b3), 13));
      b0 = v128.xor(b0, rotated(i32x4.add(b1, b2), 18));
      b1 = v128.shuffle<i32>(b1, b1, 1, 2, 3, 0);
      b2 = v128.shuffle<i32>(b2, b2, 2, 3, 0, 1);
      b3 = v128.shuffle<i32>(b3, b3, 3, 0, 1, 2);
    }
    a0 = i32x4.add(a0, b0);
    a1 = i32x4.add(a1, b1);
    a2 = i32x4.add(a2, b2);
    a3 = i32x4.add(a3, b3);
    const to = out + <usize>((i >> 1) + (i & 1) * r) * 64;
    v128.store(to, a0);
    v128.store(to, a1, 16);
    v128.store(to, a2, 32);
    v128.store(to, a3, 48);
  }
}

/** As `blockMix`, for two independent inputs. */
function blockMixTwo(xa: usize, va: usize, outA: usize, xc: usize, vc: usize, outC: usize, r: i32): void {
  const last = <usize>(2 * r - 1) * 64;
  let a0 = v128.xor(v128.load(xa + last), v128.load(va + last));
  let a1 = v128.xor(v128.load(xa + last, 16), v128.load(va + last, 16));
  let a2 = v128.xor(v128.load(xa + last, 32), v128.load(va + last, 32));
  let a3 = v128.xor(v128.load(xa + last, 48), v128.load(va + last, 48));
  let c0 = v128.xor(v128.load(xc + last), v128.load(vc + last));
  let c1 = v128.xor(v128.load(xc + last, 16), v128.load(vc + last, 16));
  let c2 = v128.xor(v128.load(xc + last, 32), v128.load(vc + last, 32));
  let c3 = v128.xor(v128.load(xc + last, 48), v128.load(vc + last, 48));
  for (let i = 0; i < 2 * r; i++) {
    const at = <usize>i * 64;
    a0 = v128.xor(a0, v128.xor(v128.load(xa + at), v128.load(va + at)));
    a1 = v128.xor(a1, v128.xor(v128.load(xa + at, 16), v128.load(va + at, 16)));
    a2 = v128.xor(a2, v128.xor(v128.load(xa + at, 32), v128.load(va + at, 32)));
    a3 = v128.xor(a3, v128.xor(v128.load(xa + at, 48), v128.load(va + at, 48)));
    c0 = v128.xor(c0, v128.xor(v128.load(xc + at), v128.load(vc + at)));
    c1 = v128.xor(c1, v128.xor(v128.load(xc + at, 16), v128.load(vc + at, 16)));
    c2 = v128.xor(c2, v128.xor(v128.load(xc + at, 32), v128.load(vc + at, 32)));
    c3 = v128.xor(c3, v128.xor(v128.load(xc + at, 48), v128.load(vc + at, 48)));
    let b0 = a0, b1 = a1, b2 = a2, b3 = a3;
    let d0 = c0, d1 = c1, d2 = c2, d3 = c3;
    for (let round = 0; round < 4; round++) {
      b1 = v128.xor(b1, rotated(i32x4.add(b0, b3), 7));
      d1 = v128.xor(d1, rotated(i32x4.add(d0, d3), 7));
      b2 = v128.xor(b2, rotated(i32x4.add(b1, b0), 9));
      d2 = v128.xor(d2, rotated(i32x4.add(d1, d0), 9));
      b3 = v128.xor(b3, rotated(i32x4.add(b2, b1), 13));
      d3 = v128.xor(d3, rotated(i32x4.add(d2, d1), 13));
      b0 = v128.xor(b0, rotated(i32x4.add(b3, b2), 18));
      d0 = v128.xor(d0, rotated(i32x4.add(d3, d2), 18));
      b1 = v128.shuffle<i32>(b1, b1, 3, 0, 1, 2);
      d1 = v128.shuffle<i32>(d1, d1, 3, 0, 1, 2);
      b2 = v128.shuffle<i32>(b2, b2, 2, 3, 0, 1);
      d2 = v128.shuffle<i32>(d2, d2, 2, 3, 0, 1);
      b3 = v128.shuffle<i32>(b3, b3, 1, 2, 3, 0);
      d3 = v128.shuffle<i32>(d3, d3, 1, 2, 3, 0);
      b3 = v128.xor(b3, rotated(i32x4.add(b0, b1), 7));
      d3 = v128.xor(d3, rotated(i32x4.add(d0, d1), 7));
      b2 = v128.xor(b2, rotated(i32x4.add(b3, b0), 9));
      d2 = v128.xor(d2, rotated(i32x4.add(d3, d0), 9));
      b1 = v128.xor(b1, rotated(i32x4.add(b2, b3), 13));
      d1 = v128.xor(d1, rotated(i32x4.add(d2, d3), 13));
      b0 = v128.xor(b0, rotated(i32x4.add(b1, b2), 18));
      d0 = v128.xor(d0, rotated(i32x4.add(d1, d2), 18));
      b1 = v128.shuffle<i32>(b1, b1, 1, 2, 3, 0);
      d1 = v128.shuffle<i32>(d1, d1, 1, 2, 3, 0);
      b2 = v128.shuffle<i32>(b2, b2, 2, 3, 0, 1);
      d2 = v128.shuffle<i32>(d2, d2, 2, 3, 0, 1);
      b3 = v128.shuffle<i32>(b3, b3, 3, 0, 1, 2);
      d3 = v128.shuffle<i32>(d3, d3, 3, 0, 1, 2);
    }
    a0 = i32x4.add(a0, b0);
    a1 = i32x4.add(a1, b1);
    a2 = i32x4.add(a2, b2);
    a3 = i32x4.add(a3, b3);
    c0 = i32x4.add(c0, d0);
    c1 = i32x4.add(c1, d1);
    c2 = i32x4.add(c2, d2);
    c3 = i32x4.add(c3, d3);
    const to = <usize>((i >> 1) + (i & 1) * r) * 64;
    v128.store(outA + to, a0);
    v128.store(outA + to, a1, 16);
    v128.store(outA + to, a2, 32);
    v128.store(outA + to, a3, 48);
    v128.store(outC + to, c0);
    v128.store(outC + to, c1, 16);
    v128.store(outC + to, c2, 32);
    v128.store(outC + to, c3, 48);
  }
}

// @ts-ignore: decorator of AssemblyScript
@inline function sizeOf(r: i32): usize {
  return <usize>(128 * r);
}

// @ts-ignore: decorator of AssemblyScript
@inline function chosen(x: usize, v: usize, r: i32, mask: u32): usize {
  return v + <usize>(load<u32>(x + <usize>(2 * r - 1) * 64) & mask) * sizeOf(r);
}

/**
 * The first half of ROMix, steps `from` to `to` (both even), of the state at `x`, into `v`, which takes 128r bytes a step. `y` and `zero`: as large as the
 * state, the latter zeros. In steps, because V8 puts better code in place between two calls only.
 */
export function fillOne(x: usize, y: usize, zero: usize, v: usize, r: i32, from: u32, to: u32): void {
  const size = sizeOf(r);
  for (let i = from; i < to; i += 2) {
    memory.copy(v + <usize>i * size, x, size);
    blockMix(x, zero, y, r);
    memory.copy(v + <usize>(i + 1) * size, y, size);
    blockMix(y, zero, x, r);
  }
}

/** `steps` (even) of the second half, over a `v` of `mask + 1` steps. */
export function mixOne(x: usize, y: usize, v: usize, r: i32, mask: u32, steps: u32): void {
  for (let i: u32 = 0; i < steps; i += 2) {
    blockMix(x, chosen(x, v, r, mask), y, r);
    blockMix(y, chosen(y, v, r, mask), x, r);
  }
}

/** `fillOne` of `xa` and `xc` at once. */
export function fillTwo(xa: usize, ya: usize, va: usize, xc: usize, yc: usize, vc: usize, zero: usize, r: i32, from: u32, to: u32): void {
  const size = sizeOf(r);
  for (let i = from; i < to; i += 2) {
    memory.copy(va + <usize>i * size, xa, size);
    memory.copy(vc + <usize>i * size, xc, size);
    blockMixTwo(xa, zero, ya, xc, zero, yc, r);
    memory.copy(va + <usize>(i + 1) * size, ya, size);
    memory.copy(vc + <usize>(i + 1) * size, yc, size);
    blockMixTwo(ya, zero, xa, yc, zero, xc, r);
  }
}

/** `mixOne` of `xa` and `xc` at once. */
export function mixTwo(xa: usize, ya: usize, va: usize, xc: usize, yc: usize, vc: usize, r: i32, mask: u32, steps: u32): void {
  for (let i: u32 = 0; i < steps; i += 2) {
    blockMixTwo(xa, chosen(xa, va, r, mask), ya, xc, chosen(xc, vc, r, mask), yc, r);
    blockMixTwo(ya, chosen(ya, va, r, mask), xa, yc, chosen(yc, vc, r, mask), xc, r);
  }
}
