// Verifier keys of C2SP signed notes: `<name>+<key id, 8 hex>+<base64(type || public key)>`. The id is a label that anybody can match;
// what is trusted is the whole key, pinned outside the file that is checked.
import { createHash } from 'node:crypto';
import { bad } from './bad-note.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import { readPlainText } from './plain-text.ts';

/** 0x01 signs notes, 0x04 is a witness's cosignature (Ed25519 both). No other type is needed, so no other is taken. */
export const keyTypes = { note: 0x01, cosignature: 0x04 } as const;
export type KeyType = (typeof keyTypes)[keyof typeof keyTypes];

export interface Vkey {
  name: string;
  /** The first four bytes of the key's hash, as an unsigned number. */
  keyId: number;
  type: KeyType;
  /** 32 bytes. */
  publicKey: Uint8Array;
}

const limitBytes = 4096;

/** Not empty, no white space, no `+`. Throws BadNote (`key-name`). */
export function checkKeyName(name: string): void {
  if (name === '' || /[\p{White_Space}+]/u.test(name)) bad('key-name', 'a key name is not empty and has no white space and no "+"');
}

export function keyIdOf(name: string, type: KeyType, publicKey: Uint8Array): number {
  return createHash('sha256').update(name, 'utf8').update(Uint8Array.of(0x0a, type)).update(publicKey).digest().readUInt32BE(0);
}

export function makeVkey(name: string, publicKey: Uint8Array, type: KeyType = keyTypes.note): Vkey {
  checkKeyName(readPlainText(name, limitBytes));
  if (publicKey.length !== 32) bad('key-type', `a public key is 32 bytes, not ${publicKey.length}`);
  return { name, type, publicKey, keyId: keyIdOf(name, type, publicKey) };
}

/** The text of a verifier key. Throws BadNote for a name that cannot be one. */
export function formatVkey(name: string, publicKey: Uint8Array, type: KeyType = keyTypes.note): string {
  const { keyId } = makeVkey(name, publicKey, type);
  return `${name}+${formatKeyId(keyId)}+${encodeBase64(Buffer.concat([Uint8Array.of(type), publicKey]))}`;
}

export function formatKeyId(keyId: number): string {
  return keyId.toString(16).padStart(8, '0');
}

/** Throws BadNote unless the text is exactly what `formatVkey` writes for a key of a type we know. */
export function parseVkey(input: string): Vkey {
  const text = readPlainText(input, limitBytes);
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  if (first < 0 || second < 0) bad('shape', 'a verifier key is a name, a key id and a key, with "+" between them');
  const [name, idText] = [text.slice(0, first), text.slice(first + 1, second)];
  checkKeyName(name);
  if (!/^[0-9a-f]{8}$/.test(idText)) bad('key-id', 'a key id is 8 hexadecimal digits in lower case');
  const key = decodeBase64(text.slice(second + 1), 'the key');
  const type = key[0];
  if (type !== keyTypes.note && type !== keyTypes.cosignature) bad('key-type', 'a key of a type that is not used here');
  if (key.length !== 33) bad('key-type', `a public key is 32 bytes, not ${key.length - 1}`);
  const vkey = makeVkey(name, key.slice(1), type);
  if (formatKeyId(vkey.keyId) !== idText) bad('key-id', 'the key id is not the one of this name and key');
  return vkey;
}
