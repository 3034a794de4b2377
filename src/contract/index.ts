// The table: what crosses a process border, one line per domain. Renderer, command line and gateway all derive from it.
import type { AnySchema, ContractProcedure, ContractRouterClient, InferSchemaInput, InferSchemaOutput } from '@orpc/contract';
import { alerts } from './alerts.ts';
import { anchors } from './anchors.ts';
import { checkpoints } from './checkpoints.ts';
import { compare } from './compare.ts';
import { desktopContract as desktop } from './desktop.ts';
import { erasure } from './erasure.ts';
import { evidence } from './evidence.ts';
import { gateway } from './gateway.ts';
import { drills } from './drills.ts';
import { trials } from './trials.ts';
import { history } from './history.ts';
import { inside } from './inside.ts';
import { intake } from './intake.ts';
import { jobs } from './jobs.ts';
import { keeping } from './keeping.ts';
import { legacy } from './legacy.ts';
import { log } from './log.ts';
import { maintenance } from './maintenance.ts';
import { repositories } from './repository.ts';
import { review } from './review.ts';
import { metrics } from './metrics.ts';
import { names } from './names.ts';
import { packages } from './packages.ts';
import { plans, restores, snapshots } from './snapshots.ts';
import { runs } from './runs.ts';
import { schedules } from './schedule.ts';
import { secrets } from './secrets.ts';
import { sealed } from './sealed.ts';
import { system } from './system.ts';

export const contract = {
  system,
  log,
  review,
  checkpoints,
  anchors,
  evidence,
  intake,
  sealed,
  erasure,
  repositories,
  maintenance,
  plans,
  snapshots,
  compare,
  inside,
  metrics,
  history,
  names,
  restores,
  drills,
  trials,
  keeping,
  legacy,
  packages,
  schedules,
  jobs,
  runs,
  secrets,
  alerts,
  gateway,
  desktop
};
export type Contract = typeof contract;

/** Bumped when an older client could misunderstand a newer owner; a client of another version says so and stops. */
export const contractVersion = '1';

/** A client over any of the three wires. */
export type VarveClient = ContractRouterClient<Contract>;

/** Who is calling, decided by the wire, never by the caller's words. */
export interface CallContext {
  /** Name for the log: the person's user name, a token's label. */
  actor: string;
  /** How the call came in. */
  via: 'desktop' | 'browser' | 'cli' | 'api';
  scope: 'owner' | 'read' | 'append';
  signal: AbortSignal | undefined;
  /** Trace id of a caller that sent a `traceparent`: 32 hexadecimal digits. */
  trace?: string | undefined;
  /** Of a call that may come again after it was cut off: the same each time, so that its effect can be recognised. */
  callId?: string | undefined;
}

/**
 * The plain functions the engine offers: same names and shapes as the contract, no RPC library. A stream is an AsyncIterable.
 * Inputs arrive parsed, outputs are checked on the way out.
 */
export type ApiOf<T> =
  T extends ContractProcedure<infer I extends AnySchema, infer O extends AnySchema, infer _E, infer _M>
    ? (input: InferSchemaOutput<I>, context: CallContext) => Answer<InferSchemaInput<O>>
    : { [K in keyof T]: ApiOf<T[K]> };

type Answer<O> = O extends AsyncIteratorObject<infer E, unknown, unknown> ? AsyncIterable<E> : Promise<O> | O;

export type EngineApi = ApiOf<Contract>;
