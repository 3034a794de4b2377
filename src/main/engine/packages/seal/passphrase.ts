// The passphrase of a sealed file: age's scrypt stanza, with Node's own scrypt, which is ten times faster than the age library's.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import type { Stanza } from 'age-encryption';
import type { Passphrase } from '../archive/model.ts';

const tagBytes = 16;
const noNonce = Buffer.alloc(12);

function keyOf(passphrase: Passphrase, salt: Uint8Array, work: number): Buffer {
  const N = 2 ** work;
  // The same characters are the same passphrase, however they were typed.
  return scryptSync(passphrase.normalize('NFC'), Buffer.concat([Buffer.from('age-encryption.org/v1/scrypt'), salt]), 32, { N, r: 8, p: 1, maxmem: 129 * 8 * N + (1 << 20) });
}

/** `work`: log2 of scrypt's N. */
export function recipientOf(passphrase: Passphrase, work: number, AgeStanza: typeof Stanza): { wrapFileKey(fileKey: Uint8Array): Stanza[] } {
  return {
    wrapFileKey(fileKey) {
      const salt = randomBytes(16);
      const cipher = createCipheriv('chacha20-poly1305', keyOf(passphrase, salt, work), noNonce, { authTagLength: tagBytes });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new AgeStanza(['scrypt', unpadded(salt), String(work)], body)];
    }
  };
}

/** The file's key; null when it is another passphrase. The caller has looked at the stanza's work before. */
export function identityOf(passphrase: Passphrase): { unwrapFileKey(stanzas: Stanza[]): Uint8Array | null } {
  return {
    unwrapFileKey([stanza]) {
      if (stanza === undefined) return null;
      const salt = Buffer.from(stanza.args[1] ?? '', 'base64');
      if (salt.length !== 16 || unpadded(salt) !== stanza.args[1] || stanza.body.length !== 16 + tagBytes) throw new Error('invalid scrypt stanza');
      const decipher = createDecipheriv('chacha20-poly1305', keyOf(passphrase, salt, Number(stanza.args[2])), noNonce, { authTagLength: tagBytes });
      decipher.setAuthTag(stanza.body.subarray(16));
      const fileKey = decipher.update(stanza.body.subarray(0, 16));
      try {
        decipher.final();
      } catch {
        return null;
      }
      return fileKey;
    }
  };
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
