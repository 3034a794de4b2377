// Restic repositories: know them, make them, open them, check them.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, FilePath, Instant, Name, SecretNameText } from './ids.ts';

export const PasswordSource = z.discriminatedUnion('kind', [
  /** Kept in the secret store (keyring or vault file). */
  z.object({ kind: z.literal('value'), password: z.string().max(10_000) }),
  /** Read from this file each time (trimmed, byte order mark honoured, as restic does); nothing is stored. */
  z.object({ kind: z.literal('file'), path: FilePath }),
  /** Read from this environment variable each time; nothing is stored. */
  z.object({ kind: z.literal('environment'), variable: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  /** The current value of a named secret, each time. */
  z.object({ kind: z.literal('secret'), name: SecretNameText })
]);
export type PasswordSource = z.infer<typeof PasswordSource>;

export const Repository = z.object({
  id: z.string(),
  name: Name,
  path: FilePath,
  /** The id in restic's own config; null while it was never reached. */
  resticId: z.string().nullable(),
  version: z.number().int().nullable(),
  appendOnly: z.boolean(),
  passwordFrom: z.enum(['store', 'file', 'environment', 'secret']),
  addedAt: Instant,
  /** `absent`: the drive or folder is not there now; a state, not an error. `other`: another repository than the one that was added lies there. */
  state: z.enum(['ready', 'absent', 'other', 'unreadable']),
  /** Why it is not ready: a system's code or a few English words, for the technical details. */
  stateReason: z.string().optional(),
  freeBytes: Count.nullable(),
  lastCheck: z.object({ at: Instant, ok: z.boolean(), errors: Count, readData: z.boolean() }).nullable()
});
export type Repository = z.infer<typeof Repository>;

/** What lies at a path, before anything is done with it. */
export const Probe = z.object({
  path: FilePath,
  kind: z.enum(['missing', 'empty', 'restic', 'legacy', 'other-files', 'not-a-folder', 'not-writable']),
  freeBytes: Count.nullable(),
  fileSystem: z.string(),
  network: z.boolean(),
  removable: z.boolean()
});
export type Probe = z.infer<typeof Probe>;

export const Finding = z.object({
  severity: z.enum(['error', 'hint']),
  code: z.enum([
    'index-unreadable', 'index-duplicate-pack', 'index-conflict', 'pack-missing', 'pack-size', 'pack-mixed', 'pack-unindexed', 'pack-damaged', 'pack-unreadable',
    'tree-unreadable', 'tree-invalid', 'blob-missing', 'snapshot-unreadable', 'lock-unreadable', 'file-name'
  ]),
  what: z.string(),
  detail: z.string()
});
export type Finding = z.infer<typeof Finding>;

export const CheckReport = z.object({
  repositoryId: z.string(),
  ok: z.boolean(),
  errors: Count,
  hints: Count,
  findings: z.array(Finding),
  /** Findings beyond the first 1,000 are counted, not listed. */
  snapshots: Count,
  trees: Count,
  packs: Count,
  blobs: Count,
  bytesRead: Count,
  packsRead: Count,
  /** Every byte was read. */
  readData: z.boolean(),
  /** How far the data was ever read back from here, this check included: packs that are there, those never read, and the oldest last reading. */
  coverage: z.object({ packs: Count, never: Count, oldestAt: Instant.nullable() })
});
export type CheckReport = z.infer<typeof CheckReport>;

/** What a repository takes and how far it was read back. Needs no password. */
export const RepositoryUsage = z.object({
  /** All packs and index files. */
  bytes: Count,
  packs: Count,
  snapshots: Count,
  /** Lock files that lie there now, this program's own included. */
  locks: Count,
  freeBytes: Count.nullable(),
  totalBytes: Count.nullable(),
  coverage: z.object({ packs: Count, never: Count, oldestAt: Instant.nullable() })
});
export type RepositoryUsage = z.infer<typeof RepositoryUsage>;

export const repositories = {
  list: procedure.route({ method: 'GET', path: '/repositories' }).input(z.object({})).output(z.array(Repository)),
  probe: procedure.input(z.object({ path: FilePath })).output(Probe),
  /** `create` makes a new repository (refuses one that exists), `open` takes an existing restic repository; `auto` does what fits. */
  add: procedure
    .route({ method: 'POST', path: '/repositories' })
    .input(z.object({ name: Name, path: FilePath, mode: z.enum(['create', 'open', 'auto']).default('auto'), password: PasswordSource }))
    .output(z.object({ repository: Repository, created: z.boolean(), snapshots: Count })),
  usage: procedure.route({ method: 'GET', path: '/repositories/usage' }).input(z.object({ repository: z.string() })).output(RepositoryUsage),
  /** From now on the home opens the repository with this password, which must be one of its own already. */
  usePassword: procedure.input(z.object({ repository: z.string(), password: PasswordSource })).output(Repository),
  /** Starts a check as a task (`kind: 'check'`). */
  check: procedure.input(
    z.object({
      repository: z.string(),
      /** Reads every byte back ... */
      readData: z.boolean().default(false),
      /** ... or this share of the bytes, those first whose last reading lies longest ago ... */
      readPercent: z.number().gt(0).max(100).optional(),
      /** ... or what is due so that everything is read within so many days when this is done regularly. */
      readWithinDays: z.number().int().min(1).max(3650).optional()
    })
  ).output(z.object({ taskId: z.string() }))
};
