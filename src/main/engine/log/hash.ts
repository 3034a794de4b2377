// The hashes of the evidence format (section 8): chain and commitment (the leaf: merkle/). Texts are prefixed so that no hash of one kind passes for another.
// One-shot hashing into a scratch buffer: verification does this a million times.
import { createHash, hash as hashOnce } from 'node:crypto';

const blockBytes = 64;
/** What the chain hash of an entry begins with, before the hash before it and its header. */
export const chainPrefix: Readonly<Buffer> = Buffer.from('varve/chain/v1\n', 'latin1');
const payloadPrefix = Buffer.from('varve/payload/v1\n', 'latin1');
const commitInfo = Buffer.from('varve/commit/v1\x01', 'latin1');

/** h[-1]: what the first event points back to. */
export function genesisHash(origin: string): string {
  return createHash('sha256').update(`varve/genesis/v1\n${origin}`, 'utf8').digest('hex');
}

export interface Hasher {
  /** h[i] from h[i-1] (hex) and the canonical header. */
  chain(previous: string, header: string): string;
  /** Commitment to a canonical payload under the 32-byte secret `salt` (hex). */
  commit(salt: string, payload: string): string;
}

/** Owns its scratch buffers, so one per user, not one per program. */
export function createHasher(): Hasher {
  let scratch = Buffer.alloc(8192);
  const inner = Buffer.alloc(blockBytes * 2);
  const outer = Buffer.alloc(blockBytes + 32);
  const key = Buffer.alloc(32);

  const room = (bytes: number): Buffer => {
    if (scratch.length < bytes) scratch = Buffer.alloc(Math.max(bytes, scratch.length * 2));
    return scratch;
  };

  const pad = (target: Buffer, secret: Buffer, byte: number): void => {
    for (let i = 0; i < 32; i++) target[i] = (secret[i] as number) ^ byte;
    target.fill(byte, 32, blockBytes);
  };

  // Digests travel as strings of 32 characters below U+0100: twice as fast as a Buffer each.
  /** HMAC-SHA-256 with a key of 32 bytes over a short message, written over `target`. */
  const hmacShort = (secret: Buffer, message: Buffer, target: Buffer): void => {
    pad(inner, secret, 0x36);
    message.copy(inner, blockBytes);
    pad(outer, secret, 0x5c);
    outer.write(hashOnce('sha256', inner.subarray(0, blockBytes + message.length), 'binary'), blockBytes, 'binary');
    target.write(hashOnce('sha256', outer, 'binary'), 0, 'binary');
  };

  /** HKDF-SHA-256 (RFC 5869): empty salt is 32 zero bytes, one block of output needs one round. Leaves the key in `key`. */
  const zeros = Buffer.alloc(32);
  const deriveCommitKey = (salt: string): void => {
    if (salt.length !== 64 || key.write(salt, 0, 32, 'hex') !== 32) throw new TypeError('a salt is 32 bytes in hex');
    hmacShort(zeros, key, key);
    hmacShort(key, commitInfo, key);
  };

  return {
    chain(previous, header) {
      const buffer = room(chainPrefix.length + 32 + header.length * 3);
      chainPrefix.copy(buffer, 0);
      buffer.write(previous, chainPrefix.length, 32, 'hex');
      const at = chainPrefix.length + 32;
      const end = at + buffer.write(header, at, 'utf8');
      return hashOnce('sha256', buffer.subarray(0, end), 'hex');
    },
    commit(salt, payload) {
      deriveCommitKey(salt);
      const at = blockBytes + payloadPrefix.length;
      const buffer = room(at + payload.length * 3);
      pad(buffer, key, 0x36);
      payloadPrefix.copy(buffer, blockBytes);
      const end = at + buffer.write(payload, at, 'utf8');
      pad(outer, key, 0x5c);
      outer.write(hashOnce('sha256', buffer.subarray(0, end), 'binary'), blockBytes, 'binary');
      return hashOnce('sha256', outer, 'hex');
    }
  };
}
