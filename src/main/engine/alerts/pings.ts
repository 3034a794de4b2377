// 11.15: an outside checker hears of each start and end of a job that names one, and every five minutes of Varve itself: if Varve falls silent, it warns in its
// place. `URL/start`, `URL`, `URL/fail`, `URL/CODE`, as the usual checkers take them. Calls wait in state.db and are tried again for an hour.
import type { Run } from '../../../contract/runs.ts';
import { chanceOf, retryDelayMs, usualRetryDelay } from '../kit/retry-delay.ts';
import { createUuid7 } from '../kit/uuid7.ts';
import type { Clock, Logger, Net, Random } from '../ports.ts';
import type { Database } from '../store/index.ts';

const giveUpAfterMs = 3_600_000;
const ownEveryMs = 300_000;
const timeoutMs = 15_000;

export interface PingsDeps {
  db: Pick<Database, 'prepare' | 'transaction'>;
  net: Net;
  clock: Pick<Clock, 'now'>;
  random: Random;
  logger: Pick<Logger, 'warn'>;
  readSecret(reference: string): Promise<string>;
  /** Takes secrets out of why a call failed (rule 10.6). */
  mask<T>(value: T): T;
}

interface PingRow {
  id: string;
  job_id: string | null;
  url: string;
  path: string;
  created_at: number;
  attempts: number;
}

export type Pings = ReturnType<typeof createPings>;

/** What is added to the address; undefined: nobody is told. */
export function pathOfEnd(run: Pick<Run, 'state' | 'exit' | 'test'>): string | undefined {
  if (run.test) return undefined;
  if (run.state === 'succeeded' || run.state === 'partial') return '';
  if (run.state !== 'failed' && run.state !== 'timed_out' && run.state !== 'unknown') return undefined;
  const code = run.exit?.code ?? 0;
  return code > 0 && code <= 255 ? `/${code}` : '/fail';
}

export function createPings({ db, net, clock, random, logger, readSecret, mask }: PingsDeps) {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let ownAtMs = Number.NEGATIVE_INFINITY;

  const add = (jobId: string | null, url: string, path: string): void =>
    void db.prepare('INSERT INTO alert_pings (id, job_id, url, path, created_at, due_at, attempts) VALUES (?, ?, ?, ?, ?, ?, 0)').run(createUuid7(clock, random), jobId, url, path, clock.now(), clock.now());

  const note = (jobId: string | null, error: string | null): void =>
    void db.prepare('INSERT INTO alert_ping_last (job_id, at, ok, error) VALUES (?, ?, ?, ?) ON CONFLICT (job_id) DO UPDATE SET at = excluded.at, ok = excluded.ok, error = excluded.error').run(jobId ?? '', clock.now(), error === null ? 1 : 0, error);

  /** Why it was not told; null: it was. */
  async function call({ url: address, path }: Pick<PingRow, 'url' | 'path'>): Promise<string | null> {
    try {
      const url = withPath(address.startsWith('secret:') ? await readSecret(address) : address, path);
      const { status } = await net.request({ method: 'GET', url, timeoutMs, limitBytes: 65_536, signal: stopping.signal });
      return status < 200 || status > 299 ? `answered with status ${status}` : null;
    } catch (error) {
      return mask(error instanceof Error ? error.message : String(error));
    }
  }

  async function send(row: PingRow): Promise<void> {
    const failed = await call(row);
    if (stopping.signal.aborted) return;
    const over = clock.now() - row.created_at >= giveUpAfterMs;
    if (failed !== null && over) logger.warn('an outside checker could not be told', { reason: failed });
    db.transaction(() => {
      note(row.job_id, failed);
      if (failed === null || over) db.prepare('DELETE FROM alert_pings WHERE id = ?').run(row.id);
      else db.prepare('UPDATE alert_pings SET attempts = attempts + 1, due_at = ? WHERE id = ?').run(clock.now() + retryDelayMs(usualRetryDelay, row.attempts + 1, chanceOf(random)), row.id);
    });
  }

  async function pumpAll(): Promise<void> {
    for (;;) {
      const row = db.prepare('SELECT * FROM alert_pings WHERE due_at <= ? ORDER BY rowid LIMIT 1').get<PingRow & Record<string, unknown>>(clock.now());
      if (row === undefined || stopping.signal.aborted) return;
      await send(row);
    }
  }

  return {
    started: (run: Run, ping: string | null): void => {
      if (ping !== null && !run.test) add(run.jobId, ping, '/start');
    },
    ended: (run: Run, ping: string | null): void => {
      const path = pathOfEnd(run);
      if (ping !== null && path !== undefined) add(run.jobId, ping, path);
    },
    /** Varve itself, when five minutes have passed. Only the newest counts: what could not be told then is not told later. */
    alive: (ping: string | null): void => {
      if (ping === null || clock.now() - ownAtMs < ownEveryMs) return;
      ownAtMs = clock.now();
      db.transaction(() => {
        db.prepare('DELETE FROM alert_pings WHERE job_id IS NULL').run();
        add(null, ping, '');
      });
    },
    /** Now, once, whatever waits; answers how it went. */
    test: async (jobId: string | null, url: string, path: string): Promise<{ jobId: string | null; at: number; ok: boolean; error: string | null }> => {
      const error = await call({ url, path });
      note(jobId, error);
      return { jobId, at: clock.now(), ok: error === null, error };
    },
    pump: async (): Promise<void> => {
      while (running !== undefined) await running;
      running = pumpAll().finally(() => (running = undefined));
      await running;
    },
    nextDue: (): number | undefined => db.prepare('SELECT min(due_at) AS due FROM alert_pings').get<{ due: number | null }>()?.due ?? undefined,
    last: (): { jobId: string | null; at: number; ok: boolean; error: string | null }[] =>
      db.prepare('SELECT * FROM alert_ping_last ORDER BY at DESC').all<{ job_id: string; at: number; ok: number; error: string | null }>().map(({ job_id, at, ok, error }) => ({ jobId: job_id === '' ? null : job_id, at, ok: ok === 1, error })),
    stop: async (): Promise<void> => {
      stopping.abort();
      await running;
    }
  };
}

/** Before a query, where there is one. */
function withPath(url: string, path: string): string {
  if (path === '') return url;
  const at = new URL(url);
  at.pathname = `${at.pathname.replace(/\/$/, '')}${path}`;
  return at.href;
}
