// What tests of this domain need: a temporary folder, a repository made by restic or by Varve, real ports and worker threads, the
// restic program. Only for tests.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createMachine } from '../../../adapters/machine.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import { createNodeWorkers } from '../../../adapters/workers.ts';
import type { Logger, WorkerContext } from '../../ports.ts';
import { createLocalBackend, lockIdentity, type MasterKey } from '../../repository/index.ts';
import { createRepository, openKey } from '../../repository/keys.ts';
import { removeTree } from './remove-tree.ts';
import { leaveOutNothing } from '../../../../contract/snapshots.ts';
import type { SaveInput } from '../archive/protocol.ts';

export const resticPassword = 'correct horse';
const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export type Context = Pick<WorkerContext, 'files' | 'clock' | 'random' | 'logger' | 'machine' | 'workers'>;

/** Real adapters, threads from source. */
export function realContext(dataThreads = 2): Context {
  return {
    files: createNodeFiles(),
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: quiet,
    machine: createMachine(),
    workers: createNodeWorkers({ workerFile: new URL('../../../worker.ts', import.meta.url), dataThreads, logger: { ...quiet, error: console.error } })
  };
}

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'varve-snapshots-'));
  return {
    path,
    remove: () => {
      removeTree(path);
      rmSync(path, { recursive: true, force: true });
    }
  };
}

/** Runs restic on the repository and returns what it printed. Throws with its own words when it fails. */
export function restic(repository: string, args: readonly string[], options: { cwd?: string } = {}): string {
  return execFileSync('restic', ['--no-cache', '-r', repository, ...args], {
    env: { ...process.env, RESTIC_PASSWORD: resticPassword, TZ: 'UTC', LC_ALL: 'C' },
    maxBuffer: 1 << 30,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options
  });
}

/** A repository made by Varve's own code with cheap key derivation. */
export async function makeRepository(context: Context, path: string): Promise<MasterKey> {
  const backend = createLocalBackend({ files: context.files, random: context.random, path });
  const created = await createRepository({ backend, password: Buffer.from(resticPassword), hostname: 'test', username: 'test', random: context.random, clock: context.clock, scrypt: { N: 1024, r: 1, p: 1 } });
  return created.masterKey;
}

export async function openMasterKey(context: Context, path: string): Promise<MasterKey> {
  const backend = createLocalBackend({ files: context.files, random: context.random, path });
  return (await openKey({ backend, password: Buffer.from(resticPassword) })).masterKey;
}

let minutes = 0;
let cacheFolder: string | undefined;

/** The caches of a home for this repository. Beside no test's folders, whose times tests watch. */
export function cachesOf(repositoryPath: string): { index: string; folders: string } {
  if (cacheFolder === undefined) {
    const made = (cacheFolder = mkdtempSync(join(tmpdir(), 'varve-caches-')));
    process.on('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  const place = join(cacheFolder, basename(dirname(repositoryPath)), basename(repositoryPath));
  return { index: join(place, 'index'), folders: join(place, 'folders') };
}

/** Input of a snapshot of `paths`; every call is a minute later than the one before. */
export function saveInput(context: Context, repositoryPath: string, masterKey: MasterKey, paths: readonly string[], more: Partial<SaveInput> = {}): SaveInput {
  minutes += 1;
  return {
    repositoryPath,
    masterKey,
    planId: '01932b6e-0000-7000-8000-000000000001',
    paths,
    excludes: [],
    leaveOut: leaveOutNothing,
    tags: [],
    timeNs: context.clock.nowNs() - 3_600_000_000_000n + BigInt(minutes) * 60_000_000_000n,
    offsetMinutes: 0,
    hostname: context.machine.hostname,
    username: context.machine.username,
    programVersion: 'varve test',
    indexCache: cachesOf(repositoryPath).index,
    memoryPath: cachesOf(repositoryPath).folders,
    identity: lockIdentity(context.machine),
    ...more
  };
}
