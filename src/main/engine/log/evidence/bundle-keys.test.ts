// Bundles of a log whose signing key was changed: the way from the first key to the last is proven, or nothing is.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventLog } from '../index.ts';
import { formatCheckpoint, formatNote, signText } from '../note/index.ts';
import { createTestKeys } from '../testing.ts';
import { bundleOf, createWorkshop, fill, forge, origin, putTogether, refusal, takeApart, testVkey, verify, type Workshop } from './testing.ts';

let shop: Workshop;
beforeAll(() => {
  shop = createWorkshop();
});
afterAll(() => shop.remove());

describe('a log that changed its key', () => {
  let log: EventLog;
  let bundle: string;
  let second: string;
  let third: string;
  let checkpoints: string[];
  beforeAll(async () => {
    log = shop.open('rotated.db');
    fill(log, 20);
    log.checkpoints.sign();
    second = (await log.checkpoints.rotate('lost laptop')).vkey;
    fill(log, 20);
    log.checkpoints.sign();
    third = (await log.checkpoints.rotate()).vkey;
    fill(log, 20);
    checkpoints = log.checkpoints.list({ limit: 100 }).map(({ note }) => note);
    bundle = await bundleOf(log, { filter: { category: ['note'] } });
  });
  afterAll(() => log.close());

  it('verifies from the first key, and from any it had since', async () => {
    for (const key of [testVkey(), second, third]) expect(await verify(bundle, { keys: [key] })).toMatchObject({ verdict: 'verified', rotations: 2, key: { vkey: key, from: 'given', signer: third } });
    expect(await verify(await bundleOf(log), { keys: [testVkey()] })).toMatchObject({ complete: true, rotations: 2 });
  });
  it('continues checkpoints of every key', async () => {
    const asked = await bundleOf(log, { held: checkpoints });
    const some = await bundleOf(log, { held: checkpoints, filter: { category: ['note'] } });
    for (const held of checkpoints) for (const each of [asked, some]) expect((await verify(each, { keys: [testVkey()], held })).held).not.toBeNull();
  });
  it.each([
    ['a change of key is left out', ({ head }) => head.rotations.splice(0, 1), 'rotation'],
    ['the last change of key is left out', ({ head }) => head.rotations.splice(1, 1), 'signature'],
    ['the changes stand in another order', ({ head }) => head.rotations.reverse(), 'rotation'],
    ['a change names another key', ({ head }) => (head.rotations[1]!.vkey = testVkey(9)), 'rotation'],
    ['the checkpoint of a change is the next one', ({ head }) => (head.rotations[0]!.checkpoint = head.checkpoint), 'rotation'],
    ['only the new key signed a change', ({ head }) => (head.rotations[0]!.checkpoint = without(head.rotations[0]!.checkpoint, 0)), 'rotation'],
    ['only the old key signed a change', ({ head }) => (head.rotations[0]!.checkpoint = without(head.rotations[0]!.checkpoint, 1)), 'rotation'],
    ['the payload of a change is another', ({ head }) => (head.rotations[0]!.payload = head.rotations[1]!.payload), 'rotation'],
    ['the proof of a change is missing', ({ head }) => (head.rotations[1]!.proof = []), 'rotation'],
    ['nothing shows that the log went on from a change', ({ head }) => (head.consistency = []), 'rotation']
  ] satisfies [string, (parts: ReturnType<typeof takeApart>) => unknown, string][])('is refused when %s', async (_what, change, reason) => {
    expect(await refusal(() => verify(forge(bundle, change), { keys: [testVkey()] }))).toBe(reason);
  });
  it('is refused when an entry records a change of key that the first line does not walk', async () => {
    const whole = await bundleOf(log);
    const size = takeApart(bundle).head.rotations[1]!.index;
    const until = log.checkpoints.list({ limit: 100 }).find((each) => each.size === size + 1)!;
    // A bundle for the checkpoint that both keys signed, as if the second key were still in force.
    const old = forge(whole, ({ head, entries }) => {
      entries.length = until.size;
      Object.assign(head, { size: until.size, entries: until.size, checkpoint: until.note, rotations: head.rotations.slice(0, 1) });
    });
    expect(await refusal(() => verify(old, { keys: [testVkey()] }))).toBe('rotation');
  });
  it('whose new key was stolen cannot be told another history after the change', async () => {
    const thief = shop.open('thief.db', createTestKeys());
    fill(thief, 80);
    const { size, root } = thief.checkpoints.sign();
    const text = formatCheckpoint({ origin, size, root: Buffer.from(root, 'base64') });
    const signed = formatNote(text, [signText({ text, name: origin, seed: new Uint8Array(32).fill(3) })]);
    const theirs = takeApart(await bundleOf(thief));
    const { head } = takeApart(bundle);
    const forged = { head: { ...theirs.head, size, entries: size, checkpoint: signed, rotations: head.rotations }, entries: theirs.entries.slice(0, size) };
    expect(await refusal(() => verify(putTogether(forged), { keys: [testVkey()] }))).toBe('rotation');
    thief.close();
  });
});

/** A note without its line number `which`. */
function without(note: string, which: number): string {
  const split = note.lastIndexOf('\n\n') + 2;
  const lines = note.slice(split).trimEnd().split('\n');
  return note.slice(0, split) + lines.filter((_, i) => i !== which).map((line) => `${line}\n`).join('');
}
