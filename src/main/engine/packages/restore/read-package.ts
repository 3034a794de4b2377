// A package of the record, member after member as it comes out of the archive: hashed and compared with the manifest, its events checked, and, where one is
// wanted, a log.db grown from them. Says what is not as it must be; whether that matters is for whoever asked.
import { createRecordReader, type RecordFound, type RecordReaderOptions } from '../../log/index.ts';
import type { ReadMember } from '../archive/model.ts';
import type { Problem } from '../check/problems.ts';
import { readMembers } from '../check/read-members.ts';
import { manifestName, type Manifest } from '../manifest.ts';
import { countOf } from '../packed-lists.ts';
import { statePath } from '../state/index.ts';

export interface RecordPackage extends WatchedRecord {
  manifest: Manifest | undefined;
  /** Counted as everywhere (`countOf`). */
  files: number;
  /** Empty: all of it is as its manifest says, and the record in it is sound. */
  problems: Problem[];
}

export interface WatchedRecord {
  record: RecordFound;
  /** `event-log-snapshot.json`, `keys.json`. */
  state: string | undefined;
  keys: string | undefined;
}

const keysPath = 'keys.json';
const limits: Readonly<Record<string, number>> = { [statePath]: 256 * 1024 * 1024, [keysPath]: 64 * 1024 * 1024 };

/** Takes the record out of the members of a package while they are read for another reason. `end` once all were read. */
export function watchRecord(options: RecordReaderOptions): { take(path: string, pieces: AsyncIterable<Uint8Array>): Promise<void>; end(): WatchedRecord } {
  const reader = createRecordReader(options);
  const texts = new Map<string, Buffer>();
  return {
    async take(path, pieces) {
      const limit = limits[path];
      if (limit !== undefined) texts.set(path, await wholeOf(pieces, limit));
      else await reader.take(path, pieces);
    },
    end: () => ({ record: reader.end(), state: texts.get(statePath)?.toString('utf8'), keys: texts.get(keysPath)?.toString('utf8') })
  };
}

/** What a manifest's summary says otherwise than the events themselves. */
export function summaryProblems({ eventlog_summary: said, chain_valid_at_backup: valid }: Manifest, found: RecordFound, hasState: boolean): Problem[] {
  if (said === undefined || said === null) return [{ path: manifestName, reason: 'says nothing of a record' }];
  const facts: [string, unknown, unknown][] = [
    ['total_events', said.total_events, found.events],
    ['total_segments', said.total_segments, found.segments],
    ['first_event_id', said.first_event_id, found.firstEventId],
    ['last_event_id', said.last_event_id, found.lastEventId],
    ['last_current_hash', said.last_current_hash, found.lastHash],
    ['snapshot_exists', said.snapshot_exists, hasState]
  ];
  const lies = facts.flatMap(([field, says, is]) => (says === is ? [] : [{ path: manifestName, reason: `says ${field} ${String(says)}; the package has ${String(is)}` }]));
  if (valid === true && found.problemCount > 0) lies.push({ path: manifestName, reason: 'says that the chain was valid; it is not' });
  return lies;
}

/** `origin`, `begin` as for the record's reader; `turn` is told how many bytes were read so far. Reads to the end; throws what reading throws (PACKAGE_REFUSED, CANCELLED, …). */
export async function readRecordPackage(members: AsyncIterable<ReadMember>, { turn, ...options }: RecordReaderOptions & { turn?: ((bytes: number) => void) | undefined } = {}): Promise<RecordPackage> {
  const watch = watchRecord(options);
  let bytes = 0;
  const onBytes = (count: number): void => turn?.((bytes += count));
  const { seen, manifest, problems } = await readMembers(members, { take: watch.take, onBytes });
  const watched = watch.end();
  const { record } = watched;
  return {
    ...watched,
    manifest,
    files: countOf(seen).files,
    problems: [
      ...record.problems.map(({ path, line, seq, reason }) => ({ path, reason: seq === null ? `line ${line}: ${reason}` : `line ${line}, event ${seq}: ${reason}` })),
      ...Array.from(seen.links, ({ path }) => ({ path, reason: 'is a link; there are none in a package of the record' })),
      ...problems.first,
      ...(manifest === undefined ? [] : summaryProblems(manifest, record, watched.state !== undefined))
    ]
  };
}

async function wholeOf(pieces: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    bytes += piece.length;
    if (bytes <= limit) parts.push(Uint8Array.prototype.slice.call(piece));
  }
  return bytes <= limit ? Buffer.concat(parts) : Buffer.alloc(0);
}
