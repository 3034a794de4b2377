// A new file that is written piece by piece: it stands under its name only when it is whole, and never over one that is there.
import { dirname } from 'node:path';
import { createNodeFiles } from '../adapters/files.ts';
import { createSystemRandom } from '../adapters/random.ts';
import { errnoOf, fail } from '../engine/kit/errors.ts';
import { absolutePath } from './paths.ts';

export interface NewFile {
  path: string;
  write(text: string): void;
  /** Durable under its name when it returns. Throws CONFLICT when something has come there meanwhile. */
  finish(): void;
  /** Leaves nothing behind. */
  abandon(): void;
}

/** Throws CONFLICT when something is there, NOT_WRITABLE, NO_SPACE. */
export function openNewFile(typed: string): NewFile {
  const files = createNodeFiles();
  const path = absolutePath(typed);
  const temporary = `${path}.tmp-${Buffer.from(createSystemRandom().bytes(8)).toString('hex')}`;
  const refuseExisting = (): void => {
    if (files.lstat(path) !== undefined) fail('CONFLICT', `${path} is there already`, { kind: 'file', name: path });
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ENOSPC') fail('NO_SPACE', `no space for ${path}`, { path });
      if (errno === undefined) throw error;
      return fail('NOT_WRITABLE', `${path}: ${errno}`, { path, reason: errno });
    }
  };
  refuseExisting();
  const fd = guarded(() => files.open(temporary, 'wx', 0o600));
  let open = true;
  let at = 0;
  const close = (): void => {
    if (open) files.close(fd);
    open = false;
  };
  return {
    path,
    write(text) {
      const bytes = Buffer.from(text, 'utf8');
      guarded(() => files.write(fd, bytes, 0, bytes.length, at));
      at += bytes.length;
    },
    finish() {
      guarded(() => files.fsync(fd));
      close();
      refuseExisting();
      guarded(() => files.rename(temporary, path));
      files.fsyncFolder(dirname(path));
    },
    abandon() {
      close();
      if (files.lstat(temporary) !== undefined) files.unlink(temporary);
    }
  };
}
