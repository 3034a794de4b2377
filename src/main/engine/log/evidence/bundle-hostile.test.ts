// Bundles that somebody bent: every single bit, and whatever else a file can do to a reader.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bitFlips } from '../note/testing.ts';
import { createSeededRandom } from '../testing.ts';
import { bundleOf, close, createWorkshop, fill, forge, refusal, takeApart, testVkey, verify, type Workshop } from './testing.ts';

let shop: Workshop;
beforeAll(() => {
  shop = createWorkshop();
});
afterAll(() => shop.remove());

const long = process.env['VARVE_LONG'] === '1';

describe('every change of one bit in a small bundle', () => {
  const bundles: string[] = [];
  beforeAll(async () => {
    const log = shop.open('small.db');
    bundles.push(await bundleOf(log));
    await log.checkpoints.rotate();
    log.append({ action: 'app.mark', category: 'app' });
    bundles.push(await bundleOf(log, { filter: { action: 'app.mark' } }));
    log.close();
  });

  /** Every bit only in long runs, else two of each byte (seed 42): each check verifies signatures. */
  function* changes(bytes: Uint8Array): Generator<{ changed: Uint8Array; at: string; byte: number }> {
    const chance = createSeededRandom(42);
    for (const { changed, at } of bitFlips(bytes)) if (long || (chance.bytes(1)[0] as number) < 64) yield { changed, at, byte: Number(/^byte (\d+)/.exec(at)?.[1]) };
  }

  it.each([[0, 'complete'], [1, 'of one entry, after a change of key']] as const)('is refused (bundle %i, %s)', { timeout: 600_000 }, async (which, _name) => {
    const bytes = Buffer.from(bundles[which]!);
    expect((await verify(bytes, { keys: [testVkey()] })).verdict).toBe('verified');
    for (const { changed, at } of changes(bytes)) expect(await refusal(() => verify(changed, { keys: [testVkey()] })), at).toBeDefined();
  });

  it.each([[0, 'complete'], [1, 'of one entry, after a change of key']] as const)('is refused with a last line made anew, but in what the format says nobody vouches for (bundle %i, %s)', { timeout: 600_000 }, async (which, _name) => {
    const bundle = bundles[which]!;
    const { head } = takeApart(bundle);
    const before = Buffer.from(bundle.slice(0, bundle.lastIndexOf('{"end"')));
    const free = new Set<number>();
    const release = (written: string): void => {
      const from = before.lastIndexOf(written);
      expect(from).toBeGreaterThan(0);
      for (let i = 0; i < Buffer.byteLength(written); i++) free.add(from + i);
    };
    for (const field of ['about', 'created', 'filter'] as const) release(`${JSON.stringify(field)}:${JSON.stringify(head[field])}`);
    // An older checkpoint that two keys signed is believed for one of them; the other line then counts as a stranger's.
    for (const { checkpoint } of head.consistency) if (checkpoint.split('\u2014').length > 2) release(JSON.stringify(checkpoint.slice(checkpoint.indexOf('\u2014'))).slice(1, -1));
    let accepted = 0;
    for (const { changed, at, byte } of changes(before)) {
      const refused = await refusal(() => verify(close(changed, head.entries), { keys: [testVkey()] }));
      if (free.has(byte)) accepted += refused === undefined ? 1 : 0;
      else expect(refused, at).toBeDefined();
    }
    expect(accepted).toBeGreaterThan(20);
  });
});

describe('hostile files', () => {
  let bundle: string;
  beforeAll(async () => {
    const log = shop.open('hostile.db');
    fill(log, 5);
    log.append({ action: 'app.noted', category: 'note', payload: { text: '\ufffd' } });
    bundle = await bundleOf(log);
    log.close();
  });

  it.each([
    ['nothing', () => '', 'cut-off'],
    ['half a line', (text: string) => text.slice(0, 200), 'cut-off'],
    ['no last newline', (text: string) => text.trimEnd(), 'cut-off'],
    ['no last line', (text: string) => text.slice(0, text.lastIndexOf('{"end"')), 'cut-off'],
    ['a byte after the end', (text: string) => `${text} `, 'last-line'],
    ['an empty line after the end', (text: string) => `${text}\n`, 'last-line'],
    ['the bundle twice', (text: string) => text + text, 'last-line'],
    ['lines that end as on Windows', (text: string) => text.replaceAll('\n', '\r\n'), 'line'],
    ['a byte order mark', (text: string) => `\ufeff${text}`, 'line'],
    ['an empty line', (text: string) => text.replace('\n', '\n\n'), 'line'],
    ['a key twice', (text: string) => `{"format":"varve-evidence",${text.slice(1)}`, 'line'],
    ['a key twice, once escaped', (text: string) => `{"f\\u006frmat":"varve-evidence",${text.slice(1)}`, 'line'],
    ['spaces between', (text: string) => text.replace('"version":1', '"version": 1'), 'line'],
    ['a number written otherwise', (text: string) => text.replace('"version":1', '"version":1.0'), 'line'],
    ['__proto__', (text: string) => text.replace('"version":1', '"version":1,"__proto__":{"size":1}'), 'field'],
    ['a number beyond 2^53', (text: string) => text.replace(/"size":\d+/, '"size":9007199254740993'), 'line'],
    ['a negative number', (text: string) => text.replace(/"size":\d+/, '"size":-1'), 'field'],
    ['an array for a line', (text: string) => `[]\n${text}`, 'field'],
    ['lines nested a hundred thousand deep', () => `${'['.repeat(100_000)}${']'.repeat(100_000)}\n`, 'line'],
    ['a zero byte', (text: string) => `${text.slice(0, 50)}\0${text.slice(51)}`, 'line'],
    ['a line of 17 MiB', () => `{"format":"${'x'.repeat(17 * 1024 * 1024)}"}\n`, 'line']
  ])('with %s are refused', async (_what, change, reason) => expect(await refusal(() => verify(change(bundle)))).toBe(reason));
  it('that are not UTF-8 are refused', async () => {
    const bytes = Buffer.from(bundle);
    bytes[bytes.indexOf('"about"') + 12] = 0xff;
    expect(await refusal(() => verify(bytes))).toBe('line');
  });
  it('cannot pass half of a character for the mark that UTF-8 puts in its place', async () => {
    const swapped = forge(bundle, ({ entries }) => {
      const payload = entries.at(-1)!.payload as { text: string };
      expect(payload.text).toContain('\ufffd');
      payload.text = payload.text.replace('\ufffd', '\ud800');
    });
    expect(await refusal(() => verify(swapped))).toBe('field');
  });
  it('that announce more entries than there are end the check at once', async () => {
    expect(await refusal(() => verify(forge(bundle, ({ head }) => Object.assign(head, { complete: false, entries: 1, size: 10 }))))).toBe('size');
  });
  it('of random bytes and of random pieces of a bundle are refused (seed 41)', async () => {
    const random = createSeededRandom(41);
    const bytes = Buffer.from(bundle);
    for (let i = 0; i < 300; i++) {
      const dice = Buffer.from(random.bytes(8));
      const [from, length] = [dice.readUInt32BE(0) % bytes.length, dice.readUInt32BE(4) % 2000];
      const changed = Buffer.concat([bytes.subarray(0, from), i % 2 === 0 ? Buffer.from(random.bytes(length)) : bytes.subarray(dice.readUInt32BE(2) % bytes.length), bytes.subarray(from)]);
      expect(await refusal(() => verify(changed)), `${i}`).toBeDefined();
    }
  });
});
