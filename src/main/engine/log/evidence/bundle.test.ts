// Evidence bundles as a stranger meets them: what holds is said against which key, and whatever was changed is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '../index.ts';
import { formatCheckpoint, formatNote, signText } from '../note/index.ts';
import { bundleOf, code, createWorkshop, erase, fill, forge, origin, otherKeys, refusal, takeApart, testVkey, verify, type Workshop } from './testing.ts';

let shop: Workshop;
beforeAll(() => {
  shop = createWorkshop();
});
afterAll(() => shop.remove());

describe('a complete bundle', () => {
  let log: EventLog;
  let bundle: string;
  beforeAll(async () => {
    log = shop.open('complete.db');
    fill(log, 300);
    bundle = await bundleOf(log, { purpose: 'review' });
  });
  afterAll(() => log.close());

  it('is verified against the key that the reader got elsewhere, and only consistent without one', async () => {
    const verified = await verify(bundle, { keys: [testVkey()] });
    expect(verified).toMatchObject({ kind: 'bundle', verdict: 'verified', origin, complete: true, rotations: 0, held: null, key: { vkey: testVkey(), from: 'given', signer: testVkey() } });
    expect(verified.entries).toBe(verified.checkpoint.size);
    expect(verified.payloads.opened + verified.payloads.none).toBe(verified.entries);
    expect(verified.payloads.none).toBeGreaterThan(30);
    expect(await verify(bundle)).toEqual({ ...verified, verdict: 'consistent', key: { ...verified.key, from: 'file' } });
  });
  it('has each entry once, in order, and no proof beside the root', () => {
    const { head, entries } = takeApart(bundle);
    expect(entries.map(({ index }) => index)).toEqual(Array.from({ length: head.size }, (_, i) => i));
    expect(entries.some((entry) => 'proof' in entry)).toBe(false);
    expect(head.filter).toBeNull();
  });
  it('is refused with the key of another log, and when it was made with a new key', async () => {
    expect(await refusal(() => verify(bundle, { keys: [testVkey(5)] }))).toBe('foreign-key');
    expect(await refusal(() => verify(forge(bundle, ({ head }) => (head.vkey = testVkey(5)))))).toBe('signature');
    const forged = shop.open('forged.db', otherKeys(7));
    fill(forged, 10);
    const theirs = await bundleOf(forged);
    expect(await verify(theirs)).toMatchObject({ verdict: 'consistent', key: { vkey: testVkey(7) } });
    expect(await refusal(() => verify(theirs, { keys: [testVkey()] }))).toBe('foreign-key');
    forged.close();
  });
  it('says in the record who took it and why, before anything leaves', async () => {
    const { entries } = log.list({ filter: { action: 'access.evidence-exported' } });
    expect(entries.at(-1)).toMatchObject({ actorName: 'ada', payload: { kind: 'bundle', purpose: 'review', disclosure: 'payloads', entries: takeApart(bundle).head.entries } });
    const pieces = log.evidence.download({}, 'eve', undefined)[Symbol.asyncIterator]();
    await pieces.next();
    expect(log.list({ filter: { action: 'access.evidence-exported', actor: 'eve' } }).total).toBe(1);
    await pieces.return?.();
  });
  it('without contents holds no word of them, and verifies all the same', async () => {
    const bare = await bundleOf(log, { disclosure: 'commitments' });
    expect(bare).not.toContain('secret word');
    expect(bare).not.toContain('"salt":"');
    const { payloads, entries } = await verify(bare, { keys: [testVkey()] });
    expect(payloads.opened).toBe(0);
    expect(payloads.withheld + payloads.none).toBe(entries);
  });

  it.each([
    ['an entry is left out', ({ head, entries }) => (entries.splice(9, 1), (head.entries -= 1)), 'size'],
    ['an entry is left out and the numbers are made to fit', ({ head, entries }) => (entries.splice(9, 1), (head.entries -= 1), (head.complete = false)), 'field'],
    ['two entries change places', ({ entries }) => entries.splice(9, 2, entries[10]!, entries[9]!), 'order'],
    ['two entries change places with their numbers', ({ entries }) => entries.splice(9, 2, { ...entries[10]!, index: 9 }, { ...entries[9]!, index: 10 }), 'header'],
    ['a payload is edited', ({ entries }) => ((entries[9]!.payload as { text: string }).text += ' '), 'payload'],
    ['a payload is swapped for that of another entry', ({ entries }) => (entries[9]!.payload = entries[11]!.payload), 'payload'],
    ['a payload is said not to be there', ({ entries }) => (entries[9]!.payload = null), 'payload'],
    ['a plain payload is called locked', ({ entries }) => (entries[9]!.payload = { state: 'locked' }), 'payload'],
    ['a payload is called erased', ({ entries }) => (entries[9]!.payload = { state: 'erased', by: 20 }), 'erasure'],
    ['a payload is called erased by an entry that comes before it', ({ entries }) => (entries[9]!.payload = { state: 'erased', by: 3 }), 'erasure'],
    ['a payload is called erased by an entry that is not there', ({ entries }) => (entries[9]!.payload = { state: 'erased', by: 9_000_000 }), 'erasure'],
    ['a header is edited', ({ entries }) => (entries[9]!.header = entries[9]!.header.replace('"level":"info"', '"level":"warn"')), 'chain'],
    ['the last header is edited', ({ entries }) => (entries.at(-1)!.header = entries.at(-1)!.header.replace('"level":"', '"level":"d').replace('"dinfo"', '"debug"').replace('"dnotice"', '"debug"')), 'root'],
    ['a header is written in another order', ({ entries }) => (entries[9]!.header = JSON.stringify(JSON.parse(entries[9]!.header), ['v', 'seq', 'id', 'ts', 'actor', 'session', 'trace', 'category', 'action', 'subject', 'level', 'prev', 'payload'])), 'header'],
    ['the size is changed', ({ head }) => (head.size += 1), 'size'],
    ['the origin is changed', ({ head }) => (head.origin = `varve/${'f'.repeat(32)}`), 'origin'],
    ['the key is changed', ({ head }) => (head.vkey = testVkey(2)), 'foreign-key'],
    ['a field is added', ({ head }) => ((head as Record<string, unknown>)['note'] = ''), 'field'],
    ['a field is missing', ({ head }) => delete (head as Partial<typeof head>).about, 'field'],
    ['a field is added to an entry', ({ entries }) => ((entries[9] as Record<string, unknown>)['note'] = ''), 'field'],
    ['a newer version is claimed', ({ head }) => ((head as { version: number }).version = 2), 'field']
  ] satisfies [string, (parts: ReturnType<typeof takeApart>) => unknown, string][])('is refused when %s, even with a last line that fits', async (_what, change, reason) => {
    expect(await refusal(() => verify(forge(bundle, change), { keys: [testVkey()] }))).toBe(reason);
  });

  it('compares with a checkpoint that the reader holds: the same, a beginning, or another history', async () => {
    const { head } = takeApart(bundle);
    const keys = [testVkey()];
    expect((await verify(bundle, { keys, held: head.checkpoint })).held).toEqual({ size: head.size, relation: 'same' });
    const text = formatCheckpoint({ origin, size: 12, root: new Uint8Array(32) });
    const fork = formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(1) })]);
    expect(await refusal(() => verify(bundle, { keys, held: fork }))).toBe('held');
    const early = shop.open('early.db');
    const first = early.checkpoints.sign();
    fill(early, 20);
    const grown = await bundleOf(early);
    expect((await verify(grown, { keys, held: first.note })).held).toEqual({ size: first.size, relation: 'beginning' });
    const cut = formatCheckpoint({ origin, size: head.size + 1, root: new Uint8Array(32) });
    expect(await refusal(() => verify(bundle, { keys, held: formatNote(cut, [signText({ text: cut, name: origin, seed: new Uint8Array(32).fill(1) })]) }))).toBe('missing behind');
    const foreign = formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(3) })]);
    expect(await refusal(() => verify(bundle, { keys, held: foreign }))).toBe('signature');
    early.close();
  });
});

