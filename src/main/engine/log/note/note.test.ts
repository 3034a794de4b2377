// Keys, notes, checkpoints, cosignatures and proof files, judged by vectors nobody here wrote; and every change of one bit is refused.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../testing.ts';
import {
  BadNote, cosign, cosignatureTime, decodeBase64, encodeBase64, formatCheckpoint, formatNote, formatProofFile, formatVkey, keyTypes, parseCheckpoint, parseNote, parseProofFile, parseSignatureLines, parseVkey, publicKeyOf, signText,
  verifyCosignature, verifyNote, type BadNoteReason
} from './index.ts';
import { verifyBytes } from './ed25519.ts';
import { bitFlips, fixtures, fixturesPresent as present, readFixture } from './testing.ts';

if (!present) console.log(`skipped: no fixtures at ${fixtures}; set VARVE_FIXTURES`);

/** Why something is refused; undefined when it is taken. Any other kind of error fails the test. */
function refusal(work: () => unknown): BadNoteReason | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof BadNote) return error.reason;
    throw error;
  }
}

interface SignedNotes {
  signing: { signerKey: string; text: string; note: string };
  verifierKeys: { accepted: string[]; refused: string[] };
  open: { name: string; keys: string[]; note?: string; noteBase64?: string; accept: boolean; verified?: string[] }[];
  specExample: { key: string; note: string };
}
interface Checkpoints {
  signed: { about: string; origin: string; key: string; cosigner?: string; cosignedAt?: string; note: string; size: string }[];
  parse: { cases: { name: string; body: string; ok: boolean }[] };
  cosignatureTime: { base64: string; time: string; notACosignature: string };
}

const random = createSeededRandom(21);
const seed = random.bytes(32);
const name = 'varve/0123456789abcdef0123456789abcdef';
const vkey = parseVkey(formatVkey(name, publicKeyOf(seed)));
const root = random.bytes(32);
const text = formatCheckpoint({ origin: name, size: 20_852_163, root });
const note = formatNote(text, [signText({ text, name, seed })]);

describe('verifier keys', () => {
  it.runIf(present)('are taken and refused as the published list says, and written back as they came', () => {
    const { accepted, refused } = readFixture<SignedNotes>('note/signed-note.json').verifierKeys;
    for (const key of accepted) {
      const parsed = parseVkey(key);
      expect(formatVkey(parsed.name, parsed.publicKey, parsed.type)).toBe(key);
    }
    for (const key of refused) expect(refusal(() => parseVkey(key)), key).toBeDefined();
  });
  it.runIf(present)('are refused when any part is cut off and when any byte is one higher', () => {
    const key = readFixture<SignedNotes>('note/signed-note.json').verifierKeys.accepted[0] as string;
    for (let from = 0; from < key.length; from++) for (let to = from + 1; to <= key.length; to++) if (to - from < key.length) expect(refusal(() => parseVkey(key.slice(from, to))), key.slice(from, to)).toBeDefined();
    for (let i = 0; i < key.length; i++) expect(refusal(() => parseVkey(key.slice(0, i) + String.fromCharCode(key.charCodeAt(i) + 1) + key.slice(i + 1))), `byte ${i}`).toBeDefined();
  });
  it('are refused after every change of one bit', () => {
    for (const { changed, at } of bitFlips(Buffer.from(formatVkey(name, publicKeyOf(seed))))) expect(refusal(() => parseVkey(Buffer.from(changed).toString('utf8'))), at).toBeDefined();
  });
  it.each([
    ['an id in upper case', (key: string) => key.replace(/\+[0-9a-f]{8}\+/, (id) => id.toUpperCase()), 'key-id'],
    ['an id of another key', (key: string) => key.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'key-id'],
    ['a space in the name', (key: string) => key.replace('/', ' '), 'key-name'],
    ['no name', (key: string) => key.slice(key.indexOf('+')), 'key-name'],
    ['a padding character too many', () => formatVkey(name, publicKeyOf(seed)) + '=', 'base64']
  ])('with %s are refused for that reason', (_what, change, reason) => expect(refusal(() => parseVkey(change(formatVkey(name, publicKeyOf(Uint8Array.from({ length: 32 }, () => 171))))))).toBe(reason));
});

