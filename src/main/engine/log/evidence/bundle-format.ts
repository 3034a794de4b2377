// Lines of an evidence bundle (docs/formats/evidence-bundle.md): their shapes, how they are written, and how strictly they are read. One
// spelling per line: what JSON.stringify would not write again byte for byte is refused, so no key stands twice and nothing hides in spaces.
import * as z from 'zod';
import { Disclosure } from '../../../../contract/evidence.ts';
import { Count, Instant } from '../../../../contract/ids.ts';
import { decodeBase64, encodeBase64 } from '../note/index.ts';
import { orRefuse, refuse } from './refuse.ts';

export const limits = { head: 16 * 1024 * 1024, entry: 2 * 1024 * 1024, last: 200, listed: 10_000 } as const;

export const about =
  'Evidence from a Varve log: each line is JSON. Line 1 has the signed checkpoint (C2SP tlog-checkpoint) and the public key; then one line per entry: header (the Merkle leaf, RFC 6962), payload with the salt that opens its commitment, and inclusion proof; ' +
  'the last line has the SHA-256 of everything before it. Check it with "varve verify-bundle FILE --key KEY" or with varve-verify.mjs, which needs nothing but Node, and compare the key with one you got elsewhere. ' +
  'The format is described in evidence-bundle.md of the Varve documentation.';

/** Text that UTF-8 can hold: half a character would hash as another text than the one that is shown. */
const Text = z.string().refine((text) => text.isWellFormed(), 'holds half of a character (a lone surrogate)');
const Salt = z.string().regex(/^[0-9a-f]{64}$/);
const Hashes = z.array(z.string().max(44)).max(63);

export const Rotation = z.strictObject({ checkpoint: Text, vkey: Text, index: Count, header: Text, payload: Text, salt: Salt, proof: Hashes });
export type Rotation = z.infer<typeof Rotation>;

export const Head = z.strictObject({
  format: z.literal('varve-evidence'),
  version: z.literal(1),
  about: Text,
  origin: Text,
  vkey: Text,
  checkpoint: Text,
  size: Count,
  created: Instant,
  complete: z.boolean(),
  entries: Count,
  disclosure: Disclosure,
  filter: z.record(z.string(), z.unknown()).nullable(),
  rotations: z.array(Rotation).max(limits.listed),
  consistency: z.array(z.strictObject({ checkpoint: Text, proof: Hashes })).max(limits.listed)
});
export type Head = z.infer<typeof Head>;

export const EntryPayload = z
  .discriminatedUnion('state', [
    z.strictObject({ state: z.literal('opened'), text: Text, salt: Salt }),
    z.strictObject({ state: z.literal('withheld') }),
    z.strictObject({ state: z.literal('locked') }),
    z.strictObject({ state: z.literal('erased'), by: Count })
  ])
  .nullable();
export type EntryPayload = z.infer<typeof EntryPayload>;

/** An entry of a bundle that has only some: it brings its own proof. */
export const ProvenEntry = z.strictObject({ index: Count, header: Text, payload: EntryPayload, proof: Hashes });
/** An entry of a complete bundle: all of them together give the root. */
export const PlainEntry = z.strictObject({ index: Count, header: Text, payload: EntryPayload });
export type Entry = z.infer<typeof PlainEntry> & { proof?: string[] };

export function formatLine(value: Head | Entry): string {
  return `${JSON.stringify(value)}\n`;
}

export function formatLastLine(entries: number, sha256: string): string {
  return `{"end":true,"entries":${entries},"sha256":"${sha256}"}\n`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function decodeLine(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('line', 'a line is not valid UTF-8');
  }
}

/** A line as a value of `shape`. Refuses (`line`, `field`) whatever is not exactly such a value in its one spelling. */
export function parseLine<S extends z.ZodType>(bytes: Uint8Array, shape: S): z.infer<S> {
  const text = decodeLine(bytes);
  const value = readOnce(text);
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  return refuse('field', `${issue?.path.map(String).join('.') || 'the line'}: ${issue?.message ?? 'is not as expected'}`);
}

function readOnce(text: string): unknown {
  let value: unknown;
  let again: string | undefined;
  try {
    value = JSON.parse(text);
    again = JSON.stringify(value);
  } catch {
    return refuse('line', 'a line is not JSON'); // or nested so deeply that it cannot be written again
  }
  if (again !== text) refuse('line', 'a line is not in its one spelling');
  return value;
}

export function formatHashes(hashes: readonly Uint8Array[]): string[] {
  return hashes.map(encodeBase64);
}

export function parseHashes(texts: readonly string[]): Uint8Array[] {
  return texts.map((text) => {
    const hash = orRefuse('field', 'proof', () => decodeBase64(text, 'a hash'));
    return hash.length === 32 ? hash : refuse('field', `proof: a hash has ${hash.length} bytes`);
  });
}
