// The second verifier against test data that nobody here wrote, and the worked example of the format.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPlace, fixtures, verifier } from './harness/verifier.ts';

const present = existsSync(fixtures);
if (!present) console.log(`skipped: no fixtures at ${fixtures}; set VARVE_FIXTURES`);
const read = <T>(name: string): T => JSON.parse(readFileSync(join(fixtures, name), 'utf8')) as T;
const place = createPlace();
afterAll(() => place.dispose());
const succeeds = (step: () => unknown): boolean => {
  try {
    step();
    return true;
  } catch {
    return false;
  }
};

describe.runIf(present)('the tree', () => {
  const vectors = present ? read<{ leafInputs: string[]; rootBySize: string[]; nodeHashesByLevel: string[][]; hashing: Record<string, string>; rolling: { subtreeHash: string } }>('merkle/vectors.json') : undefined!;
  const rootOf = (leaves: Uint8Array[]): string => {
    const tree = new verifier.GrowingTree();
    for (const leaf of leaves) tree.append(verifier.leafHash(leaf));
    return tree.root().toString('hex');
  };

  it('has the published leaf, node and root hashes of sizes 0 to 8', () => {
    const leaves = vectors.leafInputs.map((hex) => Buffer.from(hex, 'hex'));
    expect([...vectors.rootBySize.keys()].map((size) => rootOf(leaves.slice(0, size)))).toEqual(vectors.rootBySize);
    expect(leaves.map((leaf) => verifier.leafHash(leaf).toString('hex'))).toEqual(vectors.nodeHashesByLevel[0]);
    expect(verifier.emptyRoot.toString('hex')).toBe(vectors.hashing['emptyRoot']);
    expect(verifier.leafHash('L123456').toString('hex')).toBe(vectors.hashing['leafOf_4c313233343536']);
    expect(verifier.nodeHash(Buffer.from('N123'), Buffer.from('N456')).toString('hex')).toBe(vectors.hashing['nodeOf_4e313233_4e343536']);
  });

  it('has the published sum over all 712 subtrees of 130 leaves', () => {
    const lines: string[] = [];
    for (let end = 0; end <= 130; end += 1) {
      for (let start = 0; start <= end; start += 1) {
        let width = 1;
        while (width < end - start) width *= 2;
        if (start !== end && start % width !== 0) continue;
        lines.push(`[${start}, ${end}) ${rootOf([...Array(end - start).keys()].map((at) => Buffer.from([start + at])))}\n`);
      }
    }
    expect(lines).toHaveLength(712);
    expect(spawnSync('sha256sum', { input: lines.join(''), encoding: 'utf8' }).stdout.slice(0, 64)).toBe(vectors.rolling.subtreeHash);
  });

  it('agrees with every inclusion probe', () => {
    const { probes } = read<{ probes: { path: string; leafIdx: string; treeSize: string; root: string; leafHash: string; proof: string[] | null; wantErr: boolean }[] }>('merkle/inclusion.json');
    const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
    const wrong = probes.filter(({ leafIdx, treeSize, root, leafHash, proof, wantErr }) => {
      const accepted = succeeds(() => verifier.checkInclusion({ index: leafIdx, size: treeSize, leaf: bytes(leafHash), path: (proof ?? []).map(bytes), root: bytes(root) }) || expect.unreachable());
      return accepted === wantErr;
    });
    expect(wrong.map(({ path }) => path)).toEqual([]);
    expect(probes).toHaveLength(98);
  });

  it('agrees with every consistency probe but the one whose roots are not 32 bytes', () => {
    const { probes } = read<{ probes: { path: string; size1: string; size2: string; root1: string; root2: string; proof: string[] | null; wantErr: boolean }[] }>('merkle/consistency.json');
    const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
    const wrong = probes.filter(({ size1, size2, root1, root2, proof, wantErr }) => {
      const accepted = verifier.checkConsistency({ oldSize: size1, oldRoot: bytes(root1), newSize: size2, newRoot: bytes(root2), path: (proof ?? []).map(bytes) });
      return accepted === wantErr;
    });
    expect(wrong.map(({ path }) => path)).toEqual(['consistency/additional/sizes-are-equal-one-and-proof-is-empty.json']);
    expect(probes).toHaveLength(98);
  });

  it('numbers tiles as the specification does', () => {
    const { goPaths, c2spIndex } = read<{ goPaths: { path: string; level: number; index: number; height: number; width: number }[]; c2spIndex: { index: string; path: string }[] }>('note/tile-paths.json');
    for (const { index, path } of c2spIndex) expect(verifier.tileNumber(index)).toBe(path);
    // Go's paths carry the height, and call the level of the records "data".
    for (const { path, level, index, height, width } of goPaths) {
      const partial = width === 2 ** height ? '' : `.p/${width}`;
      expect(`tile/${height}/${level === -1 ? 'data' : level}/${verifier.tileNumber(index)}${partial}`).toBe(path);
    }
    expect(verifier.tilePath(2, 70_000, 17)).toBe('tile/2/x070/000.p/17');
  });
});

