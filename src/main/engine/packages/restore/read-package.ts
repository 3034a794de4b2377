// A package of the record, member after member as it comes out of the archive: hashed and compared with the manifest, its events checked, and, where one is
// wanted, a log.db grown from them. Says what is not as it must be; whether that matters is for whoever asked.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { createRecordReader, type Rebuild, type RecordFound } from '../../log/index.ts';
import type { ReadMember } from '../archive/model.ts';

export interface PackageProblem {
  path: string;
  reason: string;
}

/** Of a manifest, what speaks of the record and of the files; the rest is left alone. */
const Said = z.looseObject({
  version: z.literal(1),
  created_at: z.string().max(100),
  source_dir: z.string().max(40_000).optional(),
  files: z.array(z.looseObject({ path: z.string(), size: z.number(), sha256: z.string() })),
  eventlog_summary: z.looseObject({ total_events: z.number(), total_segments: z.number(), first_event_id: z.string().nullable(), last_event_id: z.string().nullable(), last_current_hash: z.string().nullable(), snapshot_exists: z.boolean() }).nullish(),
  chain_valid_at_backup: z.boolean().nullish()
});
export type SaidOfRecord = z.infer<typeof Said>;

export interface RecordPackage {
  record: RecordFound;
  manifest: SaidOfRecord | undefined;
  /** `event-log-snapshot.json`, `keys.json`. */
  state: string | undefined;
  keys: string | undefined;
  files: number;
  bytes: number;
  /** Empty: all of it is as its manifest says, and the record in it is sound. */
  problems: PackageProblem[];
}

const statePath = 'event-log-snapshot.json';
const keysPath = 'keys.json';
const manifestPath = 'manifest.json';
/** Members that the manifest does not list: itself and what comes after it. */
const unlisted = new Set([manifestPath, 'SHA256SUMS']);
const limits: Readonly<Record<string, number>> = { [statePath]: 256 * 1024 * 1024, [keysPath]: 64 * 1024 * 1024, [manifestPath]: 256 * 1024 * 1024 };

/** What a manifest's summary says otherwise than the events themselves. */
export function summaryProblems({ eventlog_summary: said, chain_valid_at_backup: valid }: SaidOfRecord, found: RecordFound, hasState: boolean): PackageProblem[] {
  if (said === undefined || said === null) return [{ path: manifestPath, reason: 'says nothing of a record' }];
  const facts: [string, unknown, unknown][] = [
    ['total_events', said.total_events, found.events],
    ['total_segments', said.total_segments, found.segments],
    ['first_event_id', said.first_event_id, found.firstEventId],
    ['last_event_id', said.last_event_id, found.lastEventId],
    ['last_current_hash', said.last_current_hash, found.lastHash],
    ['snapshot_exists', said.snapshot_exists, hasState]
  ];
  const lies = facts.flatMap(([field, says, is]) => (says === is ? [] : [{ path: manifestPath, reason: `says ${field} ${String(says)}; the package has ${String(is)}` }]));
  if (valid === true && found.problemCount > 0) lies.push({ path: manifestPath, reason: 'says that the chain was valid; it is not' });
  return lies;
}

/** `begin` as for the record's reader. Reads to the end; throws what reading throws (PACKAGE_REFUSED, CANCELLED, …). */
export async function readRecordPackage(members: AsyncIterable<ReadMember>, { origin, begin, turn }: { origin?: string | undefined; begin?: ((origin: string) => Rebuild) | undefined; turn?: ((bytes: number) => void) | undefined } = {}): Promise<RecordPackage> {
  const reader = createRecordReader({ origin, begin });
  const seen = new Map<string, { size: number; sha256: string }>();
  const texts = new Map<string, Buffer>();
  const problems: PackageProblem[] = [];
  let bytes = 0;
  for await (const member of members) {
    if (member.type === 'folder') continue;
    if (member.type !== 'file') {
      problems.push({ path: member.path, reason: 'is a link; there are none in a package of the record' });
      continue;
    }
    const hash = createHash('sha256');
    let size = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of member.chunks) {
        hash.update(chunk);
        size += chunk.length;
        bytes += chunk.length;
        turn?.(bytes);
        yield chunk;
      }
    }
    const pieces = counted();
    const limit = limits[member.path];
    if (limit !== undefined) texts.set(member.path, await wholeOf(pieces, limit));
    else await reader.take(member.path, pieces);
    // What nobody wanted to read is hashed all the same.
    for await (const _rest of pieces) continue;
    seen.set(member.path, { size, sha256: hash.digest('hex') });
  }
  const record = reader.end();
  for (const { path, line, seq, reason } of record.problems) problems.push({ path, reason: seq === null ? `line ${line}: ${reason}` : `line ${line}, event ${seq}: ${reason}` });
  const manifest = parseManifest(texts.get(manifestPath), problems);
  if (manifest !== undefined) {
    problems.push(...listProblems(manifest, seen), ...summaryProblems(manifest, record, texts.has(statePath)));
  }
  const text = (path: string): string | undefined => texts.get(path)?.toString('utf8');
  return { record, manifest, state: text(statePath), keys: text(keysPath), files: seen.size, bytes, problems };
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

function parseManifest(content: Buffer | undefined, problems: PackageProblem[]): SaidOfRecord | undefined {
  const complain = (reason: string): undefined => void problems.push({ path: manifestPath, reason });
  if (content === undefined) return complain('is missing');
  try {
    const parsed = Said.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content)));
    return parsed.success ? parsed.data : complain(`is not as expected at ${parsed.error.issues[0]?.path.join('.') || 'the top'}`);
  } catch {
    return complain('is not JSON');
  }
}

function listProblems({ files }: SaidOfRecord, seen: ReadonlyMap<string, { size: number; sha256: string }>): PackageProblem[] {
  const problems: PackageProblem[] = [];
  const listed = new Set<string>();
  for (const { path, size, sha256 } of files) {
    const is = seen.get(path);
    if (listed.has(path)) problems.push({ path, reason: 'is in the manifest twice' });
    listed.add(path);
    if (is === undefined) problems.push({ path, reason: 'is missing' });
    else if (is.size !== size) problems.push({ path, reason: `has ${is.size} bytes; the manifest says ${size}` });
    else if (is.sha256 !== sha256) problems.push({ path, reason: 'does not have the SHA-256 that the manifest says' });
  }
  for (const path of seen.keys()) if (!listed.has(path) && !unlisted.has(path)) problems.push({ path, reason: 'is not in the manifest' });
  return problems;
}