describe('signed notes', () => {
  it.runIf(present)('are written byte for byte as published', () => {
    const { signing } = readFixture<SignedNotes>('note/signed-note.json');
    const [, , signer = '', , ...key] = signing.signerKey.split('+');
    const bytes = decodeBase64(key.join('+'), 'key').slice(1);
    expect(formatNote(signing.text, [signText({ text: signing.text, name: signer, seed: bytes })])).toBe(signing.note);
  });
  it.runIf(present)('are taken and refused as the published cases say', () => {
    const { open } = readFixture<SignedNotes>('note/signed-note.json');
    expect(open.length).toBeGreaterThan(10);
    for (const { name: what, keys, note: published, noteBase64, accept, verified } of open) {
      const judge = (): string[] => verifyNote(parseNote(published ?? Buffer.from(noteBase64 ?? '', 'base64')), keys.map(parseVkey)).map((line) => `${line.name}+${line.keyId.toString(16).padStart(8, '0')}`);
      if (accept) expect(judge(), what).toEqual(verified);
      else expect(refusal(judge), what).toBeDefined();
    }
  });
  it.runIf(present)("verify as the specification's own example", () => {
    const { key, note: example } = readFixture<SignedNotes>('note/signed-note.json').specExample;
    expect(verifyNote(parseNote(example), [parseVkey(key)])).toHaveLength(1);
  });
  it.each([
    ['a text without its newline', 'abc', name, 'shape'],
    ['a plus in the name', 'abc\n', 'a+b', 'key-name'],
    ['a space in the name', 'abc\n', 'bad name', 'key-name'],
    ['no name', 'abc\n', '', 'key-name'],
    ['a tab in the text', 'a\tb\n', name, 'not-text'],
    ['a carriage return', 'abc\r\n', name, 'not-text'],
    ['half a character', '\ud800\n', name, 'not-text']
  ])('are not made from %s', (_what, badText, badName, reason) => expect(refusal(() => signText({ text: badText, name: badName, seed }))).toBe(reason));
  it('may have empty lines in their text: the last one divides', () => {
    const odd = 'one\n\ntwo\n\n';
    const parsed = parseNote(formatNote(odd, [signText({ text: odd, name, seed })]));
    expect(parsed.text).toBe(odd);
    expect(verifyNote(parsed, [vkey])).toHaveLength(1);
  });
  it('are refused after every change of one bit', () => {
    for (const { changed, at } of bitFlips(Buffer.from(note))) expect(refusal(() => verifyNote(parseNote(changed), [vkey])), at).toBeDefined();
  });
  it('are refused after twenty thousand seeded changes of many bits (seed 22)', () => {
    const chance = createSeededRandom(22);
    const bytes = Buffer.from(note);
    for (let i = 0; i < 20_000; i++) {
      const changed = Buffer.from(bytes);
      const dice = chance.bytes(9);
      for (let k = 0; k <= (dice[0] as number) % 3; k++) {
        const at = (((dice[k * 2 + 1] as number) << 8) | (dice[k * 2 + 2] as number)) % changed.length;
        changed[at] = dice[7] as number;
      }
      if (changed.equals(bytes)) continue;
      expect(refusal(() => verifyNote(parseNote(changed), [vkey])), changed.toString('latin1')).toBeDefined();
    }
  });
  it('are refused when cut anywhere', () => {
    const bytes = Buffer.from(note);
    for (let length = 0; length < bytes.length; length++) expect(refusal(() => verifyNote(parseNote(bytes.subarray(0, length)), [vkey])), `${length} bytes`).toBeDefined();
  });
  it('are refused as a whole when one of two lines of known keys does not fit', () => {
    const other = random.bytes(32);
    const second = parseVkey(formatVkey(name, publicKeyOf(other)));
    const foreign = signText({ text: 'another text\n', name, seed: other });
    expect(refusal(() => verifyNote(parseNote(note + foreign), [vkey, second]))).toBe('bad-signature');
    expect(verifyNote(parseNote(note + foreign), [vkey])).toHaveLength(1);
    expect(verifyNote(parseNote(note + signText({ text, name, seed: other })), [vkey, second])).toHaveLength(2);
  });
  it('are refused when a known key signed twice and only the first line fits', () => {
    const [line] = parseNote(note).signatures;
    const broken = Buffer.from(line?.signature ?? []);
    broken[0] = (broken[0] as number) ^ 1;
    const again = note + `\u2014 ${name} ${encodeBase64(Buffer.concat([Buffer.from(vkey.keyId.toString(16).padStart(8, '0'), 'hex'), broken]))}\n`;
    expect(refusal(() => verifyNote(parseNote(again), [vkey]))).toBe('bad-signature');
  });
  it('are refused without a known key, and with a key whose id is not its own', () => {
    expect(refusal(() => verifyNote(parseNote(note), []))).toBe('no-known-signature');
    expect(refusal(() => verifyNote(parseNote(note), [vkey, { ...vkey, publicKey: publicKeyOf(random.bytes(32)) }]))).toBe('key-id');
  });
  it('with a byte order mark are another text', () => expect(refusal(() => verifyNote(parseNote(Buffer.from(`\ufeff${note}`)), [vkey]))).toBe('bad-signature'));
  it('larger than a megabyte are refused before anything is read', () => expect(refusal(() => parseNote(new Uint8Array(1_000_001)))).toBe('too-large'));
});

