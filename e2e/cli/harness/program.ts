// The `varve` program as a user has it: the built one, started by bin/varve.mjs on the Node that runs the tests. VARVE_SOURCE=1 takes the
// sources instead, for work on a tree that cannot be built at the moment.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readProcess } from './processes.ts';

export const projectFolder = resolve(import.meta.dirname, '../../..');
export const bin = join(projectFolder, 'bin/varve.mjs');

export interface RunOptions {
  env?: Record<string, string | undefined>;
  input?: string | Uint8Array;
  uid?: number;
  gid?: number;
  cwd?: string;
  /** Give up and kill after this long. */
  timeoutMs?: number;
  /** Another program that starts varve, for example `unshare -n`. */
  wrap?: readonly string[];
  /** The Node that starts bin/varve.mjs; default: the one that runs the tests. */
  node?: string;
  /** Read the process's peak of memory while it runs. */
  measure?: boolean;
}

export interface Ran {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  bytes: Buffer;
  /** Peak resident memory; 0 unless measured. */
  peakBytes: number;
  /** The one JSON document of `--json`. */
  json<T>(): T;
  /** The JSON lines of a stream. */
  lines<T>(): T[];
}

export interface Running {
  child: ChildProcess;
  pid: number;
  stdout(): string;
  stderr(): string;
  done: Promise<Ran>;
  /** Resolves when standard output or error has shown the text; fails when the program ends before. */
  shown(text: string | RegExp): Promise<void>;
}

export function requireProgram(): void {
  if (process.env['VARVE_SOURCE'] === '1') return;
  if (!existsSync(join(projectFolder, 'out/main/cli.js'))) throw new Error('the program is not built: run "npm run build" first (or set VARVE_SOURCE=1 to test the sources)');
}

export function startVarve(args: readonly string[], options: RunOptions & { env: Record<string, string | undefined> }): Running {
  requireProgram();
  const line = [...(options.wrap ?? []), options.node ?? process.execPath, bin, ...args];
  const child = spawn(line[0] as string, line.slice(1), {
    cwd: options.cwd,
    env: options.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid !== undefined && { uid: options.uid, gid: options.gid ?? options.uid })
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const listeners = new Set<() => void>();
  const gather = (into: Buffer[]) => (piece: Buffer) => {
    into.push(piece);
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', gather(out));
  child.stderr.on('data', gather(err));
  child.stdin.on('error', () => undefined); // a program that ends without reading its input
  child.stdin.end(options.input);
  const text = (pieces: Buffer[]): string => Buffer.concat(pieces).toString('utf8');
  let peakBytes = 0;
  const watch = options.measure ? setInterval(() => (peakBytes = Math.max(peakBytes, readProcess(child.pid ?? 0)?.peakBytes ?? 0)), 25) : undefined;
  const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs ?? 120_000);
  const done = new Promise<Ran>((resolveRan, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      clearTimeout(timer);
      for (const listener of listeners) listener();
      const stdout = text(out);
      const stderr = text(err);
      const parse = <T>(line: string): T => {
        try {
          return JSON.parse(line) as T;
        } catch {
          throw new Error(`no JSON from "varve ${args.join(' ')}" (exit ${code}):\n${line}\n${stderr}`);
        }
      };
      resolveRan({
        code,
        signal,
        stdout,
        stderr,
        bytes: Buffer.concat(out),
        peakBytes,
        json: () => parse(stdout),
        lines: <T>() => stdout.split('\n').filter((line) => line !== '').map((line) => parse<T>(line))
      });
    });
  });
  return {
    child,
    pid: child.pid ?? 0,
    stdout: () => text(out),
    stderr: () => text(err),
    done,
    shown: (wanted) =>
      new Promise((resolveShown, reject) => {
        const look = (): void => {
          const all = `${text(out)}\n${text(err)}`;
          if (typeof wanted === 'string' ? all.includes(wanted) : wanted.test(all)) resolveShown();
          else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`varve ${args.join(' ')} ended (${child.exitCode ?? child.signalCode}) without showing ${String(wanted)}:\n${all}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      })
  };
}
