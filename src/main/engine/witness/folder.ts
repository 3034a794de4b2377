// A witness's folder on disk: `witness.json`, one `logs/<hex(SHA-256(origin))>.json` per followed log, `lock.db`. Read strictly, written durably.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type * as z from 'zod';
import { writeFileDurable } from '../kit/durable.ts';
import { errnoOf, fail } from '../kit/errors.ts';
import type { Files, Random } from '../ports.ts';
import { LogFile, WitnessFile } from './model.ts';

const limitBytes = 32 * 1024 * 1024;

/** How the monitoring path of a witness names a log. */
export function originHash(origin: string): string {
  return createHash('sha256').update(origin, 'utf8').digest('hex');
}

export interface WitnessFolder {
  readonly path: string;
  readonly witnessPath: string;
  exists(): boolean;
  create(file: WitnessFile): void;
  readWitness(): WitnessFile;
  writeWitness(file: WitnessFile): void;
  logPath(origin: string): string;
  /** Whether a log's file is there. */
  hasLog(origin: string): boolean;
  /** A file that should be there and is not, or says something else, is WITNESS_DAMAGED: forgetting a log would let another history in. */
  readLog(origin: string): LogFile;
  writeLog(file: LogFile): void;
}

export function createWitnessFolder({ files, random, path }: { files: Files; random: Random; path: string }): WitnessFolder {
  const witnessPath = join(path, 'witness.json');
  const logPath = (origin: string): string => join(path, 'logs', `${originHash(origin)}.json`);

  const read = <T>(file: string, shape: z.ZodType<T>): T => {
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.readFile(file, limitBytes)));
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'EACCES' || errno === 'EPERM') fail('NOT_READABLE', `${file} cannot be read`, { path: file, reason: errno }, error);
      // The parser's own message would quote the file, which may hold a seed.
      return damaged(file, errno === 'ENOENT' ? 'is missing' : (errno ?? 'is not JSON'));
    }
    const parsed = shape.safeParse(value);
    return parsed.success ? parsed.data : damaged(file, `is not as expected at ${parsed.error.issues[0]?.path.join('.') || 'the top'}`);
  };
  const write = (file: string, value: unknown): void => {
    try {
      writeFileDurable(files, file, Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8'), { random, mode: 0o600 });
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOSPC') fail('NO_SPACE', `no space for ${file}`, { path: file }, error);
      if (errno === 'EACCES' || errno === 'EPERM' || errno === 'EROFS') fail('NOT_WRITABLE', `${file} cannot be written`, { path: file, reason: errno }, error);
      throw error;
    }
  };

  return {
    path,
    witnessPath,
    logPath,
    exists: () => files.lstat(witnessPath) !== undefined,
    create(file) {
      files.mkdirs(join(path, 'logs'), 0o700);
      write(witnessPath, file);
    },
    readWitness: () => read(witnessPath, WitnessFile),
    writeWitness: (file) => write(witnessPath, file),
    hasLog: (origin) => files.lstat(logPath(origin)) !== undefined,
    readLog(origin) {
      const file = read(logPath(origin), LogFile);
      return file.origin === origin ? file : damaged(logPath(origin), 'belongs to another log');
    },
    writeLog: (file) => write(logPath(file.origin), file)
  };
}

export function damaged(path: string, reason: string): never {
  return fail('WITNESS_DAMAGED', `${path} ${reason}`, { path, reason });
}
