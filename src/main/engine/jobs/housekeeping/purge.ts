// Purging on request (rule 9.8). Steps, and what a start finds if we stopped after each:
//   1. list what would go                      -> nothing has happened
//   2. copy it into a file, 3. read that back  -> nothing has happened; at most a `.partial` file
//   4. (a person has said yes) the journal row -> the start goes on with 5
//   5. delete outputs, then rows               -> the start goes on with 5; the copy is proven once more before
//   6. the event with the copy's digest, in the transaction of the rows and of the journal row
// The record itself is never cut.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { EngineApi } from '../../../../contract/index.ts';
import { errnoOf, fail, toWire } from '../../kit/errors.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Clock, Files, Logger, Random } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { Attempts } from '../attempt/index.ts';
import type { JobStore } from '../definitions/store.ts';
import type { RunStore } from '../runs/store.ts';
import { viewAttempt, viewRun } from '../runs/view.ts';
import { isBackup, writeBackup } from './backup.ts';
import type { HousekeepingStore, Kept, PurgeRow } from './store.ts';

export interface PurgeDeps {
  clock: Clock;
  random: Random;
  files: Files;
  logger: Logger;
  jobs: JobStore;
  runs: RunStore;
  store: HousekeepingStore;
  attempts: Attempts;
  outbox: Pick<Outbox, 'commit'>;
  homePath: string;
  onChanged(): void;
}

type Purge = EngineApi['runs']['purge'];

const rowsAtOnce = 2_000;

export function createPurge(deps: PurgeDeps): { api: Purge; resume(): Promise<void> } {
  const { clock, random, files, logger, jobs, runs, store, attempts, outbox, homePath } = deps;

  const choose = async (job: string | undefined, until: string): Promise<{ name: string | null; ids: string[]; kept: Kept[]; outputBytes: number; token: string }> => {
    const row = job === undefined ? undefined : jobs.job(job);
    // A job that was deleted is named by its id.
    const jobId = row?.id ?? job;
    if (jobId !== undefined && row === undefined && !store.jobIds().includes(jobId)) fail('NOT_FOUND', `no job ${jobId}`, { kind: 'job', name: jobId });
    const untilMs = Date.parse(until);
    const kept: Kept[] = [];
    const ids: string[] = [];
    for (const each of jobId === undefined ? store.jobIds() : [jobId]) {
      const stays = [...store.live(each), ...(store.exists(each) ? store.kept(each) : [])].filter(({ id }) => (store.place(id)?.createdAt ?? untilMs) < untilMs);
      kept.push(...stays);
      const staying = new Set(stays.map(({ id }) => id));
      ids.push(...store.endedBefore(each, untilMs).filter((id) => !staying.has(id)));
    }
    ids.sort();
    const chosen = new Set(ids);
    const outputBytes = (await attempts.sizes()).reduce((sum, { runId, bytes }) => (chosen.has(runId) ? sum + bytes : sum), 0);
    return { name: row?.name ?? (jobId === undefined ? null : (runs.last(jobId)?.jobName ?? jobId)), ids, kept, outputBytes, token: createHash('sha256').update(JSON.stringify([jobId ?? null, untilMs, ids])).digest('hex') };
  };

  async function* linesOf(ids: readonly string[]): AsyncGenerator<unknown> {
    yield { format: 'varve-runs', version: 1, runs: ids.length };
    for (const id of ids) {
      const run = runs.run(id);
      if (run === undefined) continue;
      yield { run: viewRun(run, null), definition: jobs.definition(run.definitionHash) ?? null, attempts: runs.attempts(id).map(viewAttempt) };
      for (const attempt of attempts.attempts(id)) {
        const output = attempts.output(id, attempt);
        await output.refresh();
        for (let from: number | undefined = 0; from !== undefined; ) {
          const page: Awaited<ReturnType<typeof output.page>> = await output.page(from, rowsAtOnce);
          if (page.rows.length > 0) yield { run: id, attempt, rows: page.rows };
          from = page.nextSeq;
        }
      }
    }
  }

  /** 2 and 3. Throws NO_SPACE, NOT_WRITABLE, NOT_READABLE. */
  const copyTo = async (folder: string, file: string, ids: readonly string[]): Promise<string> => {
    try {
      files.mkdirs(folder, 0o700);
      return await writeBackup(files, file, linesOf(ids));
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      return errno === 'ENOSPC' ? fail('NO_SPACE', `no space for ${file}`, { path: folder }, error) : fail('NOT_WRITABLE', `${file}: ${errno}`, { path: file, reason: errno }, error);
    }
  };

  /** 5 and 6. Each part may be done already. */
  const finish = async (purge: PurgeRow): Promise<void> => {
    for (const id of purge.runs) await attempts.remove(id);
    outbox.commit(() => {
      store.deleteRuns(purge.runs);
      store.dropPurge(purge.id);
    }, [{ action: 'run.purged', category: 'job', actor: purge.by, ...(purge.job !== null && { subject: `job:${purge.job}` }), payload: { ...(purge.job !== null && { job: purge.job }), runs: purge.runs.length, outputBytes: purge.outputBytes, file: purge.file, sha256: purge.sha256, until: new Date(purge.until).toISOString() } }]);
    deps.onChanged();
  };

  return {
    api: {
      preview: async ({ job, until }) => {
        const { ids, kept, outputBytes, token } = await choose(job, until);
        const at = (id: string | undefined): string | null => {
          const createdAt = id === undefined ? undefined : store.place(id)?.createdAt;
          return createdAt === undefined ? null : new Date(createdAt).toISOString();
        };
        return { runs: ids.length, outputBytes, from: at(ids[0]), to: at(ids.at(-1)), kept, token };
      },
      run: async ({ job, until, token }, { actor }) => {
        const chosen = await choose(job, until);
        if (chosen.token !== token) fail('PREVIEW_OUTDATED', 'other runs would go now', { name: job ?? 'runs' });
        if (chosen.ids.length === 0) fail('BAD_INPUT', 'nothing to purge', { field: 'until', reason: 'leaves nothing to purge' });
        const id = createUuid7(clock, random);
        const folder = join(homePath, 'legacy_backups', 'events', new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', ''));
        const file = join(folder, `runs-${id}.jsonl.gz`);
        const sha256 = await copyTo(folder, file, chosen.ids);
        const purge: PurgeRow = { id, by: actor, job: chosen.name, until: Date.parse(until), file, sha256, runs: chosen.ids, outputBytes: chosen.outputBytes };
        outbox.commit(() => store.putPurge(purge), []);
        await finish(purge);
        return { runs: purge.runs.length, outputBytes: purge.outputBytes, file, sha256 };
      }
    },
    /** Goes on with what a crash left. A copy that is not what it was keeps its runs. */
    resume: async () => {
      for (const purge of store.purges()) {
        try {
          if (isBackup(files, purge.file, purge.sha256)) {
            await finish(purge);
            continue;
          }
          logger.warn('a purge was given up: its copy is not what it was', { file: purge.file });
          outbox.commit(() => {
            for (const id of purge.runs) if (attempts.attempts(id).length === 0) store.outputGone(id);
            store.dropPurge(purge.id);
          }, []);
        } catch (error) {
          logger.error('a purge could not be finished', { file: purge.file, reason: toWire(error).message });
        }
      }
    }
  };
}
