// Checkpoints brought from outside: what fits, what saw more, what saw other entries, and what is none.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import { RightEdge } from '../merkle/edge.ts';
import { formatCheckpoint, formatNote, formatVkey, parseCheckpoint, parseNote, signText } from '../note/index.ts';
import type { SignedCheckpoint } from '../tree/checkpoints.ts';
import { createTestKeys, openTestLog } from '../testing.ts';
import { verifyAt, type Checked } from './testing/tampered.ts';

const files = createNodeFiles();
const home = [createTestKeys().pinned()[0] as Uint8Array];
let folder: TestFolder;
let origin: string;
/** The record, and one that was the same for its first 30 entries. */
let path: string;
let other: string;
let early: SignedCheckpoint;
let late: SignedCheckpoint;
let entries: number;

beforeAll(() => {
  folder = createTestFolder();
  [path, other] = [folder.at('log.db'), folder.at('other.db')];
  // One and the same chance up to entry 30: the two begin alike to the last byte.
  for (const each of [path, other]) {
    const chance = { counter: 0 };
    const random = { bytes: (length: number) => new Uint8Array(length).map(() => (chance.counter++ * 7919) % 251) };
    const { log } = openTestLog({ files, path: each, random });
    origin = log.origin;
    while (log.entries() < 30) log.append({ action: 'app.noted', category: 'note', payload: log.entries() });
    early = log.checkpoints.sign();
    while (log.entries() < 60) log.append({ action: 'app.noted', category: 'note', payload: each === path ? log.entries() : 'other' });
    if (each === path) late = log.checkpoints.sign();
    else log.checkpoints.sign();
    entries = log.entries();
    log.close();
  }
});
afterAll(() => folder.remove());

const against = (anchors: [source: string, text: string][], more: Partial<Checked> = {}, at = path) => verifyAt(at, { origin, home, anchors: anchors.map(([source, text]) => ({ source, text })), ...more });
const short = ({ size, root }: SignedCheckpoint, characters = 8): string => `${size} ${root.slice(0, characters)}`;

describe('a checkpoint that is held outside', () => {
  it('and that the record continues makes it anchored, and the verdict says which, how large and how sure', async () => {
    expect(await against([['paper', short(early)], ['stick', late.note]])).toMatchObject({
      kind: 'anchored',
      entries,
      checkpoint: { size: late.size, signature: 'good' },
      anchors: [
        { source: 'paper', size: early.size, form: 'short', signature: 'unknown', outcome: 'fits' },
        { source: 'stick', size: late.size, form: 'note', signature: 'good', outcome: 'fits' }
      ]
    });
  });
  it('counts because it was held, also where no key is known to check it with', async () => {
    expect(await against([['stick', early.note]], { home: [] })).toMatchObject({ kind: 'anchored', pinned: 'none', anchors: [{ signature: 'unknown', outcome: 'fits' }] });
    const unsigned = early.note.slice(0, early.note.indexOf('\n\n') + 1);
    expect(await against([['typed', unsigned]])).toMatchObject({ kind: 'anchored', anchors: [{ form: 'note', signature: 'unknown' }] });
    expect(await against([['typed', `${early.size} ${early.root}`]])).toMatchObject({ kind: 'anchored', anchors: [{ form: 'note', outcome: 'fits' }] });
  });
  it('of a size that was never signed here fits as well: any size does', async () => {
    const { log } = openTestLog({ files, path, begin: false });
    const root = Buffer.from(rootOf(log, 37)).toString('base64');
    log.close();
    expect(await against([['paper', `37 ${root.slice(0, 8)}`]])).toMatchObject({ kind: 'anchored', anchors: [{ size: 37, outcome: 'fits' }] });
  });
  it('and saw more than there is now: the record is behind it, whatever else fits', async () => {
    const ahead = `${entries + 1} ${'A'.repeat(8)}`;
    expect(await against([['paper', ahead]])).toMatchObject({ kind: 'behind', entries, checkpoint: { size: late.size }, anchors: [{ source: 'paper', size: entries + 1, outcome: 'ahead' }] });
    expect(await against([['stick', late.note], ['paper', ahead]])).toMatchObject({ kind: 'behind', anchors: [{ outcome: 'fits' }, { outcome: 'ahead' }] });
  });
  it('and saw other entries: two histories, which agree as far as another one that fits', async () => {
    expect(await against([['stick', late.note]], {}, other)).toMatchObject({ kind: 'broken', what: 'forked', seq: 0, trustworthyBelow: 0, restsOn: { kind: 'nothing' }, anchors: [{ outcome: 'forked' }] });
    expect(await against([['stick', late.note], ['paper', short(early)], ['ahead', `${entries + 9} AAAAAAAA`]], {}, other)).toMatchObject({ kind: 'broken', what: 'forked', seq: early.size, trustworthyBelow: early.size, restsOn: { kind: 'anchor', size: early.size } });
    expect(await against([['paper', short(late)]], {}, other)).toMatchObject({ kind: 'broken', what: 'forked', detail: expect.stringContaining('copied wrongly') });
  });
});