describe.runIf(present)('notes', () => {
  interface Opening {
    name: string;
    keys: string[];
    note?: string;
    noteBase64?: string;
    accept: boolean;
    verified?: string[];
  }
  const notes = present ? read<{ verifierKeys: { accepted: string[]; refused: string[] }; open: Opening[]; specExample: { key: string; note: string } }>('note/signed-note.json') : undefined!;

  it('takes the published verifier keys and refuses the mangled ones', () => {
    for (const vkey of notes.verifierKeys.accepted) expect(verifier.parseVkey(vkey)).toMatchObject({ vkey, type: 1 });
    const [first] = notes.verifierKeys.accepted as [string];
    const pieces = [...Array(first.length).keys()].flatMap((from) => [...Array(first.length - from + 1).keys()].map((length) => first.slice(from, from + length))).filter((piece) => piece !== first);
    const changed = [...Array(first.length).keys()].map((at) => first.slice(0, at) + String.fromCharCode(first.charCodeAt(at) + 1) + first.slice(at + 1));
    const taken = [...notes.verifierKeys.refused, ...pieces, ...changed].filter((vkey) => succeeds(() => verifier.parseVkey(vkey)));
    expect(taken).toEqual([]);
  });

  it('opens and refuses the published notes', () => {
    const results = notes.open.map(({ name, keys, note, noteBase64 }) => {
      try {
        const text = verifier.decodeUtf8(noteBase64 === undefined ? Buffer.from(note!) : Buffer.from(noteBase64, 'base64'));
        const good = verifier.verifyNote(verifier.parseNote(text), keys.map(verifier.parseVkey));
        return { name, accept: good.size > 0, verified: [...good.keys()].map((key) => `${key.name}+${key.id}`) };
      } catch {
        return { name, accept: false, verified: [] };
      }
    });
    expect(results).toEqual(notes.open.map(({ name, accept, verified }) => ({ name, accept, verified: accept ? verified : [] })));
    expect(verifier.verifyNote(verifier.parseNote(notes.specExample.note), [verifier.parseVkey(notes.specExample.key)]).size).toBe(1);
  });

  it('verifies real checkpoints by its command line functions, their witness too, and none with a changed text', () => {
    const { signed } = read<{ signed: { origin: string; key: string; note: string; size: string; cosigner?: string; cosignedAt?: string }[] }>('note/checkpoints.json');
    for (const { origin, key, note, size, cosigner, cosignedAt } of signed) {
      const options = { keys: [key], origin, ...(cosigner === undefined ? {} : { witnesses: [cosigner] }) };
      const outcome = place.check('real.checkpoint', note, options);
      expect(outcome).toMatchObject({ verdict: 'verified', exit: 0, checkpoint: { size: Number(size) } });
      if (cosigner !== undefined) expect(outcome.witnesses).toEqual([{ vkey: cosigner, time: new Date(Number(cosignedAt) * 1000).toISOString() }]);
      const text = note.slice(0, note.indexOf('\n\n') + 1);
      for (let at = 0; at < text.length; at += 1) {
        const changed = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + note.slice(at + 1);
        expect([place.check('real.checkpoint', changed, options).verdict, place.check('real.checkpoint', changed, { ...options, origin: changed.slice(0, changed.indexOf('\n')) || 'x' }).verdict]).toEqual(['refused', 'refused']);
      }
    }
  });

  it('keeps the line rules of checkpoints', () => {
    const { parse } = read<{ parse: { cases: { name: string; body: string; ok: boolean }[] } }>('note/checkpoints.json');
    for (const { body, ok } of parse.cases.filter((each) => !each.ok)) expect(succeeds(() => verifier.parseCheckpoint(body))).toBe(ok);
    // The accepted ones hold roots that are not 32 bytes: with a whole root, the same lines pass.
    const root = Buffer.alloc(32, 7).toString('base64');
    const accepted = parse.cases.filter((each) => each.ok).map(({ body }) => body.split('\n').map((line, at) => (at === 2 ? root : line)).join('\n'));
    expect(accepted.map((body) => verifier.parseCheckpoint(body).size)).toEqual([123n, 9944n]);
  });

  it('reads and refuses the published proof files', () => {
    const { marshal, refused } = read<{ marshal: { index: string; extra?: string; hashes: string[]; checkpoint: string; text: string }[]; refused: { name: string; text: string }[] }>('note/tlog-proof.json');
    for (const { index, extra, hashes, checkpoint, text } of marshal) {
      const proof = verifier.parseProofFile(text);
      expect({ index: String(proof.index), extra: proof.extra?.toString('base64'), hashes: proof.path.map((hash) => hash.toString('base64')), checkpoint: proof.checkpoint }).toEqual({ index, extra, hashes, checkpoint });
    }
    expect(refused.filter(({ text }) => succeeds(() => verifier.parseProofFile(text))).map(({ name }) => name)).toEqual([]);
  });
});