describe('checkpoints', () => {
  it.runIf(present)('of other logs verify with their published keys, and not with one byte changed', () => {
    for (const { origin, key, note: published, size } of readFixture<Checkpoints>('note/checkpoints.json').signed) {
      const keys = [parseVkey(key)];
      const parsed = parseNote(published);
      expect(verifyNote(parsed, keys)).toHaveLength(1);
      const checkpoint = parseCheckpoint(parsed.text);
      expect(checkpoint).toMatchObject({ origin, size: Number(size), extensions: [] });
      expect(formatCheckpoint(checkpoint)).toBe(parsed.text);
      for (const { changed, at } of bitFlips(Buffer.from(parsed.text))) {
        const altered = Buffer.concat([changed, Buffer.from(published.slice(parsed.text.length))]);
        expect(refusal(() => verifyNote(parseNote(altered), keys)), at).toBeDefined();
      }
    }
  });
  it.runIf(present)('keep the line rules of the published cases, except that a root has 32 bytes', () => {
    for (const { name: what, body, ok } of readFixture<Checkpoints>('note/checkpoints.json').parse.cases) {
      expect(refusal(() => parseCheckpoint(body)) === undefined, what).toBe(false);
      const strict = body.replace(/^(.*\n.*\n)[A-Za-z0-9+/]+={0,2}\n/, `$1${encodeBase64(root)}\n`);
      expect(refusal(() => parseCheckpoint(strict)) === undefined, what).toBe(ok);
    }
  });
  it('of an empty tree carry the hash of nothing', () => {
    const empty = createHash('sha256').digest();
    expect(formatCheckpoint({ origin: 'x', size: 0, root: empty })).toBe('x\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');
    expect(refusal(() => formatCheckpoint({ origin: 'x', size: 0, root: new Uint8Array(32) }))).toBe('root');
  });
  it.each(['01', '+1', '-0', '1.0', '1e3', ' 1', '', '0x10', '9007199254740992', '18446744073709551615', '١'])('do not have the size "%s"', (size) => expect(refusal(() => parseCheckpoint(`x\n${size}\n${encodeBase64(root)}\n`))).toBe('size'));
  it.each([
    ['a root of 31 bytes', `x\n1\n${encodeBase64(new Uint8Array(31))}\n`, 'root'],
    ['base64 with a bit too many', `x\n1\n${encodeBase64(new Uint8Array(32)).replace('A=', 'B=')}\n`, 'base64'],
    ['an empty extension line', `x\n1\n${encodeBase64(root)}\n\n`, 'shape'],
    ['no last newline', `x\n1\n${encodeBase64(root)}`, 'shape'],
    ['a carriage return', `x\r\n1\n${encodeBase64(root)}\n`, 'not-text']
  ])('with %s are refused', (_what, body, reason) => expect(refusal(() => parseCheckpoint(body))).toBe(reason));
});

