// Folders for what streams in, each with a note of the process it belongs to, so that what a killed process left can be told from what another is
// still filling: same user, same machine, same table of processes, and no such process any more.
import { readlinkSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const prefix = 'varve-stream-';
const ownerFile = 'owner.json';

interface Owner {
  hostname: string;
  /** Containers may share a folder and not their processes. Empty where there is no such thing. */
  processes: string;
  pid: number;
}

function here(): Omit<Owner, 'pid'> {
  let processes = '';
  try {
    processes = readlinkSync('/proc/self/ns/pid');
  } catch {
    // not Linux
  }
  return { hostname: hostname(), processes };
}

/** A new private folder; the caller removes it. */
export async function makeSpoolFolder(parent = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, prefix));
  await writeFile(join(folder, ownerFile), JSON.stringify({ ...here(), pid: process.pid } satisfies Owner), { mode: 0o600 });
  return folder;
}

/** Removes the folders of processes that have certainly ended; what cannot be told or removed is left. Returns how many. */
export async function removeDeadSpoolFolders(parent = tmpdir()): Promise<number> {
  let removed = 0;
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(prefix)) continue;
    const folder = join(parent, name);
    try {
      if (!(await isDead(folder))) continue;
      await rm(folder, { recursive: true });
      removed += 1;
    } catch {
      // somebody else's, or somebody was faster
    }
  }
  return removed;
}

async function isDead(folder: string): Promise<boolean> {
  const stat = await lstat(folder);
  if (!stat.isDirectory() || (process.getuid !== undefined && stat.uid !== process.getuid())) return false;
  const owner = JSON.parse(await readFile(join(folder, ownerFile), 'utf8')) as Partial<Owner>;
  const { hostname: host, processes } = here();
  return owner.hostname === host && owner.processes === processes && typeof owner.pid === 'number' && Number.isInteger(owner.pid) && owner.pid > 0 && !exists(owner.pid);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
