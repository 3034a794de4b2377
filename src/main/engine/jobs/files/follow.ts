// The file of definitions that a home follows: `jobs.json` in it or where a setting says, kept under version control or written by a program. What is in it becomes jobs that are
// changed there alone; what leaves it is paused, not deleted; a file that cannot be taken changes nothing and is reported once.
import { createHash } from 'node:crypto';
import type { Pause } from '../../../../contract/jobs.ts';
import { errnoOf, isVarveError, toWire } from '../../kit/errors.ts';
import type { Clock, Files, Logger } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { JobStore } from '../definitions/store.ts';
import { definitionHashOf, type JobRow } from '../model.ts';
import type { ImportDeps } from './import.ts';
import { reasonOf } from './import.ts';
import { parseJobsFile } from './parse.ts';

export interface FollowDeps extends Pick<ImportDeps, 'check' | 'forget'> {
  clock: Clock;
  files: Pick<Files, 'stat' | 'readFile'>;
  logger: Logger;
  jobs: JobStore;
  outbox: Pick<Outbox, 'commit'>;
  /** Where it lies now: a setting may change it. */
  path(): string;
  add(definition: JobRow['definition'], actor: string, fromFile: boolean): JobRow;
  edit(row: JobRow, definition: JobRow['definition'], actor: string, fromFile: boolean): JobRow;
  /** Ends a pause as a person would. */
  resume(row: JobRow, actor: string): void;
  /** Shown until the file can be taken; undefined: there is nothing to say any more. */
  notice(facts: { file: string; reason: string } | undefined): void;
}

/** Looked at this often; a change is taken in when it was there at two looks, so that nothing half-written is. */
const lookMs = 5_000;
const limitBytes = 8_388_608;
const actor = 'jobs.json';
const goneReason = 'is no longer in its file';

export function followJobsFile(deps: FollowDeps): { close(): void } {
  const { clock, files, logger, jobs, outbox } = deps;
  let seen = '';
  let taken = '';
  let refusedHash = '';
  let cancel = (): void => undefined;
  let closed = false;

  const stamp = (path: string): string => {
    const stat = files.stat(path);
    return stat === undefined ? '' : `${stat.mtimeNs} ${stat.size} ${path}`;
  };

  /** All or nothing. */
  const take = (text: string): void => {
    const { jobs: wanted } = parseJobsFile(text);
    const touched: string[] = [];
    try {
      outbox.commit(() => {
        for (const definition of wanted) {
          const before = jobs.job(definition.name);
          if (before === undefined) touched.push(deps.add(definition, actor, true).id);
          else if (!before.fromFile || before.definitionHash !== definitionHashOf(definition)) touched.push(deps.edit(before, definition, actor, true).id);
          const now = jobs.job(definition.name);
          if (now?.paused?.reason === goneReason && now.paused.by === actor) deps.resume(now, actor);
        }
        const names = new Set(wanted.map(({ name }) => name));
        for (const row of jobs.all()) if (row.fromFile && !names.has(row.name)) letGo(row);
      }, []);
    } catch (error) {
      for (const id of touched) deps.forget(id);
      throw error;
    }
  };

  /** From now on it is a job like any other: a person resumes or deletes it. */
  const letGo = (row: JobRow): void => {
    const paused: Pause = row.paused ?? { by: actor, at: new Date(clock.now()).toISOString(), reason: goneReason, until: null };
    outbox.commit(() => {
      jobs.setFromFile(row.id, false);
      jobs.setPaused(row.id, paused);
    }, [{ action: 'job.paused', category: 'job', actor, subject: `job:${row.name}`, payload: { job: row.name, jobId: row.id, reason: goneReason, until: paused.until } }]);
    deps.forget(row.id);
  };

  const refuse = (path: string, hash: string, error: unknown): void => {
    const reason = reasonOf(error);
    deps.notice({ file: path, reason });
    if (hash === refusedHash) return;
    refusedHash = hash;
    logger.warn('the file of jobs cannot be taken', { path, reason });
    outbox.commit(() => undefined, [{ action: 'job.file-refused', category: 'job', level: 'warn', payload: { path, reason } }]);
  };

  const look = (settled: boolean): void => {
    try {
      const path = deps.path();
      const now = stamp(path);
      const same = now === seen;
      seen = now;
      if (now === '' || now === taken || !(same || settled)) return;
      let hash = '';
      try {
        const bytes = files.readFile(path, limitBytes);
        hash = createHash('sha256').update(bytes).digest('hex');
        take(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
        refusedHash = '';
        deps.notice(undefined);
      } catch (error) {
        if (!isVarveError(error) && errnoOf(error) === undefined && !(error instanceof TypeError)) throw error;
        refuse(path, hash, error);
      }
      taken = now;
    } catch (error) {
      logger.error('the file of jobs could not be looked at', { reason: toWire(error).message });
    }
  };

  const again = (): void => {
    if (closed) return;
    cancel = clock.setTimer(lookMs, () => {
      look(false);
      again();
    });
  };
  look(true);
  again();
  return {
    close: () => {
      closed = true;
      cancel();
    }
  };
}
