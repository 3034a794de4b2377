// The home: the folder with Varve's own state. A folder is a home when it holds the marker `varve-home.json`; the marker is the last thing
// that making a home writes. It names no computer and no person.
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { HomeId, Instant } from '../../../contract/ids.ts';
import { sweepTemporary, writeFileDurable } from '../kit/durable.ts';
import { errnoOf, fail } from '../kit/errors.ts';
import { homeMarker } from '../kit/paths.ts';
import type { Clock, Files, Random, Volumes } from '../ports.ts';

/** Present from the first step of making a home to the last; a folder with it and without a marker was begun and may be begun again. */
const pendingName = 'varve-home.pending.json';
export const homeSchema = 1;
const markerLimitBytes = 65_536;
const temporaryAgeMs = 3_600_000;

/** What making a home leaves in the folder, apart from the marker; removed when an interrupted making is begun again. */
const homeFiles = ['keys.json', 'payload-keys.json', 'vault.json', 'settings.json', 'state.db', 'state.db-wal', 'state.db-shm', 'log.db', 'log.db-wal', 'log.db-shm', 'earlier'];
/** What a folder is called in which a home is built out of a package; 16 hex digits follow. */
export const restoringName = '.restoring-';
/** May be in a folder that is to become a home: the lease lies in `run` before anything else, and systems put the others everywhere. */
const harmless = new Set(['run', 'cache', 'lost+found', '.DS_Store', 'desktop.ini', 'Thumbs.db']);

const Marker = z.object({ format: z.literal('varve-home'), schema: z.literal(homeSchema), id: HomeId, createdAt: Instant });
export type Marker = z.infer<typeof Marker>;
const Pending = z.object({ id: HomeId });

export interface HomeDeps {
  files: Files;
  volumes: Pick<Volumes, 'kindOf'>;
  clock: Clock;
  random: Random;
  homePath: string;
}

/** The marker, or undefined where there is no home. Throws HOME_TOO_NEW, HOME_DAMAGED (exit 5), HOME_ON_NETWORK. Writes nothing. */
export function readHome({ files, volumes, homePath }: Pick<HomeDeps, 'files' | 'volumes' | 'homePath'>): Marker | undefined {
  const path = join(homePath, homeMarker);
  const stat = files.lstat(path);
  if (stat === undefined) return undefined;
  if (stat.type !== 'file') damaged(path, 'is not a plain file');
  const value = readJson(files, path);
  if (typeof value === 'object' && value !== null && 'schema' in value && typeof value.schema === 'number' && value.schema > homeSchema) {
    fail('HOME_TOO_NEW', `the home has schema ${value.schema}, this program knows ${homeSchema}`, { path: homePath, schema: value.schema, known: homeSchema });
  }
  const marker = Marker.safeParse(value);
  if (!marker.success) damaged(path, `is not as expected at ${marker.error.issues[0]?.path.join('.') || 'the top'}`);
  refuseNetwork({ volumes, homePath, where: homePath });
  return marker.data;
}

/** Tidies what a crash may have left: the pending mark after the marker was written, the empty folder a home was moved out of, and temporaries of cut-off writes. */
export function tidyHome({ files, clock, homePath }: Pick<HomeDeps, 'files' | 'clock' | 'homePath'>): void {
  if (files.lstat(join(homePath, pendingName))) files.unlink(join(homePath, pendingName));
  removeTriedRestores(files, homePath);
  sweepTemporary(files, homePath, { olderThanMs: temporaryAgeMs, nowMs: clock.now() });
}

/**
 * Makes a home. `fill` makes what lies in it. Steps, and what is left if we stop after each (in all cases but the last, making it again works):
 *
 * 1. refuse a home, a network drive, a folder with other things in it   -> nothing changed
 * 2. make the folder (0700) and its parents                             -> an empty folder
 * 3. write the pending mark with the new home id                        -> a begun home; beginning again keeps this id, so that
 *                                                                          keyring entries are replaced and not orphaned
 * 4. remove what an earlier, interrupted making left                    -> a begun home
 * 5. `fill`: keys, settings, databases, the first event                 -> a begun home; all of it is thrown away by the next run
 * 6. write the marker                                                   -> a home; the pending mark is removed at the next start
 * 7. remove the pending mark                                            -> a home
 */
export async function makeHome(deps: HomeDeps, fill: (marker: Marker) => Promise<void>): Promise<Marker> {
  const { files, volumes, clock, random, homePath } = deps;
  if (readHome(deps)) fail('HOME_EXISTS', `${homePath} is a home already`, { path: homePath }); // 1
  refuseNetwork({ volumes, homePath, where: nearestExisting(files, homePath) });
  const pendingPath = join(homePath, pendingName);
  refuseOtherThings(files, homePath);
  makePrivateFolder(files, homePath); // 2
  const pending = Pending.safeParse(files.lstat(pendingPath) ? tryReadJson(files, pendingPath) : undefined);
  const id = pending.success ? pending.data.id : Buffer.from(random.bytes(16)).toString('hex');
  writeJson(deps, pendingPath, { id }); // 3
  removeLeftOver(files, homePath); // 4
  const marker: Marker = { format: 'varve-home', schema: homeSchema, id, createdAt: new Date(clock.now()).toISOString() };
  await fill(marker); // 5
  writeJson(deps, join(homePath, homeMarker), marker); // 6
  files.unlink(pendingPath); // 7
  files.fsyncFolder(homePath);
  return marker;
}

