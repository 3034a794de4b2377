// The record into a package: segments, tables, the state beside it, the signed tree, and in a sealed package the keys. Runs in a worker thread: it reads and
// hashes all the while. A damaged record or state.db is packed as it is, and said to be damaged.
import { join } from 'node:path';
import { isVarveError, throwIfAborted } from '../../kit/errors.ts';
import { openColdRecord, originOf, segmentEvents, type ColdMember, type ColdSummary } from '../../log/index.ts';
import type { Files, Random } from '../../ports.ts';
import { openReadable, type Database, type Migration, type Readable } from '../../store/index.ts';
import type { ArchiveWriter, WrittenFile } from '../archive/model.ts';
import type { EventlogSummary } from '../manifest.ts';
import { statePath, statePieces, type StateProblem } from '../state/index.ts';

export const keysPath = 'keys.json';

export interface PackLogOptions {
  files: Files;
  random: Random;
  /** Begun, and ended by the caller; when this throws, it is to be aborted. */
  archive: Pick<ArchiveWriter, 'file'>;
  homePath: string;
  homeId: string;
  /** When the home was made, from its marker; null when that could not be read. */
  homeCreatedAt: string | null;
  /** The public key that the record began with, from keys.json, where it is known. */
  firstKey?: Uint8Array | undefined;
  /** Of state.db. */
  stateMigrations: readonly Migration[];
  /** The exported keys (docs/formats/keys-export.md), sealed under the package's own passphrase. Only for a sealed package. */
  keys?: string | undefined;
  /** For copies of databases on media that nobody can write to. */
  temporaryFolder: string;
  signal?: AbortSignal | undefined;
  /** Events that went by, of how many. */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** A member up to so many bytes is held, a longer one is read twice: its size stands before it in an archive. */
  heldBytes?: number | undefined;
}

export interface PackedLog {
  /** In the archive's order. */
  files: WrittenFile[];
  eventlogSummary: EventlogSummary;
  chainValidAtBackup: boolean;
  /** Further members of the manifest. */
  further: { event_log: Record<string, unknown> };
  /** What did not fit in the record, at most 100 things, and how many there are. */
  damage: ColdSummary['damage'];
  damageCount: number;
  /** What the home's settings and state.db could not give. */
  problems: StateProblem[];
}

const usualHeldBytes = 16 * 1024 * 1024;

/** Throws PATH_MISSING, NOT_READABLE, HOME_TOO_NEW, LOG_DAMAGED (log.db is no database at all), CANCELLED, and what the archive throws. */
export async function packLog(options: PackLogOptions): Promise<PackedLog> {
  const { files, random, archive, homePath, homeId, firstKey, temporaryFolder, signal, onProgress, heldBytes = usualHeldBytes } = options;
  const origin = originOf(homeId);
  const written: WrittenFile[] = [];
  const problems: StateProblem[] = [];
  const turn = (): Promise<void> => {
    throwIfAborted(signal);
    return new Promise((resolve) => setImmediate(resolve));
  };
  throwIfAborted(signal);
  const record = openColdRecord({ files, random, path: join(homePath, 'log.db'), origin, firstKey, temporaryFolder, turn, onProgress: (done) => onProgress?.(done, record.entries) });
  try {
    const put = async (member: ColdMember): Promise<void> => {
      const file = await putMember(archive, member, { heldBytes, turn });
      if (file !== undefined) written.push(file);
    };
    for await (const member of record.members()) await put(member);
    if (!record.empty) await putState(options, put, turn, (found) => problems.push(found));
    for (const member of record.tree()) await put(member);
    if (options.keys !== undefined) await put({ path: keysPath, pieces: () => once(Buffer.from(options.keys as string, 'utf8')) });
    const summary = record.summary();
    return {
      files: written,
      eventlogSummary: { total_events: summary.events, total_segments: summary.segments, first_event_id: summary.firstId, last_event_id: summary.lastId, last_current_hash: summary.lastHash, snapshot_exists: !record.empty },
      chainValidAtBackup: summary.valid,
      further: {
        event_log: {
          origin, segment_events: segmentEvents, checkpoint_size: summary.checkpointSize,
          erasures: summary.erasures.map(({ path, events, eventCount }) => ({ path, events, event_count: eventCount })),
          damage: summary.damage, damage_count: summary.damageCount
        }
      },
      damage: summary.damage,
      damageCount: summary.damageCount,
      problems
    };
  } finally {
    record.close();
  }
}

/** undefined when there is nothing in it. */
async function putMember(archive: Pick<ArchiveWriter, 'file'>, { path, pieces }: ColdMember, { heldBytes, turn }: { heldBytes: number; turn: () => Promise<void> }): Promise<WrittenFile | undefined> {
  const held: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces()) {
    size += piece.length;
    if (size <= heldBytes) held.push(piece);
    else held.length = 0;
  }
  if (size === 0) return undefined;
  return archive.file({ path, size }, size <= heldBytes ? slowly(held, turn) : pieces());
}

/** Lets a cancellation in between pieces. */
async function* slowly(pieces: readonly Uint8Array[], turn: () => Promise<void>): AsyncGenerator<Uint8Array, void, void> {
  for (const piece of pieces) {
    yield piece;
    await turn();
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}

/** state.db in one read transaction of its own. */
async function putState({ files, random, homePath, homeId, homeCreatedAt, stateMigrations, temporaryFolder }: PackLogOptions, put: (member: ColdMember) => Promise<void>, turn: () => Promise<void>, problem: (found: StateProblem) => void): Promise<void> {
  const home = homeCreatedAt === null ? null : { id: homeId, createdAt: homeCreatedAt };
  const opened = openState({ files, random, path: join(homePath, 'state.db'), migrations: stateMigrations, temporaryFolder });
  const state: Database | StateProblem = 'reason' in opened ? opened : opened.db;
  let told = false;
  try {
    await put({
      path: statePath,
      pieces() {
        const first = !told;
        told = true;
        return statePieces({ files, homePath, home, state }, turn, first ? problem : undefined);
      }
    });
  } finally {
    if (!('reason' in opened)) {
      opened.db.close();
      opened.cleanUp();
    }
  }
}

/** A home whose state.db cannot be opened is packed without it: the record is what matters most. */
function openState(deps: { files: Files; random: Random; path: string; migrations: readonly Migration[]; temporaryFolder: string }): Readable | StateProblem {
  try {
    const opened = openReadable({ ...deps, kind: 'state' });
    opened.db.exec('BEGIN');
    return opened;
  } catch (error) {
    if (!isVarveError(error)) throw error;
    return { table: 'state.db', reason: error.message };
  }
}
