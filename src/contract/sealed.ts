// Encrypted entries of the record: which categories encrypt, opening and searching what is encrypted. Every look is an event that says who and why.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count } from './ids.ts';
import { Category, EventHeader, LogEntry, LogFilter } from './log.ts';

/** Why it is opened, in a person's words; becomes part of the record. */
export const Purpose = z.string().trim().min(1, 'say what the encrypted entries are opened for').max(500);

export const CategoryEncryption = z.object({
  category: Category,
  encrypts: z.boolean(),
  /** False: it is so and cannot be changed. */
  changeable: z.boolean()
});
export type CategoryEncryption = z.infer<typeof CategoryEncryption>;

export const OpenedEntry = z.object({ entry: LogEntry, header: EventHeader, leafHash: z.string(), previousHash: z.string(), salt: z.string().nullable() });
export type OpenedEntry = z.infer<typeof OpenedEntry>;

export const sealed = {
  /** Entries in full, encrypted ones opened. */
  open: procedure
    .route({ method: 'POST', path: '/log/openings' })
    .input(z.strictObject({ seqs: z.array(Count).min(1).max(1000), purpose: Purpose }))
    .output(
      z.object({
        entries: z.array(OpenedEntry),
        /** Entry that records the opening; null when nothing encrypted was opened. */
        event: Count.nullable(),
        /** Entries that stay locked because their key is not there. */
        withoutKey: z.array(Count)
      })
    ),
  /** Decrypts and looks through encrypted entries, newest first, a bounded number at a time. `filter.text` is needed. */
  search: procedure
    .route({ method: 'POST', path: '/log/sealed-searches' })
    .input(z.strictObject({ filter: LogFilter, purpose: Purpose, before: Count.optional(), limit: z.number().int().min(1).max(1000).default(100) }))
    .output(
      z.object({
        entries: z.array(LogEntry),
        /** Give it back as `before` to look further; null when everything was looked through. */
        next: Count.nullable(),
        /** Encrypted payloads that were decrypted, and those that could not be. */
        scanned: Count,
        unopened: Count,
        event: Count.nullable()
      })
    ),
  encryption: procedure.input(z.object({})).output(z.array(CategoryEncryption)),
  /** From the next entry of this category on; what is recorded stays as it is. */
  setEncryption: procedure.input(z.strictObject({ category: Category, encrypts: z.boolean() })).output(CategoryEncryption.extend({ changed: z.boolean() }))
};
