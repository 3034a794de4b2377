// Judged by Go's sumdb/note and sumdb/tlog, which share no code with us: what we sign and prove they accept, what was tampered with they refuse,
// and what they sign and prove we accept.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leafHash, nodeHash } from '../merkle/hash.ts';
import { checkConsistency, checkInclusion, consistencyPath, inclusionPath, rootAt, type ReadSubtree } from '../merkle/proofs.ts';
import { createJudge, hasGo, type Judge, type Question } from '../testing/go-judge.ts';
import { createSeededRandom } from '../testing.ts';
import { verifyBytes } from './ed25519.ts';
import { BadNote, cosign, decodeBase64, encodeBase64, formatCheckpoint, formatNote, formatVkey, keyTypes, parseCheckpoint, parseNote, parseVkey, publicKeyOf, signText, verifyNote } from './index.ts';
import { bitFlips, fixturesPresent, readFixture } from './testing.ts';

const withGo = hasGo();
if (!withGo) console.log('skipped: no Go with golang.org/x/mod; on Debian install golang-go and golang-golang-x-mod-dev');

const random = createSeededRandom(31);
const seed = random.bytes(32);
const name = 'varve/0123456789abcdef0123456789abcdef';
const vkey = formatVkey(name, publicKeyOf(seed));
const leaves = Array.from({ length: 300 }, (_, i) => `{"seq":${i}}`);

function reader(texts: readonly string[]): ReadSubtree {
  const known = new Map<string, Uint8Array>();
  const read: ReadSubtree = (level, index) => {
    const key = `${level}/${index}`;
    const found = known.get(key) ?? (level === 0 ? leafHash(texts[index] as string) : nodeHash(read(level - 1, index * 2), read(level - 1, index * 2 + 1)));
    known.set(key, found);
    return found;
  };
  return read;
}
const read = reader(leaves);

function flipped(hashes: readonly string[], which: number): string[] {
  return hashes.map((hash, i) => {
    if (i !== which) return hash;
    const bytes = decodeBase64(hash, 'hash');
    const at = (random.bytes(1)[0] as number) % 32;
    bytes[at] = (bytes[at] as number) ^ (1 << ((random.bytes(1)[0] as number) % 8));
    return encodeBase64(bytes);
  });
}

