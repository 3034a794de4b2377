// Copies of what was there before Varve, as tasks, with their events. A task that is cut off leaves nothing but a partial folder, which the next one removes.
import { join } from 'node:path';
import type { EngineApi } from '../../../contract/index.ts';
import type { TaskResult } from '../../../contract/events.ts';
import type { Language } from '../../../contract/ids.ts';
import type { LegacyBackup } from '../../../contract/legacy.ts';
import { writeFileDurable } from '../kit/durable.ts';
import { errnoOf, fail, isVarveError } from '../kit/errors.ts';
import { homeMarker, isInside, requireAbsolute } from '../kit/paths.ts';
import { runTask } from '../kit/task-line.ts';
import type { EventLog } from '../log/index.ts';
import type { Ports } from '../ports.ts';
import type { RunningTask, Tasks } from '../system/tasks.ts';
import { installCrontab, readCrontab } from './crontab.ts';
import { copiesFolder, crontabName, listCopies, readManifest, viewOf } from './manifest.ts';
import { keepReport, writeReport } from './report.ts';
import type { CopyBackInput, CopyBackResult, CopyOutInput, CopyOutResult } from './task.ts';

export interface LegacyDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'files' | 'workers' | 'machine' | 'programs'>;
  log: Pick<EventLog, 'append'>;
  tasks: Pick<Tasks, 'start'>;
  /** Pauses a job until somebody resumes it; NOT_FOUND for one that is gone. */
  pauseJob(job: string, actor: string): Promise<unknown>;
  language(): Language;
  homePath: string;
  environment: Readonly<Record<string, string | undefined>>;
}

const jobsFile = (id: string): string => `jobs-${id}.json`;
const jobsLimitBytes = 2_097_152;

