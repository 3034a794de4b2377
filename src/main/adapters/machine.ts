// Facts about this computer and user.
import { availableParallelism, constants, homedir, hostname, networkInterfaces, setPriority, tmpdir, uptime, userInfo } from 'node:os';
import { errnoOf, fail } from '../engine/kit/errors.ts';
import type { Machine } from '../engine/ports.ts';

export function createMachine(): Machine {
  return {
    hostname: hostname(),
    username: currentUserName(),
    userHome: homedir(),
    temporaryFolder: tmpdir(),
    platform: supportedPlatform(process.platform),
    pid: process.pid,
    uid: process.getuid?.(),
    gid: process.getgid?.(),
    cpus: availableParallelism(),
    uptimeMs: () => uptime() * 1000,
    online,
    processExists,
    lowerPriority
  };
}

/** A link-local address alone reaches nobody. */
function online(): boolean | undefined {
  try {
    return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address)));
  } catch {
    return undefined; // some sandboxes do not let a program ask
  }
}

function supportedPlatform(platform: string): Machine['platform'] {
  if (platform === 'linux' || platform === 'darwin' || platform === 'win32') return platform;
  return fail('NOT_SUPPORTED', `platform ${platform}`, { what: `working on the system ${platform}` });
}

/** A container may run as a number that has no entry; then the environment, then the number itself. */
function currentUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env['USER'] ?? process.env['USERNAME'] ?? `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

function processExists(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false; // 0 and negative numbers mean whole groups
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM'; // it exists and is somebody else's
  }
}

/** On Linux 0 means the calling thread alone; elsewhere it would be the whole process, which also answers people. */
function lowerPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, constants.priority.PRIORITY_LOW);
  } catch {
    // a container may forbid it
  }
}
