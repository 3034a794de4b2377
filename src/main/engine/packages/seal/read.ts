// Opens what is sealed in the age format with a passphrase, at any place: its content is cut into pieces of 64 KiB, each sealed by itself, so that a
// zip in it can be read from its end without a plain copy on the disk. The header is read by the age library; the pieces, here, by Node's own cipher.
import { createDecipheriv, hkdfSync } from 'node:crypto';
import { fail } from '../../kit/errors.ts';
import type { Passphrase } from '../archive/model.ts';
import { refuse } from '../archive/refuse.ts';
import type { ByteSource } from '../archive/source.ts';
import { identityOf } from './passphrase.ts';

const magic = 'age-encryption.org/v1\n';
/** A header for a passphrase takes 150 bytes. */
const longestHeader = 4096;
const pieceBytes = 65_536;
const tagBytes = 16;
/** log2 of scrypt's N: 20 is a gigabyte of memory and some seconds. */
const highestWork = 20;

export function isSealed(source: ByteSource): boolean {
  return Buffer.from(source.read(0, magic.length)).toString('latin1') === magic;
}

/** The plain bytes. Throws PACKAGE_WRONG_PASSPHRASE, and PACKAGE_REFUSED for a damaged one, whenever a damaged piece is read. */
export async function openSealed(source: ByteSource, path: string, passphrase: Passphrase): Promise<ByteSource> {
  const header = headerOf(source, path);
  const fileKey = await fileKeyOf(header, path, passphrase);
  const nonce = source.read(header.length, 16);
  const from = header.length + 16;
  const sealedBytes = source.size - from;
  const pieces = Math.ceil(sealedBytes / (pieceBytes + tagBytes));
  const last = sealedBytes - (pieces - 1) * (pieceBytes + tagBytes);
  if (nonce.length < 16 || pieces < 1 || last < tagBytes || (last === tagBytes && pieces > 1)) refuse(path, '', 'it is cut short');
  const key = Buffer.from(hkdfSync('sha256', fileKey, nonce, 'payload', 32));

  function open(index: number): Uint8Array {
    const sealed = source.read(from + index * (pieceBytes + tagBytes), index === pieces - 1 ? last : pieceBytes + tagBytes);
    const counter = Buffer.alloc(12);
    counter.writeUIntBE(index, 5, 6);
    counter[11] = index === pieces - 1 ? 1 : 0;
    const decipher = createDecipheriv('chacha20-poly1305', key, counter, { authTagLength: tagBytes });
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    try {
      const plain = decipher.update(sealed.subarray(0, sealed.length - tagBytes));
      decipher.final();
      return plain;
    } catch {
      return refuse(path, '', index === pieces - 1 ? 'its end is missing or damaged' : 'it was damaged or changed after it was sealed');
    }
  }

  const size = sealedBytes - pieces * tagBytes;
  let held: { index: number; bytes: Uint8Array } = { index: pieces - 1, bytes: open(pieces - 1) };
  return {
    size,
    read(at, length) {
      const end = Math.min(at + length, size);
      if (at >= end) return new Uint8Array(0);
      const out = Buffer.allocUnsafe(end - at);
      for (let done = 0; done < out.length; ) {
        const index = Math.floor((at + done) / pieceBytes);
        if (held.index !== index) held = { index, bytes: open(index) };
        const within = at + done - index * pieceBytes;
        const part = held.bytes.subarray(within, within + out.length - done);
        out.set(part, done);
        done += part.length;
      }
      return out;
    }
  };
}

/** The text before the sealed bytes: for one passphrase, and for nobody else. */
function headerOf(source: ByteSource, path: string): Uint8Array {
  const start = Buffer.from(source.read(0, longestHeader)).toString('latin1');
  const end = /\n--- [^\n]*\n/.exec(start);
  if (!end) refuse(path, '', 'its header is not that of a file sealed with a passphrase');
  const text = start.slice(0, end.index + end[0].length);
  const stanzas = text.match(/\n-> [^\n]*/g) ?? [];
  const work = /^\n-> scrypt [^ ]+ ([1-9][0-9]*)$/.exec(stanzas[0] ?? '')?.[1];
  if (work === undefined || stanzas.length !== 1) refuse(path, '', 'its header is not that of a file sealed with a passphrase');
  if (work.length > 2 || Number(work) > highestWork) refuse(path, '', 'opening it is made to take more memory than any honest one does');
  return Buffer.from(text, 'latin1');
}

async function fileKeyOf(header: Uint8Array, path: string, passphrase: Passphrase): Promise<Uint8Array> {
  const { Decrypter } = await import('age-encryption'); // see write.ts
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityOf(passphrase));
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (message.startsWith('no identity matched')) return fail('PACKAGE_WRONG_PASSPHRASE', 'the passphrase does not open it', { path }, error);
    return refuse(path, '', 'its header is damaged');
  }
}
