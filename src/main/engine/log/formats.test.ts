// The bytes of the record, judged by vectors nobody here wrote (fixtures) and by the worked example of the format.
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isVarveError } from '../kit/errors.ts';
import { createHasher, genesisHash } from './hash.ts';
import { leafHash } from './merkle/hash.ts';
import { formatHeader, parseHeader, type HeaderFields } from './header.ts';
import { canonicalize, NotCanonical } from './jcs.ts';
import { parseIJson } from './json-text.ts';
import { canonicalPayload } from './payload.ts';
import { createSeededRandom } from './testing.ts';

const fixtures = join(process.env['VARVE_FIXTURES'] ?? resolve(import.meta.dirname, '../../../../../shared/fixtures'), 'evidence');
const present = existsSync(fixtures);
if (!present) console.log(`skipped: no fixtures at ${fixtures}; set VARVE_FIXTURES`);

const refused = (work: () => unknown): boolean => {
  try {
    work();
    return false;
  } catch (error) {
    if (isVarveError(error) && error.code === 'EVENT_REFUSED') return true;
    throw error;
  }
};

describe('the worked example of the format', () => {
  const hasher = createHasher();
  const genesis = genesisHash('varve.example/log1');
  const payload = canonicalPayload({ cpf: '529.982.247-25' });
  const commit = hasher.commit('07'.repeat(32), payload.text);
  const fields: HeaderFields = {
    seq: 0, id: '018f0000-0000-7000-8000-000000000000', ts: '2026-11-21T00:00:00.000Z', actor: 'a1', session: 's1', trace: 't1', category: 'demo' as never, action: 'demo.created',
    subject: 'x1', level: 'info', prev: genesis, payload: { commit, size: payload.sizeBytes, enc: 'none' }
  };
  const header = formatHeader(fields);

  it('gives the genesis hash of its origin', () => expect(genesis).toBe('c784ab293cc06b9102abe37d4cf499a55262dd85aff338b7064609b8e538bf40'));
  it('gives the commitment to its payload', () => expect(commit).toBe('bcc6b7d8c3d5d32d57f659aa6358ef8ebdecacff4f1cc8242e557cb16726d002'));
  it('gives a header of 409 canonical bytes with its chain hash and leaf hash', () => {
    expect(Buffer.byteLength(header)).toBe(409);
    expect(canonicalize(JSON.parse(header))).toBe(header);
    expect(hasher.chain(genesis, header)).toBe('bcbb275795b595309a44be2f31d848b183f31dab382e52ea404235db153d438c');
    expect(Buffer.from(leafHash(header)).toString('hex')).toBe('ae91778d49989d5aaf5579d57a2ec7f94e31eb5d2f1519ddf651ca30775125d9');
  });
  it('is read back field by field once its category is one of ours', () => {
    expect(parseHeader(header)).toBeUndefined();
    const ours = formatHeader({ ...fields, category: 'note' });
    expect(parseHeader(ours)).toEqual({ ...fields, category: 'note' });
    expect(parseHeader(`${ours} `)).toBeUndefined();
    expect(parseHeader(ours.replace('"v":1', '"v":2'))).toBeUndefined();
    expect(parseHeader(ours.replace('"size":24', '"size":024'))).toBeUndefined();
  });
});

describe('hashes', () => {
  it('commit as HKDF and HMAC of the crypto library do (seed 11)', () => {
    const random = createSeededRandom(11);
    const hasher = createHasher();
    for (let i = 0; i < 300; i++) {
      const salt = Buffer.from(random.bytes(32));
      const text = JSON.stringify('é'.repeat(i * 37) + Buffer.from(random.bytes(i)).toString('hex'));
      const key = Buffer.from(hkdfSync('sha256', salt, Buffer.alloc(0), 'varve/commit/v1', 32));
      expect(hasher.commit(salt.toString('hex'), text)).toBe(createHmac('sha256', key).update('varve/payload/v1\n').update(text).digest('hex'));
    }
  });
  it('chain over the raw bytes of the previous hash', () => {
    const previous = createHash('sha256').update('x').digest();
    const expected = createHash('sha256').update('varve/chain/v1\n').update(previous).update('{"ç":1}').digest('hex');
    expect(createHasher().chain(previous.toString('hex'), '{"ç":1}')).toBe(expected);
  });
  it('refuse a salt that is not 32 bytes', () => expect(() => createHasher().commit('07'.repeat(31), '1')).toThrow(TypeError));
});

describe('canonical JSON', () => {
  it.runIf(present)('gives the published bytes for every published pair', () => {
    for (const name of readdirSync(join(fixtures, 'jcs/input'))) {
      const input = readFileSync(join(fixtures, 'jcs/input', name));
      const expected = Buffer.from(readFileSync(join(fixtures, 'jcs/outhex', name.replace('.json', '.txt')), 'utf8').replaceAll(/\s/g, ''), 'hex');
      expect(Buffer.from(canonicalize(JSON.parse(input.toString('utf8')))), name).toEqual(expected);
    }
  });
  it.runIf(present)('prints the first thousand published numbers', () => {
    const file = readFileSync(join(fixtures, 'jcs/numbers-1000.csv'));
    expect(createHash('sha256').update(file).digest('hex')).toBe('be18b62b6f69cdab33a7e0dae0d9cfa869fda80ddc712221570f9f40a5878687');
    const lines = file.toString('utf8').trim().split('\n');
    expect(lines).toHaveLength(1000);
    for (const line of lines) {
      const [bits = '', text] = line.split(',');
      expect(canonicalize(Buffer.from(bits.padStart(16, '0'), 'hex').readDoubleBE(0)), bits).toBe(text);
    }
  });
  it('agrees with the canonicalize package on parsed values', async () => {
    const { default: judge } = await import('canonicalize');
    const values: unknown[] = [[56, { d: true, 10: null, 1: [] }], { '\u{1F602}': 1, '\uFB33': 2, '': 3, '\u0000\u001f\u007f\u2028"\\/': 'x' }, [JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, -0, 1e21, 1e-7], JSON.parse('{"__proto__":{"b":1,"a":2}}')];
    for (const value of values) expect(canonicalize(value)).toBe(judge(value));
  });
  it.each([
    ['NaN', Number.NaN],
    ['Infinity', [Number.POSITIVE_INFINITY]],
    ['undefined member', { a: undefined }],
    ['hole in an array', [1, , 2]], // eslint-disable-line no-sparse-arrays
    ['function', { a: () => 1 }],
    ['BigInt', 1n],
    ['Date', new Date(0)],
    ['Map', new Map()],
    ['lone surrogate', ['\ud800']],
    ['lone surrogate in a key', { '\udc00': 1 }]
  ])('refuses %s', (_name, value) => expect(() => canonicalize(value)).toThrow(NotCanonical));
  it('refuses a value that contains itself', () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => canonicalize(loop)).toThrow(NotCanonical);
  });
});