describe.runIf(withGo)('Go', () => {
  let judge: Judge;
  beforeAll(() => {
    judge = createJudge();
  }, 300_000);
  afterAll(() => judge?.close());

  it('opens our checkpoints and reads the same origin, size and root', () => {
    const sizes = [0, 1, 2, 255, 256, 257, 300];
    const texts = sizes.map((size) => formatCheckpoint({ origin: name, size, root: rootAt(size, read) }));
    const answers = judge.ask(texts.map((text) => ({ kind: 'checkpoint', keys: [vkey], note: formatNote(text, [signText({ text, name, seed })]) })));
    answers.forEach((answer, i) => expect(answer).toMatchObject({ ok: true, verified: 1, origin: name, size: sizes[i], root: encodeBase64(rootAt(sizes[i] as number, read)) }));
  });

  it('refuses our checkpoint after every change of one bit, but for spare bits of base64, which we refuse too', () => {
    const text = formatCheckpoint({ origin: name, size: 300, root: rootAt(300, read) });
    const note = formatNote(text, [signText({ text, name, seed })]);
    // JSON carries text alone; what is not UTF-8 any more is refused by our own tests.
    const changes: string[] = [];
    for (const { changed } of bitFlips(Buffer.from(note))) {
      const changedText = Buffer.from(changed).toString('utf8');
      if (Buffer.from(changedText).equals(changed)) changes.push(changedText);
    }
    expect(changes.length).toBeGreaterThan(1000);
    const answers = judge.ask(changes.map((changed) => ({ kind: 'checkpoint', keys: [vkey], note: changed })));
    const accepted = changes.filter((_, i) => answers[i]?.ok === true);
    const lastDigit = note.length - '=\n'.length - 1;
    expect(accepted.filter((changed) => changed.slice(0, lastDigit) + note.slice(lastDigit, lastDigit + 1) + changed.slice(lastDigit + 1) !== note)).toEqual([]);
    for (const changed of accepted) expect(() => parseNote(changed)).toThrow(BadNote);
  });

  it('opens a checkpoint signed by two of our keys and one witness, and reads the witness time', () => {
    const other = random.bytes(32);
    const witness = random.bytes(32);
    const text = formatCheckpoint({ origin: name, size: 300, root: rootAt(300, read) });
    const note = formatNote(text, [signText({ text, name, seed }), signText({ text, name, seed: other }), cosign({ text, name: 'witness.example', seed: witness, atSeconds: 1_795_000_000 })]);
    const witnessKey = formatVkey('witness.example', publicKeyOf(witness), keyTypes.cosignature);
    const [all, two, late] = judge.ask([
      { kind: 'checkpoint', keys: [vkey, formatVkey(name, publicKeyOf(other)), witnessKey], note },
      { kind: 'checkpoint', keys: [formatVkey(name, publicKeyOf(other))], note },
      { kind: 'checkpoint', keys: [witnessKey], note: note.replace('300\n', '301\n') }
    ]);
    expect(all).toMatchObject({ ok: true, verified: 3, seconds: 1_795_000_000 });
    expect(two).toMatchObject({ ok: true, verified: 1 });
    expect(late?.ok).toBe(false);
  });

  it('accepts our inclusion proofs and refuses each of them with one changed hash, another index, size or entry', () => {
    const good: Question[] = [];
    const wrong: Question[] = [];
    for (const size of [1, 2, 3, 7, 8, 9, 64, 100, 255, 256, 257, 300]) {
      for (const index of new Set([0, 1, Math.floor(size / 2), size - 1])) {
        if (index >= size) continue;
        const proof = inclusionPath(index, size, read).map(encodeBase64);
        const question: Question = { kind: 'record', index, size, root: encodeBase64(rootAt(size, read)), leaf: leaves[index] as string, proof };
        good.push(question);
        wrong.push({ ...question, leaf: `${leaves[index]} ` }, { ...question, proof: [...proof, question['root'] as string] }, { ...question, root: flipped([question['root'] as string], 0)[0] as string });
        proof.forEach((_, i) => wrong.push({ ...question, proof: flipped(proof, i) }));
        if (size > 1) wrong.push({ ...question, index: (index + 1) % size }, { ...question, proof: proof.slice(1) });
      }
    }
    expect(good.length).toBeGreaterThan(35);
    expect(judge.ask(good).map(({ ok }) => ok)).not.toContain(false);
    expect(wrong.length).toBeGreaterThan(300);
    expect(judge.ask(wrong).map(({ ok }) => ok)).not.toContain(true);
  });

  it('accepts our consistency proofs and refuses each of them with one changed hash or root', () => {
    const good: Question[] = [];
    const wrong: Question[] = [];
    for (const [oldSize, size] of [[1, 2], [1, 300], [2, 3], [3, 4], [4, 7], [6, 7], [63, 64], [64, 65], [64, 300], [65, 300], [255, 256], [256, 300], [299, 300], [300, 300]] as const) {
      const proof = consistencyPath(oldSize, size, read).map(encodeBase64);
      const question: Question = { kind: 'tree', oldSize, size, oldRoot: encodeBase64(rootAt(oldSize, read)), root: encodeBase64(rootAt(size, read)), proof };
      good.push(question);
      for (const part of ['oldRoot', 'root'] as const) wrong.push({ ...question, [part]: flipped([question[part] as string], 0)[0] as string });
      proof.forEach((_, i) => wrong.push({ ...question, proof: flipped(proof, i) }));
      wrong.push({ ...question, proof: [...proof, question['root'] as string] });
    }
    expect(judge.ask(good).map(({ ok }) => ok)).not.toContain(false);
    expect(wrong.length).toBeGreaterThan(80);
    expect(judge.ask(wrong).map(({ ok }) => ok)).not.toContain(true);
  });

  it('proves and signs what we accept', () => {
    const skey = `PRIVATE+KEY+${name}+${vkey.split('+')[1]}+${encodeBase64(Buffer.concat([Uint8Array.of(1), seed]))}`;
    const some = leaves.slice(0, 157);
    const [record, tree] = judge.ask([{ kind: 'prove', leaves: some, index: 77 }, { kind: 'prove', leaves: some, oldSize: 64 }]);
    const root = decodeBase64(record?.root ?? '', 'root');
    const path = (record?.proof ?? []).map((hash) => decodeBase64(hash, 'hash'));
    expect(checkInclusion({ index: 77, size: 157, leafHash: leafHash(some[77] as string), path, root })).toBe(true);
    expect(checkConsistency({ oldSize: 64, newSize: 157, oldRoot: rootAt(64, read), newRoot: root, path: (tree?.proof ?? []).map((hash) => decodeBase64(hash, 'hash')) })).toBe(true);
    const text = formatCheckpoint({ origin: name, size: 157, root });
    const [signed] = judge.ask([{ kind: 'sign', key: skey, text }]);
    expect(signed?.note).toBe(formatNote(text, [signText({ text, name, seed })]));
    const parsed = parseNote(signed?.note ?? '');
    expect(verifyNote(parsed, [parseVkey(vkey)])).toHaveLength(1);
    expect(parseCheckpoint(parsed.text).size).toBe(157);
  });

  it.runIf(fixturesPresent)('gives the same verdict on every published note and odd signature, but for points of low order, which we refuse', () => {
    const { open } = readFixture<{ open: { name: string; keys: string[]; note?: string; accept: boolean }[] }>('note/signed-note.json');
    const { signed } = readFixture<{ signed: { key: string; cosigner?: string; note: string }[] }>('note/checkpoints.json');
    const { vectors } = readFixture<{ vectors: { key: string; sig: string; msg: string; flags: string[] | null }[] }>('ed25519/cctv-sample.json');
    for (const { ok } of judge.ask(signed.map(({ key, cosigner, note }) => ({ kind: 'checkpoint', keys: [key, ...(cosigner === undefined ? [] : [cosigner])], note })))) expect(ok).toBe(true);
    // The published notes are no checkpoints: Go opens them, then finds no three lines.
    const texts = open.filter(({ note }) => note !== undefined);
    judge.ask(texts.map(({ keys, note }) => ({ kind: 'checkpoint', keys, note: note ?? '' }))).forEach(({ why }, i) => expect(why === 'not three lines', texts[i]?.name).toBe(texts[i]?.accept));
    const answers = judge.ask(vectors.map(({ key, sig, msg }) => ({ kind: 'ed25519', public: key, signature: sig, message: msg })));
    const strict = answers.map(({ ok }, i) => ok && vectors[i]?.flags?.some((flag) => flag === 'low_order_A' || flag === 'low_order_R') !== true);
    expect(vectors.map(({ key, sig, msg }) => verifyBytes(Buffer.from(key, 'hex'), Buffer.from(msg), Buffer.from(sig, 'hex')))).toEqual(strict);
    expect(strict).toContain(true);
  });
});
