// Where attempts lie, `<home>/output/<run>/<attempt>/`, and what their small files say.
import { join } from 'node:path';
import { fail, errnoOf } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import { filesOf, isRunId, parseObject, parseOwn, smallFileBytes, type AttemptIdentity, type AttemptResult, type AttemptState } from './protocol.ts';

export interface Places {
  /** Of all runs. */
  readonly folder: string;
  runFolder(runId: string): string;
  attemptFolder(runId: string, attempt: number): string;
  /** undefined when it is not there, or not whole. */
  identity(runId: string, attempt: number): AttemptIdentity | undefined;
  result(runId: string, attempt: number): AttemptResult | undefined;
  token(runId: string, attempt: number): string | undefined;
  state(runId: string, attempt: number): AttemptState;
  /** Numbers of the attempts of a run that have a folder, in order. */
  attempts(runId: string): number[];
  /** Ids of the runs that have a folder. */
  runs(): string[];
}

/** Every call throws NOT_FOUND (kind `run`) for what cannot be the id of a run. */
export function createPlaces(files: Files, homePath: string): Places {
  const folder = join(homePath, 'output');
  const runFolder = (runId: string): string => (isRunId(runId) ? join(folder, runId) : fail('NOT_FOUND', 'not the id of a run', { kind: 'run', name: runId }));
  const attemptFolder = (runId: string, attempt: number): string => (Number.isInteger(attempt) && attempt > 0 ? join(runFolder(runId), String(attempt)) : fail('NOT_FOUND', 'not the number of an attempt', { kind: 'run', name: `${runId}/${attempt}` }));
  const read = (path: string): Uint8Array | undefined => {
    try {
      return files.lstat(path)?.type === 'file' ? files.readFile(path, smallFileBytes) : undefined;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  };
  const own = <T extends { version: 1; runId: string; attempt: number }>(name: 'identity' | 'result', runId: string, attempt: number): T | undefined => {
    const bytes = read(filesOf(attemptFolder(runId, attempt))[name]);
    return bytes && parseOwn<T>(bytes, runId, attempt);
  };
  return {
    folder,
    runFolder,
    attemptFolder,
    identity: (runId, attempt) => own('identity', runId, attempt),
    result: (runId, attempt) => own('result', runId, attempt),
    token(runId, attempt) {
      const bytes = read(filesOf(attemptFolder(runId, attempt)).token);
      return bytes && Buffer.from(bytes).toString('latin1');
    },
    state(runId, attempt) {
      const bytes = read(filesOf(attemptFolder(runId, attempt)).state);
      const state = bytes && (parseObject(bytes) as AttemptState | undefined);
      return state ?? { phase: 'running', cause: null, stuck: false };
    },
    attempts: (runId) => (files.lstat(runFolder(runId)) ? files.readdir(runFolder(runId)).flatMap(({ name, type }) => (type === 'dir' && /^[1-9]\d{0,3}$/.test(name) ? [Number(name)] : [])) : []).sort((a, b) => a - b),
    runs: () => (files.lstat(folder) ? files.readdir(folder).flatMap(({ name, type }) => (type === 'dir' && isRunId(name) ? [name] : [])) : [])
  };
}
