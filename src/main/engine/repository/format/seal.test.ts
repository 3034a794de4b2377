import { createCipheriv, randomBytes } from 'node:crypto';
import { poly1305 } from '@noble/ciphers/_poly1305.js';
import { describe, expect, it } from 'vitest';
import { createPoly1305 } from './poly1305.ts';
import { createMasterKey, encodeMasterKey, parseMasterKey, SealError, Sealer, type MasterKey } from './seal.ts';
import { DamagedError } from './damaged.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const constant = (byte: number) => (length: number) => new Uint8Array(length).fill(byte);
const counting: MasterKey = { encrypt: Buffer.from(Array.from({ length: 32 }, (_, i) => i)), macK: Buffer.from(Array.from({ length: 16 }, (_, i) => 32 + i)), macR: Buffer.from(Array.from({ length: 16 }, (_, i) => 48 + i)) };

const vectors = [
  ['f3f6', '851fc40c3467ac0be05cc20404f3f700', 'ec074c835580741701425b623235add6', 'fb447350c4e868c52ac3275cf9d4327e', 'f4c633c3044fc145f84f335cb81953de'],
  ['', 'a0f3080000f46400d0c7e9076c834403', '75deaa25c09f208e1dc4ce6b5cad3fbf', '61ee09218d29b0aaed7e154a2c5509cc', 'dd3fab2251f11ac759f0887129cc2ee7'],
  ['663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136', '48443d0bb0d21109c89a100b5ce2c208', '6acb5f61a7176dd320c5c1eb2edcdc74', 'ae212a55399729595dea458bc621ff0e', '0ee1c16bb73f0f4fd19881753c01cdbe'],
  ['ab0812724a7f1e342742cbed374d94d136c6b8795d45b3819830f2c04491faf0990c62e48b8018b2c3e4a0fa3134cb67fa83e158c994d961c4cb21095c1bf9', '12976a08c4426d0ce8a82407c4f48207', 'e1a5668a4d5b66a5f68cc5424ed5982d', '9ae831e743978d3a23527c7128149e3a', '5154ad0d2cb26e01274fc51148491f1b']
] as const;

describe.each([{ wasm: true }, { wasm: false }])('Poly1305 with $wasm WebAssembly', (options) => {
  it("gives Bernstein's vectors of Poly1305-AES", () => {
    for (const [message, r, k, nonce, tag] of vectors) {
      const s = createCipheriv('aes-128-ecb', hex(k), null).setAutoPadding(false).update(hex(nonce));
      expect(Buffer.from(createPoly1305(options).tag(Buffer.concat([hex(r), s]), hex(message))).toString('hex')).toBe(tag);
    }
  });

  it('agrees with another implementation for every short length, long ones and extreme values', () => {
    const poly = createPoly1305(options);
    const lengths = [...Array.from({ length: 70 }, (_, i) => i), 65_535, 65_536, 65_537, 131_088, 200_001];
    for (const length of lengths) {
      for (const [key, message] of [
        [randomBytes(32), randomBytes(length)],
        [Buffer.alloc(32, 0xff), Buffer.alloc(length, 0xff)]
      ] as const) {
        expect(Buffer.from(poly.tag(key, message))).toEqual(Buffer.from(poly1305(message, key)));
      }
    }
  });

  it('reduces sums at and just above 2^130 - 5', () => {
    const poly = createPoly1305(options);
    const key = Buffer.alloc(32);
    key[0] = 1;
    for (const tail of ['fbffffffffffffffffffffffffffffff', 'fcffffffffffffffffffffffffffffff', 'faffffffffffffffffffffffffffffff', 'ffffffffffffffffffffffffffffffff']) {
      const message = Buffer.concat([Buffer.alloc(16, 0xff), hex(tail), hex('00000000000000000000000000000080'), Buffer.alloc(16, 0xff)]);
      expect(Buffer.from(poly.tag(key, message))).toEqual(Buffer.from(poly1305(message, key)));
    }
  });
});

