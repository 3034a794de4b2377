// File shapes of a witness's folder. Everything read from it passes these before it is used: the folder travels on sticks.
import * as z from 'zod';
import { Instant } from '../../../contract/ids.ts';
import { ScryptKdf, Sealed } from '../secrets/index.ts';

const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
const vkeyText = z.string().max(4096);
const origin = z.string().min(1).max(1024);

/** As C2SP recommends: a URL without a scheme. */
export const witnessNamePattern = /^[a-z0-9][a-z0-9./-]{0,99}$/;

/** Where the seed is. `plain` exists only because a person said so, and says so itself. */
export const WitnessKey = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('passphrase'), kdf: ScryptKdf, sealed: Sealed }),
  z.strictObject({ kind: z.literal('keyring'), account: z.string().max(300) }),
  z.strictObject({ kind: z.literal('plain'), warning: z.string(), seed: base64 })
]);
export type WitnessKey = z.infer<typeof WitnessKey>;

export const plainWarning = 'NOT PROTECTED: whoever can read this file can sign as this witness. Made with --no-passphrase.';

export const WitnessFile = z.strictObject({
  format: z.literal('varve-witness'),
  version: z.literal(1),
  about: z.string(),
  name: z.string().regex(witnessNamePattern),
  vkey: vkeyText,
  createdAt: Instant,
  key: WitnessKey,
  /** Logs to follow, by origin; more than one key after a log changed its own. */
  logs: z.array(z.strictObject({ origin, vkeys: z.array(vkeyText).min(1).max(100), addedAt: Instant })).max(10_000)
});
export type WitnessFile = z.infer<typeof WitnessFile>;

export const aboutWitness = 'A witness of Varve logs: keeps the last checkpoint of each log it follows, refuses any that does not extend it, and signs those that do (C2SP tlog-witness). Keep this folder away from the computer whose log it follows.';

/** Most forks kept word for word; more of them would prove nothing more. */
export const mostForks = 16;

/** One file per followed log. `latest` is null until the first cosignature; the file is there from `trust` on, so that a lost one is noticed. */
export const LogFile = z.strictObject({
  format: z.literal('varve-witness-log'),
  version: z.literal(1),
  origin,
  /** The last checkpoint, signed by the log and by this witness: size, root and time are read from it, once its own signature was checked. */
  latest: z.string().max(1_000_000).nullable(),
  /** Checkpoints the log signed with another root for a size that was cosigned: proof of two histories. */
  forks: z.array(z.strictObject({ cosigned: z.string().max(1_000_000), refused: z.string().max(1_000_000), seenAt: Instant })).max(mostForks)
});
export type LogFile = z.infer<typeof LogFile>;
