// Proof files and consistency proofs as a stranger checks them: nothing without a key, nothing after a change of one bit.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EvidenceReport } from '../../../../contract/evidence.ts';
import type { EventLog } from '../index.ts';
import { formatCheckpoint, formatNote, parseProofFile, signText } from '../note/index.ts';
import { bitFlips } from '../note/testing.ts';
import { bundleOf, code, createWorkshop, erase, files, fill, origin, refusal, testVkey, type Workshop } from './testing.ts';
import type { Given } from './verify-bundle.ts';
import { verifyEvidenceFile } from './verify-file.ts';
import { verifyConsistencyFile, verifyProofFile } from './verify-proof.ts';

let shop: Workshop;
let log: EventLog;
const keys = [testVkey()];
beforeAll(() => {
  shop = createWorkshop();
  log = shop.open('log.db');
  fill(log, 300);
});
afterAll(() => {
  log.close();
  shop.remove();
});

const verifyText = (text: string, given: Given): Promise<EvidenceReport> => {
  const path = shop.at('given');
  writeFileSync(path, text);
  return verifyEvidenceFile(files, path, given, { pause: () => Promise.resolve() });
};
const signed = (size: number, root: Uint8Array, key = 1): string => {
  const text = formatCheckpoint({ origin, size, root });
  return formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(key) })]);
};

describe('the proof file of an entry', () => {
  it('shows that the entry, with its content, is in the signed record', async () => {
    const { text, size, fileName } = await log.evidence.prove({ seq: 42, purpose: 'review' }, 'ada');
    expect(fileName).toBe('varve-01234567-entry-42.tlog-proof');
    expect(await verifyText(text, { keys })).toMatchObject({ kind: 'proof', verdict: 'verified', origin, checkpoint: { size }, entries: 1, payloads: { opened: 1 }, complete: false });
    expect(Buffer.from(parseProofFile(text).extra ?? []).toString()).toContain('secret word 40');
  });
  it('is recorded with who took it and why', () => {
    expect(log.list({ filter: { action: 'access.evidence-exported' } }).entries.at(-1)).toMatchObject({ actorName: 'ada', payload: { kind: 'proof', seq: 42, purpose: 'review', disclosure: 'payloads' } });
  });
  it('shows the entry alone when its content is left out, was erased, or never was', async () => {
    const bare = await log.evidence.prove({ seq: 42, disclosure: 'commitments' }, 'ada');
    expect(Buffer.from(parseProofFile(bare.text).extra ?? []).toString()).not.toContain('secret');
    expect((await verifyText(bare.text, { keys })).payloads).toMatchObject({ opened: 0, withheld: 1 });
    const other = shop.open('erased.db');
    fill(other, 9);
    erase(other, shop.at('erased.db'), [3]);
    expect((await verifyText((await other.evidence.prove({ seq: 3 }, 'ada')).text, { keys })).payloads).toMatchObject({ withheld: 1 });
    expect((await verifyText((await other.evidence.prove({ seq: 5 }, 'ada')).text, { keys })).payloads).toMatchObject({ none: 1 });
    other.close();
  });
  it('covers the newest entry, by signing it first', async () => {
    const { seq } = log.append({ action: 'app.noted', category: 'note', payload: 'just now' });
    const { size, text } = await log.evidence.prove({ seq }, 'ada');
    expect(size).toBeGreaterThan(seq);
    expect((await verifyText(text, { keys })).verdict).toBe('verified');
  });
  it('of an entry that is not there cannot be had', async () => expect(await code(() => log.evidence.prove({ seq: 1_000_000 }, 'ada'))).toBe('NOT_FOUND'));
  it('shows nothing without a key, and is refused with another', async () => {
    const { text } = await log.evidence.prove({ seq: 42 }, 'ada');
    expect(await refusal(() => verifyText(text, { keys: [] }))).toBe('missing key');
    expect(await refusal(() => verifyText(text, { keys: [testVkey(2)] }))).toBe('foreign-key');
    expect(await code(() => verifyText(text, { keys: ['not a key'] }))).toBe('BAD_INPUT');
  });
  it('is refused after every change of one bit', async () => {
    const short = shop.open('short.db');
    fill(short, 5);
    const whole = Buffer.from((await short.evidence.prove({ seq: 2 }, 'ada')).text);
    expect(verifyProofFile(whole, { keys }).verdict).toBe('verified');
    for (const { changed, at } of bitFlips(whole)) expect(await refusal(() => verifyProofFile(changed, { keys })), at).toBeDefined();
    short.close();
  });
  it.each([
    ['no entry', (text: string) => text.replace(/^extra .*\n/m, ''), 'missing entry'],
    ['the entry of another place', (text: string) => text.replace(/^index 42$/m, 'index 43'), 'header'],
    ['a header that is not canonical', (text: string) => withExtra(text, (extra) => ({ ...extra, header: ` ${extra.header}` })), 'header'],
    ['another payload', (text: string) => withExtra(text, (extra) => ({ ...extra, payload: '{}' })), 'payload'],
    ['a payload without its salt', (text: string) => withExtra(text, ({ header, payload }) => ({ header, payload: payload! })), 'extra'],
    ['something else beside', (text: string) => withExtra(text, (extra) => ({ ...extra, note: 'x' })), 'extra'],
    ['its members in another order', (text: string) => withExtra(text, ({ salt, payload, header }) => ({ salt: salt!, payload: payload!, header })), 'extra'],
    ['a hash too few', (text: string) => text.replace(/^(index 42\n).*\n/m, '$1'), 'inclusion'],
    ['another first line', (text: string) => text.replace('@v1', '@v2'), 'format']
  ])('with %s is not taken', async (_what, change, reason) => {
    const { text } = await log.evidence.prove({ seq: 42 }, 'ada');
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(await refusal(() => verifyText(changed, { keys }))).toBe(reason);
  });
  it('is compared with a checkpoint that the reader holds', async () => {
    const { text, size } = await log.evidence.prove({ seq: 42 }, 'ada');
    expect((await verifyText(text, { keys, held: parseProofFile(text).checkpoint })).held).toEqual({ size, relation: 'same' });
    expect(await refusal(() => verifyText(text, { keys, held: signed(size, new Uint8Array(32)) }))).toBe('held');
    expect(await refusal(() => verifyText(text, { keys, held: signed(size + 1, new Uint8Array(32)) }))).toBe('missing behind');
    expect(await refusal(() => verifyText(text, { keys, held: signed(5, new Uint8Array(32)) }))).toBe('missing unproven');
    expect(await refusal(() => verifyText(text, { keys, held: signed(size, new Uint8Array(32), 2) }))).toBe('signature');
    expect(await code(() => verifyText(text, { keys, held: 'nothing' }))).toBe('BAD_INPUT');
  });
});