/** How a folder stands that is to become a home. `free`: nothing is in it but what a host that waits for a home, or an interrupted making, left. */
export type HomeStands = 'missing' | 'free' | 'home' | 'other-files' | 'not-a-folder';

export function homeStands(files: Files, homePath: string): HomeStands {
  const stat = files.stat(homePath);
  if (stat === undefined) return 'missing';
  if (stat.type !== 'dir') return 'not-a-folder';
  const names = files.readdir(homePath).map(({ name }) => name);
  if (names.includes(homeMarker)) return 'home';
  const begun = names.includes(pendingName);
  const ours = new Set([...harmless, pendingName, ...(begun ? homeFiles : [])]);
  const strange = names.some((name) => !ours.has(name) && !name.startsWith(`${pendingName}.tmp-`) && !name.startsWith(restoringName) && !(begun && name.includes('.tmp-')));
  return strange ? 'other-files' : 'free';
}

function refuseOtherThings(files: Files, homePath: string): void {
  const stands = homeStands(files, homePath);
  if (stands === 'not-a-folder') fail('NOT_A_FOLDER', `${homePath} is not a folder`, { path: homePath });
  if (stands === 'other-files') fail('BAD_INPUT', `${homePath} holds other files`, { field: 'home', reason: 'the folder holds other files and is no home; choose an empty folder or one that does not exist yet' });
}

/** What an interrupted making, or a restore into this place, left. */
function removeLeftOver(files: Files, homePath: string): void {
  for (const name of homeFiles) if (files.lstat(join(homePath, name))) files.removeTree(join(homePath, name));
  removeTriedRestores(files, homePath);
}

function removeTriedRestores(files: Files, homePath: string): void {
  for (const { name, type } of files.readdir(homePath)) if (type === 'dir' && name.startsWith(restoringName)) files.removeTree(join(homePath, name));
}

/**
 * Gives a place that is `free` the home that was built whole in `from`, a folder in it. A stop before the marker has moved leaves a begun home, which making or
 * restoring one begins anew; after that, the home.
 */
export function moveIntoHome({ files, random, homePath }: Pick<HomeDeps, 'files' | 'random' | 'homePath'>, from: string): void {
  const pendingPath = join(homePath, pendingName);
  const names = files.readdir(from).map(({ name }) => name);
  const { id } = Marker.parse(readJson(files, join(from, homeMarker)));
  writeJson({ files, random }, pendingPath, { id });
  for (const name of homeFiles) if (files.lstat(join(homePath, name))) files.removeTree(join(homePath, name));
  for (const name of names) if (name !== homeMarker) files.renameNew(join(from, name), join(homePath, name));
  files.fsyncFolder(homePath);
  files.renameNew(join(from, homeMarker), join(homePath, homeMarker));
  files.rmdir(from);
  files.unlink(pendingPath);
  files.chmod(homePath, 0o700);
  files.fsyncFolder(homePath);
}

/** The whole way is made; only the home itself is private. A parent that was made is made durable too. */
function makePrivateFolder(files: Files, homePath: string): void {
  try {
    files.mkdirs(homePath, 0o700);
    files.chmod(homePath, 0o700);
    files.fsyncFolder(dirname(homePath));
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOSPC') fail('NO_SPACE', 'no space for the home', { path: homePath }, error);
    if (errno !== undefined) fail('NOT_WRITABLE', `the home's folder cannot be made: ${errno}`, { path: homePath, reason: errno }, error);
    throw error;
  }
}

function refuseNetwork({ volumes, homePath, where }: { volumes: Pick<Volumes, 'kindOf'>; homePath: string; where: string }): void {
  const { network, fileSystem } = volumes.kindOf(where);
  if (network) fail('HOME_ON_NETWORK', `${homePath} is on a network file system (${fileSystem}), where databases get damaged`, { path: homePath, fileSystem });
}

/** The path itself or the closest folder above it that is there. */
export function nearestExisting(files: Files, path: string): string {
  let at = path;
  while (files.stat(at) === undefined && dirname(at) !== at) at = dirname(at);
  return at;
}

function writeJson({ files, random }: Pick<HomeDeps, 'files' | 'random'>, path: string, value: unknown): void {
  writeFileDurable(files, path, Buffer.from(`${JSON.stringify(value, null, 2)}\n`, 'utf8'), { random, mode: 0o600 });
}

function readJson(files: Files, path: string): unknown {
  return tryReadJson(files, path) ?? damaged(path, 'is not JSON');
}

function tryReadJson(files: Files, path: string): unknown {
  const bytes = files.readFile(path, markerLimitBytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined; // cut short or not ours: the caller decides what that means
  }
}

function damaged(path: string, reason: string): never {
  return fail('HOME_DAMAGED', `${path}: ${reason}`, { path, reason });
}
