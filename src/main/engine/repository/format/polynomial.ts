// Polynomials over GF(2) for the chunker: one bit per coefficient, written as hex. They have 54 bits, more than a double holds, hence bigint.
import type { RandomBytes } from './ids.ts';

/** The degree every restic repository uses. */
export const polynomialDegree = 53;

/** restic's chunk sizes: 512 KiB to 8 MiB, on average about 1 MiB beyond the minimum. */
export const defaultChunker = { minBytes: 512 * 1024, maxBytes: 8 * 1024 * 1024, bits: 20 } as const;

function degree(x: bigint): number {
  return x === 0n ? -1 : x.toString(2).length - 1;
}

/** `x` modulo `p`. */
export function reducePolynomial(x: bigint, p: bigint): bigint {
  const d = degree(p);
  let rest = x;
  for (let e = degree(rest); e >= d; e = degree(rest)) rest ^= p << BigInt(e - d);
  return rest;
}

function square(x: bigint): bigint {
  let out = 0n;
  const bits = x.toString(2);
  for (let i = 0; i < bits.length; i++) if (bits[bits.length - 1 - i] === '1') out |= 1n << BigInt(2 * i);
  return out;
}

function commonDivisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, reducePolynomial(a, b)];
  return a;
}

/** The polynomial of a config, or undefined when the text is not hex of degree 53. */
export function parsePolynomial(hex: string): bigint | undefined {
  if (!/^[0-9a-fA-F]{14}$/.test(hex)) return undefined;
  const p = BigInt(`0x${hex}`);
  return degree(p) === polynomialDegree ? p : undefined;
}

/** Whether the text is a polynomial of degree 53 without divisors (Ben-Or's test). */
export function isIrreducible(hex: string): boolean {
  const p = parsePolynomial(hex);
  if (p === undefined) return false;
  let power = 2n;
  for (let i = 1; i <= Math.floor(polynomialDegree / 2); i++) {
    power = reducePolynomial(square(power), p);
    if (commonDivisor(p, power ^ 2n) !== 1n) return false;
  }
  return true;
}

/** A random polynomial for a new repository, as hex. About one in 27 candidates is irreducible. */
export function randomPolynomial(random: RandomBytes): string {
  for (let tries = 0; tries < 10_000; tries++) {
    let candidate = Buffer.from(random(8)).readBigUInt64LE();
    candidate = (candidate & ((1n << 54n) - 1n)) | (1n << 53n) | 1n;
    const hex = candidate.toString(16);
    if (isIrreducible(hex)) return hex;
  }
  throw new RangeError('the source of randomness repeats itself');
}
