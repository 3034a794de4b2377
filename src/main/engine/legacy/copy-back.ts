// A copy back to where it came from, or elsewhere. What a stop after each step leaves:
//   1. every file of the copy has its checksum                     -> nothing was written
//   2. `<target>.partial-<hex>` beside the target                  -> the target as it was; the partial folder is removed by the next try
//   3. what is at the target is renamed `<target>.before-<time>`   -> nothing at the target, both beside it
//   4. the partial folder is renamed to the target                 -> done
import { basename, dirname, join } from 'node:path';
import { fail } from '../kit/errors.ts';
import type { Files, Random } from '../ports.ts';
import { copyHashed, hashOf } from './hashed-copy.ts';
import { crontabName, readManifest, treeName, type LegacyEntry, type LegacyManifest } from './manifest.ts';

export interface CopyBack {
  files: Files;
  random: Random;
  id: string;
  /** The copy. */
  folder: string;
  /** undefined: only looked at. */
  target: string | undefined;
  atMs: number;
  turn(update: { file?: string; bytes?: number; current?: string }): void | Promise<void>;
}

type FileEntry = Extract<LegacyEntry, { type: 'file' }>;

const isFile = (entry: LegacyEntry): entry is FileEntry => entry.type === 'file';

/** Throws PACKAGE_REFUSED with the file that is not as it was; then nothing was written. */
export async function copyBack(work: CopyBack): Promise<{ manifest: LegacyManifest; movedAside: string | null; files: number; bytes: number }> {
  const { files, folder, target, id } = work;
  const manifest = readManifest(files, folder, id);
  await verifyCopy(work, manifest); // 1
  const plain = manifest.entries.filter(isFile);
  const numbers = { files: plain.length, bytes: plain.reduce((sum, { size }) => sum + size, 0) };
  if (target === undefined) return { manifest, movedAside: null, ...numbers };
  if (manifest.source_dir === null) return fail('BAD_INPUT', `${id} holds no folder`, { field: 'target', reason: 'belongs to a copy of a folder; this one holds a crontab only' });
  return { manifest, movedAside: await place(work, manifest, target), ...numbers };
}

async function verifyCopy({ files, folder, turn }: CopyBack, { entries, crontab }: LegacyManifest): Promise<void> {
  const refuse = (member: string, reason: string): never => fail('PACKAGE_REFUSED', `${member} in ${folder}: ${reason}`, { path: folder, member, reason });
  const check = async (member: string, path: string, wanted: { size: number; sha256: string }): Promise<void> => {
    if (files.lstat(path)?.type !== 'file') refuse(member, 'is missing');
    const { size, sha256 } = await hashOf(files, path, () => turn({ current: member }));
    if (size !== wanted.size || sha256 !== wanted.sha256) refuse(member, 'is not what it was when the copy was made');
  };
  for (const entry of entries) {
    const path = join(folder, treeName, ...entry.path.split('/'));
    if (entry.type === 'file') await check(`${treeName}/${entry.path}`, path, entry);
    else if (entry.type === 'folder' && files.lstat(path)?.type !== 'dir') refuse(`${treeName}/${entry.path}`, 'is missing');
  }
  if (crontab !== null) await check(crontabName, join(folder, crontabName), crontab);
}

async function place({ files, random, folder, atMs, turn }: CopyBack, manifest: LegacyManifest, target: string): Promise<string | null> {
  sweepPartial(files, target);
  const hex = Buffer.from(random.bytes(8)).toString('hex');
  const building = `${target}.partial-${hex}`;
  files.mkdirs(dirname(target));
  files.mkdir(building, 0o700); // 2
  try {
    for (const entry of manifest.entries) {
      const parts = entry.path.split('/');
      const to = join(building, ...parts);
      await turn({ current: entry.path });
      if (entry.type === 'folder') files.mkdir(to, 0o700);
      else if (entry.type === 'link') files.symlink(entry.target, to);
      else {
        const { sha256 } = await copyHashed(files, join(folder, treeName, ...parts), to, (bytes) => turn({ bytes }));
        if (sha256 !== entry.sha256) fail('PACKAGE_REFUSED', `${entry.path} changed while it was read`, { path: folder, member: entry.path, reason: 'changed while it was read' });
        await turn({ file: entry.path });
      }
    }
    // Folders last and from the inside: their times and rights must stand when all is in them.
    for (const entry of [...manifest.entries].reverse()) {
      const to = join(building, ...entry.path.split('/'));
      if (entry.type !== 'link') files.chmod(to, entry.mode);
      files.utimes(to, BigInt(entry.mtime), BigInt(entry.mtime));
    }
    files.chmod(building, manifest.source_mode ?? 0o755);
    files.syncFileSystem(building);
    const there = files.lstat(target) !== undefined;
    const aside = there ? `${target}.before-${new Date(atMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${hex.slice(0, 4)}` : null;
    if (aside !== null) files.renameNew(target, aside); // 3
    try {
      files.renameNew(building, target); // 4
    } catch (error) {
      if (aside !== null) files.renameNew(aside, target);
      throw error;
    }
    files.fsyncFolder(dirname(target));
    return aside;
  } catch (error) {
    files.removeTree(building);
    throw error;
  }
}

/** What an earlier try left beside the target. */
function sweepPartial(files: Files, target: string): void {
  const parent = dirname(target);
  if (files.lstat(parent)?.type !== 'dir') return;
  const begin = `${basename(target)}.partial-`;
  for (const { name, type } of files.readdir(parent)) if (type === 'dir' && name.startsWith(begin) && /^[0-9a-f]{16}$/.test(name.slice(begin.length))) files.removeTree(join(parent, name));
}
