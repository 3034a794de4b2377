// Definitions out of and into files: what a file or a crontab would change, and the change itself, bound to what was shown. One transaction for all of it.
import { createHash } from 'node:crypto';
import type { EngineApi } from '../../../../contract/index.ts';
import type { ImportPreview, JobDefinition } from '../../../../contract/jobs.ts';
import { fail, isVarveError, toWire } from '../../kit/errors.ts';
import type { Clock } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import type { JobStore } from '../definitions/store.ts';
import { definitionHashOf, type JobRow } from '../model.ts';
import { readCrontab } from './crontab.ts';
import { parseJobsFile } from './parse.ts';

export interface ImportDeps {
  clock: Clock;
  jobs: JobStore;
  outbox: Pick<Outbox, 'commit'>;
  /** Throws what keeps a definition from being one; `self`: the job it is to be. */
  check(definition: JobDefinition, self: string | undefined): void;
  add(definition: JobDefinition, actor: string): JobRow;
  edit(row: JobRow, definition: JobDefinition, actor: string): JobRow;
  /** What was worked out for its times is no longer so. */
  forget(jobId: string): void;
}

type Source = Parameters<EngineApi['jobs']['import']['preview']>[0]['source'];

export function createImports({ clock, jobs, outbox, check, add, edit, forget }: ImportDeps): Pick<EngineApi['jobs'], 'export' | 'import'> {
  const preview = (source: Source): ImportPreview => {
    const read = source.kind === 'file' ? { jobs: parseJobsFile(source.text).jobs.map((definition, i) => ({ line: i, definition })), refused: [], notes: [] } : readCrontab(source.text, { system: source.system, zone: source.zone ?? clock.zone(), nowMs: clock.now() });
    const shown: Omit<ImportPreview, 'token'> = { add: [], change: [], same: [], refused: [...read.refused], notes: read.notes };
    const seen: string[] = [];
    for (const { line, definition } of read.jobs) {
      const before = jobs.job(definition.name);
      try {
        if (before?.fromFile === true) fail('CONFLICT', `${definition.name} is kept in a file`, { kind: 'job file', name: definition.name });
        check(definition, before?.id);
      } catch (error) {
        if (!isVarveError(error)) throw error;
        shown.refused.push({ at: source.kind === 'file' ? `jobs.${line}` : String(line), text: definition.name, reason: reasonOf(error) });
        continue;
      }
      if (before === undefined) shown.add.push(definition);
      else if (definitionHashOf(definition) === before.definitionHash) shown.same.push(definition.name);
      else shown.change.push({ name: definition.name, before: before.definition, after: definition });
      seen.push(`${definition.name} ${before?.version ?? 0} ${definitionHashOf(definition)}`);
    }
    return { ...shown, token: createHash('sha256').update(JSON.stringify([source, seen, shown.refused])).digest('hex') };
  };
  return {
    export: async ({ jobs: names }) => {
      const rows = names === undefined ? jobs.all() : names.map((name) => jobs.job(name) ?? fail('NOT_FOUND', `no job ${name}`, { kind: 'job', name }));
      return { format: 'varve-jobs', version: 1, jobs: rows.map(({ definition }) => definition) };
    },
    import: {
      preview: async ({ source }) => preview(source),
      apply: async ({ source, token }, { actor }) => {
        const shown = preview(source);
        if (shown.token !== token) fail('PREVIEW_OUTDATED', 'something has changed since', { name: source.kind });
        const touched: string[] = [];
        try {
          outbox.commit(() => {
            for (const definition of shown.add) touched.push(add(definition, actor).id);
            for (const { name, after } of shown.change) touched.push(edit(jobs.job(name) as JobRow, after, actor).id);
          }, []);
        } catch (error) {
          for (const id of touched) forget(id);
          throw error;
        }
        return { added: shown.add.map(({ name }) => name), changed: shown.change.map(({ name }) => name), same: shown.same };
      }
    }
  };
}

/** What a failure says of the thing, to be read after its name. */
export function reasonOf(error: unknown): string {
  const { data, message } = toWire(error);
  const { field, reason } = (data ?? {}) as { field?: unknown; reason?: unknown };
  return typeof field === 'string' && typeof reason === 'string' ? `${field}: ${reason}` : message;
}
