// Previews that are kept: one file each in the home's cache, by its token, so that its changes can be read page by page however many there are.
import type { RestoreChange } from '../../../../contract/snapshots.ts';
import { errnoOf, fail } from '../../kit/errors.ts';
import { pathsOf } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';
import type { ChangesQuery } from './rows.ts';

const mostKept = 6;
const partial = '.partial';

export function createPreviews({ ports, folder }: { ports: Pick<Ports, 'clock' | 'random' | 'files' | 'machine' | 'workers'>; folder: string }) {
  const { clock, files, machine, random, workers } = ports;
  const { join } = pathsOf(machine.platform);
  const fileOf = (token: string): string => join(folder, `${token}.db`);
  const running = new Set<string>();

  /** Files of older previews, and of those that were cut off. One that is in use stays until the next time. */
  const tidy = (): void => {
    files.mkdirs(folder, 0o700);
    const kept = files
      .readdir(folder)
      .filter(({ type }) => type === 'file')
      .map(({ name }) => ({ path: join(folder, name), finished: name.endsWith('.db'), mtimeNs: files.lstat(join(folder, name))?.mtimeNs ?? 0n }))
      .sort((a, b) => Number(b.mtimeNs - a.mtimeNs));
    const old = [...kept.filter(({ finished }) => finished).slice(mostKept - 1), ...kept.filter(({ finished, path }) => !finished && !running.has(path.replace(/-(?:wal|shm)$/, '')))];
    for (const { path } of old) remove(path);
  };

  const remove = (path: string): void => {
    try {
      if (files.lstat(path) !== undefined) files.unlink(path);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  };

  return {
    make: async <F extends { token: string }>(work: (file: string) => Promise<F>): Promise<F> => {
      tidy();
      const file = join(folder, `${createUuid7(clock, random)}${partial}`);
      running.add(file);
      try {
        const facts = await work(file);
        if (files.lstat(file) !== undefined) files.rename(file, fileOf(facts.token));
        return facts;
      } finally {
        running.delete(file);
        for (const end of ['', '-wal', '-shm']) remove(file + end);
      }
    },
    page: async (token: string, query: ChangesQuery, signal: AbortSignal | undefined): Promise<{ changes: RestoreChange[]; total: number }> => {
      if (files.lstat(fileOf(token)) === undefined) fail('NOT_FOUND', 'the preview is not kept any more', { kind: 'preview', name: token.slice(0, 8) });
      return workers.run('snapshots.restore-changes', { file: fileOf(token), query }, signal && { signal });
    }
  };
}
