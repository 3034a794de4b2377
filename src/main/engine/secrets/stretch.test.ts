import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { stretch, stretchAhead } from './stretch.ts';

const cost = { salt: Buffer.from('salt').toString('base64'), N: 1024, r: 8, p: 1 };
const expected = (passphrase: string, salt = 'salt'): string => scryptSync(passphrase, salt, 32, { N: 1024, r: 8, p: 1 }).toString('hex');
const hex = async (key: Promise<Uint8Array>): Promise<string> => Buffer.from(await key).toString('hex');

describe('a passphrase', () => {
  it('is stretched by scrypt, in one form however it was typed', async () => {
    expect(await hex(stretch('caf\u00e9', cost))).toBe(expected('caf\u00e9'));
    expect(await hex(stretch('cafe\u0301', cost))).toBe(expected('caf\u00e9'));
  });

  it('gives the same key when it was begun ahead, and its own when something else was', async () => {
    stretchAhead('words', cost);
    expect(await hex(stretch('words', cost))).toBe(expected('words'));
    stretchAhead('words', cost);
    expect(await hex(stretch('other words', cost))).toBe(expected('other words'));
    stretchAhead('words', cost);
    expect(await hex(stretch('words', { ...cost, salt: Buffer.from('pepper').toString('base64') }))).toBe(expected('words', 'pepper'));
  });

  it('that cannot be stretched is told to who asks, not to who began', async () => {
    const bad = { ...cost, N: 1000 };
    stretchAhead('words', bad);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(stretch('words', bad)).rejects.toThrow(/scrypt|param/i);
  });
});