describe('a bundle of some entries', () => {
  let log: EventLog;
  let bundle: string;
  beforeAll(async () => {
    log = shop.open('some.db');
    fill(log, 900);
    log.checkpoints.sign();
    fill(log, 300);
    bundle = await bundleOf(log, { filter: { category: ['experiment'] } });
  });
  afterAll(() => log.close());

  it('has exactly the entries that match, each with its own proof', async () => {
    const { head, entries } = takeApart(bundle);
    const wanted = log.list({ filter: { category: ['experiment'] }, order: 'oldest', limit: 1000 }).entries.map(({ seq }) => seq);
    expect(entries.map(({ index }) => index)).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(400);
    expect(entries.every(({ proof }) => proof !== undefined && proof.length > 0)).toBe(true);
    expect(head).toMatchObject({ complete: false, filter: { category: ['experiment'] } });
    expect(await verify(bundle, { keys: [testVkey()] })).toMatchObject({ verdict: 'verified', complete: false, entries: wanted.length });
  });
  it('shows that it continues the checkpoints that were signed before, and any the receiver holds', async () => {
    const { head } = takeApart(bundle);
    expect(head.consistency.length).toBeGreaterThan(0);
    const held = log.checkpoints.list({ limit: 100 }).at(-1)!;
    const keys = [testVkey()];
    expect((await verify(bundle, { keys, held: head.consistency[0]!.checkpoint })).held?.relation).toBe('beginning');
    const without = forge(bundle, (parts) => (parts.head.consistency = []));
    expect(await refusal(() => verify(without, { keys, held: held.note }))).toBe('missing unproven');
    const asked = await bundleOf(log, { filter: { category: ['experiment'] }, held: [held.note] });
    expect((await verify(asked, { keys, held: held.note })).held).toEqual({ size: held.size, relation: 'beginning' });
  });
  it('is not made for a checkpoint of another history, or of a record that went further', async () => {
    const signed = (size: number): string => {
      const text = formatCheckpoint({ origin, size, root: new Uint8Array(32) });
      return formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(1) })]);
    };
    expect(await refusal(() => bundleOf(log, { held: [signed(5)] }))).toBe('held');
    expect(await refusal(() => bundleOf(log, { held: [signed(1_000_000)] }))).toBe('missing behind');
  });
  it('is not made when nothing matches', async () => expect(await code(() => bundleOf(log, { filter: { action: 'app.never' } }))).toBe('NOT_FOUND'));

  it.each([
    ['a hash of a proof is changed', ({ entries }) => (entries[9]!.proof![0] = entries[10]!.proof![1]!), 'inclusion'],
    ['a proof is cut', ({ entries }) => entries[9]!.proof!.pop(), 'inclusion'],
    ['a proof is longer', ({ entries }) => entries[9]!.proof!.push(entries[9]!.proof![0]!), 'inclusion'],
    ['a proof is missing', ({ entries }) => delete entries[9]!.proof, 'field'],
    ['a hash is too short', ({ entries }) => (entries[9]!.proof![0] = 'AAAA'), 'field'],
    ['a hash is written with spare bits', ({ entries }) => (entries[9]!.proof![0] = entries[9]!.proof![0]!.replace(/.=$/, 'B=')), 'field'],
    ['an entry comes twice', ({ head, entries }) => (entries.splice(9, 0, entries[9]!), (head.entries += 1)), 'order'],
    ['an entry is of a number that was not signed', ({ entries }) => (entries.at(-1)!.index = 5_000_000), 'order'],
    ['an older checkpoint is another', ({ head }) => (head.consistency[0]!.checkpoint = head.checkpoint), 'consistency'],
    ['an older checkpoint brings the proof of another', ({ head }) => (head.consistency[0]!.proof = []), 'consistency'],
    ['it is said to be complete', ({ head }) => (head.complete = true), 'size']
  ] satisfies [string, (parts: ReturnType<typeof takeApart>) => unknown, string][])('is refused when %s, even with a last line that fits', async (_what, change, reason) => {
    expect(await refusal(() => verify(forge(bundle, change), { keys: [testVkey()] }))).toBe(reason);
  });
  it('may leave out entries, for it never said that it has all', async () => {
    const fewer = forge(bundle, ({ head, entries }) => {
      entries.splice(9, 1);
      head.entries -= 1;
    });
    expect((await verify(fewer, { keys: [testVkey()] })).complete).toBe(false);
  });
});

