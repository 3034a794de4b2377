// Every single bit of what is handed out matters: flip one, and the second verifier refuses or says that evidence is missing.
import { afterAll, describe, expect, it } from 'vitest';
import { keyFrom, seeded, sha256, signatureLine } from './harness/formats.ts';
import { madeLog, MadeLog } from './harness/maker.ts';
import { createPlace, type Options, type Outcome } from './harness/verifier.ts';

const long = process.env['VARVE_LONG'] === '1';
const place = createPlace();
afterAll(() => place.dispose());

const log = madeLog(21, { size: 7 });
const keys = [log.keys[0]!.vkey];
const rotated = new MadeLog(22);
rotated.append({ action: 'home.created', category: 'home', payload: { program: 'varve' } });
rotated.rotate();
rotated.append({ payload: { after: true } });

interface Flipping {
  /** In a short run, a seeded one of so many bits; a long run flips them all. */
  oneOf?: number;
  /** Bits beyond this byte stay. */
  until?: number;
  /** What somebody who changes a bit might repair afterwards. */
  repair?: (bytes: Buffer) => Buffer;
}

/** Checks the content with one bit flipped at a time; returns those that went unnoticed. */
function survivors(name: string, content: string, options: Options, isNoticed: (outcome: Outcome) => boolean, { oneOf = 1, until = Infinity, repair = (bytes) => bytes }: Flipping = {}): string[] {
  const bytes = Buffer.from(content);
  expect(place.check(name, repair(bytes), options).exit).toBe(0);
  const random = seeded(23);
  const unnoticed: string[] = [];
  let flipped = 0;
  for (let bit = 0; bit < Math.min(bytes.length, until) * 8; bit += 1) {
    if (!long && oneOf > 1 && random.below(oneOf) > 0) continue;
    const at = bit >> 3;
    bytes[at]! ^= 1 << (bit & 7);
    const outcome = place.check(name, repair(bytes), options);
    if (!isNoticed(outcome)) unnoticed.push(`byte ${at}, bit ${bit & 7}, near ${JSON.stringify(bytes.subarray(Math.max(0, at - 12), at + 12).toString('latin1'))}: ${outcome.verdict}`);
    bytes[at]! ^= 1 << (bit & 7);
    flipped += 1;
  }
  expect(flipped).toBeGreaterThan(1000);
  return unnoticed;
}

const isRefused = (outcome: Outcome): boolean => outcome.exit === 5 && outcome.verdict === 'refused';

describe('a changed bit is refused', () => {
  it('in a bundle of chosen entries, with and without the key from outside', () => {
    const bundle = log.bundle({ entries: [4, 5], states: { 4: { state: 'erased', by: 5 } } });
    expect(survivors('b.varve-evidence', bundle, { keys }, isRefused, { oneOf: 3 })).toEqual([]);
    expect(survivors('b.varve-evidence', bundle, {}, isRefused, { oneOf: 16 })).toEqual([]);
  });

  it('in a bundle of a whole log with a change of key', () => {
    expect(survivors('b.varve-evidence', rotated.bundle(), { keys: [rotated.keys[0]!.vkey] }, isRefused, { oneOf: 8 })).toEqual([]);
  });

  it('in a proof file', () => {
    for (const open of [true, false]) expect(survivors('b.tlog-proof', log.proofFile(1, { open }), { keys }, isRefused, { oneOf: 3 })).toEqual([]);
  });

  it('in a checkpoint', () => {
    expect(survivors('checkpoint', log.checkpoint(), { keys }, isRefused)).toEqual([]);
  });

  it('in a consistency proof and in the checkpoint that the reader holds', () => {
    const older = place.file('older', log.checkpoint(5));
    const request = `old 5\n${log.consistency(5).map((hash) => `${hash}\n`).join('')}\n${log.checkpoint()}`;
    expect(survivors('request', request, { keys, checkpoint: older }, isRefused)).toEqual([]);
    const bundle = log.bundle();
    const held = Buffer.from(log.checkpoint(5));
    const unnoticed: number[] = [];
    for (let bit = 0; bit < held.length * 8; bit += 1) {
      held[bit >> 3]! ^= 1 << (bit & 7);
      if (!isRefused(place.check('whole.varve-evidence', bundle, { keys, checkpoint: place.file('held', held) }))) unnoticed.push(bit);
      held[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(unnoticed).toEqual([]);
  });

  it('in a cosignature: refused, or the witness that was asked for is missing', () => {
    const witness = keyFrom('witness.example/w', seeded(5).bytes(32), 4);
    const seen = log.checkpoint() + signatureLine(log.text(), witness);
    const unnoticed = survivors('checkpoint', seen, { keys, witnesses: [witness.vkey] }, ({ exit, lacks }) => exit === 5 || (exit === 9 && lacks[0]?.code === 'witness-missing'));
    expect(unnoticed).toEqual([]);
  });
});

describe('a changed bit under a closing line that was made right again', () => {
  it('is refused everywhere but in the claims that the verifier says nothing proves', () => {
    const bundle = log.bundle({ entries: [1, 2, 4, 5], older: [6], states: { 2: { state: 'locked' }, 4: { state: 'erased', by: 5 } } });
    const closing = Buffer.from(bundle).lastIndexOf('{"end"');
    const reclosed = (bytes: Buffer): Buffer => {
      const body = bytes.subarray(0, closing);
      return Buffer.concat([body, Buffer.from(`{"end":true,"entries":4,"sha256":"${sha256(body).toString('hex')}"}\n`)]);
    };
    const claims = ['about', 'created'].map((field) => {
      const from = Buffer.from(bundle).indexOf(`"${field}":"`);
      return [from, Buffer.from(bundle).indexOf('",', from)] as const;
    });
    const unnoticed = survivors('b.varve-evidence', bundle, { keys }, isRefused, { oneOf: 4, until: closing, repair: reclosed });
    const inClaims = (line: string): boolean => claims.some(([from, to]) => Number(/^byte (\d+),/.exec(line)![1]) >= from && Number(/^byte (\d+),/.exec(line)![1]) < to);
    expect(unnoticed.filter((line) => !inClaims(line))).toEqual([]);
    expect(unnoticed.filter(inClaims).length).toBeGreaterThan(0);
  });
});