function withExtra(text: string, change: (extra: { header: string; payload?: string; salt?: string }) => unknown): string {
  return text.replace(/^extra (.*)$/m, (_line, base64: string) => `extra ${Buffer.from(JSON.stringify(change(JSON.parse(Buffer.from(base64, 'base64').toString()) as never))).toString('base64')}`);
}

describe('the proof that a checkpoint continues another', () => {
  it('leads from any size, or from a signed checkpoint, to any checkpoint', async () => {
    const older = log.checkpoints.list({ limit: 100 }).at(-1)!;
    fill(log, 20);
    const newer = log.checkpoints.sign();
    for (const from of [older.size, older.note]) {
      const { text, size, oldSize, fileName } = log.evidence.consistency(from, undefined);
      expect({ size, oldSize, fileName }).toEqual({ size: newer.size, oldSize: older.size, fileName: `varve-01234567-${older.size}-${newer.size}.consistency` });
      expect(await verifyText(text, { keys, held: older.note })).toMatchObject({ kind: 'consistency', verdict: 'verified', checkpoint: { size: newer.size }, held: { size: older.size, relation: 'beginning' } });
    }
    expect(log.evidence.consistency(1, older.size).text.startsWith('old 1\n')).toBe(true);
    expect(await verifyText(log.evidence.consistency(older.size, older.size).text, { keys, held: older.note })).toMatchObject({ held: { relation: 'same' } });
  });
  it('is not made for another history, a later checkpoint, or a size that was never signed', async () => {
    expect(await refusal(() => log.evidence.consistency(signed(5, new Uint8Array(32)), undefined))).toBe('held');
    expect(await refusal(() => log.evidence.consistency(signed(90_000, new Uint8Array(32)), undefined))).toBe('missing behind');
    expect(await code(() => log.evidence.consistency(5, 6))).toBe('NOT_FOUND');
    expect(await code(() => log.evidence.consistency(90_000, undefined))).toBe('BAD_INPUT');
    const fresh = shop.open('fresh.db');
    expect(await refusal(() => fresh.evidence.consistency(0, undefined))).toBe('missing checkpoint');
    fresh.close();
  });
  it('says nothing without the older checkpoint and a key', async () => {
    const older = log.checkpoints.list({ limit: 100 }).at(-1)!;
    const { text } = log.evidence.consistency(older.size, undefined);
    expect(await refusal(() => verifyText(text, { keys }))).toBe('missing older');
    expect(await refusal(() => verifyText(text, { keys: [], held: older.note }))).toBe('missing key');
    expect(await refusal(() => verifyText(text, { keys, held: signed(older.size - 1, new Uint8Array(32)) }))).toBe('missing other-size');
    expect(await refusal(() => verifyText(text, { keys, held: signed(older.size, new Uint8Array(32)) }))).toBe('held');
  });
  it('is refused after every change of one bit', async () => {
    const older = log.checkpoints.list({ limit: 100 }).at(-1)!;
    const whole = Buffer.from(log.evidence.consistency(older.size, undefined).text);
    expect(verifyConsistencyFile(whole, { keys, held: older.note }).verdict).toBe('verified');
    for (const { changed, at } of bitFlips(whole)) expect(await refusal(() => verifyConsistencyFile(changed, { keys, held: older.note })), at).toBeDefined();
  });
});

describe('a file', () => {
  it('of no known kind, a folder, and one that is not there are told apart', async () => {
    expect(await refusal(() => verifyText('hello', { keys }))).toBe('format');
    expect(await refusal(() => verifyText('', { keys }))).toBe('format');
    const run = { pause: () => Promise.resolve() };
    expect(await code(() => verifyEvidenceFile(files, shop.folder, { keys }, run))).toBe('NOT_READABLE');
    expect(await code(() => verifyEvidenceFile(files, shop.at('never'), { keys }, run))).toBe('PATH_MISSING');
    expect((await verifyText(await bundleOf(log), { keys })).kind).toBe('bundle');
  });
});