describe('cosignatures', () => {
  const witness = 'witness.example/w1';
  const witnessSeed = random.bytes(32);
  const witnessKey = parseVkey(formatVkey(witness, publicKeyOf(witnessSeed), keyTypes.cosignature));
  const line = cosign({ text, name: witness, seed: witnessSeed, atSeconds: 1_795_000_000 });

  it.runIf(present)('of a real witness verify, with the time they were made', () => {
    const published = readFixture<Checkpoints>('note/checkpoints.json').signed.find(({ cosigner }) => cosigner !== undefined);
    const parsed = parseNote(published?.note ?? '');
    expect(verifyCosignature(parsed, [parseVkey(published?.cosigner ?? '')])).toMatchObject([{ atSeconds: Number(published?.cosignedAt) }]);
  });
  it.runIf(present)('say their time, and what is no cosignature is told from one', () => {
    const { base64, time, notACosignature } = readFixture<Checkpoints>('note/checkpoints.json').cosignatureTime;
    const signatureOf = (published: string): Uint8Array => decodeBase64(published, 'line').slice(4);
    expect(cosignatureTime({ signature: signatureOf(base64) })).toBe(Number(time));
    expect(refusal(() => cosignatureTime({ signature: signatureOf(notACosignature) }))).toBe('signature-line');
  });
  it('are refused after every change of one bit, in the checkpoint and in the line', () => {
    const whole = formatNote(text, [line]);
    expect(verifyCosignature(parseNote(whole), [witnessKey])).toEqual([{ name: witness, keyId: witnessKey.keyId, atSeconds: 1_795_000_000 }]);
    for (const { changed, at } of bitFlips(Buffer.from(whole))) expect(refusal(() => verifyCosignature(parseNote(changed), [witnessKey])), at).toBeDefined();
  });
  it("are no log's signature, and the log's is no cosignature", () => {
    const both = parseNote(note + line);
    expect(verifyNote(both, [vkey])).toHaveLength(1);
    expect(verifyCosignature(both, [witnessKey])).toHaveLength(1);
    expect(refusal(() => verifyNote(both, [witnessKey]))).toBe('key-type');
    expect(refusal(() => verifyCosignature(both, [vkey]))).toBe('key-type');
    expect(refusal(() => verifyCosignature(parseNote(note), [witnessKey]))).toBe('no-known-signature');
  });
  it('come alone as the answer of a witness', () => {
    expect(parseSignatureLines(line + line)).toHaveLength(2);
    for (const wrong of ['', '\n', line.trimEnd(), `${line}\n`, `x${line}`]) expect(refusal(() => parseSignatureLines(wrong)), JSON.stringify(wrong)).toBeDefined();
  });
});

describe('proof files', () => {
  it.runIf(present)('are written and read byte for byte as published', () => {
    const { marshal } = readFixture<{ marshal: { index: string; extra?: string; hashes: string[]; checkpoint: string; text: string }[] }>('note/tlog-proof.json');
    for (const { index, extra, hashes, checkpoint, text: published } of marshal) {
      const proof = { index: Number(index), hashes: hashes.map((hash) => decodeBase64(hash, 'hash')), extra: extra === undefined ? undefined : decodeBase64(extra, 'extra'), checkpoint };
      expect(formatProofFile(proof)).toBe(published);
      expect(parseProofFile(published)).toEqual(proof);
    }
  });
  it.runIf(present)('are refused where the published cases say', () => {
    const { refused } = readFixture<{ refused: { name: string; text: string }[] }>('note/tlog-proof.json');
    for (const { name: what, text: published } of refused) expect(refusal(() => parseProofFile(published)), what).toBeDefined();
  });
  it('are never read as another proof after a change of one bit in the envelope', () => {
    const whole = formatProofFile({ index: 5, hashes: [root, random.bytes(32)], extra: Buffer.from('{}'), checkpoint: note });
    for (const { changed, at } of bitFlips(Buffer.from(whole))) {
      let again: string | undefined;
      if (refusal(() => (again = formatProofFile(parseProofFile(changed)))) === undefined) expect(Buffer.from(again ?? '').equals(Buffer.from(changed)), at).toBe(true);
    }
  });
  it.each([
    ['64 hashes', `index 0\n${`${encodeBase64(root)}\n`.repeat(64)}\nx\n`, 'hash'],
    ['a hash of 31 bytes', `index 0\n${encodeBase64(new Uint8Array(31))}\n\nx\n`, 'hash'],
    ['an index with a leading zero', 'index 01\n\nx\n', 'index'],
    ['no checkpoint', 'index 0\n\n', 'shape'],
    ['a second extra line', 'extra AA==\nextra AA==\nindex 0\n\nx\n', 'index']
  ])('with %s are refused', (_what, body, reason) => expect(refusal(() => parseProofFile(`c2sp.org/tlog-proof@v1\n${body}`))).toBe(reason));
});

describe('Ed25519', () => {
  it.runIf(present)('gives every odd signature of the CCTV sample the same verdict on any Node: no key and no point of low order', () => {
    const { vectors } = readFixture<{ vectors: { number: number; key: string; sig: string; msg: string; flags: string[] | null }[] }>('ed25519/cctv-sample.json');
    const accepted = vectors.filter(({ key, sig, msg }) => verifyBytes(Buffer.from(key, 'hex'), Buffer.from(msg), Buffer.from(sig, 'hex')));
    expect(vectors).toHaveLength(66);
    expect(accepted.map(({ number }) => number)).toEqual([7, 50, 305]);
    expect(accepted.filter(({ flags }) => flags?.some((flag) => flag === 'low_order_A' || flag === 'low_order_R'))).toEqual([]);
  });
});
