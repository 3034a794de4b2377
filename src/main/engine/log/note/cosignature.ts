// C2SP tlog-cosignature: a witness's word that, as of a time, a checkpoint was the largest consistent one it had seen of its origin.
// The signed message does not name the witness, so one key serves one name.
import { bad } from './bad-note.ts';
import { formatDecimal, parseCheckpoint } from './checkpoint.ts';
import { publicKeyOf, signBytes, verifyBytes } from './ed25519.ts';
import { formatSignatureLine, verifiedLines, type ParsedNote, type SignatureLine } from './note.ts';
import { keyTypes, makeVkey, type Vkey } from './vkey.ts';

export interface Cosignature {
  name: string;
  keyId: number;
  /** Seconds since 1970, by the witness's clock. */
  atSeconds: number;
}

const payloadBytes = 8 + 64;

function messageOf(text: string, atSeconds: number): Uint8Array {
  return Buffer.from(`cosignature/v1\ntime ${formatDecimal(atSeconds)}\n${text}`, 'utf8');
}

/** One signature line over a checkpoint's text (without signatures), with its newline. Throws BadNote when the text is no checkpoint. */
export function cosign({ text, name, seed, atSeconds }: { text: string; name: string; seed: Uint8Array; atSeconds: number }): string {
  parseCheckpoint(text);
  const { keyId } = makeVkey(name, publicKeyOf(seed), keyTypes.cosignature);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(formatDecimal(atSeconds)));
  return formatSignatureLine({ name, keyId, signature: Buffer.concat([time, signBytes(seed, messageOf(text, atSeconds))]) });
}

/** The time in a cosignature line. Throws BadNote when the line cannot be one. */
export function cosignatureTime({ signature }: Pick<SignatureLine, 'signature'>): number {
  if (signature.length !== payloadBytes) bad('signature-line', `a cosignature is ${payloadBytes} bytes, not ${signature.length}`);
  const atSeconds = Number(Buffer.from(signature).readBigUInt64BE(0));
  if (!Number.isSafeInteger(atSeconds)) bad('time', 'the time of a cosignature is beyond 2^53 - 1 seconds');
  return atSeconds;
}

/** The cosignatures of witnesses whose keys (type 0x04) are given; same rules for known and unknown lines as `verifyNote`. Throws BadNote. */
export function verifyCosignature({ text, signatures }: ParsedNote, vkeys: readonly Vkey[]): Cosignature[] {
  const lines = verifiedLines(signatures, vkeys, keyTypes.cosignature, (line, vkey) => verifyBytes(vkey.publicKey, messageOf(text, cosignatureTime(line)), line.signature.slice(8)));
  return lines.map((line) => ({ name: line.name, keyId: line.keyId, atSeconds: cosignatureTime(line) }));
}
