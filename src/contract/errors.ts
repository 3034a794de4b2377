// The catalogue of failures. Every error that leaves the engine carries one of these codes; the words a person reads are
// made from the code (src/contract/copy), never from the message. HTTP statuses and exit codes follow from it.
import * as z from 'zod';

const named = z.object({ name: z.string() });
const atPath = z.object({ path: z.string() });
const nothing = z.object({}).optional();

interface Entry {
  /** HTTP status the gateway answers with. */
  status: number;
  /** Exit code of the command line (product.md, "The command line"). */
  exit: number;
  /** Shape of `data` on the wire. */
  data: z.ZodType;
}

function entry<D extends z.ZodType>(status: number, exit: number, data: D): { status: number; exit: number; data: D } {
  return { status, exit, data };
}

export const errorCatalogue = {
  // general
  BAD_INPUT: entry(400, 2, z.object({ field: z.string(), reason: z.string() })),
  NOT_FOUND: entry(404, 4, z.object({ kind: z.string(), name: z.string() })),
  AMBIGUOUS: entry(409, 2, z.object({ kind: z.string(), name: z.string(), matches: z.array(z.string()) })),
  CONFLICT: entry(409, 8, z.object({ kind: z.string(), name: z.string() })),
  UNAUTHORIZED: entry(401, 1, nothing),
  FORBIDDEN: entry(403, 1, z.object({ scope: z.string() })),
  CANCELLED: entry(499, 130, nothing),
  TIMED_OUT: entry(504, 124, z.object({ what: z.string() })),
  NOT_SUPPORTED: entry(501, 1, z.object({ what: z.string() })),
  INTERNAL: entry(500, 1, z.object({ what: z.string() })),
  OWNER_LOST: entry(503, 1, z.object({ owner: z.string() })),
  /** `name`: what was previewed. */
  PREVIEW_OUTDATED: entry(409, 8, named),
  VERSION_MISMATCH: entry(409, 8, z.object({ mine: z.string(), theirs: z.string() })),
  // home
  HOME_MISSING: entry(409, 4, atPath),
  HOME_EXISTS: entry(409, 8, atPath),
  HOME_TOO_NEW: entry(409, 1, z.object({ path: z.string(), schema: z.number(), known: z.number() })),
  HOME_BUSY: entry(409, 8, z.object({ path: z.string(), owner: z.string(), pid: z.number().optional() })),
  HOME_ON_NETWORK: entry(409, 2, z.object({ path: z.string(), fileSystem: z.string() })),
  HOME_DAMAGED: entry(500, 5, z.object({ path: z.string(), reason: z.string() })),
  // keys and passwords
  SECRET_STORE_UNAVAILABLE: entry(503, 7, z.object({ store: z.string(), reason: z.string() })),
  SECRET_MISSING: entry(503, 7, named),
  VAULT_LOCKED: entry(423, 7, atPath),
  VAULT_WRONG_PASSPHRASE: entry(403, 7, atPath),
  /** The reading could not be recorded, so it did not take place. */
  SECRET_REFUSED: entry(503, 7, z.object({ name: z.string(), reason: z.string() })),
  SECRET_TEST_FAILED: entry(409, 1, z.object({ name: z.string(), reason: z.string() })),
  /** `users`: what refers to it. */
  SECRET_IN_USE: entry(409, 8, z.object({ name: z.string(), users: z.array(z.object({ kind: z.string(), name: z.string() })) })),
  PAYLOAD_KEY_MISSING: entry(503, 7, z.object({ name: z.string(), path: z.string() })),
  WRONG_PASSWORD: entry(403, 1, z.object({ repository: z.string() })),
  TOKEN_MISSING: entry(401, 2, nothing),
  // files
  PATH_MISSING: entry(404, 4, atPath),
  NOT_A_FOLDER: entry(400, 2, atPath),
  NOT_READABLE: entry(403, 1, z.object({ path: z.string(), reason: z.string() })),
  NOT_WRITABLE: entry(403, 1, z.object({ path: z.string(), reason: z.string() })),
  /** Of a repository's drive, as far as it could be found out: `prunableBytes` a prune would give back, `forgettable` snapshots the plan's rule lets go, `otherBytes` taken by what is not the repository. */
  NO_SPACE: entry(507, 1, z.object({ path: z.string(), neededBytes: z.number().optional(), freeBytes: z.number().optional(), prunableBytes: z.number().optional(), forgettable: z.number().optional(), otherBytes: z.number().optional() })),
  PORT_IN_USE: entry(409, 8, z.object({ host: z.string(), port: z.number() })),
  // repositories
  REPOSITORY_MISSING: entry(404, 4, atPath),
  /** Another repository lies where this one was added: another drive at the same place. */
  REPOSITORY_OTHER: entry(409, 4, z.object({ path: z.string(), repository: z.string() })),
  REPOSITORY_EXISTS: entry(409, 8, atPath),
  REPOSITORY_UNSUPPORTED: entry(409, 1, z.object({ path: z.string(), reason: z.string() })),
  REPOSITORY_LOCKED: entry(423, 8, z.object({ path: z.string(), holder: z.string(), since: z.string() })),
  REPOSITORY_DAMAGED: entry(500, 5, z.object({ path: z.string(), what: z.string() })),
  /** What a restore in place needs of it. `sound`: the newest other snapshot that has these files whole. */
  SNAPSHOT_DAMAGED: entry(409, 5, z.object({ path: z.string(), files: z.array(z.string()), count: z.number(), sound: z.string().optional(), soundAt: z.string().optional() })),
  LOCK_LOST: entry(409, 8, atPath),
  // plans
  /** A snapshot of the plan is being taken. */
  PLAN_BUSY: entry(409, 8, z.object({ plan: z.string() })),
  HOOK_FAILED: entry(409, 1, z.object({ plan: z.string(), program: z.string(), reason: z.string() })),
  // log
  LOG_DAMAGED: entry(500, 5, z.object({ seq: z.number().optional(), what: z.string() })),
  EVENT_REFUSED: entry(400, 2, z.object({ field: z.string(), reason: z.string() })),
  /** `lack`: a reason that has words of its own (copy/evidence.ts), with the sizes it speaks of. */
  EVIDENCE_MISSING: entry(409, 9, z.object({ what: z.string(), lack: z.string().optional(), held: z.number().optional(), size: z.number().optional() })),
  EVIDENCE_REFUSED: entry(422, 5, z.object({ reason: z.string(), detail: z.string(), line: z.number().optional(), entry: z.number().optional() })),
  // witnesses
  WITNESS_MISSING: entry(404, 4, atPath),
  WITNESS_DAMAGED: entry(500, 5, z.object({ path: z.string(), reason: z.string() })),
  WITNESS_LOCKED: entry(423, 7, atPath),
  WITNESS_WRONG_PASSPHRASE: entry(403, 7, atPath),
  WITNESS_BUSY: entry(409, 8, atPath),
  WITNESS_CLOCK: entry(409, 1, z.object({ now: z.string(), last: z.string() })),
  WITNESS_REFUSED: entry(409, 1, z.object({ url: z.string(), reason: z.string() })),
  WITNESS_UNREACHABLE: entry(502, 1, z.object({ url: z.string(), reason: z.string() })),
  ERASED_ALREADY: entry(409, 8, z.object({ seq: z.number() })),
  ERASE_PROTECTED: entry(409, 2, z.object({ seq: z.number(), action: z.string(), why: z.enum(['explains-erasures', 'beginning', 'about-the-record']) })),
  NOTHING_TO_ERASE: entry(409, 2, z.object({ seq: z.number() })),
  // packages
  /** `member`: the file in the package that is not as it must be; empty when it is the package itself. */
  PACKAGE_REFUSED: entry(422, 5, z.object({ path: z.string(), member: z.string(), reason: z.string() })),
  /** It is sealed, and no passphrase was given. */
  PACKAGE_LOCKED: entry(423, 7, atPath),
  PACKAGE_WRONG_PASSPHRASE: entry(403, 7, atPath),
  // desktop
  DESKTOP_UNAVAILABLE: entry(501, 1, z.object({ what: z.string() }))
} as const satisfies Record<string, Entry>;

export type ErrorCode = keyof typeof errorCatalogue;
export type ErrorData<C extends ErrorCode> = z.infer<(typeof errorCatalogue)[C]['data']>;

export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[];

/** A failure as it crosses a border: in task results, streams and CLI JSON. */
export const WireError = z.object({
  code: z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  data: z.unknown().optional()
});
export type WireError = z.infer<typeof WireError>;