describe.runIf(present)('signatures', () => {
  it('judges the 66 odd ones as the openssl command does, and on every Node takes none made of a point of small order', () => {
    const { vectors } = read<{ vectors: { number: number; key: string; sig: string; msg: string; flags: string[] | null }[] }>('ed25519/cctv-sample.json');
    const judge = ({ key, sig, msg }: { key: string; sig: string; msg: string }): boolean => {
      const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(key, 'hex')]);
      const files = ['-pubin', '-keyform', 'DER', '-inkey', place.file('odd.key', der), '-sigfile', place.file('odd.sig', Buffer.from(sig, 'hex')), '-in', place.file('odd.msg', msg)];
      return spawnSync('openssl', ['pkeyutl', '-verify', '-rawin', ...files]).status === 0;
    };
    const ours = vectors.map(({ key, sig, msg }) => succeeds(() => verifier.verifyEd25519(Buffer.from(key, 'hex'), Buffer.from(msg), Buffer.from(sig, 'hex')) || expect.unreachable()));
    const expected = vectors.map((vector) => judge(vector) && !(vector.flags ?? []).some((flag) => flag === 'low_order_A' || flag === 'low_order_R'));
    expect(ours).toEqual(expected);
    expect(ours.filter(Boolean)).toHaveLength(3);
  });
});