export function createLegacy(deps: LegacyDeps): EngineApi['legacy'] {
  const { ports, log, tasks, homePath } = deps;
  const { files, clock, random, machine } = ports;
  const top = join(homePath, copiesFolder);

  const jobsOf = (id: string): string[] => {
    try {
      const value: unknown = JSON.parse(Buffer.from(files.readFile(join(top, jobsFile(id)), jobsLimitBytes)).toString('utf8'));
      return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return [];
      throw error;
    }
  };
  const find = (id: string): LegacyBackup => {
    const folder = join(top, id);
    return viewOf(id, folder, readManifest(files, folder, id), jobsOf(id));
  };
  const list = (): LegacyBackup[] =>
    listCopies(files, homePath).flatMap((id) => {
      try {
        return [find(id)];
      } catch (error) {
        if (isVarveError(error)) return []; // one that cannot be read is named when it is asked for
        throw error;
      }
    });

  const copy = async (source: string | undefined, crontab: Uint8Array | undefined, actor: string, task: RunningTask): Promise<LegacyBackup> => {
    const { id, folder, manifest } = await runTask<CopyOutResult>(ports.workers, 'legacy.copy-out', { homePath, source, crontab, atMs: clock.now() } satisfies CopyOutInput, task);
    const made = viewOf(id, folder, manifest, []);
    log.append({ action: 'legacy.copied', category: 'home', actor, ...(made.skippedCount > 0 && { level: 'warn' as const }), payload: { copy: id, folder, ...(source !== undefined && { path: source }), crontab: made.crontab, files: made.files, bytes: made.bytes, skipped: made.skippedCount } });
    return made;
  };

  const sourceOf = (path: string): string => {
    requireAbsolute(path, 'path', machine.platform);
    const stat = files.stat(path);
    if (stat === undefined) fail('PATH_MISSING', `${path} is not there`, { path });
    if (stat.type !== 'dir') fail('NOT_A_FOLDER', `${path} is not a folder`, { path });
    const real = files.realpath(path);
    if (files.lstat(join(real, homeMarker)) !== undefined) fail('BAD_INPUT', `${path} is a Varve home`, { field: 'path', reason: 'is a Varve home; homes are kept as cold packages' });
    if (isInside(files.realpath(homePath), real, machine.platform)) fail('BAD_INPUT', `${path} lies in the home`, { field: 'path', reason: 'lies in the home' });
    return real;
  };

  const pauseAll = async (jobs: readonly string[], actor: string): Promise<string[]> => {
    const paused: string[] = [];
    for (const job of jobs) {
      try {
        await deps.pauseJob(job, actor);
        paused.push(job);
      } catch (error) {
        if (!isVarveError(error) || error.code !== 'NOT_FOUND') throw error;
      }
    }
    return paused;
  };

  const restore = async (copyOf: LegacyBackup, wanted: { target: string | undefined; crontab: boolean }, actor: string, task: RunningTask): Promise<TaskResult> => {
    const { id, folder } = copyOf;
    const done = await runTask<CopyBackResult>(ports.workers, 'legacy.copy-back', { id, folder, target: wanted.target, atMs: clock.now() } satisfies CopyBackInput, task);
    let before: string | null = null;
    let paused: string[] = [];
    if (wanted.crontab) {
      const now = await readCrontab(ports, deps.environment, task.signal);
      if (now !== undefined) before = (await copy(undefined, now, actor, task)).id;
      // Paused first: a line and its job must never both be at work.
      paused = await pauseAll(copyOf.jobs, actor);
      await installCrontab(ports, join(folder, crontabName), deps.environment, task.signal);
    }
    const atMs = clock.now();
    const facts = { target: wanted.target ?? null, movedAside: done.movedAside, crontab: wanted.crontab, paused };
    const report = keepReport(files, random, homePath, atMs, writeReport(deps.language(), atMs, copyOf, { ...facts, before }));
    log.append({ action: 'legacy.restored', category: 'home', actor, payload: { copy: id, ...(wanted.target !== undefined && { target: wanted.target }), ...(done.movedAside !== null && { movedAside: done.movedAside }), crontab: wanted.crontab, files: wanted.target === undefined ? 0 : done.files, paused: paused.length } });
    return { kind: 'legacy-restore', restored: { backup: copyOf, ...facts, files: wanted.target === undefined ? 0 : done.files, bytes: wanted.target === undefined ? 0 : done.bytes, report } };
  };

  return {
    list,
    backup: async ({ path, crontab }, { actor, signal }) => {
      if (path === undefined && crontab === undefined) fail('BAD_INPUT', 'nothing to copy', { field: 'path', reason: 'names nothing to copy: a folder, the crontab, or both' });
      const source = path === undefined ? undefined : sourceOf(path);
      const text = crontab?.kind === 'text' ? Buffer.from(crontab.text, 'utf8') : crontab === undefined ? undefined : await readCrontab(ports, deps.environment, signal);
      if (source === undefined && text === undefined) fail('NOT_FOUND', 'no crontab', { kind: 'crontab', name: machine.username });
      return tasks.start({ kind: 'legacy', subject: source ?? 'crontab', run: async (task) => ({ kind: 'legacy', backup: await copy(source, text, actor, task) }) });
    },
    migrated: ({ id, jobs }, { actor }) => {
      find(id);
      writeFileDurable(files, join(top, jobsFile(id)), Buffer.from(`${JSON.stringify([...new Set([...jobsOf(id), ...jobs])])}\n`, 'utf8'), { random, mode: 0o600 });
      const made = find(id);
      const atMs = clock.now();
      const report = keepReport(files, random, homePath, atMs, writeReport(deps.language(), atMs, made));
      log.append({ action: 'legacy.migrated', category: 'home', actor, payload: { copy: id, jobs: made.jobs.length, report } });
      return { report };
    },
    restore: ({ id, target, files: withFiles, crontab }, { actor }) => {
      const found = find(id);
      if (target !== undefined) requireAbsolute(target, 'target', machine.platform);
      const wanted = { target: withFiles && found.source !== null ? (target ?? found.source) : undefined, crontab: crontab && found.crontab };
      if (wanted.target === undefined && !wanted.crontab) fail('BAD_INPUT', 'nothing to put back', { field: 'files', reason: 'leaves nothing to put back' });
      if (wanted.target !== undefined && (isInside(wanted.target, homePath, machine.platform) || isInside(homePath, wanted.target, machine.platform))) fail('BAD_INPUT', 'the target and the home overlap', { field: 'target', reason: 'must lie outside the home, and not hold it' });
      return tasks.start({ kind: 'legacy-restore', subject: id, run: (task) => restore(found, wanted, actor, task) });
    }
  };
}
