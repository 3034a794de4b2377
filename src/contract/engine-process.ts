// Messages between main and the engine's process, beside the ports that travel with them.
import type { WireError } from './errors.ts';

export type ToEngine =
  /** First message; ports: [main's line to the engine, the engine's line to main]. */
  | { kind: 'start' }
  /** A page wants to talk; ports: [its port]. */
  | { kind: 'client' }
  | { kind: 'suspend' }
  | { kind: 'resume' }
  /** Finish, close the databases, answer `stopped` and exit. */
  | { kind: 'stop' };

export type FromEngine =
  | { kind: 'ready' }
  /** The engine cannot work with this home (busy, too new, damaged ...); the process exits after this. */
  | { kind: 'refused'; error: WireError }
  | { kind: 'stopped' };
