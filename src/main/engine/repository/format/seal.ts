// Sealed bytes (restic design, "Keys, Encryption and MAC"): IV(16) || AES-256-CTR ciphertext || Poly1305-AES MAC(16) of the
// ciphertext. The IV is at once counter start and nonce: always fresh randomness. Synchronous; one Sealer per thread.
import { createCipheriv, timingSafeEqual, type Cipheriv } from 'node:crypto';
import { DamagedError } from './damaged.ts';
import { decodeBase64, parseJson } from './go-json.ts';
import type { RandomBytes } from './ids.ts';
import { createPoly1305, type Poly1305 } from './poly1305.ts';
import { release } from './release.ts';

/** The keys all of a repository's files are sealed with. Plain bytes, so that it can be posted to worker threads. */
export interface MasterKey {
  /** 32 bytes, AES-256. */
  encrypt: Uint8Array;
  /** 16 bytes, AES-128 of the MAC. */
  macK: Uint8Array;
  /** 16 bytes, Poly1305's r, as stored (not clamped). */
  macR: Uint8Array;
}

/** The seal does not hold: wrong key, or changed bytes. */
export class SealError extends DamagedError {}

export const sealOverheadBytes = 32;
const ivBytes = 16;
const macBytes = 16;
// Below this a new cipher object costs more than the encryption itself.
const shortBytes = 16 * 1024;
const ivPoolBytes = 4096;
/** A long input passes the cipher in pieces of this size. */
const pieceBytes = 64 * 1024;

export class Sealer {
  /** Bytes a seal adds. */
  readonly overhead = sealOverheadBytes;
  readonly #encrypt: Uint8Array;
  readonly #randomBytes: RandomBytes;
  readonly #poly: Poly1305;
  readonly #nonceCipher: Cipheriv;
  readonly #blockCipher: Cipheriv;
  readonly #oneTimeKey = Buffer.alloc(32);
  readonly #words = new Uint32Array(shortBytes / 4);
  readonly #counters = new Uint8Array(this.#words.buffer);
  #ivs: Uint8Array = new Uint8Array(0);
  #ivAt = 0;

  constructor(key: MasterKey, randomBytes: RandomBytes, options: { wasm?: boolean } = {}) {
    checkKey(key);
    this.#encrypt = key.encrypt;
    this.#randomBytes = randomBytes;
    this.#poly = createPoly1305(options);
    this.#nonceCipher = createCipheriv('aes-128-ecb', key.macK, null).setAutoPadding(false);
    this.#blockCipher = createCipheriv('aes-256-ecb', key.encrypt, null).setAutoPadding(false);
    this.#oneTimeKey.set(key.macR, 0);
  }

  seal(plain: Uint8Array): Buffer {
    const sealed = Buffer.allocUnsafe(plain.length + sealOverheadBytes);
    this.sealInto(plain, sealed, 0);
    return sealed;
  }

