// A folder and a crontab into a copy that nobody changes any more. What a stop after each step leaves:
//   1. `.<day>.partial-<hex>` in `legacy_backups`         -> removed by the next copy
//   2. the tree, the crontab, manifest and checksums      -> the same
//   3. all of it read back, compared, durable, read-only  -> the same
//   4. renamed to its day                                 -> a whole copy
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { errnoOf, fail } from '../kit/errors.ts';
import { compareNames, displayName } from '../kit/names.ts';
import { homeMarker } from '../kit/paths.ts';
import type { Files, Random } from '../ports.ts';
import { copyHashed, hashOf } from './hashed-copy.ts';
import { copiesFolder, crontabName, manifestName, sumsName, sumsOf, treeName, type LegacyEntry, type LegacyManifest } from './manifest.ts';

const partial = /^\.\d{8}\.partial-[0-9a-f]{16}$/;
const namedSkips = 1000;
const mostInOneDay = 9999;

export interface CopyOut {
  files: Files;
  random: Random;
  homePath: string;
  /** What is copied; undefined: only the crontab. */
  source: string | undefined;
  crontab: Uint8Array | undefined;
  atMs: number;
  /** Throws when it is to end. */
  turn(update: { file?: string; bytes?: number; current?: string }): void | Promise<void>;
}

/** Returns the copy's id. Throws CONFLICT, NOT_A_FOLDER, system errors of the target. What cannot be read of the source is left out and named. */
export async function copyOut(work: CopyOut): Promise<{ id: string; folder: string; manifest: LegacyManifest }> {
  const { files, random, homePath, atMs } = work;
  const top = join(homePath, copiesFolder);
  files.mkdirs(top, 0o700);
  for (const { name, type } of files.readdir(top)) if (type === 'dir' && partial.test(name)) files.removeTree(join(top, name));
  const day = new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '');
  const building = join(top, `.${day}.partial-${Buffer.from(random.bytes(8)).toString('hex')}`);
  files.mkdir(building, 0o700); // 1
  try {
    const manifest = await fill(work, building); // 2
    await proveAndSeal(work, building, manifest); // 3
    const { id, folder } = settle(files, top, building, day); // 4
    return { id, folder, manifest };
  } catch (error) {
    files.removeTree(building);
    throw error;
  }
}

async function fill({ files, source, crontab, atMs, turn }: CopyOut, building: string): Promise<LegacyManifest> {
  const entries: LegacyEntry[] = [];
  const skipped: { path: string; reason: string }[] = [];
  let skippedCount = 0;
  const skip = (path: string, reason: string): void => {
    if (skipped.length < namedSkips) skipped.push({ path: displayName(path), reason });
    skippedCount += 1;
  };
  /** What fails here is the source's; what fails at the target ends the copy. */
  const reading = async <T>(path: string, read: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await read();
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined || ['ENOSPC', 'EDQUOT', 'EROFS'].includes(errno)) throw error;
      skip(path, errno);
      return undefined;
    }
  };
  const walk = async (from: string, to: string, inside: string): Promise<void> => {
    for (const { name } of (await reading(inside, () => files.readdir(from)))?.sort((a, b) => compareNames(a.name, b.name)) ?? []) {
      const path = inside === '' ? name : `${inside}/${name}`;
      const at = join(from, name);
      await turn({ current: path });
      if (name.includes('\\')) {
        skip(path, 'has a backslash in its name');
        continue;
      }
      const stat = await reading(path, () => files.lstat(at));
      if (stat === undefined) continue;
      const { mode } = stat;
      const mtime = String(stat.mtimeNs);
      if (stat.type === 'dir') {
        if (files.lstat(join(at, homeMarker)) !== undefined) {
          skip(path, 'is a Varve home');
          continue;
        }
        files.mkdir(join(to, name), 0o700);
        entries.push({ type: 'folder', path, mode, mtime });
        await walk(at, join(to, name), path);
      } else if (stat.type === 'symlink') {
        const target = await reading(path, () => files.readlink(at));
        if (target === undefined) continue;
        files.symlink(target, join(to, name));
        entries.push({ type: 'link', path, mtime, target });
      } else if (stat.type === 'file') {
        const copied = await reading(path, () => copyHashed(files, at, join(to, name), (bytes) => turn({ bytes })));
        if (copied === undefined) continue;
        entries.push({ type: 'file', path, mode, mtime, ...copied });
        await turn({ file: path });
      } else skip(path, 'is no file, folder or link');
    }
  };
  if (source !== undefined) {
    files.mkdir(join(building, treeName), 0o700);
    await walk(source, join(building, treeName), '');
  }
  if (crontab !== undefined) write(files, join(building, crontabName), crontab);
  return {
    version: 1,
    created_at: new Date(atMs).toISOString(),
    source_dir: source ?? null,
    source_mode: source === undefined ? null : (files.stat(source)?.mode ?? null),
    crontab: crontab === undefined ? null : { size: crontab.length, sha256: sha256Of(crontab) },
    entries,
    skipped,
    skipped_count: skippedCount
  };
}

async function proveAndSeal({ files, turn }: CopyOut, building: string, manifest: LegacyManifest): Promise<void> {
  const text = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`, 'utf8');
  write(files, join(building, manifestName), text);
  write(files, join(building, sumsName), sumsOf(manifest, sha256Of(text)));
  files.syncFileSystem(building);
  const folders: string[] = [];
  for (const entry of manifest.entries) {
    const path = join(building, treeName, ...entry.path.split('/'));
    if (entry.type === 'folder') folders.push(path);
    if (entry.type !== 'file') continue;
    const { size, sha256 } = await hashOf(files, path, () => turn({}));
    if (size !== entry.size || sha256 !== entry.sha256) fail('NOT_WRITABLE', `${path} does not read back as it was written`, { path, reason: 'does not read back as it was written' });
    files.chmod(path, 0o400 | (entry.mode & 0o100));
  }
  for (const name of [crontabName, manifestName, sumsName]) if (files.lstat(join(building, name)) !== undefined) files.chmod(join(building, name), 0o400);
  for (const path of folders.reverse()) files.chmod(path, 0o500);
  if (files.lstat(join(building, treeName)) !== undefined) files.chmod(join(building, treeName), 0o500);
}

function settle(files: Files, top: string, building: string, day: string): { id: string; folder: string } {
  for (let no = 1; no <= mostInOneDay; no++) {
    const id = no === 1 ? day : `${day}-${no}`;
    const folder = join(top, id);
    if (files.lstat(folder) !== undefined) continue;
    try {
      files.renameNew(building, folder);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') continue;
      throw error;
    }
    // Only now: some systems rename no folder that may not be written.
    files.chmod(folder, 0o500);
    files.fsyncFolder(top);
    return { id, folder };
  }
  return fail('CONFLICT', `too many copies of ${day}`, { kind: 'folder', name: join(top, day) });
}

function write(files: Files, path: string, bytes: Uint8Array): void {
  const fd = files.open(path, 'wx', 0o600);
  try {
    files.write(fd, bytes, 0, bytes.length, 0);
  } finally {
    files.close(fd);
  }
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
