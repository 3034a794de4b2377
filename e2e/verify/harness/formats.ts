// The formats once more, straight from their definitions (recursive trees, plain signing), to judge the verifier in docs/verify by.
// Shares nothing with it and nothing with the engine.
import { createHash, createHmac, createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto';

export type Hash = Buffer;

export const sha256 = (...parts: (string | Uint8Array)[]): Hash => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export const leafOf = (leaf: string | Uint8Array): Hash => sha256(Buffer.from([0]), leaf);
const nodeOf = (left: Hash, right: Hash): Hash => sha256(Buffer.from([1]), left, right);

/** The largest power of two below n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH of RFC 6962 over leaf hashes. */
export function rootOf(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return nodeOf(rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)));
}

/** PATH of RFC 6962. */
export function pathOf(index: number, leaves: readonly Hash[]): Hash[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return index < k ? [...pathOf(index, left), rootOf(right)] : [...pathOf(index - k, right), rootOf(left)];
}

/** PROOF of RFC 6962: that the first m leaves are the beginning of all. */
export function consistencyOf(m: number, leaves: readonly Hash[], whole = true): Hash[] {
  if (m === leaves.length) return whole ? [] : [rootOf(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k ? [...consistencyOf(m, left, whole), rootOf(right)] : [...consistencyOf(m - k, right, false), rootOf(left)];
}

export interface Key {
  name: string;
  vkey: string;
  type: 1 | 4;
  id: Buffer;
  publicKey: Buffer;
  secret: KeyObject;
}

export function keyFrom(name: string, seed: Uint8Array, type: 1 | 4 = 1): Key {
  const secret = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(-32);
  const typed = Buffer.concat([Buffer.from([type]), publicKey]);
  const id = sha256(name, '\n', typed).subarray(0, 4);
  return { name, vkey: `${name}+${id.toString('hex')}+${typed.toString('base64')}`, type, id, publicKey, secret };
}

export function signatureLine(text: string, key: Key, time = 1_800_000_000): string {
  if (key.type === 1) return `— ${key.name} ${Buffer.concat([key.id, sign(null, Buffer.from(text), key.secret)]).toString('base64')}\n`;
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  return `— ${key.name} ${Buffer.concat([key.id, stamp, sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), key.secret)]).toString('base64')}\n`;
}

export const noteOf = (text: string, keys: readonly Key[]): string => `${text}\n${keys.map((key) => signatureLine(text, key)).join('')}`;

/** RFC 8785 for the plain values that tests use. */
export function jcs(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(jcs).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jcs(member)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

export function commitmentOf(secret: Uint8Array, payload: string): string {
  const key = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(0), 'varve/commit/v1', 32));
  return createHmac('sha256', key).update(`varve/payload/v1\n${payload}`).digest('hex');
}

/** Number of a tile as its path spells it. */
export function tileNumberOf(number: number): string {
  const tail = String(number % 1000).padStart(3, '0');
  let [rest, path] = [Math.floor(number / 1000), tail];
  for (; rest > 0; rest = Math.floor(rest / 1000)) path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  return path;
}

/** A generator that gives the same bytes for the same seed. */
export function seeded(seed: number): { bytes: (count: number) => Buffer; below: (limit: number) => number } {
  let [block, at, pool] = [0, 0, Buffer.alloc(0)];
  const bytes = (count: number): Buffer => {
    while (pool.length - at < count) {
      pool = Buffer.concat([pool.subarray(at), sha256(`seed ${seed} block ${block}`)]);
      [block, at] = [block + 1, 0];
    }
    at += count;
    return Buffer.from(pool.subarray(at - count, at));
  };
  return { bytes, below: (limit) => bytes(4).readUInt32BE(0) % limit };
}