  /** Seals into `target` from `offset` on and returns the bytes written (`plain.length + overhead`). The two must not overlap. */
  sealInto(plain: Uint8Array, target: Uint8Array, offset: number): number {
    const end = offset + plain.length + sealOverheadBytes;
    if (end > target.length) throw new RangeError('no room for the sealed bytes');
    const iv = this.#nextIv();
    target.set(iv, offset);
    this.#crypt(iv, plain, target, offset + ivBytes);
    target.set(this.#mac(iv, target.subarray(offset + ivBytes, end - macBytes)), end - macBytes);
    return plain.length + sealOverheadBytes;
  }

  /** The plaintext. Throws SealError, before anything is decrypted, when the seal does not hold. */
  open(sealed: Uint8Array): Buffer {
    const plain = Buffer.allocUnsafe(Math.max(0, sealed.length - sealOverheadBytes));
    this.openInto(sealed, plain);
    return plain;
  }

  /** As `open`, but the plaintext goes to the beginning of `target`, which must not overlap; returns its length. */
  openInto(sealed: Uint8Array, target: Uint8Array): number {
    if (sealed.length < sealOverheadBytes) throw new SealError(`sealed bytes are cut off: ${sealed.length}`);
    const iv = sealed.subarray(0, ivBytes);
    if (isZero(iv)) throw new SealError('sealed bytes with an all-zero IV');
    const ciphertext = sealed.subarray(ivBytes, sealed.length - macBytes);
    if (!timingSafeEqual(this.#mac(iv, ciphertext), sealed.subarray(sealed.length - macBytes))) throw new SealError('the message authentication code does not match');
    if (ciphertext.length > target.length) throw new RangeError('no room for the plaintext');
    this.#crypt(iv, ciphertext, target, 0);
    return ciphertext.length;
  }

  #nextIv(): Uint8Array {
    for (let tries = 0; tries < ivPoolBytes; tries++) {
      if (this.#ivAt + ivBytes > this.#ivs.length) {
        this.#ivs = this.#randomBytes(ivPoolBytes);
        this.#ivAt = 0;
      }
      const iv = this.#ivs.subarray(this.#ivAt, this.#ivAt + ivBytes);
      this.#ivAt += ivBytes;
      if (iv.length === ivBytes && !isZero(iv)) return iv;
    }
    throw new RangeError('the source of randomness gives nothing but zeros');
  }

  #mac(iv: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    this.#oneTimeKey.set(this.#nonceCipher.update(iv), 16);
    return this.#poly.tag(this.#oneTimeKey, ciphertext);
  }

  /**
   * AES-256-CTR, which is its own inverse, into `target` from `offset` on. Short inputs go through one long-lived ECB cipher that is fed
   * counter blocks; long ones pass in pieces, so that what the cipher allocates stays small whatever the blob.
   */
  #crypt(iv: Uint8Array, input: Uint8Array, target: Uint8Array, offset: number): void {
    const blocks = (input.length + 15) >>> 4;
    const last = ((iv[12] as number) * 0x1000000 + ((iv[13] as number) << 16) + ((iv[14] as number) << 8) + (iv[15] as number)) >>> 0;
    if (input.length > shortBytes || last + blocks > 0xffff_ffff) {
      const cipher = createCipheriv('aes-256-ctr', this.#encrypt, iv);
      for (let at = 0; at < input.length; at += pieceBytes) {
        const piece = cipher.update(input.subarray(at, at + pieceBytes));
        target.set(piece, offset + at);
        release(piece);
      }
      return;
    }
    const words = this.#words;
    const view = new DataView(iv.buffer, iv.byteOffset, ivBytes);
    const first = view.getUint32(0, littleEndian);
    const second = view.getUint32(4, littleEndian);
    const third = view.getUint32(8, littleEndian);
    for (let i = 0, at = 0; i < blocks; i++, at += 4) {
      words[at] = first;
      words[at + 1] = second;
      words[at + 2] = third;
      words[at + 3] = littleEndian ? swapped(last + i) : last + i;
    }
    const stream = this.#blockCipher.update(this.#counters.subarray(0, blocks * 16));
    // The counters have done their work: their place, which is aligned, now takes the input. Four bytes at a time.
    this.#counters.set(input);
    const streamWords = stream.byteOffset % 4 === 0 ? new Uint32Array(stream.buffer, stream.byteOffset, blocks * 4) : new Uint32Array(Uint8Array.from(stream).buffer);
    for (let i = 0; i < streamWords.length; i++) words[i] = (words[i] as number) ^ (streamWords[i] as number);
    target.set(this.#counters.subarray(0, input.length), offset);
  }
}

const littleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function swapped(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

function checkKey(key: MasterKey): void {
  if (key.encrypt.length !== 32 || key.macK.length !== 16 || key.macR.length !== 16) throw new DamagedError('a key of the wrong length');
  if (isZero(key.encrypt) || isZero(key.macK) || isZero(key.macR)) throw new DamagedError('an all-zero key');
}

/** The master key in the JSON of an opened key file: `{"mac":{"k","r"},"encrypt"}`, base64. */
export function parseMasterKey(json: Uint8Array): MasterKey {
  const root = parseJson(json, 'master key') as { mac?: { k?: unknown; r?: unknown } | null; encrypt?: unknown } | null;
  const key = { encrypt: keyBytes(root?.encrypt), macK: keyBytes(root?.mac?.k), macR: keyBytes(root?.mac?.r) };
  checkKey(key);
  return key;
}

function keyBytes(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw new DamagedError('master key without all of its parts');
  return decodeBase64(value, 'master key');
}

export function encodeMasterKey(key: MasterKey): Buffer {
  checkKey(key);
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  return Buffer.from(`{"mac":{"k":"${text(key.macK)}","r":"${text(key.macR)}"},"encrypt":"${text(key.encrypt)}"}`);
}

/** A new key for a new repository. */
export function createMasterKey(random: RandomBytes): MasterKey {
  const key = { encrypt: random(32), macK: random(16), macR: random(16) };
  checkKey(key);
  return key;
}
