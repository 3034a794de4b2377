// What our proof files carry in `extra`: the leaf itself, and what opens its commitment where it is disclosed. RFC 8785 JSON, so that there is
// one spelling; nothing in it is believed that the proof and the commitment do not bear out.
import * as z from 'zod';
import { canonicalize } from '../jcs.ts';
import { refuse } from './refuse.ts';

const Text = z.string().refine((text) => text.isWellFormed());
const Extra = z.union([z.strictObject({ header: Text }), z.strictObject({ header: Text, payload: Text, salt: z.string().regex(/^[0-9a-f]{64}$/) })]);

export interface ProofExtra {
  header: string;
  opened: { text: string; salt: string } | undefined;
}

export function formatExtra({ header, opened }: ProofExtra): Uint8Array {
  return Buffer.from(canonicalize(opened === undefined ? { header } : { header, payload: opened.text, salt: opened.salt }), 'utf8');
}

/** Refuses (`extra`) whatever `formatExtra` would not write. */
export function parseExtra(bytes: Uint8Array): ProofExtra {
  const parsed = Extra.safeParse(parseOnce(bytes));
  if (!parsed.success) refuse('extra', 'what the proof carries beside itself is not a header, or a header with payload and salt');
  const { data } = parsed;
  return { header: data.header, opened: 'payload' in data ? { text: data.payload, salt: data.salt } : undefined };
}

function parseOnce(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const value: unknown = JSON.parse(text);
    if (canonicalize(value) === text) return value;
  } catch {
    // said below, whatever it was
  }
  return refuse('extra', 'what the proof carries beside itself is not canonical JSON');
}
