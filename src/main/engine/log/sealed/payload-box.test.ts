// The bytes of encrypted payloads. The fixed values were computed with Python's `cryptography`; @noble/ciphers, which shares no code with either,
// opens what we seal with fresh chance.
import { gcm } from '@noble/ciphers/aes.js';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSystemRandom } from '../../../adapters/random.ts';
import type { Random } from '../../ports.ts';
import { sealKey, unsealKey } from './key-file.ts';
import { openPayload, sealPayload } from './payload-box.ts';

const place = { origin: 'varve.example/log1', seq: 12 };
const secret = new Uint8Array(32).fill(7);
const dayKey = new Uint8Array(32).fill(5);
const text = '{"cpf":"529.982.247-25"}';
const homeId = '0123456789abcdef0123456789abcdef';

/** Gives what it is told, in order. */
const chance = (...bytes: number[]): Random => ({ bytes: (length) => new Uint8Array(length).fill(bytes.shift() as number) });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const flip = (bytes: Uint8Array, bit: number): Uint8Array => bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));

describe('an encrypted payload', () => {
  const box = sealPayload(chance(0x0b, 0x0c), dayKey, place, secret, text);

  it('has the bytes that another library computes', () => {
    expect(hex(box.nonce)).toBe('0b'.repeat(12));
    expect(hex(box.sealed)).toBe('7e8cb57ec1f3fcefeb0f6c7e9f15915c10a0ae0dabb1c803b33991d828a3f3a593d4d2bde0771fb0');
    expect(hex(box.wrapped)).toBe('0c0c0c0c0c0c0c0c0c0c0c0cc76031334abd696940b0867bc8e3a6b1f43c96b1c3c141f6e951fe3bdd84b592a07af7f1895bf1a96b6ec81a7d0589ac');
  });

  it('opens to what was sealed, and gives the salt of its commitment', () => {
    expect(openPayload(dayKey, place, box)).toEqual({ text, salt: '07'.repeat(32) });
  });

  it('is opened by a second implementation from the description alone', () => {
    const fresh = createSystemRandom();
    const s = fresh.bytes(32);
    const kek = fresh.bytes(32);
    const sealed = sealPayload(fresh, kek, { origin: 'varve/x', seq: 1_204_551 }, s, '"São João"');
    const unwrapped = gcm(kek, sealed.wrapped.subarray(0, 12), Buffer.from('varve/wrap/v1\nvarve/x\n1204551')).decrypt(sealed.wrapped.subarray(12));
    expect(hex(unwrapped)).toBe(hex(s));
    const pseudo = createHmac('sha256', new Uint8Array(32)).update(s).digest();
    const key = createHmac('sha256', pseudo).update('varve/encrypt/v1\x01').digest();
    expect(Buffer.from(gcm(key, sealed.nonce, Buffer.from('varve/x1204551')).decrypt(sealed.sealed)).toString()).toBe('"São João"');
  });

  it('does not open after any single bit was changed', () => {
    for (const part of ['sealed', 'nonce', 'wrapped'] as const) {
      for (let bit = 0; bit < box[part].length * 8; bit++) expect(openPayload(dayKey, place, { ...box, [part]: flip(box[part], bit) })).toBeUndefined();
    }
    for (let bit = 0; bit < 256; bit++) expect(openPayload(flip(dayKey, bit), place, box)).toBeUndefined();
  });

  it('does not open at another place, in another log, cut short or empty', () => {
    expect(openPayload(dayKey, { ...place, seq: 13 }, box)).toBeUndefined();
    expect(openPayload(dayKey, { ...place, origin: 'varve.example/log' }, box)).toBeUndefined();
    for (const part of ['sealed', 'nonce', 'wrapped'] as const) {
      for (const length of [0, 1, 11, 12, 27, box[part].length - 1]) expect(openPayload(dayKey, place, { ...box, [part]: box[part].subarray(0, Math.min(length, box[part].length - 1)) })).toBeUndefined();
    }
  });
});

describe('a sealed day key', () => {
  const key = sealKey(chance(0x0d), new Uint8Array(32).fill(9), homeId, { id: 'metrics/2026-11-21', createdAt: '2026-11-21T00:00:00.000Z' }, dayKey);

  it('has the bytes that another library computes, and opens', () => {
    expect(key.sealed).toEqual({ nonce: 'DQ0NDQ0NDQ0NDQ0N', ciphertext: 'rXuL4OSzN2/MKoQmvieYPCrCswAfiF5QewUp5i2fJg7A49Ewh1DFlOaK/t9RxTaR' });
    expect(hex(unsealKey(new Uint8Array(32).fill(9), homeId, key) ?? new Uint8Array())).toBe(hex(dayKey));
  });

  it('cannot stand in for the key of another day or home', () => {
    expect(unsealKey(new Uint8Array(32).fill(9), homeId, { ...key, id: 'metrics/2026-11-22' })).toBeUndefined();
    expect(unsealKey(new Uint8Array(32).fill(9), homeId.replace('0', '1'), key)).toBeUndefined();
    expect(unsealKey(new Uint8Array(32).fill(8), homeId, key)).toBeUndefined();
  });
});
