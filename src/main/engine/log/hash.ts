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

/** A key of HMAC is written over the first 32 bytes of a block; the rest of the block is always the same. */
const inner = 0x36;
const outer = 0x5c;

/** A buffer that begins with `start` and has room for as many bytes more as are asked for. */
function scratchBehind(start: Readonly<Buffer>): (bytes: number) => Buffer {
  const grown = (bytes: number): Buffer => Buffer.concat([start as Buffer, Buffer.alloc(bytes)]);
  let scratch = grown(8192);
  return (bytes) => {
    if (scratch.length < start.length + bytes) scratch = grown(Math.max(bytes, scratch.length * 2));
    return scratch;
  };
}

/** Owns its scratch buffers, so one per user, not one per program. */
export function createHasher(): Hasher {
  const chained = scratchBehind(chainPrefix);
  const committed = scratchBehind(Buffer.concat([Buffer.alloc(blockBytes, inner), payloadPrefix]));
  const expandInner = Buffer.concat([Buffer.alloc(blockBytes, inner), commitInfo]);
  const outerBlock = Buffer.alloc(blockBytes + 32, outer);
  const extractInner = Buffer.alloc(blockBytes + 32, inner);
  const extractOuter = Buffer.alloc(blockBytes + 32, outer);
  const key = Buffer.alloc(32);

  const pad = (target: Buffer, byte: number): void => {
    for (let i = 0; i < 32; i++) target[i] = (key[i] as number) ^ byte;
  };

  // Digests travel as strings of 32 characters below U+0100: twice as fast as a Buffer each.
  const close = (outside: Buffer, digest: string): Buffer => {
    outside.write(digest, blockBytes, 'binary');
    return outside;
  };

  /**
   * HKDF-SHA-256 (RFC 5869): empty salt is 32 zero bytes, so the blocks of the first HMAC are the bare paddings; one block of output needs one
   * round. Leaves the key in `key`.
   */
  const deriveCommitKey = (salt: string): void => {
    if (salt.length !== 64 || extractInner.write(salt, blockBytes, 32, 'hex') !== 32) throw new TypeError('a salt is 32 bytes in hex');
    key.write(hashOnce('sha256', close(extractOuter, hashOnce('sha256', extractInner, 'binary')), 'binary'), 0, 'binary');
    pad(expandInner, inner);
    pad(outerBlock, outer);
    key.write(hashOnce('sha256', close(outerBlock, hashOnce('sha256', expandInner, 'binary')), 'binary'), 0, 'binary');
  };

  return {
    chain(previous, header) {
      const buffer = chained(32 + header.length * 3);
      buffer.write(previous, chainPrefix.length, 32, 'hex');
      const at = chainPrefix.length + 32;
      const end = at + buffer.write(header, at, 'utf8');
      return hashOnce('sha256', buffer.subarray(0, end), 'hex');
    },
    commit(salt, payload) {
      deriveCommitKey(salt);
      const buffer = committed(payload.length * 3);
      pad(buffer, inner);
      const at = blockBytes + payloadPrefix.length;
      const end = at + buffer.write(payload, at, 'utf8');
      pad(outerBlock, outer);
      return hashOnce('sha256', close(outerBlock, hashOnce('sha256', buffer.subarray(0, end), 'binary')), 'hex');
    }
  };
}