describe('erased contents', () => {
  it('count as erased when the entry that says so is in the bundle, which brings it along', async () => {
    const log = shop.open('erased.db');
    fill(log, 40);
    const notes = log.list({ filter: { category: ['note'] }, order: 'oldest' }).entries.filter(({ payload }) => payload !== null).map(({ seq }) => seq);
    const gone = [notes[1]!, notes[3]!];
    const by = erase(log, shop.at('erased.db'), gone);
    fill(log, 3);
    for (const request of [{}, { filter: { category: ['note' as const] } }]) {
      const bundle = await bundleOf(log, request);
      expect(bundle).toContain(`{"state":"erased","by":${by}}`);
      expect((await verify(bundle, { keys: [testVkey()] })).payloads.erased).toBe(2);
      expect(await refusal(() => verify(forge(bundle, ({ entries }) => (entries.find(({ index }) => index === by)!.payload = { state: 'withheld' }))))).toBe('erasure');
      expect(await refusal(() => verify(forge(bundle, ({ entries }) => (entries.find(({ index }) => index === notes[5])!.payload = { state: 'erased', by }))))).toBe('erasure');
    }
    const filtered = await bundleOf(log, { filter: { category: ['note'] } });
    const without = forge(filtered, ({ head, entries }) => (entries.splice(entries.findIndex(({ index }) => index === by), 1), (head.entries -= 1)));
    expect(await refusal(() => verify(without))).toBe('erasure');
    log.close();
  });
  it('by a rule for a category count only inside its range', async () => {
    const log = shop.open('retention.db');
    fill(log, 40);
    const experiments = log.list({ filter: { category: ['experiment'] }, order: 'oldest' }).entries.filter(({ payload }) => payload !== null).map(({ seq }) => seq);
    const [first, last] = [experiments[2]!, experiments[5]!];
    const { seq: by } = log.append({ action: 'log.retention', category: 'record', payload: { category: 'experiment', from: first, to: last, rule: 'one year' } });
    const bundle = await bundleOf(log);
    const claim = (...indices: number[]): string => forge(bundle, ({ entries }) => indices.forEach((index) => (entries[index]!.payload = { state: 'erased', by })));
    expect((await verify(claim(first, experiments[3]!, last))).payloads.erased).toBe(3);
    expect(await refusal(() => verify(claim(first, experiments[6]!)))).toBe('erasure');
    expect(await refusal(() => verify(claim(experiments[1]!, first)))).toBe('erasure');
    const note = log.list({ filter: { category: ['note'] }, order: 'oldest' }).entries.find(({ seq, payload }) => seq > first && seq < last && payload !== null)!.seq;
    expect(await refusal(() => verify(claim(note)))).toBe('erasure');
    log.close();
  });
});
