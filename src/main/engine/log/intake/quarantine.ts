// Lines that were not taken in, in a file of their own beside the reports: line number, place, reason, and the line as it was. One that is too long
// is only referred to: it still stands in the file it came from.
import type { Refusal } from '../../../../contract/intake.ts';
import type { Files } from '../../ports.ts';
import type { Line } from './lines.ts';

export interface Quarantine {
  add(line: Line, refusal: Refusal): void;
  /** Durable up to here when it returns; the length of the file. */
  sync(): number;
  close(): void;
}

/**
 * A new file, made at its first line; with `keepBytes` one that may be there: what is behind that many bytes belongs to something that was never
 * recorded, and goes.
 */
export function createQuarantine(files: Files, path: string, keepBytes?: number): Quarantine {
  let fd: number | undefined;
  let length = keepBytes ?? 0;

  const open = (): number => {
    if (fd !== undefined) return fd;
    const isNew = keepBytes === undefined || files.lstat(path) === undefined;
    fd = files.open(path, isNew ? 'wx' : 'r+', 0o600);
    if (!isNew) files.truncate(fd, length);
    return fd;
  };

  return {
    add(line, { line: number, code, detail }) {
      const place = { line: number, offset: line.offset, reason: code, detail };
      const text = `${JSON.stringify({ ...place, ...contentOf(line) })}\n`;
      const bytes = Buffer.from(text, 'utf8');
      files.write(open(), bytes, 0, bytes.length, length);
      length += bytes.length;
    },
    sync() {
      if (fd !== undefined) files.fsync(fd);
      return length;
    },
    close() {
      if (fd !== undefined) files.close(fd);
      fd = undefined;
    }
  };
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function contentOf({ bytes, long }: Line): Record<string, unknown> {
  if (bytes === undefined) return { length: long?.length ?? 0, sha256: long?.sha256 ?? '' };
  try {
    return { text: strict.decode(bytes) };
  } catch {
    return { base64: bytes.toString('base64') };
  }
}
