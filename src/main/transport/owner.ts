// Being the owner of a home (decisions.md 3): the lease, the local socket on which others become clients, and the file that tells them where.
// The lock decides who owns; owner.json and the heartbeat only inform.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { AnyRouter } from '@orpc/server';
import { contractVersion } from '../../contract/index.ts';
import { acquireLease, type Lease, type OwnerKind } from '../adapters/lease.ts';
import { socketPathFor } from '../adapters/socket-path.ts';
import type { Clock, Files, Machine, Random } from '../engine/ports.ts';
import type { HttpServer } from './http/server.ts';

const heartbeatMs = 10_000;
/** A guest that was answered asks again in a moment, on a busy machine after some; one that listens without an end is not waited for as long. */
const lastGuests = { answeringMs: 3_000, betweenMs: 30_000 };

export interface OwnedHome {
  /**
   * Listens on the home's local socket and says so in owner.json. Without it the home is merely held.
   * A socket that cannot be made is no reason not to work: the reason is returned, and others then wait for the lease.
   */
  listen(router: AnyRouter): Promise<{ socketPath: string } | { reason: string }>;
  /** Where it listens; null while it does not. */
  socketPath(): string | null;
  /**
   * Lets nobody new in, who then finds the home free in a moment, and waits until those who are connected have gone: 3 s at most for those that
   * listen to an answer, 30 s for those that may ask again.
   */
  leave(): Promise<void>;
  /** Whether the lease is still ours. */
  held(): boolean;
  release(): Promise<void>;
}

export interface TakeHomeOptions {
  homePath: string;
  kind: OwnerKind;
  clock: Clock;
  files: Files;
  random: Random;
  machine: Machine;
  /** How long to try again while another process owns the home. */
  waitMs: number;
  signal?: AbortSignal;
}

/** Takes the home or throws HOME_BUSY. Makes the folder when it is missing, so that a home can be set up in it. */
export async function takeHome(options: TakeHomeOptions): Promise<OwnedHome> {
  const { homePath, kind, clock, files, random, machine } = options;
  files.mkdirs(homePath, 0o700);
  const lease = await acquireLease(homePath, { waitMs: options.waitMs, clock, files, random, ...(options.signal && { signal: options.signal }) });
  const since = new Date(clock.now()).toISOString();
  lease.writeOwner({ pid: machine.pid, kind, since, contractVersion });
  const stopBeating = beatRegularly(lease, clock);
  let server: HttpServer | undefined;
  let listening: string | null = null;
  return {
    socketPath: () => listening,
    held: () => lease.held(),
    async listen(router) {
      const token = randomBytes(32).toString('base64url');
      let socketPath: string;
      try {
        socketPath = socketPathFor(homePath, { files, platform: machine.platform });
        // Only the lease's holder gets here, so what lies at the path is left over from an owner that was killed.
        if (machine.platform !== 'win32') rmSync(socketPath, { force: true });
        const { startHttpServer } = await import('./http/server.ts');
        server = await startHttpServer({
          router,
          listen: { socketPath },
          authenticate: (bearer) => (sameToken(bearer, token) ? { actor: machine.username, via: 'cli', scope: 'owner' } : undefined)
        });
      } catch (error) {
        return { reason: error instanceof Error ? error.message : String(error) };
      }
      lease.writeOwner({ pid: machine.pid, kind, since, contractVersion, socketPath, token });
      listening = socketPath;
      return { socketPath };
    },
    async leave() {
      if (server === undefined) return;
      lease.writeOwner({ pid: machine.pid, kind, since, contractVersion });
      listening = null;
      await server.gone(lastGuests);
    },
    async release() {
      stopBeating();
      await server?.close();
      lease.release();
    }
  };
}

function sameToken(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function beatRegularly(lease: Lease, clock: Clock): () => void {
  let cancel = (): void => {};
  const schedule = (): void => {
    cancel = clock.setTimer(heartbeatMs, () => {
      lease.beat();
      schedule();
    });
  };
  schedule();
  return () => cancel();
}
