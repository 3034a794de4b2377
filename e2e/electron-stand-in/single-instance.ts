// One instance per userData folder. Must answer at once (requestSingleInstanceLock is synchronous) and work when the second process exits
// right after: the lock is a symbolic link naming the owner, the message to the owner a file that it watches for.
import { mkdirSync, readdirSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync, unlinkSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SecondInstance {
  argv: string[];
  cwd: string;
  additionalData: unknown;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Returns the release, or undefined when another process holds the lock (it has then been told). */
export function acquire(userData: string, message: SecondInstance, onSecond: (message: SecondInstance) => void): (() => void) | undefined {
  const lock = join(userData, 'StandInLock');
  const inbox = join(userData, 'StandInInbox');
  mkdirSync(inbox, { recursive: true });
  for (;;) {
    try {
      symlinkSync(String(process.pid), lock); // atomic: one of two racing processes fails
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isAlive(Number(readlinkSync(lock)))) {
        const file = join(inbox, `${process.pid}-${Date.now()}`);
        writeFileSync(`${file}.tmp`, JSON.stringify(message));
        renameSync(`${file}.tmp`, `${file}.json`);
        return undefined;
      }
      unlinkSync(lock); // left by a crash
    }
  }
  for (const name of readdirSync(inbox)) rmSync(join(inbox, name)); // meant for an owner that is gone
  const watcher = watch(inbox, () => {
    for (const name of readdirSync(inbox).filter((one) => one.endsWith('.json')).sort()) {
      const second = JSON.parse(readFileSync(join(inbox, name), 'utf8')) as SecondInstance;
      rmSync(join(inbox, name));
      onSecond(second);
    }
  });
  process.once('exit', () => rmSync(lock, { force: true }));
  return () => {
    watcher.close();
    rmSync(lock, { force: true });
  };
}
