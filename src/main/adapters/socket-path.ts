// Where an owner listens: a socket in a private runtime folder, named by a hash of the home's real path, because a socket's path may have
// only 104 bytes (sun_path of macOS, NUL included) and a home's path may be longer. Windows: a named pipe.
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from '../engine/kit/errors.ts';
import type { Files } from '../engine/ports.ts';

export interface SocketPathOptions {
  files: Files;
  env?: Readonly<Record<string, string | undefined>>;
  platform?: string;
  uid?: number | undefined;
  temporaryFolder?: string;
}

const longestBytes = 103;

/**
 * Makes the runtime folder (0700) where needed. `$XDG_RUNTIME_DIR/varve` when that is a safe place, else `varve-<uid>` in the temporary folder.
 * Throws NOT_WRITABLE when somebody else made that folder before us or left it open, and when no path is short enough.
 */
export function socketPathFor(homePath: string, options: SocketPathOptions): string {
  const { files, env = process.env, platform = process.platform, uid = process.getuid?.(), temporaryFolder = tmpdir() } = options;
  const name = createHash('sha256').update(files.realpath(homePath)).digest('hex').slice(0, 16);
  if (platform === 'win32') return `\\\\.\\pipe\\varve-${name}`;
  const runtime = env['XDG_RUNTIME_DIR'];
  const candidates = [
    ...(runtime?.startsWith('/') && isOwn(files, runtime, uid) ? [join(runtime, 'varve')] : []),
    join(temporaryFolder, `varve-${uid ?? 'user'}`),
    `/tmp/varve-${uid ?? 'user'}`
  ];
  for (const folder of candidates) {
    const path = join(folder, `${name}.sock`);
    if (Buffer.byteLength(path) > longestBytes) continue;
    makePrivate(files, folder, uid);
    return path;
  }
  return fail('NOT_WRITABLE', 'no runtime folder with a short enough path', { path: temporaryFolder, reason: 'the path of a socket would be too long' });
}

function isOwn(files: Files, folder: string, uid: number | undefined): boolean {
  const stat = files.stat(folder);
  return stat?.type === 'dir' && stat.uid === uid && (stat.mode & 0o022) === 0;
}

/** The temporary folder is everybody's: a link or a folder of another user there is a trap, not ours to use. */
function makePrivate(files: Files, folder: string, uid: number | undefined): void {
  if (!files.lstat(folder)) {
    try {
      files.mkdir(folder, 0o700);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another of our own processes was faster
    }
  }
  const stat = files.lstat(folder);
  if (stat?.type !== 'dir' || (uid !== undefined && stat.uid !== uid) || (stat.mode & 0o077) !== 0) {
    fail('NOT_WRITABLE', `${folder} is not a private folder of this user`, { path: folder, reason: 'it must be a folder of this user that nobody else can open' });
  }
}
