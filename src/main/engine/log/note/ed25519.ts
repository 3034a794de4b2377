// Ed25519 (RFC 8032) with raw keys: 32-byte seeds and public keys, wrapped into the DER forms that node:crypto reads.
// Keys and points R of low order are refused here, by a list: OpenSSL from 3.5 on refuses them, older ones, BoringSSL and Go do not, and a
// verdict must not depend on which of them is underneath. No honest key or signature has one.
import { createPrivateKey, createPublicKey, sign as signOnce, verify as verifyOnce, type KeyObject } from 'node:crypto';

const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

/** y of every encoding of a point whose order divides 8, sign bit cleared: 0, 1, two of order 8, p - 1, and p and p + 1 for 0 and 1. */
const lowOrder: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`
]);

function hasLowOrder(point: Uint8Array): boolean {
  const y = Buffer.from(point);
  y[31] = (y[31] as number) & 0x7f;
  return lowOrder.has(y.toString('hex'));
}

function requireBytes(bytes: Uint8Array, length: number, what: string): void {
  if (bytes.length !== length) throw new TypeError(`${what} is ${length} bytes, not ${bytes.length}`);
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  requireBytes(seed, 32, 'a signing seed');
  const der = Buffer.concat([pkcs8Prefix, seed]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

export function publicKeyOf(seed: Uint8Array): Uint8Array {
  const der = createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' });
  return new Uint8Array(der.subarray(spkiPrefix.length));
}

export function signBytes(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return new Uint8Array(signOnce(null, message, privateKeyOf(seed)));
}

/** False for a key or signature that cannot be one, never an error. */
export function verifyBytes(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== 32 || signature.length !== 64 || hasLowOrder(publicKey) || hasLowOrder(signature.subarray(0, 32))) return false;
  try {
    return verifyOnce(null, message, createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' }), signature);
  } catch {
    return false; // not a point of the curve
  }
}
