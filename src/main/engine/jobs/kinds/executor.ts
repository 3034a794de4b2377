// What the scheduler asks of whatever carries out a try: Varve's own work in this process, or a program that outlives it.
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { RunRow } from '../model.ts';
import type { Outcome } from './outcome.ts';

export interface Try {
  run: RunRow;
  /** From 1 on. */
  attempt: number;
  definition: JobDefinition;
}

export interface Started {
  /** Rule 4.3: what proves that it lives; JSON. */
  identity: unknown;
  /** Never rejects. */
  ended: Promise<Outcome>;
  /** Asks it to end (rule 5.1), or ends it. Idempotent; `ended` tells when it has. */
  stop(options: { force: boolean }): void;
  /** Nobody waits for its end here any more; it goes on. `ended` may then stay open for ever. */
  release(): void;
  /** It ends with this process. */
  endsWithUs: boolean;
}

export type Found =
  | { kind: 'alive'; started: Started }
  /** It lives, but nobody will ever know how it ends. */
  | ({ kind: 'orphan'; ended: Promise<void> } & Pick<Started, 'stop' | 'release'>)
  | { kind: 'ended'; outcome: Outcome }
  | { kind: 'gone'; cause: 'crash' | 'crash_at_start' | 'power_loss' };

export interface Executor {
  /** Resolves when what identifies it is durable, or with how it failed to start. */
  start(what: Try): Promise<{ kind: 'started'; started: Started } | { kind: 'failed'; outcome: Outcome }>;
  /** What became of a try of an earlier process (rule 4.4). `identity`: as it was written; null: it never was. */
  find(what: Try, identity: unknown): Promise<Found>;
}
