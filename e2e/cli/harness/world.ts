// A place of its own for a test: a home, a user's folder, a runtime folder and a temporary folder, with everything that was started in it
// and everything that was printed. Leaves no process and no folder behind, and says so when something did.
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeTree } from '../../../src/main/engine/snapshots/testing/remove-tree.ts';
import { processesOf } from './processes.ts';
import { startVarve, type Ran, type RunOptions, type Running } from './program.ts';
import { makeRepository } from './repository.ts';

export const repositoryPassword = 'repository password of a test';
export const vaultPassphrase = 'vault passphrase of a test';

export interface World {
  folder: string;
  home: string;
  /** Environment that every program of this world gets. */
  env: Record<string, string | undefined>;
  passwordFile: string;
  path(...parts: string[]): string;
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** Runs it and fails unless it ends with 0; returns what it did. */
  well(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** Adds a repository that did not cost its key's full price, under this name; its password is in `passwordFile`. */
  repository(name: string, path: string): Promise<void>;
  /** Everything that any program of this world printed. */
  printed(): string;
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const passphraseFileOf = ({ path }: Pick<World, 'path'>): string => path('user', 'vault-passphrase');

export function createWorld(options: { env?: Record<string, string | undefined> } = {}): World {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'varve-cli-')));
  chmodSync(folder, 0o755); // other users' processes must be able to pass through
  const path = (...parts: string[]): string => join(folder, ...parts);
  for (const name of ['user', 'runtime', 'tmp']) mkdirSync(path(name), { mode: 0o700 });
  const passwordFile = path('user', 'repository-password');
  const passphraseFile = passphraseFileOf({ path });
  writeFileSync(passwordFile, `${repositoryPassword}\n`, { mode: 0o600 });
  writeFileSync(passphraseFile, `${vaultPassphrase}\n`, { mode: 0o600 });
  const env = {
    PATH: process.env['PATH'],
    HOME: path('user'),
    TMPDIR: path('tmp'),
    XDG_RUNTIME_DIR: path('runtime'),
    VARVE_HOME: path('home'),
    VARVE_SOURCE: process.env['VARVE_SOURCE'],
    VARVE_NO_BROWSER: '1',
    VARVE_VAULT_PASSPHRASE_FILE: passphraseFile,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    // restic, when a test runs it here
    RESTIC_PASSWORD_FILE: passwordFile,
    RESTIC_CACHE_DIR: path('tmp', 'restic-cache'),
    // compiled code that the whole run shares (scripts/test.mjs)
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    ...options.env
  };
  const children: Running[] = [];
  const printed: string[] = [];
  const start = (args: readonly string[], runOptions: RunOptions = {}): Running => {
    const running = startVarve(args, { ...runOptions, env: { ...env, ...runOptions.env } });
    children.push(running);
    running.done.then(
      ({ stdout, stderr }) => printed.push(stdout, stderr),
      () => undefined
    );
    return running;
  };
  const run = (args: readonly string[], runOptions?: RunOptions): Promise<Ran> => start(args, runOptions).done;
  const dispose = async (): Promise<void> => {
    for (const { child } of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await Promise.allSettled(children.map(({ done }) => done));
    const left = processesOf(folder);
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    removeTree(folder);
    if (left.length > 0) throw new Error(`left running: ${left.map(({ pid, command }) => `${pid} ${command}`).join('; ')}`);
  };
  const well = async (args: readonly string[], runOptions?: RunOptions): Promise<Ran> => {
    const ran = await run(args, runOptions);
    if (ran.code !== 0) throw new Error(`varve ${args.join(' ')} ended with ${ran.code ?? ran.signal}:\n${ran.stdout}\n${ran.stderr}`);
    return ran;
  };
  return {
    folder,
    home: path('home'),
    env,
    passwordFile,
    path,
    run,
    start,
    well,
    repository: async (name, place) => {
      await makeRepository(place, repositoryPassword);
      await well(['repo', 'add', name, '--path', place, '--mode', 'open', '--password-file', passwordFile]);
    },
    printed: () => printed.join('\n'),
    dispose,
    [Symbol.asyncDispose]: dispose
  };
}

/**
 * A world with a home. Its vault stays locked unless `unlocked`: opening it costs every command a third of a second, and few need it.
 */
export async function createHomeWorld(options: { unlocked?: boolean; env?: Record<string, string | undefined> } = {}): Promise<World> {
  const world = createWorld(options);
  try {
    await world.well(['init', '--store', 'vault']);
    if (!options.unlocked) delete world.env['VARVE_VAULT_PASSPHRASE_FILE'];
    return world;
  } catch (error) {
    await world.dispose();
    throw error;
  }
}

/** What a program's environment needs to open the vault; on a terminal it would be asked for. */
export function passphraseOf(world: World): Record<string, string> {
  return { VARVE_VAULT_PASSPHRASE_FILE: passphraseFileOf(world) };
}

/** A world with a home, the repository `usb` with its password in a file and, when `paths` are given, the plan `work`. */
export async function createReadyWorld(options: { unlocked?: boolean; paths?: (world: World) => readonly string[]; env?: Record<string, string | undefined>; excludes?: readonly string[] } = {}): Promise<World> {
  const world = await createHomeWorld(options);
  try {
    await world.repository('usb', world.path('repository'));
    const paths = options.paths?.(world);
    if (paths) await world.well(['plan', 'add', 'work', '--repo', 'usb', ...paths.flatMap((path) => ['--path', path]), ...(options.excludes ?? []).flatMap((pattern) => ['--exclude', pattern])]);
    return world;
  } catch (error) {
    await world.dispose();
    throw error;
  }
}
