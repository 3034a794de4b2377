// Lock files: who works on a repository now. A zero-length lock file is ignored by whoever lists them, before this code.
import { DamagedError } from './damaged.ts';
import { parseObject, stringifyGo } from './go-json.ts';
import { formatGoTime, parseTime, type GoTime } from './time.ts';

export interface LockFile {
  time: GoTime;
  exclusive: boolean;
  hostname: string;
  username: string;
  /** Process that holds the lock on `hostname`; restic probes it with SIGHUP. */
  pid: number;
  uid?: number;
  gid?: number;
}

export function parseLock(bytes: Uint8Array): LockFile {
  const raw = parseObject(bytes, 'lock');
  const text = (key: string): string => {
    const value = raw[key] ?? '';
    if (typeof value !== 'string') throw new DamagedError(`lock: ${key} is not text`);
    return value.toWellFormed();
  };
  const number = (key: string): number => {
    const value = raw[key] ?? 0;
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new DamagedError(`lock: ${key} is not a whole number`);
    return value;
  };
  const exclusive = raw['exclusive'] ?? false;
  if (typeof exclusive !== 'boolean') throw new DamagedError('lock: exclusive is neither true nor false');
  const lock: LockFile = { time: parseTime(raw['time']), exclusive, hostname: text('hostname'), username: text('username'), pid: number('pid') };
  const uid = number('uid');
  if (uid !== 0) lock.uid = uid;
  const gid = number('gid');
  if (gid !== 0) lock.gid = gid;
  return lock;
}

export function encodeLock(lock: LockFile): Buffer {
  return Buffer.from(
    stringifyGo({
      time: formatGoTime(lock.time),
      exclusive: lock.exclusive,
      hostname: lock.hostname,
      username: lock.username,
      pid: lock.pid,
      uid: lock.uid || undefined,
      gid: lock.gid || undefined
    })
  );
}
