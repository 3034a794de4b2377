// What each system says of its processes: when one began, whether it still lives, who is in a group. Linux: /proc; macOS: `ps` and `sysctl`;
// Windows: kernel32 and the registry. The parsers are pure, so that each can be tested anywhere.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { errnoOf } from '../engine/kit/errors.ts';
import type { Files } from '../engine/ports.ts';
import { systemError } from './files-paths.ts';

export interface ProcessFact {
  startTime: string;
  /** It has ended and was only not collected by its parent. */
  ended: boolean;
}

export interface ProcessFacts {
  bootId(): Promise<string>;
  /** undefined: no such process. */
  of(pid: number): Promise<ProcessFact | undefined>;
  /** True when a process of the group has not ended. */
  groupAlive(group: number): Promise<boolean>;
  /** undefined: the system does not tell. */
  withEnvironment(name: string, value: string): Promise<number[] | undefined>;
}

/** Runs a program of the system and gives what it wrote; undefined when it ended with a failure. Rejects when it is not there. */
export type Ask = (program: string, args: readonly string[]) => Promise<string | undefined>;

const askLimitMs = 10_000;
const environmentLimitBytes = 8 << 20;

export function createProcessFacts(options: { files: Files; platform?: string; ask?: Ask }): ProcessFacts {
  const { files, platform = process.platform, ask = askSystem } = options;
  if (platform === 'linux') return linuxFacts(files);
  if (platform === 'darwin') return darwinFacts(ask);
  if (platform === 'win32') return windowsFacts(ask, loadKernel32());
  throw systemError('ENOSYS', `processes of ${platform}`);
}

const askSystem: Ask = (program, args) =>
  new Promise((resolve, reject) => {
    // Words and times in one form, whatever the person's language and zone are.
    execFile(program, [...args], { encoding: 'utf8', timeout: askLimitMs, maxBuffer: 16 << 20, windowsHide: true, env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } }, (error, output) => {
      if (!error) resolve(output);
      else if (errnoOf(error) !== undefined) reject(error);
      else resolve(undefined);
    });
  });

// ---- Linux -------------------------------------------------------------------------------------------------------------

/** A line of /proc/<pid>/stat (proc_pid_stat(5)). The name in parentheses may hold anything, so what counts comes after the last one. */
export function parseStat(text: string): (ProcessFact & { group: number }) | undefined {
  const fields = text.slice(text.lastIndexOf(')') + 2).trim().split(' ');
  const [state, , group] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined || !/^\d+$/.test(startTime)) return undefined;
  return { startTime, group: Number(group), ended: state === 'Z' || state === 'X' || state === 'x' };
}

function linuxFacts(files: Files): ProcessFacts {
  let boot: string | undefined;
  /** undefined when it has gone meanwhile, or is not ours to read. */
  const read = (path: string, limitBytes: number): Uint8Array | undefined => {
    try {
      return files.readFile(path, limitBytes);
    } catch {
      return undefined;
    }
  };
  const statOf = (pid: number): ReturnType<typeof parseStat> => {
    const bytes = read(`/proc/${pid}/stat`, 1 << 16);
    return bytes && parseStat(Buffer.from(bytes).toString('latin1'));
  };
  const pids = (): number[] => files.readdir('/proc').flatMap(({ name }) => (/^\d+$/.test(name) ? [Number(name)] : []));
  return {
    bootId: async () => (boot ??= Buffer.from(files.readFile('/proc/sys/kernel/random/boot_id', 100)).toString('latin1').trim()),
    of: async (pid) => statOf(pid),
    async groupAlive(group) {
      if (!groupExists(group)) return false;
      // The kernel also counts those that have ended and wait to be collected, for ever where process 1 collects nothing (containers).
      return pids().some((pid) => {
        const fact = statOf(pid);
        return fact?.group === group && !fact.ended;
      });
    },
    async withEnvironment(name, value) {
      const wanted = Buffer.from(`\0${name}=${value}\0`);
      return pids().filter((pid) => {
        const bytes = read(`/proc/${pid}/environ`, environmentLimitBytes);
        return bytes !== undefined && bytes.length > 0 && Buffer.concat([Buffer.of(0), bytes, Buffer.of(0)]).includes(wanted);
      });
    }
  };
}

export function groupExists(group: number): boolean {
  if (!Number.isInteger(group) || group <= 1) return false; // 0 is our own group, 1 would be everybody
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}

// ---- macOS -------------------------------------------------------------------------------------------------------------