describe('payloads', () => {
  it('may be any I-JSON value', () => {
    for (const value of [null, 0, '', 'x', [], {}, { 'Φ': 0.42 }, 1e300, -0]) expect(refused(() => canonicalPayload(value))).toBe(false);
  });
  it('may be 256 KiB and not a byte more', () => {
    expect(canonicalPayload('x'.repeat(256 * 1024 - 2)).sizeBytes).toBe(256 * 1024);
    expect(refused(() => canonicalPayload('x'.repeat(256 * 1024 - 1)))).toBe(true);
    expect(refused(() => canonicalPayload('é'.repeat(128 * 1024)))).toBe(true);
  });
  it('may be 64 levels deep and not one more', () => {
    const nest = (levels: number): unknown => (levels === 0 ? 1 : [nest(levels - 1)]);
    expect(refused(() => canonicalPayload(nest(64)))).toBe(false);
    expect(refused(() => canonicalPayload(nest(65)))).toBe(true);
  });
  it('name the place of what is refused', () => {
    expect(() => canonicalPayload({ a: [{ 'b/c': 2 ** 53 }] })).toThrow(/payload\/a\/0\/b~1c .*string/);
  });
});

describe('JSON text', () => {
  it.runIf(present)('is accepted and refused as the JSON test suite demands', () => {
    const suite = JSON.parse(readFileSync(join(fixtures, 'json-test-suite/test_parsing.json'), 'utf8')) as { cases: Record<string, string> };
    const names = Object.keys(suite.cases);
    expect(names.length).toBeGreaterThan(300);
    const duplicateKeys = new Set(['y_object_duplicated_key.json', 'y_object_duplicated_key_and_value.json']);
    for (const name of names) {
      const bytes = Buffer.from(suite.cases[name] ?? '', 'base64');
      if (name.startsWith('y_') && !duplicateKeys.has(name)) {
        expect(refused(() => parseIJson(bytes)), name).toBe(false);
        expect(parseIJson(bytes), name).toEqual(JSON.parse(bytes.toString('utf8')));
      } else if (name.startsWith('n_') || duplicateKeys.has(name)) expect(refused(() => parseIJson(bytes)), name).toBe(true);
      else refused(() => parseIJson(bytes)); // free, but never another kind of failure
    }
    for (const deep of ['['.repeat(100_000), '[{"":'.repeat(50_000) + '\n']) expect(refused(() => parseIJson(deep))).toBe(true);
  });
  it.runIf(present)('has one written answer for every ambiguous text', () => {
    const suite = JSON.parse(readFileSync(join(fixtures, 'json-test-suite/test_transform.json'), 'utf8')) as { cases: Record<string, string> };
    const accepted = new Map([
      ['number_1.0.json', '[1]'],
      ['number_1.000000000000000005.json', '[1]'],
      ['number_1000000000000000.json', '[1000000000000000]'],
      ['number_1e-999.json', '[0]'],
      ['number_1e6.json', '[1000000]'],
      ['object_key_nfc_nfd.json', '{"e\u0301":"NFD","\u00e9":"NFC"}'],
      ['object_key_nfd_nfc.json', '{"e\u0301":"NFD","\u00e9":"NFC"}'],
      ['string_with_escaped_NULL.json', '["A\\u0000B"]']
    ]);
    for (const [name, text] of Object.entries(suite.cases)) {
      const bytes = Buffer.from(text, 'base64');
      const expected = accepted.get(name);
      if (expected === undefined) expect(refused(() => parseIJson(bytes)), name).toBe(true);
      else expect(canonicalPayload(parseIJson(bytes)).text, name).toBe(expected);
    }
  });
  it.each([
    ['a key twice', '{"a":1,"a":1}'],
    ['a key twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a byte order mark', '\ufeff{}'],
    ['a number that becomes infinite', '[1e400]'],
    ['an integer beyond 2^53 - 1', '[9007199254740993]'],
    ['an escaped lone surrogate', '["\\ud800"]'],
    ['nothing', ''],
    ['two values', '1 2']
  ])('with %s is refused', (_name, text) => expect(refused(() => parseIJson(text))).toBe(true));
  it('that is not UTF-8 is refused', () => expect(refused(() => parseIJson(Uint8Array.of(0x22, 0xff, 0x22)))).toBe(true));
  it('keeps __proto__ as an ordinary key', () => {
    const value = parseIJson('{"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(canonicalize(value)).toBe('{"__proto__":{"polluted":true}}');
  });
});
