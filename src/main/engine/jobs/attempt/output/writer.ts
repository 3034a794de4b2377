// Writes an attempt's lines (format.ts). Nothing here ever throws at the one who brings lines: a full disk costs output, not the job (10.2).
import { join } from 'node:path';
import { errnoOf } from '../../../kit/errors.ts';
import type { Clock, Files } from '../../../ports.ts';
import { firstSegments, headLine, lastSegments, linePrefix, segmentBytes, segmentName, type StreamName } from './format.ts';

const bufferBytes = 65_536;
const askAgainMs = 1_000;

export interface OutputWriter {
  /** `text` is UTF-8 without line ends; it is copied. */
  append(stream: StreamName, text: Uint8Array, cutBytes: number, update: boolean): void;
  /** Hands everything to the system: from here on our own end costs nothing. */
  flush(): void;
  /** Makes what was handed over durable, off this thread; a call while one is at work waits for that one and the next. */
  sync(): Promise<void>;
  /** Flushes, makes everything durable and closes. */
  close(): Promise<void>;
  readonly lines: number;
  /** The code of the last failure. */
  readonly fault: string | null;
}

export function createOutputWriter(deps: { files: Files; clock: Pick<Clock, 'now'>; folder: string }): OutputWriter {
  const { files, clock, folder } = deps;
  const buffer = Buffer.allocUnsafe(bufferBytes);
  const unsynced = new Set<number>();
  let used = 0;
  let fd: number | undefined;
  let number = 0;
  let size = 0;
  let startedMs = 0;
  let lines = 0;
  let bytes = 0;
  let fault: string | null = null;
  let folderChanged = false;
  let refusedAt: number | undefined;
  let syncing: Promise<void> | undefined;

  const failed = (error: unknown): void => {
    fault = errnoOf(error) ?? 'EIO';
  };

  /** What was handed over so far of the segment may be cut short now; the next line begins another, which says where it stands. */
  const leave = (): void => {
    if (fd !== undefined) {
      try {
        files.close(fd);
      } catch (error) {
        failed(error);
      }
    }
    fd = undefined;
  };

  const write = (): void => {
    const length = used;
    used = 0;
    if (length === 0 || fd === undefined) return; // lines that had no place: the reader sees a gap
    try {
      files.write(fd, buffer, 0, length, null);
      unsynced.add(number);
    } catch (error) {
      failed(error);
      leave();
    }
  };

  const remove = (old: number): void => {
    unsynced.delete(old);
    try {
      files.unlink(join(folder, segmentName(old)));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') failed(error);
    }
  };

  /** False: the disk does not take it now; it is asked again after a second. */
  const begin = (): boolean => {
    write();
    leave();
    const now = clock.now();
    if (refusedAt !== undefined && Math.abs(now - refusedAt) < askAgainMs) return false;
    const path = join(folder, segmentName(number + 1));
    const head = Buffer.from(headLine({ firstSeq: lines, bytesBefore: bytes, startedMs: now }));
    try {
      fd = files.open(path, 'w', 0o600);
      files.write(fd, head, 0, head.length, null);
    } catch (error) {
      failed(error);
      leave();
      refusedAt = now;
      return false;
    }
    refusedAt = undefined;
    number += 1;
    startedMs = now;
    size = head.length;
    unsynced.add(number);
    folderChanged = true;
    const old = number - lastSegments - 1;
    if (old > firstSegments) remove(old);
    return true;
  };

  const syncOne = async (each: number): Promise<void> => {
    const open = files.open(join(folder, segmentName(each)), 'r+');
    try {
      await files.fsyncAsync(open);
    } finally {
      files.close(open);
    }
  };

  const syncAll = async (): Promise<void> => {
    for (const each of [...unsynced]) {
      unsynced.delete(each);
      try {
        await syncOne(each);
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') failed(error); // removed meanwhile: the middle of a long output
      }
    }
    if (!folderChanged) return;
    folderChanged = false;
    try {
      files.fsyncFolder(folder);
    } catch (error) {
      failed(error);
    }
  };

  const sync = async (): Promise<void> => {
    await syncing;
    syncing ??= syncAll().finally(() => (syncing = undefined));
    await syncing;
  };

  const place = (prefix: string, text: Uint8Array): void => {
    if (used + prefix.length + text.length + 1 > bufferBytes) write();
    used += buffer.write(prefix, used, 'latin1');
    buffer.set(text, used);
    used += text.length;
    buffer[used++] = 10;
    size += prefix.length + text.length + 1;
  };

  return {
    append(stream, text, cutBytes, update) {
      let prefix = linePrefix(stream, clock.now() - startedMs, cutBytes, update);
      let taken = true;
      if (fd === undefined || size + prefix.length + text.length + 1 > segmentBytes) {
        taken = begin();
        prefix = linePrefix(stream, clock.now() - startedMs, cutBytes, update);
      }
      if (taken) place(prefix, text);
      lines += 1;
      bytes += text.length + 1;
    },
    flush: write,
    sync,
    async close() {
      write();
      leave();
      await sync();
    },
    get lines() {
      return lines;
    },
    get fault() {
      return fault;
    }
  };
}
