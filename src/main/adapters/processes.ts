// Processes that outlive us, and proof that one is still the one we started. POSIX: sessions and groups. Windows knows neither signals nor
// groups: killing goes down the tree by `taskkill`, and a gentle end is CTRL_BREAK on the program's console, sent by a helper of its own,
// because the event also reaches who sends it.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { errnoOf } from '../engine/kit/errors.ts';
import type { Files, Processes, ProcessIdentity } from '../engine/ports.ts';
import { systemError } from './files-paths.ts';
import { createProcessFacts, type ProcessFacts } from './process-facts.ts';
import { commandFor } from './windows-command.ts';

export interface ProcessesOptions {
  files: Files;
  /** Path of src/main/shim.ts, or of what the build makes of it. */
  shimFile: string;
  /** The plain Node that runs it (`findNode`); undefined when there is none. */
  node: string | undefined;
  platform?: string;
  /** Only for tests. */
  facts?: ProcessFacts;
}

export function createProcesses(options: ProcessesOptions): Processes {
  const { files, shimFile, node, platform = process.platform } = options;
  const windows = platform === 'win32';
  const facts = options.facts ?? createProcessFacts({ files, platform });

  const identityOf = async (pid: number): Promise<ProcessIdentity | undefined> => {
    const bootId = await facts.bootId();
    const fact = await facts.of(pid);
    return fact && { pid, startTime: fact.startTime, bootId };
  };
  const run = (program: string, args: readonly string[]): Promise<boolean> => new Promise((resolve) => execFile(program, [...args], { windowsHide: true, timeout: 10_000 }, (error) => resolve(!error)));

  return {
    pid: process.pid,

    async startShim({ args, environment, input }) {
      if (node === undefined) throw systemError('ENOENT', 'spawn', 'the Node that belongs to the program');
      // Windows' own parts need to know where Windows is.
      const system = windows && process.env['SystemRoot'] !== undefined ? { SystemRoot: process.env['SystemRoot'] } : {};
      // Where we stand may be a drive that somebody wants to take out.
      const child = spawn(node, [shimFile, ...args], { cwd: windows ? system.SystemRoot : '/', env: { ...system, ...environment }, stdio: ['pipe', 'ignore', 'ignore'], detached: true, windowsHide: true });
      const ended = endOf(child);
      child.stdin.on('error', () => {}); // it ended before it had read everything: `ended` tells
      await started(child);
      child.stdin.end(input);
      child.unref();
      return { pid: child.pid as number, ended };
    },

    async startChild(request) {
      const { program, args, verbatim } = commandFor(request.argv, request.environment, { platform, exists: (path) => files.stat(path)?.type === 'file' });
      const child = spawn(program, args, {
        cwd: request.folder,
        env: { ...request.environment },
        stdio: [request.input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
        detached: !windows, // on Windows it would have no console, and nothing could tell it to end
        windowsHide: true,
        windowsVerbatimArguments: verbatim,
        shell: false
      });
      child.stdout?.on('data', (bytes: Buffer) => request.onOutput('out', bytes));
      child.stderr?.on('data', (bytes: Buffer) => request.onOutput('err', bytes));
      // What cannot be read any more ends the stream; that it ended is told by `close`.
      for (const stream of [child.stdout, child.stderr]) stream?.on('error', () => {});
      child.once('exit', (code, signal) => request.onExit({ code, signal }));
      child.once('close', () => request.onClosed());
      child.stdin?.on('error', () => {}); // it does not want to read: its own business
      await started(child);
      child.stdin?.end(request.input);
      return {
        pid: child.pid as number,
        drop: () => {
          child.stdout?.destroy();
          child.stderr?.destroy();
        }
      };
    },

    identityOf,
    bootId: () => facts.bootId(),

    async alive(identity) {
      if (identity.bootId !== (await facts.bootId())) return false;
      const fact = await facts.of(identity.pid);
      return fact !== undefined && !fact.ended && fact.startTime === identity.startTime;
    },

    groupAlive: (group) => facts.groupAlive(group),

    async signalGroup(group, signal) {
      if (windows) {
        if (signal === 'SIGKILL') return await run(`${process.env['SystemRoot'] ?? String.raw`C:\Windows`}\\System32\\taskkill.exe`, ['/T', '/F', '/PID', String(group)]);
        return node !== undefined && (await run(node, [shimFile, '--break', String(group)]));
      }
      if (!Number.isInteger(group) || group <= 1) return false;
      try {
        process.kill(-group, signal);
        return true;
      } catch (error) {
        if (errnoOf(error) === 'ESRCH') return false;
        throw error;
      }
    },

    async withEnvironment(name, value) {
      const pids = await facts.withEnvironment(name, value);
      if (!pids) return undefined;
      const found = await Promise.all(pids.map(identityOf));
      return found.filter((identity) => identity !== undefined);
    }
  };
}

/** Rejects with the system's error when it could not be started. */
function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}

function endOf(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
}