describe.runIf(present)('JSON', () => {
  it('has the published canonical forms', () => {
    for (const name of readdirSync(join(fixtures, 'jcs/input'))) {
      const expected = Buffer.from(readFileSync(join(fixtures, 'jcs/outhex', name.replace('.json', '.txt')), 'utf8').replaceAll(/\s/g, ''), 'hex');
      expect(Buffer.from(verifier.canonicalize(verifier.parseJson(readFileSync(join(fixtures, 'jcs/input', name), 'utf8'))))).toEqual(expected);
    }
  });

  it('has no canonical form for what JSON cannot hold', () => {
    for (const value of [NaN, Infinity, [-Infinity], { a: '\ud800' }, { '\udfff': 1 }]) expect(() => verifier.canonicalize(value)).toThrow(/json-/);
  });

  it('prints the published thousand doubles', () => {
    const lines = readFileSync(join(fixtures, 'jcs/numbers-1000.csv'), 'utf8').trim().split('\n');
    const printed = lines.map((line) => {
      const [hex] = line.split(',') as [string];
      return `${hex},${verifier.canonicalize(Buffer.from(hex.padStart(16, '0'), 'hex').readDoubleBE(0))}`;
    });
    expect(printed).toEqual(lines);
    expect(lines).toHaveLength(1000);
  });

  it('accepts what must be accepted and refuses what must be refused', () => {
    const { cases } = read<{ cases: Record<string, string> }>('json-test-suite/test_parsing.json');
    const accepted = (encoded: string): boolean => succeeds(() => verifier.parseJson(verifier.decodeUtf8(Buffer.from(encoded, 'base64'))));
    const wrong = Object.entries(cases).filter(([name, encoded]) => (name.startsWith('y_') && !accepted(encoded)) || (name.startsWith('n_') && accepted(encoded)));
    // Two texts are valid JSON and still refused: equal names in one object are read differently by different programs.
    expect(wrong.map(([name]) => name)).toEqual(['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json']);
    for (const deep of ['['.repeat(100_000), '[{"":'.repeat(50_000)]) expect(accepted(Buffer.from(deep).toString('base64'))).toBe(false);
  });

  it('has one answer for each ambiguous text', () => {
    const { cases } = read<{ cases: Record<string, string> }>('json-test-suite/test_transform.json');
    const answer = (encoded: string): string => {
      try {
        return verifier.canonicalize(verifier.parseJson(verifier.decodeUtf8(Buffer.from(encoded, 'base64'))));
      } catch (error) {
        return `refused: ${(error as { code?: string }).code}`;
      }
    };
    expect(Object.fromEntries(Object.entries(cases).map(([name, encoded]) => [name, answer(encoded)]))).toMatchInlineSnapshot(`
      {
        "number_-9223372036854775808.json": "refused: json-number",
        "number_-9223372036854775809.json": "refused: json-number",
        "number_1.0.json": "[1]",
        "number_1.000000000000000005.json": "[1]",
        "number_1000000000000000.json": "[1000000000000000]",
        "number_10000000000000000999.json": "refused: json-number",
        "number_1e-999.json": "[0]",
        "number_1e6.json": "[1000000]",
        "number_9223372036854775807.json": "refused: json-number",
        "number_9223372036854775808.json": "refused: json-number",
        "object_key_nfc_nfd.json": "{"é":"NFD","é":"NFC"}",
        "object_key_nfd_nfc.json": "{"é":"NFD","é":"NFC"}",
        "object_same_key_different_values.json": "refused: json-twice",
        "object_same_key_same_value.json": "refused: json-twice",
        "object_same_key_unclear_values.json": "refused: json-twice",
        "string_1_escaped_invalid_codepoint.json": "refused: json-surrogate",
        "string_1_invalid_codepoint.json": "refused: not-utf8",
        "string_2_escaped_invalid_codepoints.json": "refused: json-surrogate",
        "string_2_invalid_codepoints.json": "refused: not-utf8",
        "string_3_escaped_invalid_codepoints.json": "refused: json-surrogate",
        "string_3_invalid_codepoints.json": "refused: not-utf8",
        "string_with_escaped_NULL.json": "["A\\u0000B"]",
      }
    `);
  });

  it('carries every naughty string through unchanged, and prints none that could steer a terminal', () => {
    for (const encoded of read<string[]>('blns/blns.base64.json')) {
      const text = Buffer.from(encoded, 'base64').toString('utf8');
      expect(verifier.parseJson(verifier.canonicalize({ text }))).toMatchObject({ text });
      expect(verifier.visible(text, Infinity)).not.toMatch(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u);
    }
  });
});

describe('the worked example of the format', () => {
  it('has the commitment, chain hash and leaf hash that the format tells', () => {
    const origin = 'varve.example/log1';
    const genesis = verifier.genesisHash(origin);
    const payload = '{"cpf":"529.982.247-25"}';
    const commit = verifier.payloadCommitment(Buffer.alloc(32, 7), payload);
    const header = verifier.canonicalize({
      v: 1, seq: 0, id: '018f0000-0000-7000-8000-000000000000', ts: '2026-11-21T00:00:00.000Z', actor: 'a1', session: 's1', trace: 't1', category: 'demo', action: 'demo.created', subject: 'x1',
      level: 'info', prev: genesis.toString('hex'), payload: { alg: 'hmac-sha256', commit, size: payload.length, enc: 'none' }
    });
    expect(genesis.toString('hex')).toBe('c784ab293cc06b9102abe37d4cf499a55262dd85aff338b7064609b8e538bf40');
    expect(commit).toBe('bcc6b7d8c3d5d32d57f659aa6358ef8ebdecacff4f1cc8242e557cb16726d002');
    expect(Buffer.byteLength(header)).toBe(409);
    expect(verifier.parseHeader(header)['seq']).toBe(0);
    expect(verifier.chainHash(genesis, header).toString('hex')).toBe('bcbb275795b595309a44be2f31d848b183f31dab382e52ea404235db153d438c');
    expect(verifier.leafHash(header).toString('hex')).toBe('ae91778d49989d5aaf5579d57a2ec7f94e31eb5d2f1519ddf651ca30775125d9');
  });
});
