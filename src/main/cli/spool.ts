// Standard input or what a program writes, put down whole in a private file before the snapshot begins: only what is complete becomes part of it, and
// a process that owns the home can read it, too. Needs as much space in the temporary folder.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { cancelled, errnoOf, fail } from '../engine/kit/errors.ts';
import { makeSpoolFolder, removeDeadSpoolFolders } from './spool-folder.ts';

/** Runs the body with the file; it is removed afterwards, however that ends, and by the next call when this process is killed. Throws NO_SPACE, CANCELLED, HOOK_FAILED (of a program). */
export async function withSpool<T>(source: { kind: 'stdin' } | { kind: 'program'; plan: string; argv: readonly string[] }, signal: AbortSignal, body: (path: string) => Promise<T>): Promise<T> {
  await removeDeadSpoolFolders();
  const folder = await makeSpoolFolder();
  const path = join(folder, 'content');
  try {
    if (source.kind === 'stdin') await putDown(process.stdin, path, signal);
    else await putDownOutput(source.argv, source.plan, path, signal);
    return await body(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function putDown(from: Readable, path: string, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(from, createWriteStream(path, { flags: 'wx', mode: 0o600 }), { signal });
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (errnoOf(error) === 'ENOSPC') fail('NO_SPACE', 'no space for what comes in', { path }, error);
    throw error;
  }
}

async function putDownOutput(argv: readonly string[], plan: string, path: string, signal: AbortSignal): Promise<void> {
  const [program = '', ...args] = argv;
  // Its complaints are for the person, its questions too.
  const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'inherit'], shell: false, windowsHide: true, env: withoutSecrets(process.env) });
  const ended = new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(`could not be started (${errnoOf(error) ?? error.message})`));
    child.once('exit', (code, by) => resolve(code === 0 ? undefined : `ended with ${String(code ?? by)}`));
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  try {
    await putDown(child.stdout, path, signal);
  } catch (error) {
    stop();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
  const reason = await ended;
  if (signal.aborted) throw cancelled();
  if (reason !== undefined) fail('HOOK_FAILED', `${program} ${reason}`, { plan, program, reason });
}

/** Varve's own variables may hold a passphrase or a token; other programs need none of them. */
export function withoutSecrets(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.toUpperCase().startsWith('VARVE_')));
}
