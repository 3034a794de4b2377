// What lies beside a SQLite database and belongs to exactly that file: changes that are not in it yet (-wal, with its -shm), or those that are to be taken
// back (-journal). Beside another version of the file SQLite would work them into it and spoil it. So they go where the file is replaced, and undoing brings
// them back; and where the restored file has such a thing by now, somebody has worked with it.
import { basename, dirname } from 'node:path';
import type { Files } from '../../ports.ts';
import { writesContent, type Decided, type Decisions, type Extra } from './decide.ts';
import { seenOf } from './seen.ts';

const ends = ['-wal', '-journal', '-shm'] as const;
const walMagic = 0x377f0682; // the last bit is the byte order
const journalMagic = 'd9d505f920a163d7';

/** A name that may be of such a file: of which? undefined for every other. */
export function databaseOf(name: string): string | undefined {
  const end = ends.find((one) => name.endsWith(one));
  return end === undefined ? undefined : name.slice(0, -end.length);
}

/** True when changes lie beside this file that are no part of it. */
export function hasSides(files: Files, path: string): boolean {
  return holds(files, `${path}-wal`, (head) => (head.readUInt32BE(0) & ~1) >>> 0 === walMagic) || holds(files, `${path}-journal`, (head) => head.toString('hex') === journalMagic);
}

function holds(files: Files, path: string, is: (head: Buffer) => boolean): boolean {
  if (files.lstat(path)?.type !== 'file') return false;
  const head = Buffer.alloc(8);
  const fd = files.open(path, 'rn');
  try {
    return files.read(fd, head, 0, head.length, 0) === head.length && is(head);
  } finally {
    files.close(fd);
  }
}

/**
 * Those beside files that will be written, but for what is written itself; and where everything is to be replaced also beside a file that is the same
 * already, because what counts may be in them alone. `replaces`: is the policy for it to replace?
 */
export async function sidesOfReplaced(decisions: Pick<Decisions, 'files' | 'folders'>, deps: { files: Files; replaces(decided: Decided): boolean; shown(decided: Decided): string; breathe(): Promise<void> | undefined }): Promise<Extra[]> {
  const { files } = deps;
  const fresh = new Set(decisions.folders.filter(({ action }) => action === 'new').map(({ path }) => path));
  let written: Set<string> | undefined;
  const sides: Extra[] = [];
  for (const file of decisions.files) {
    const counts = file.action === 'identical' || file.action === 'metadata' ? deps.replaces(file) : writesContent(file.action) && file.action !== 'both';
    if (!counts || fresh.has(dirname(file.path))) continue;
    const breath = deps.breathe();
    if (breath !== undefined) await breath;
    if (!hasSides(files, file.path)) continue;
    written ??= new Set(decisions.files.filter(({ action }) => action !== 'keep').map(({ path }) => path));
    for (const end of ends) {
      const path = file.path + end;
      const stat = written.has(path) ? undefined : files.lstat(path);
      if (stat?.type === 'file') sides.push({ path, shown: deps.shown(file).slice(0, -basename(file.path).length) + basename(path), type: 'file', seen: seenOf(stat), bytes: stat.size });
    }
  }
  return sides;
}
