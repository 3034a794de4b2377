import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KnownBlobs } from './known-blobs.ts';

const id = (n: number): Uint8Array => createHash('sha256').update(String(n)).digest();

describe('known blobs', () => {
  it('lets the first claim win and every later one lose, in every view of the memory', () => {
    const mine = KnownBlobs.create(1000);
    const theirs = KnownBlobs.attach(mine.memories);
    for (let n = 0; n < 1000; n++) expect((n % 2 ? mine : theirs).claim(id(n))).toBe(true);
    for (let n = 0; n < 1000; n++) {
      expect((n % 2 ? theirs : mine).claim(id(n))).toBe(false);
      expect(mine.has(id(n))).toBe(true);
    }
    expect(mine.has(id(1001))).toBe(false);
  });

  it('compares all 32 bytes', () => {
    const known = KnownBlobs.create(16);
    const a = id(1);
    for (let byte = 0; byte < 32; byte++) {
      const b = Uint8Array.from(a);
      b[byte] = (b[byte] as number) ^ 1;
      expect(known.claim(b)).toBe(true);
    }
    expect(known.claim(a)).toBe(true);
  });

  it('grows by further tables and still knows what lies in the old ones', () => {
    const known = KnownBlobs.create(16);
    const other = KnownBlobs.attach(known.memories);
    for (let n = 0; n < 20_000; n++) {
      expect(known.claim(id(n))).toBe(true);
      const memory = known.grow();
      if (memory) other.addTable(memory);
    }
    expect(known.memories.length).toBeGreaterThan(2);
    for (let n = 0; n < 20_000; n++) expect(other.claim(id(n))).toBe(false);
  });

  it('says "new" rather than losing a blob when a table is full', () => {
    const known = KnownBlobs.create(16);
    let fresh = 0;
    for (let n = 0; n < 5000; n++) if (known.claim(id(n))) fresh += 1;
    expect(fresh).toBe(5000);
  });
});