/** `ps -o stat=,lstart=`: `S+   Tue Nov 24 10:11:12 2026`. */
export function parsePs(text: string): ProcessFact | undefined {
  const found = /^\s*(\S+)\s+(\S.*\S)\s*$/.exec(text);
  return found?.[1] === undefined || found[2] === undefined ? undefined : { startTime: found[2].replace(/\s+/g, ' '), ended: found[1].startsWith('Z') };
}

/** `ps -axo pgid=,stat=`: true when a line of the group is no zombie's. */
export function groupInPs(text: string, group: number): boolean {
  return text.split('\n').some((line) => {
    const [own, state] = line.trim().split(/\s+/);
    return own === String(group) && state !== undefined && !state.startsWith('Z');
  });
}

function darwinFacts(ask: Ask): ProcessFacts {
  let boot: string | undefined;
  return {
    async bootId() {
      boot ??= (await ask('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']))?.trim();
      if (boot === undefined || boot === '') throw systemError('ENOSYS', 'sysctl kern.bootsessionuuid');
      return boot;
    },
    async of(pid) {
      const text = await ask('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
      return text === undefined ? undefined : parsePs(text);
    },
    groupAlive: async (group) => groupExists(group) && groupInPs((await ask('/bin/ps', ['-axo', 'pgid=,stat='])) ?? '', group),
    // `ps -E` shows the environment of a few processes only, and not of programs that are protected: no answer is better than half of one.
    withEnvironment: async () => undefined
  };
}

// ---- Windows -----------------------------------------------------------------------------------------------------------

/** Lines of `reg query ... /v BootId`: `    BootId    REG_DWORD    0x2f`. */
export function parseBootId(text: string): string | undefined {
  return /BootId\s+REG_DWORD\s+(0x[0-9a-f]+)/i.exec(text)?.[1]?.toLowerCase();
}

export interface Kernel32 {
  OpenProcess(access: number, inherit: number, pid: number): unknown;
  GetProcessTimes(handle: unknown, created: Uint8Array, ended: Uint8Array, kernel: Uint8Array, user: Uint8Array): number;
  GetExitCodeProcess(handle: unknown, code: Uint8Array): number;
  CloseHandle(handle: unknown): number;
}

const queryLimited = 0x1000; // PROCESS_QUERY_LIMITED_INFORMATION
const stillActive = 259; // STILL_ACTIVE

function loadKernel32(): Kernel32 | undefined {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const library = koffi.load('kernel32.dll');
    const bind = (name: string, result: string, parameters: string[]): unknown => library.func('__stdcall', name, result, parameters);
    return {
      OpenProcess: bind('OpenProcess', 'void *', ['uint32_t', 'int', 'uint32_t']),
      GetProcessTimes: bind('GetProcessTimes', 'int', ['void *', 'void *', 'void *', 'void *', 'void *']),
      GetExitCodeProcess: bind('GetExitCodeProcess', 'int', ['void *', 'void *']),
      CloseHandle: bind('CloseHandle', 'int', ['void *'])
    } as Kernel32;
  } catch {
    return undefined;
  }
}

export function windowsFacts(ask: Ask, kernel32: Kernel32 | undefined): ProcessFacts {
  let boot: string | undefined;
  const of = async (pid: number): Promise<ProcessFact | undefined> => {
    if (!kernel32) throw systemError('ENOSYS', 'GetProcessTimes');
    const handle = kernel32.OpenProcess(queryLimited, 0, pid);
    if (handle === null || handle === undefined) return undefined;
    try {
      const [created, ended, kernel, user, code] = [Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(8), Buffer.alloc(4)] as const;
      if (kernel32.GetProcessTimes(handle, created, ended, kernel, user) === 0 || kernel32.GetExitCodeProcess(handle, code) === 0) return undefined;
      return { startTime: created.readBigUInt64LE(0).toString(), ended: code.readUInt32LE(0) !== stillActive };
    } finally {
      kernel32.CloseHandle(handle);
    }
  };
  return {
    async bootId() {
      const key = String.raw`HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters`;
      boot ??= parseBootId((await ask(`${process.env['SystemRoot'] ?? String.raw`C:\Windows`}\\System32\\reg.exe`, ['query', key, '/v', 'BootId'])) ?? '');
      if (boot === undefined) throw systemError('ENOSYS', 'BootId of the registry');
      return boot;
    },
    of,
    groupAlive: async (group) => (await of(group))?.ended === false,
    withEnvironment: async () => undefined
  };
}