describe('what is no checkpoint of this record', () => {
  const refusal = (text: string, more: Partial<Checked> = {}): Promise<unknown> => against([['the note', text]], more).then(() => 'no refusal', (error: unknown) => error);
  it.each([
    ['nothing', ''],
    ['words', 'the dog ate it'],
    ['a size alone', '30'],
    ['too few characters', '30 AAAAAAA'],
    ['a note without a root', 'varve/0123456789abcdef0123456789abcdef\n30\n']
  ])('%s is refused, with the place it came from', async (_name, text) => {
    expect(await refusal(text)).toMatchObject({ code: 'BAD_INPUT', data: { field: expect.stringContaining('the note') } });
  });
  it('another record’s, one of no entries, and one that changed since it was signed are refused', async () => {
    const own = parseCheckpoint(parseNote(early.note).text);
    const sign = (text: string): string => formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(1) })]);
    expect(await refusal(sign(formatCheckpoint({ ...own, origin: `varve/${'f'.repeat(32)}` })))).toMatchObject({ code: 'BAD_INPUT', data: { reason: expect.stringContaining('another record') } });
    expect(await refusal('0 47DEQpj8')).toMatchObject({ code: 'BAD_INPUT', data: { reason: expect.stringContaining('no entries') } });
    expect(await refusal(early.note.replace('\n30\n', '\n31\n'))).toMatchObject({ code: 'BAD_INPUT', data: { reason: expect.stringContaining('signature') } });
  });
  it('a foreign signature does not make it one: what counts is whether it fits', async () => {
    const text = parseNote(late.note).text;
    const foreign = formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(77) })]);
    expect(await against([['stick', foreign]])).toMatchObject({ kind: 'anchored', anchors: [{ signature: 'unknown' }] });
    expect(await against([['stick', foreign]], {}, other)).toMatchObject({ kind: 'broken', what: 'forked' });
  });
});

it('keys that are brought are looked at before anything is read', async () => {
  const { log } = openTestLog({ files, path, begin: false });
  const vkey = formatVkey(origin, home[0] as Uint8Array);
  expect(await log.verify({ keys: [` ${vkey}\n`] })).toMatchObject({ kind: 'consistent', pinned: 'given' });
  for (const [key, reason] of [['', 'verifier key'], [vkey.replace(/.$/, 'x'), 'verifier key'], [formatVkey('varve/other', home[0] as Uint8Array), 'not of this record'], [formatVkey(origin, home[0] as Uint8Array, 4), 'witness']] as const) {
    await expect(log.verify({ keys: [key] })).rejects.toMatchObject({ code: 'BAD_INPUT', data: { field: 'key', reason: expect.stringContaining(reason) } });
  }
  log.close();
});

function rootOf(log: ReturnType<typeof openTestLog>['log'], size: number): Uint8Array {
  const edge = new RightEdge();
  for (let seq = 0; seq < size; seq++) edge.append(Buffer.from(log.show(seq).leafHash, 'hex'));
  return edge.root();
}
