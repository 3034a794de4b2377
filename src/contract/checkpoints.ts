// Signed checkpoints of the record and the keys that sign them.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, Instant } from './ids.ts';

export const SignedCheckpoint = z.object({
  /** Entries it covers: 0 to size - 1. */
  size: Count,
  /** Base64 of the 32-byte root. */
  root: z.string(),
  /** The signed note (C2SP tlog-checkpoint), verbatim. */
  note: z.string(),
  /** When it was signed, by this computer's clock; no part of what is signed. */
  at: Instant
});
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>;

export const SigningKey = z.object({
  vkey: z.string(),
  /** First entry whose checkpoints it signs; null for a key that is made but not in force yet. */
  since: Count.nullable(),
  current: z.boolean()
});
export type SigningKey = z.infer<typeof SigningKey>;

export const checkpoints = {
  /** Signs the record as it is now, if there is anything new, and returns the newest checkpoint. */
  sign: procedure.route({ method: 'POST', path: '/log/checkpoint' }).input(z.object({})).output(SignedCheckpoint),
  /** `failure`: code of what kept the last attempt to sign from succeeding. */
  latest: procedure.route({ method: 'GET', path: '/log/checkpoint' }).input(z.object({})).output(z.object({ checkpoint: SignedCheckpoint.nullable(), failure: z.string().nullable() })),
  /** Newest first. */
  list: procedure.input(z.object({ before: Count.optional(), limit: z.number().int().min(1).max(1000).default(100) })).output(z.array(SignedCheckpoint)),
  keys: procedure.input(z.object({})).output(z.array(SigningKey)),
  /** Makes a new signing key and puts it in force; the checkpoint over that event is signed with both. */
  rotateKey: procedure.input(z.object({ reason: z.string().min(1).max(500).optional() })).output(z.object({ seq: Count, vkey: z.string(), checkpoint: SignedCheckpoint }))
};
