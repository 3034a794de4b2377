// `Files` that counts every call about the paths it watches and goes wrong at a chosen one.
import type { Files } from '../ports.ts';
import { systemErrorOf } from './system-error.ts';

export const faultKinds = ['dies', 'power', 'full', 'full-once', 'error-once', 'error-after', 'torn', 'short-read', 'changed-read', 'read-only'] as const;
/**
 * `dies`: this call and all that follow have no effect. `power`: the same; what the disk then holds is the caller's to say. `full`: no room from here on. `error-once` without, `error-after` with effect, `torn` with half of it: half the bytes written, a
 * file of half its length under the new name. `short-read`: fewer bytes than asked for; `changed-read`: another byte, once.
 */
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  /** Number of the call, from 1 on. */
  at: number;
  kind: FaultKind;
  /** Where it may strike; everywhere when not given. */
  only?: (path: string) => boolean;
}

export interface FaultyFiles extends Files {
  /** Calls so far: `open data/ab...`. */
  readonly calls: string[];
  /** Arms a fault, the count begins anew; undefined: everything works again, also after "death". */
  arm(fault: Fault | undefined): void;
  /** Whether the fault happened. */
  readonly struck: boolean;
  /** Called at every call, before it. */
  onCall: ((count: number, what: string) => void) | undefined;
}

const changing = new Set(['write', 'fsync', 'fsyncAsync', 'fsyncFolder', 'syncFileSystem', 'truncate', 'mkdir', 'mkdirs', 'rmdir', 'unlink', 'removeTree', 'rename', 'renameNew', 'link', 'symlink', 'chmod', 'lchown', 'utimes', 'setXattr', 'mknod']);
const taking = new Set(['write', 'mkdir', 'mkdirs', 'rename', 'renameNew', 'link', 'symlink', 'mknod', 'fsync', 'fsyncAsync']);
const tearing = new Set(['write', 'fsync', 'fsyncAsync', 'rename']);
const asking = new Set(['lstat', 'stat', 'fstat', 'readdir', 'open', 'close', 'read', 'readlink', 'realpath', 'readFile']);

export function createFaultyFiles(inner: Files, watched: (path: string) => boolean): FaultyFiles {
  const paths = new Map<number, string>();
  let calls: string[] = [];
  let fault: Fault | undefined;
  let struck = false;

  const call = (name: string, real: (...args: unknown[]) => unknown, args: unknown[]): unknown => {
    const path = typeof args[0] === 'number' ? (paths.get(args[0]) ?? '') : String(args[0]);
    if (!watched(path)) return remember(name, args, real(...args));
    calls.push(`${name} ${path}`);
    faulty.onCall?.(calls.length, `${name} ${path}`);
    if (fault === undefined) return remember(name, args, real(...args));
    const { at, kind } = fault;
    if (calls.length < at || (!struck && fault.only?.(path) === false)) return remember(name, args, real(...args));
    const makes = name === 'open' && String(args[1]).startsWith('w');
    const changes = changing.has(name) || makes;
    const strike = (): void => void (struck = true);
    const go = (): unknown => remember(name, args, real(...args));
    const refuse = (code: string): never => {
      if (name === 'close') go(); // the descriptor is gone all the same
      throw systemErrorOf(code, name, path);
    };
    switch (kind) {
      case 'dies':
      case 'power':
        strike();
        return refuse('EIO');
      case 'full':
        if (!taking.has(name) && !makes) return go();
        strike();
        return refuse('ENOSPC');
      case 'read-only':
        if (!changes) return go();
        strike();
        return refuse('EROFS');
      case 'full-once':
        if (struck || !(taking.has(name) || makes)) return go();
        strike();
        return refuse('ENOSPC');
      case 'error-once':
        if (struck) return go();
        strike();
        return refuse('EIO');
      case 'error-after':
        if (struck || !changes) return go();
        strike();
        return after(go(), () => refuse('EIO'));
      case 'torn':
        if (struck || !tearing.has(name)) return go();
        strike();
        if (name === 'write') real(args[0], args[1], args[2], Math.floor(Number(args[3]) / 2), args[4]);
        else halve(path);
        if (name === 'rename') go();
        throw systemErrorOf('EIO', name, path);
      case 'short-read':
        if (struck || name !== 'read' || Number(args[3]) < 2) return go();
        strike();
        return real(args[0], args[1], args[2], Math.ceil(Number(args[3]) / 2), args[4]);
      case 'changed-read': {
        if (struck || name !== 'read') return go();
        const count = Number(go());
        const buffer = args[1] as Uint8Array;
        if (count === 0) return count;
        strike();
        const place = Number(args[2]) + Math.floor(count / 2);
        buffer[place] = (buffer[place] as number) ^ 1;
        return count;
      }
    }
  };

  /** What is done in the background is done first, too: nobody would hear of its failure later. */
  function after(done: unknown, then: () => never): unknown {
    return done instanceof Promise ? done.then(then) : then();
  }

  function halve(path: string): void {
    const size = inner.stat(path)?.size ?? 0;
    const fd = inner.open(path, 'r+');
    inner.truncate(fd, Math.floor(size / 2));
    inner.close(fd);
  }

  function remember(name: string, args: unknown[], value: unknown): unknown {
    if (name === 'open') paths.set(value as number, String(args[0]));
    if (name === 'close') paths.delete(args[0] as number);
    return value;
  }

  const faulty = { ...inner } as FaultyFiles;
  for (const name of [...changing, ...asking]) {
    const real = (inner as unknown as Record<string, (...args: unknown[]) => unknown>)[name] as (...args: unknown[]) => unknown;
    Object.defineProperty(faulty, name, {
      enumerable: true,
      value: (...args: unknown[]) => {
        if (name !== 'fsyncAsync') return call(name, real, args);
        try {
          return Promise.resolve(call(name, real, args));
        } catch (error) {
          return Promise.reject(error as Error);
        }
      }
    });
  }
  Object.defineProperties(faulty, {
    calls: { get: () => calls },
    struck: { get: () => struck },
    arm: {
      value: (wanted: Fault | undefined) => {
        fault = wanted;
        struck = false;
        calls = [];
      }
    },
    onCall: { value: undefined, writable: true }
  });
  return faulty;
}
