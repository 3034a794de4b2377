// Shapes of the names that travel: ids, times, counts.
import * as z from 'zod';

/** 64 lower-case hex digits: a snapshot, pack or blob of a repository. */
export const Hex64 = z.string().regex(/^[0-9a-f]{64}$/);
/** RFC 9562 version 7, lower case. */
export const Uuid7 = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
/** 32 random hex digits, fixed when the home is made. */
export const HomeId = z.string().regex(/^[0-9a-f]{32}$/);
/** `2026-11-21T02:35:10.123Z`, always UTC with three decimals, so that text order is time order. */
export const Instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);
/** A count or a number of bytes. */
export const Count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
/** Name of a plan or repository (decisions.md 20): lower case, digits, `-`, `_`, `.`; no `@`; not `latest`; not hexadecimal alone. */
export const Name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, "-", "_" and ".", starting with a letter or digit, at most 63')
  .refine((name) => name !== 'latest', '"latest" is reserved')
  .refine((name) => !/^[0-9a-f]{6,}$/.test(name), 'must not look like a snapshot id');
/** Of a named secret; a definition refers to it as `secret:NAME`. */
export const SecretNameText = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, "-", "_" and ".", at most 63');
/** A file or folder on this computer. Bytes that are not UTF-8 travel as U+DC80..U+DCFF. */
export const FilePath = z.string().min(1).max(32_768);
/** A tag of a snapshot: no comma, no space at the edges. */
export const Tag = z
  .string()
  .min(1)
  .max(200)
  .refine((tag) => tag.trim() === tag && !tag.includes(','), 'must not hold a comma, nor begin or end with a space');
/** How a person names a snapshot: id, unique prefix of 6 or more, `latest`, `PLAN@latest`, `PLAN@2026-11-20T10:00`; in restores also `PLAN@last-valid`. */
export const SnapshotName = z.string().min(1).max(200);
export const Language = z.enum(['en', 'pt-BR']);
export type Language = z.infer<typeof Language>;
