// Cold packages: the record, a snapshot or a folder as one tar.gz or zip that opens anywhere, with a manifest that says what must be in it.
import * as z from 'zod';
import { procedure } from './base.ts';
import { Count, FilePath, Hex64, HomeId, Instant, Language, SecretNameText, SnapshotName } from './ids.ts';
import { Verdict } from './log.ts';

export const packageKinds = ['log', 'snapshot', 'folder'] as const;
export const PackageKind = z.enum(packageKinds);
export type PackageKind = z.infer<typeof PackageKind>;
export const PackageFormat = z.enum(['tar.gz', 'zip']);
export type PackageFormat = z.infer<typeof PackageFormat>;

/** Opens a sealed package, or seals a new one: typed now, or kept as a named secret. */
export const PackageKey = z.union([z.strictObject({ passphrase: z.string().min(1).max(1024) }), z.strictObject({ secret: SecretNameText })]);
export type PackageKey = z.infer<typeof PackageKey>;

/** What a package is made of. */
export const PackageSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('log') }),
  /** Paths as in the snapshot; all of it when none. */
  z.strictObject({ kind: z.literal('snapshot'), snapshot: SnapshotName, paths: z.array(FilePath).max(10_000).default([]) }),
  z.strictObject({ kind: z.literal('folder'), path: FilePath })
]);
export type PackageSource = z.infer<typeof PackageSource>;

/** A package that Varve made, as it remembers it. */
export const PackageRow = z.object({
  id: z.string(),
  kind: PackageKind,
  /** What it was made of, for people: nothing for the record, the snapshot's short id and plan, the folder. */
  source: z.string(),
  path: z.string(),
  /** `making`: began and has not ended. `missing`: not where it was put. `removed`: by rotation, or by a person here. */
  state: z.enum(['making', 'there', 'missing', 'removed', 'failed']),
  sealed: z.boolean(),
  createdAt: Instant,
  bytes: Count,
  /** What was packed: every name but the folders; a link is one, and the second name of a file. README.txt, manifest.json and SHA256SUMS are not counted. */
  files: Count,
  sha256: Hex64.nullable(),
  /** Events in it; null when it is none of the record. */
  events: Count.nullable(),
  /** Whether the chain held when it was made; null when it is none of the record. */
  chainValid: z.boolean().nullable()
});
export type PackageRow = z.infer<typeof PackageRow>;

export const PackageReport = z.object({ package: PackageRow, manifestPath: z.string(), removed: z.array(z.string()), durationMs: Count, skipped: z.array(z.object({ path: z.string(), reason: z.string() })), skippedCount: Count });
export type PackageReport = z.infer<typeof PackageReport>;

/** What a package of the record holds beside it, for a home to go on with. */
export const HeldByPackage = z.object({ repositories: Count, plans: Count, jobs: Count });
export type HeldByPackage = z.infer<typeof HeldByPackage>;

/** What was found in a package, compared with its manifest. */
export const PackageCheck = z.object({
  path: z.string(),
  /** null: it names no kind that we know; its files were checked all the same. */
  kind: PackageKind.nullable(),
  createdAt: Instant.nullable(),
  sourceFolder: z.string().nullable(),
  sealed: z.boolean(),
  /** As in PackageRow; `bytes` are theirs, unpacked. */
  files: Count,
  bytes: Count,
  /** Files that are not as the manifest says, at most 1,000, and how many. Empty: it is whole. */
  problems: z.array(z.object({ path: z.string(), reason: z.string() })),
  problemCount: Count,
  /** Of a package of the record: chain, tree and signatures, as computed from its segments. */
  log: z
    .object({ events: Count, firstEventId: z.string().nullable(), lastEventId: z.string().nullable(), lastHash: Hex64.nullable(), segments: Count, chainValid: z.boolean(), chainValidAtBackup: z.boolean(), /** What verification says of the record as it is in the package; null when it was not asked, or its segments could not be read. */ verdict: Verdict.nullable(), /** The first thing that does not fit. */ detail: z.string().nullable(), /** The package holds what a home is made of. */ restorable: z.boolean(), /** What comes along with the record; null: nothing that this program could use. */ holds: HeldByPackage.nullable(), /** The keys are in it, sealed. */ keys: z.boolean() })
    .nullable()
});
export type PackageCheck = z.infer<typeof PackageCheck>;

/** Counted as in PackageRow: `files` written, some of them `replaced`; `kept` ones were in the way. `bytes`: written. */
export const UnpackReport = z.object({ path: z.string(), target: z.string(), files: Count, bytes: Count, kept: Count, replaced: Count, refused: z.array(z.object({ path: z.string(), reason: z.string() })), refusedCount: Count, durationMs: Count });
export type UnpackReport = z.infer<typeof UnpackReport>;

/** What is known of the home that a package came from: `gone`: its record goes on under its own name. `unsure`: a new record begins and cites the old one. */
export const OldHome = z.enum(['gone', 'unsure']);
export type OldHome = z.infer<typeof OldHome>;

