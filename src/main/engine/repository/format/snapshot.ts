// Snapshot files. Their JSON need only be valid; fields this program does not know (rustic's, or newer restic's) are kept.
import { DamagedError } from './damaged.ts';
import { asObject, parseLossless, stringifyGo } from './go-json.ts';
import { isFileName } from './ids.ts';
import { formatGoTime, parseTime, type GoTime } from './time.ts';

/** What a backup did, as restic >= 0.17 records it. Counts and bytes; names as in the JSON. */
export interface SnapshotSummary {
  backupStart?: GoTime;
  backupEnd?: GoTime;
  filesNew: number;
  filesChanged: number;
  filesUnmodified: number;
  dirsNew: number;
  dirsChanged: number;
  dirsUnmodified: number;
  dataBlobs: number;
  treeBlobs: number;
  dataAdded: number;
  dataAddedPacked: number;
  totalFilesProcessed: number;
  totalBytesProcessed: number;
  /** Fields of other writers. */
  extra?: Record<string, unknown>;
}

export interface SnapshotFile {
  /** Start of the backup, or the time it was given. */
  time: GoTime;
  parent?: string;
  tree: string;
  paths: readonly string[];
  hostname?: string;
  username?: string;
  uid?: number;
  gid?: number;
  excludes?: readonly string[];
  tags?: readonly string[];
  /** Id of the first version of a snapshot that was rewritten. */
  original?: string;
  programVersion?: string;
  summary?: SnapshotSummary;
  /** Fields of other writers (rustic's label, description, delete, ...), as parsed; written again after the known ones. */
  extra?: Record<string, unknown>;
}

const known = new Set(['time', 'parent', 'tree', 'paths', 'hostname', 'username', 'uid', 'gid', 'excludes', 'tags', 'original', 'program_version', 'summary']);

const counts = [
  ['filesNew', 'files_new'],
  ['filesChanged', 'files_changed'],
  ['filesUnmodified', 'files_unmodified'],
  ['dirsNew', 'dirs_new'],
  ['dirsChanged', 'dirs_changed'],
  ['dirsUnmodified', 'dirs_unmodified'],
  ['dataBlobs', 'data_blobs'],
  ['treeBlobs', 'tree_blobs'],
  ['dataAdded', 'data_added'],
  ['dataAddedPacked', 'data_added_packed'],
  ['totalFilesProcessed', 'total_files_processed'],
  ['totalBytesProcessed', 'total_bytes_processed']
] as const;
const knownOfSummary = new Set<string>(['backup_start', 'backup_end', ...counts.map(([, key]) => key)]);

/** Reads the JSON of a snapshot. Throws DamagedError when a known field is not what it must be. */
export function parseSnapshot(bytes: Uint8Array): SnapshotFile {
  const raw = asObject(parseLossless(bytes, 'snapshot'), 'snapshot');
  const tree = id(raw['tree']);
  if (tree === undefined) throw new DamagedError('snapshot without a tree');
  const snapshot: SnapshotFile = { time: parseTime(raw['time']), tree, paths: texts(raw, 'paths') ?? [] };
  const parent = id(raw['parent']);
  if (parent !== undefined) snapshot.parent = parent;
  const hostname = text(raw, 'hostname');
  if (hostname !== undefined) snapshot.hostname = hostname;
  const username = text(raw, 'username');
  if (username !== undefined) snapshot.username = username;
  const uid = count(raw, 'uid');
  if (uid !== undefined) snapshot.uid = uid;
  const gid = count(raw, 'gid');
  if (gid !== undefined) snapshot.gid = gid;
  const excludes = texts(raw, 'excludes');
  if (excludes !== undefined) snapshot.excludes = excludes;
  const tags = texts(raw, 'tags');
  if (tags !== undefined) snapshot.tags = tags;
  const original = id(raw['original']);
  if (original !== undefined) snapshot.original = original;
  const programVersion = text(raw, 'program_version');
  if (programVersion !== undefined) snapshot.programVersion = programVersion;
  if (raw['summary'] !== undefined && raw['summary'] !== null) snapshot.summary = parseSummary(asObject(raw['summary'], 'snapshot summary'));
  const extra = others(raw, known);
  if (extra !== undefined) snapshot.extra = extra;
  return snapshot;
}

function parseSummary(raw: Record<string, unknown>): SnapshotSummary {
  const summary = Object.fromEntries(counts.map(([name, key]) => [name, count(raw, key) ?? 0])) as unknown as SnapshotSummary;
  if (raw['backup_start'] !== undefined) summary.backupStart = parseTime(raw['backup_start']);
  if (raw['backup_end'] !== undefined) summary.backupEnd = parseTime(raw['backup_end']);
  const extra = others(raw, knownOfSummary);
  if (extra !== undefined) summary.extra = extra;
  return summary;
}

function others(raw: Record<string, unknown>, names: ReadonlySet<string>): Record<string, unknown> | undefined {
  const members = Object.entries(raw).filter(([key]) => !names.has(key));
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

function text(raw: Record<string, unknown>, key: string): string | undefined {
  const value = raw[key];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') throw new DamagedError(`snapshot: ${key} is not text`);
  return value.toWellFormed();
}

function texts(raw: Record<string, unknown>, key: string): string[] | undefined {
  const value = raw[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) throw new DamagedError(`snapshot: ${key} is not a list of texts`);
  return (value as string[]).map((item) => item.toWellFormed());
}

function count(raw: Record<string, unknown>, key: string): number | undefined {
  const value = raw[key];
  if (value === undefined || value === null) return undefined;
  // A u64 beyond 2^53 says nothing that a person could use; rounding it harms nobody.
  const number = typeof value === 'bigint' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number) || number < 0) throw new DamagedError(`snapshot: ${key} is not a count`);
  return number;
}

function id(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !isFileName(value)) throw new DamagedError('snapshot: not an id');
  return value;
}

/** The JSON of a snapshot in restic's order of fields; empty ones are left out. */
export function encodeSnapshot(snapshot: SnapshotFile): Buffer {
  const { summary } = snapshot;
  const listed = (list: readonly string[] | undefined): readonly string[] | undefined => (list !== undefined && list.length > 0 ? list : undefined);
  const fields: Record<string, unknown> = {
    time: formatGoTime(snapshot.time),
    parent: snapshot.parent,
    tree: snapshot.tree,
    paths: snapshot.paths,
    hostname: snapshot.hostname || undefined,
    username: snapshot.username || undefined,
    uid: snapshot.uid || undefined,
    gid: snapshot.gid || undefined,
    excludes: listed(snapshot.excludes),
    tags: listed(snapshot.tags),
    original: snapshot.original,
    program_version: snapshot.programVersion || undefined,
    summary: summary === undefined ? undefined : encodeSummary(summary),
    ...snapshot.extra
  };
  return Buffer.from(stringifyGo(fields));
}

function encodeSummary(summary: SnapshotSummary): Record<string, unknown> {
  return {
    backup_start: summary.backupStart && formatGoTime(summary.backupStart),
    backup_end: summary.backupEnd && formatGoTime(summary.backupEnd),
    ...Object.fromEntries(counts.map(([name, key]) => [key, summary[name]])),
    ...summary.extra
  };
}
