// Results of comparisons as files of a cache folder, the newest of them; each is made under another name and gets its own when it is whole.
import { errnoOf } from '../../kit/errors.ts';
import { pathsOf } from '../../kit/paths.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Ports } from '../../ports.ts';

const idPattern = /^[0-9a-f-]{16,64}$/;

export class KeptResults {
  readonly #ports: Pick<Ports, 'clock' | 'random' | 'files' | 'machine'>;
  readonly #folder: string;
  readonly #most: number;
  readonly #running = new Set<string>();

  constructor(ports: Pick<Ports, 'clock' | 'random' | 'files' | 'machine'>, folder: string, most: number) {
    [this.#ports, this.#folder, this.#most] = [ports, folder, most];
  }

  fileOf(id: string): string {
    return pathsOf(this.#ports.machine.platform).join(this.#folder, `${id}.db`);
  }

  has(id: string): boolean {
    return idPattern.test(id) && this.#ports.files.lstat(this.fileOf(id)) !== undefined;
  }

  /** `work` makes a database at the path it is given; afterwards it is kept under the id. */
  async make<R>(id: string, work: (databasePath: string) => Promise<R>): Promise<R> {
    const { clock, files, machine, random } = this.#ports;
    this.#tidy();
    const partial = pathsOf(machine.platform).join(this.#folder, `${id}-${createUuid7(clock, random)}.partial`);
    this.#running.add(partial);
    try {
      const result = await work(partial);
      files.rename(partial, this.fileOf(id));
      return result;
    } finally {
      this.#running.delete(partial);
      for (const end of ['', '-wal', '-shm']) if (files.lstat(partial + end) !== undefined) files.unlink(partial + end);
    }
  }

  /** Files of older comparisons, and of those that were cut off. A file that is in use stays until the next time. */
  #tidy(): void {
    const { files, machine } = this.#ports;
    const system = pathsOf(machine.platform);
    files.mkdirs(this.#folder, 0o700);
    const there = files
      .readdir(this.#folder)
      .filter(({ type }) => type === 'file')
      .map(({ name }) => ({ path: system.join(this.#folder, name), finished: name.endsWith('.db'), mtimeNs: files.lstat(system.join(this.#folder, name))?.mtimeNs ?? 0n }))
      .sort((a, b) => Number(b.mtimeNs - a.mtimeNs));
    const isRunning = (path: string): boolean => [...this.#running].some((partial) => path.startsWith(partial));
    const old = [...there.filter(({ finished }) => finished).slice(this.#most - 1), ...there.filter(({ finished, path }) => !finished && !isRunning(path))];
    for (const { path } of old) {
      try {
        files.unlink(path);
      } catch (error) {
        if (errnoOf(error) === undefined) throw error;
      }
    }
  }
}