/** A home that was made out of a package of the record. */
export const HomeRestoreReport = z.object({
  homePath: z.string(),
  homeId: HomeId,
  /** Where the home that was there before lies now. */
  movedAside: z.string().nullable(),
  /** The record goes on under the origin of the old home. */
  continued: z.boolean(),
  /** The old record beside the new one, relative to the home; only when it does not go on. */
  earlier: z.object({ id: HomeId, folder: z.string() }).nullable(),
  /** In the package. */
  events: Count,
  /** What verification says of the record as it came back; null: nothing in it was ever signed. */
  verdict: Verdict.nullable(),
  /** False: the package held the record alone; repositories, plans and jobs have to be set up anew. */
  stateThere: z.boolean(),
  /** Names of what came back switched off: jobs (paused), plans whose programs around a snapshot were taken out, channels, the outside checker, settings. */
  jobs: z.array(z.string()),
  hooks: z.array(z.string()),
  channels: z.array(z.string()),
  ping: z.boolean(),
  settingsReset: z.array(z.string()),
  /** Files that the old home followed; they are not followed now. */
  followed: z.array(z.string()),
  /** Tables that could not be read whole when the package was made. */
  incomplete: z.array(z.string()),
  /** Passwords that have to be given anew. */
  missing: z.array(z.object({ kind: z.enum(['repository', 'channel', 'secret']), name: z.string() }))
});
export type HomeRestoreReport = z.infer<typeof HomeRestoreReport>;

/** Where this program's home would be, and whether one can be made there. `free`: nothing is there, or nothing but what Varve itself needs. */
export const HomePlace = z.object({ path: z.string(), state: z.enum(['free', 'home', 'other-files', 'not-a-folder', 'network']), freeBytes: Count });
export type HomePlace = z.infer<typeof HomePlace>;

/** What became of a damaged record. */
export const LogRecoveryReport = z.object({
  dryRun: z.boolean(),
  origin: z.string(),
  /** Entries that could be proven; of these, so many from the package, and so many more from the damaged file. */
  entries: Count,
  fromPackage: Count,
  fromFile: Count,
  /** Why the damaged file gave no more; empty when it was read to its end. */
  stopped: z.string(),
  /** Entries behind that could still be read, and how many of them were taken in as imported. */
  tail: Count,
  imported: Count,
  /** A checkpoint that the home's key had signed speaks of more than could be saved. */
  lostCheckpointSize: Count.nullable(),
  /** Entries that were erased by an event that is lost: they are readable again and have to be erased again. */
  eraseAgain: z.array(Count),
  verdict: Verdict,
  /** Where the damaged file lies now. */
  keptAs: z.string().nullable()
});
export type LogRecoveryReport = z.infer<typeof LogRecoveryReport>;

/** Where packages go when nothing else is said, as it is now. */
export const PackagePlace = z.object({
  folder: z.string(),
  exists: z.boolean(),
  /** On the drive that holds the home: it goes when that drive goes. */
  sameDrive: z.boolean(),
  freeBytes: Count
});
export type PackagePlace = z.infer<typeof PackagePlace>;

export const packages = {
  place: procedure.route({ method: 'GET', path: '/packages/place' }).input(z.object({}).optional()).output(PackagePlace),
  /** Newest first. */
  list: procedure.route({ method: 'GET', path: '/packages' }).input(z.object({ kind: PackageKind.optional(), limit: z.number().int().min(1).max(1000).default(100) }).optional()).output(z.array(PackageRow)),
  /** Starts making one, as a task (`kind: 'package'`). `name`: what a snapshot's or folder's package begins with; a good one when not given. */
  create: procedure
    .route({ method: 'POST', path: '/packages' })
    .input(z.object({ source: PackageSource, format: PackageFormat.optional(), folder: FilePath.optional(), name: z.string().min(1).max(100).optional(), /** Newest ones of its kind that stay; of snapshots and folders: of its name. */ keep: z.number().int().min(1).max(10_000).optional(), key: PackageKey.optional() }))
    .output(z.object({ taskId: z.string() })),
  /** The record's package before the program ends, as a task, where the settings want one and something happened since the last; null: none is wanted. */
  createLast: procedure.route({ method: 'POST', path: '/packages/last' }).input(z.object({}).optional()).output(z.object({ taskId: z.string().nullable() })),
  /** Starts checking one, as a task (`kind: 'package-check'`). Needs no home. */
  verify: procedure.input(z.object({ path: FilePath, key: PackageKey.optional() })).output(z.object({ taskId: z.string() })),
  /**
   * Starts bringing files of a package back, as a task (`kind: 'unpack'`), after all of it was checked. Needs no home. `existing`: what happens to a file in the
   * way. `paths`: of the package; all when none.
   */
  unpack: procedure.input(z.object({ path: FilePath, key: PackageKey.optional(), target: FilePath, existing: z.enum(['refuse', 'keep', 'replace']).default('refuse'), paths: z.array(z.string().max(32_768)).max(10_000).default([]) })).output(z.object({ taskId: z.string() })),
  /** Where `restoreHome` would make the home. Needs none. */
  homePlace: procedure.route({ method: 'GET', path: '/packages/home-place' }).input(z.object({}).optional()).output(HomePlace),
  /**
   * Starts making a home out of a package of the record where this program's home would be, as a task (`kind: 'home-restore'`). Refused while there is a home. With
   * `gone` the keys are needed: those in a sealed package, or an exported file. The home is opened at the end.
   */
  restoreHome: procedure
    .input(z.object({ path: FilePath, key: PackageKey.optional(), oldHome: OldHome, keys: z.strictObject({ content: z.string().max(64 * 1024 * 1024), passphrase: z.string().min(1).max(1024) }).optional(), secretStore: z.enum(['keyring', 'vault']), /** Of the new vault. */ passphrase: z.string().min(8).max(1000).optional(), /** Of what the restored home says of itself. */ language: Language.optional() }))
    .output(z.object({ taskId: z.string() }))
};