describe('sealed bytes', () => {
  it('have the known form', () => {
    expect(new Sealer(counting, constant(0x41)).seal(Buffer.from('hello')).toString('hex')).toBe('414141414141414141414141414141411ac8cf0a2b9625001267e5b49d58613c45240caf95');
    expect(new Sealer(counting, constant(0x42)).seal(Buffer.alloc(0)).toString('hex')).toBe('424242424242424242424242424242425299c71cbdbf5f4c396a3cc3273ec5b2');
  });

  it("open restic's own sample", () => {
    const key = { encrypt: hex('303e8687b1d7db18421bdc6bb8588ccadac4d59ee87b8ff70c44e635790cafef'), macK: hex('ef4d8824cb80b2bcc5fbff8a9b12a42c'), macR: hex('cc8d4b948ee0ebfe1d415de921d10353') };
    const sealed = hex('69fb41c62d12def4593bd71757138606338f621aeaeb39da0fe4f99233f8037a54ea63338a813bcf3f75d8c3cc75dddf8750');
    expect(new Sealer(key, constant(1)).open(sealed).toString()).toBe('Dies ist ein Test!');
  });

  it.each([0, 1, 15, 16, 17, 1000, 16_383, 16_384, 16_385, 100_000])('equal AES-256-CTR and come back, for %i bytes', (length) => {
    const plain = randomBytes(length);
    for (const wasm of [true, false]) {
      const sealer = new Sealer(counting, (n) => randomBytes(n), { wasm });
      const sealed = sealer.seal(plain);
      expect(sealed.length).toBe(length + sealer.overhead);
      expect(sealed.subarray(16, -16)).toEqual(createCipheriv('aes-256-ctr', counting.encrypt, sealed.subarray(0, 16)).update(plain));
      expect(sealer.open(sealed)).toEqual(plain);
    }
  });

  it('carry the counter through all 128 bits', () => {
    for (const iv of ['ffffffffffffffffffffffffffffffff', '000000000000000000000000ffffffff', '000000000000000000000001fffffffd', '0000000000000000ffffffffffffffff']) {
      const plain = randomBytes(100);
      const sealed = new Sealer(counting, (n) => Buffer.alloc(n, hex(iv))).seal(plain);
      expect(sealed.subarray(16, -16)).toEqual(createCipheriv('aes-256-ctr', counting.encrypt, hex(iv)).update(plain));
    }
  });

  it('never reuse an IV and never use the zero IV', () => {
    let calls = 0;
    const sealer = new Sealer(counting, (n) => (calls++ === 0 ? Buffer.alloc(n) : randomBytes(n)));
    const ivs = new Set(Array.from({ length: 600 }, () => sealer.seal(Buffer.alloc(0)).toString('hex', 0, 16)));
    expect(ivs.size).toBe(600);
    expect(ivs.has('00'.repeat(16))).toBe(false);
    expect(() => new Sealer(counting, (n) => Buffer.alloc(n)).seal(Buffer.alloc(1))).toThrow(RangeError);
  });

  it('do not open when any bit differs, when cut, or with a zero IV', () => {
    const sealer = new Sealer(counting, constant(9));
    const sealed = sealer.seal(Buffer.from('evidence'));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => sealer.open(changed)).toThrow(SealError);
    }
    for (let length = 0; length < sealed.length; length++) expect(() => sealer.open(sealed.subarray(0, length))).toThrow(SealError);
    expect(() => sealer.open(Buffer.alloc(40))).toThrow(SealError);
  });

  it('are written into a larger buffer in place', () => {
    const sealer = new Sealer(counting, constant(0x41));
    const target = Buffer.alloc(50, 0xee);
    expect(sealer.sealInto(Buffer.from('hello'), target, 7)).toBe(37);
    expect(target.subarray(7, 44).toString('hex')).toBe('414141414141414141414141414141411ac8cf0a2b9625001267e5b49d58613c45240caf95');
    expect([target[6], target[44]]).toEqual([0xee, 0xee]);
    expect(() => sealer.sealInto(Buffer.from('hello'), target, 14)).toThrow(RangeError);
    const opened = Buffer.alloc(7, 0xee);
    expect(sealer.openInto(target.subarray(7, 44), opened)).toBe(5);
    expect(opened.toString('latin1')).toBe('hello\xee\xee');
    expect(() => sealer.openInto(target.subarray(7, 44), Buffer.alloc(4))).toThrow(RangeError);
  });
});

describe('master keys', () => {
  it('survive their JSON and are refused when zero, short or no JSON', () => {
    expect(parseMasterKey(encodeMasterKey(counting))).toEqual(counting);
    expect(encodeMasterKey(counting).toString()).toMatch(/^\{"mac":\{"k":"[^"]{24}","r":"[^"]{24}"\},"encrypt":"[^"]{44}"\}$/);
    const zero = Buffer.alloc(16);
    expect(() => encodeMasterKey({ ...counting, macK: zero })).toThrow(DamagedError);
    for (const text of ['', '{', 'null', '[]', '{}', '{"mac":null,"encrypt":"AA=="}', encodeMasterKey(counting).toString().replace('"k":"', '"k":"A')]) expect(() => parseMasterKey(Buffer.from(text))).toThrow(DamagedError);
    expect(() => createMasterKey((n) => Buffer.alloc(n))).toThrow(DamagedError);
  });

  it('never show their bytes in an error', () => {
    const text = encodeMasterKey(counting).toString();
    expect(() => parseMasterKey(Buffer.from(text.slice(0, -2)))).toThrow(expect.toSatisfy((error: Error) => error.cause === undefined && !/AAEC|ICEi|"mac"/.test(error.message)));
  });
});
