// The copy of what is purged: JSON lines (a run, its tries, what each printed), gzip in pieces that any gzip reads as one. It gets its name only when it was
// read back and every byte was found to be what was written.
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fail } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';

const pieceBytes = 1_048_576;

/** Writes the lines to `path`, which must not exist; resolves with the SHA-256 of the file. Throws what keeps it from being written or read back; nothing is at `path` then. */
export async function writeBackup(files: Files, path: string, lines: AsyncIterable<unknown>): Promise<string> {
  const temporary = `${path}.partial`;
  const whole = createHash('sha256');
  const pieces: { length: number; plain: string }[] = [];
  const fd = files.open(temporary, 'wx', 0o600);
  let at = 0;
  let text = '';
  const flush = (): void => {
    if (text === '') return;
    const plain = Buffer.from(text, 'utf8');
    const bytes = gzipSync(plain);
    files.write(fd, bytes, 0, bytes.length, at);
    whole.update(bytes);
    pieces.push({ length: bytes.length, plain: createHash('sha256').update(plain).digest('hex') });
    at += bytes.length;
    text = '';
  };
  try {
    for await (const line of lines) {
      text += `${JSON.stringify(line)}\n`;
      if (text.length >= pieceBytes) flush();
    }
    flush();
    files.fsync(fd);
  } catch (error) {
    files.close(fd);
    files.unlink(temporary);
    throw error;
  }
  files.close(fd);
  const sha256 = whole.digest('hex');
  try {
    proveBackup(files, temporary, pieces, sha256);
    files.renameNew(temporary, path);
  } catch (error) {
    files.unlink(temporary);
    throw error;
  }
  files.fsyncFolder(dirname(path));
  return sha256;
}

function proveBackup(files: Files, path: string, pieces: readonly { length: number; plain: string }[], sha256: string): void {
  const whole = createHash('sha256');
  const fd = files.open(path, 'r');
  try {
    let at = 0;
    for (const { length, plain } of pieces) {
      const bytes = readAll(files, fd, at, length);
      whole.update(bytes);
      if (createHash('sha256').update(gunzipSync(bytes)).digest('hex') !== plain) unlike(path);
      at += length;
    }
    if (whole.digest('hex') !== sha256 || files.fstat(fd).size !== at) unlike(path);
  } finally {
    files.close(fd);
  }
}

/** Whether the file is there and is still what was proven. */
export function isBackup(files: Files, path: string, sha256: string): boolean {
  const stat = files.stat(path);
  if (stat?.type !== 'file') return false;
  const whole = createHash('sha256');
  const fd = files.open(path, 'r');
  try {
    for (let at = 0; at < stat.size; at += pieceBytes) whole.update(readAll(files, fd, at, Math.min(pieceBytes, stat.size - at)));
  } finally {
    files.close(fd);
  }
  return whole.digest('hex') === sha256;
}

function readAll(files: Files, fd: number, at: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let done = 0, count = -1; done < length && count !== 0; done += count) count = files.read(fd, bytes, done, length - done, at + done);
  return bytes;
}

function unlike(path: string): never {
  return fail('NOT_READABLE', `${path} does not read as it was written`, { path, reason: 'does not read as it was written' });
}
