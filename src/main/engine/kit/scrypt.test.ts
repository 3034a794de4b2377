import { randomBytes, scryptSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { scrypt } from './scrypt.ts';

// RFC 7914, section 12.
it.each([
  ['', '', { N: 16, r: 1, p: 1 }, '77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906'],
  ['password', 'NaCl', { N: 1024, r: 8, p: 16 }, 'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640'],
  ['pleaseletmein', 'SodiumChloride', { N: 16_384, r: 8, p: 1 }, '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887']
])('gives the published result for %j', (password, salt, cost, expected) => {
  for (const simd of [true, false]) expect(scrypt(Buffer.from(password), Buffer.from(salt), 64, cost, { simd }).toString('hex')).toBe(expected);
});

it('agrees with the system for every number of lanes, block size and length', () => {
  for (const p of [1, 2, 3, 5]) {
    for (const r of [1, 3, 8, 17]) {
      for (const N of [2, 4, 256]) {
        const [password, salt, length] = [randomBytes(p * r), randomBytes(64), 16 + r * p];
        expect(scrypt(password, salt, length, { N, r, p }).equals(scryptSync(password, salt, length, { N, r, p }))).toBe(true);
      }
    }
  }
});
