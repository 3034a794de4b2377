// Bytes into lines, however they arrive: judged by a plain split.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineSplitter, type Line } from './lines.ts';

function cut(chunks: readonly Buffer[], longestBytes?: number): Line[] {
  const splitter = new LineSplitter(longestBytes === undefined ? {} : { longestBytes });
  const lines = chunks.flatMap((chunk) => [...splitter.push(chunk)]);
  const last = splitter.end();
  return last === undefined ? lines : [...lines, last];
}

const byte = fc.constantFrom(10, 10, 13, 32, 97, 0, 255, 195, 239);

it('is the same for every way of cutting the stream, with exact places', () => {
  fc.assert(
    fc.property(fc.array(fc.array(byte, { maxLength: 9 }), { maxLength: 30 }), (arrays) => {
      const chunks = arrays.map((bytes) => Buffer.from(bytes));
      const all = Buffer.concat(chunks);
      const expected: { bytes: string; offset: number; endOffset: number; terminated: boolean }[] = [];
      for (let from = 0; from < all.length; ) {
        const end = all.indexOf(10, from);
        const line = all.subarray(from, end < 0 ? all.length : end);
        const bytes = end >= 0 && line.at(-1) === 13 ? line.subarray(0, -1) : line;
        expected.push({ bytes: bytes.toString('hex'), offset: from, endOffset: end < 0 ? all.length : end + 1, terminated: end >= 0 });
        from = end < 0 ? all.length : end + 1;
      }
      expect(cut(chunks).map(({ bytes, offset, endOffset, terminated }) => ({ bytes: bytes?.toString('hex'), offset, endOffset, terminated }))).toEqual(expected);
    }),
    { seed: 20261121, numRuns: 1000 }
  );
});

it('refers to a line that is too long by place, length and SHA-256, and goes on behind it', () => {
  const long = Buffer.alloc(5000, 120);
  const stream = Buffer.concat([Buffer.from('a\n'), long, Buffer.from('\nb\n'), long]);
  for (const size of [1, 7, 999, 20_000]) {
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) => Buffer.from(stream.subarray(i * size, (i + 1) * size)));
    const sha256 = createHash('sha256').update(long).digest('hex');
    expect(cut(chunks, 1000).map(({ number, offset, bytes, long: reference }) => ({ number, offset, text: bytes?.toString(), reference }))).toEqual([
      { number: 1, offset: 0, text: 'a', reference: undefined },
      { number: 2, offset: 2, text: undefined, reference: { length: 5000, sha256 } },
      { number: 3, offset: 5003, text: 'b', reference: undefined },
      { number: 4, offset: 5005, text: undefined, reference: { length: 5000, sha256 } }
    ]);
  }
});

it('counts on from where a file was left', () => {
  const splitter = new LineSplitter({ from: { offset: 100, line: 7 } });
  expect([...splitter.push(Buffer.from('x\ny'))]).toMatchObject([{ number: 8, offset: 100, endOffset: 102 }]);
  expect(splitter.end()).toMatchObject({ number: 9, offset: 102, endOffset: 103, terminated: false });
});
