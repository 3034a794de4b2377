// All files of a restore, spread over its lanes. Small ones in jobs of a few hundred, in the order in which they lie in the packs, each
// lane from its own place in that order; large ones in pieces, each lane at a file of its own while there are enough; further names of a file when it is there.
import { dirname } from 'node:path';
import { errnoOf, throwIfAborted } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import type { BlobIndex, IndexBlob, IndexPack } from '../../repository/index.ts';
import { jobsInLine, type DataLanes } from './data-lanes.ts';
import type { Decided } from './decide.ts';
import { failureOf, WriteProblem, type Failure } from './failures.ts';
import type { Degraded } from './metadata.ts';
import type { DataJob, DataResult, JobOutcome } from './protocol.ts';
import { seenOf } from './seen.ts';
import type { TrustedFolders } from './trusted-folders.ts';
import { discard, type FileWriter, type OpenFile, type Target } from './write-file.ts';

const jobFiles = 256;
const jobBytes = 8 * 1024 * 1024;
/** Holes take no time to write, but some to read back. */
const pieceBytes = 64 * 1024 * 1024;

export interface WriteFilesDeps {
  files: Files;
  index: BlobIndex;
  zeroChunk: string;
  lanes: DataLanes;
  folders: TrustedFolders;
  writer: FileWriter;
  degraded: Degraded;
  signal: AbortSignal;
  breathe(): Promise<void> | undefined;
  /** Throws to end everything. */
  onOutcome(file: Decided, outcome: JobOutcome): void;
  onVerified(verifyMs: number): void;
}

/** A file in pieces, under its temporary name. */
interface LargeFile {
  file: Decided;
  target: Target;
  open: OpenFile;
  sizeBytes: number;
  /** Not begun yet. */
  pieces: { from: number; content: string[] }[];
  /** Begun and not answered. */
  pending: number;
  failed: Failure | undefined;
  /** What ends everything. */
  ended?: { error: unknown };
}

/** Empties the list: what is done is let go of. */
export async function writeFiles(writing: Decided[], deps: WriteFilesDeps): Promise<void> {
  const { index, lanes } = deps;
  const small: Decided[] = [];
  const large: Decided[] = [];
  /** By lane, what it is at. */
  const started: (LargeFile | undefined)[] = [];
  const names = new Map<string, { first: Decided; more: Decided[]; there: boolean }>();
  const twins: Decided[] = [];
  for (const file of writing) {
    if (file.twin !== undefined) {
      twins.push(file);
      continue;
    }
    const { inode, content } = file.item.node;
    const known = inode === undefined ? undefined : names.get(inode);
    if (known !== undefined) {
      known.more.push(file);
      continue;
    }
    if (inode !== undefined) names.set(inode, { first: file, more: [], there: false });
    (bytesOf(content) > jobBytes ? large : small).push(file);
  }

  writing.length = 0;
  const ordered: (Decided | undefined)[] = inPackOrder(small, index);
  small.length = 0;
  const ranges = Array.from({ length: lanes.count }, (_, lane) => ({ at: Math.floor((ordered.length * lane) / lanes.count), end: Math.floor((ordered.length * (lane + 1)) / lanes.count) }));
  // As many for each lane as it takes in line, so that the next job is there when one ends.
  const flows = ranges.flatMap((_, lane) => Array.from({ length: jobsInLine }, () => eachJob(lane)));
  const failures: unknown[] = [];
  await Promise.all(
    flows.map((flow) =>
      flow.catch((error: unknown) => {
        failures.push(error);
        lanes.stop();
      })
    )
  );
  throwIfAborted(deps.signal);
  if (failures.length > 0) throw failures[0];
  for (const { first, more, there } of names.values()) if (more.length > 0) await writeNames(there ? first.path : undefined, more);
  for (const file of twins) await writeNames(file.twin?.path, [file]);

  async function eachJob(lane: number): Promise<void> {
    for (;;) {
      const piece = nextPiece(lane);
      if (piece !== undefined) {
        await writePiece(piece.of, piece.job, lane);
        continue;
      }
      const files = nextFiles(lane);
      if (files.length === 0) return;
      await writeSmall(files, lane);
    }
  }

  async function writeSmall(files: readonly Decided[], lane?: number): Promise<void> {
    const { outcomes } = await run({ kind: 'files', files: files.map(targetOf) }, lane);
    for (const [i, outcome] of outcomes.entries()) report(files[i] as Decided, outcome);
  }

  /** From the lane's own range, else from the further half of the longest one that is left. */
  function nextFiles(lane: number): Decided[] {
    const own = ranges[lane] as { at: number; end: number };
    if (own.at === own.end) {
      const longest = ranges.reduce((a, b) => (b.end - b.at > a.end - a.at ? b : a));
      own.end = longest.end;
      longest.end -= Math.ceil((longest.end - longest.at) / 2);
      own.at = longest.end;
    }
    const most = Math.min(jobFiles, Math.max(16, Math.ceil((own.end - own.at) / 4)));
    const taken: Decided[] = [];
    for (let bytes = 0; own.at < own.end && taken.length < most; own.at++) {
      const file = ordered[own.at] as Decided;
      bytes += bytesOf(file.item.node.content);
      if (taken.length > 0 && bytes > jobBytes) break;
      taken.push(file);
      ordered[own.at] = undefined;
    }
    return taken;
  }

  /** Of the large file that the lane is at, else of the next one, else of the one with most left: two threads writing to one file wait for each other. */
  function nextPiece(lane: number): { of: LargeFile; job: DataJob } | undefined {
    if ((started[lane]?.pieces.length ?? 0) === 0) started[lane] = nextLarge();
    const of = started[lane] ?? started.reduce<LargeFile | undefined>((a, b) => ((b?.pieces.length ?? 0) > (a?.pieces.length ?? 0) ? b : a), undefined);
    const piece = of?.pieces.shift();
    if (of === undefined || piece === undefined) return undefined;
    of.pending += 1;
    return { of, job: { kind: 'piece', fd: of.open.fd, ...piece } };
  }

  /** The next large file, under its temporary name; one that cannot be made is reported and passed over. */
  function nextLarge(): LargeFile | undefined {
    for (let file = large.shift(); file !== undefined; file = large.shift()) {
      const made = begin(file);
      if (!('reason' in made)) return made;
      report(file, made);
    }
    return undefined;
  }

  function begin(file: Decided): LargeFile | Failure {
    const { writer, files } = deps;
    const target = targetOf(file);
    const content = target.node.content ?? [];
    const sizeBytes = bytesOf(content);
    let open: OpenFile | undefined;
    try {
      requireReal(file);
      open = writer.create(file.path);
      // Long holes that are known end where the file does, or between its pieces.
      if (content.includes(deps.zeroChunk)) files.truncate(open.fd, sizeBytes);
      return { file, target, open, sizeBytes, pieces: cut(content), pending: 0, failed: undefined };
    } catch (error) {
      if (open !== undefined) writer.discard(open);
      return failureIn(error);
    }
  }

  async function writePiece(of: LargeFile, job: DataJob, lane: number): Promise<void> {
    try {
      const [outcome] = (await run(job, lane)).outcomes as [JobOutcome];
      if (!('sizeBytes' in outcome)) of.failed ??= outcome;
    } catch (error) {
      of.ended ??= { error };
    }
    of.pending -= 1;
    if (of.failed !== undefined || of.ended !== undefined) of.pieces.length = 0;
    // Its descriptor is open until every lane is done with it.
    if (of.pending > 0 || of.pieces.length > 0) return;
    end(of);
  }

  function end(of: LargeFile): void {
    const { writer, files } = deps;
    const { file, target, open, sizeBytes, failed, ended } = of;
    if (ended !== undefined || failed !== undefined) {
      writer.discard(open);
      if (ended !== undefined) throw ended.error;
      return report(file, failed as Failure);
    }
    let outcome: JobOutcome = { sizeBytes };
    try {
      if (files.fstat(open.fd).size !== sizeBytes) throw new WriteProblem('read back different from what was written');
      requireReal(file);
      writer.finish(open, target);
    } catch (error) {
      writer.discard(open);
      outcome = failureIn(error);
    }
    report(file, outcome);
  }

  function cut(content: readonly string[]): { from: number; content: string[] }[] {
    const pieces: { from: number; content: string[] }[] = [];
    let position = 0;
    let data = 0;
    for (const id of content) {
      const length = index.plainLength('data', id) as number;
      const last = pieces.at(-1);
      const bytes = id === deps.zeroChunk ? 0 : length;
      if (last === undefined || data + bytes > jobBytes || position + length - last.from > pieceBytes) {
        pieces.push({ from: position, content: [id] });
        data = 0;
      } else last.content.push(id);
      data += bytes;
      position += length;
    }
    return pieces;
  }

  /** Further names of a file that is there; where the file system cannot, or another file stands there by now, the file is written anew. */
  async function writeNames(first: string | undefined, more: readonly Decided[]): Promise<void> {
    let from = first;
    for (const file of more) {
      const breath = deps.breathe();
      if (breath !== undefined) await breath;
      const outcome = await guarded(file, async () => {
        requireReal(file);
        if (from !== undefined && isAsSeen(file.twin) && link(from, file)) return { sizeBytes: 0 };
        const { outcomes } = await run({ kind: 'files', files: [targetOf(file)] });
        return outcomes[0] as JobOutcome;
      });
      if ('sizeBytes' in outcome) from ??= file.path;
      deps.onOutcome(file, outcome);
    }
  }

  function isAsSeen(twin: Decided['twin']): boolean {
    if (twin === undefined) return true;
    const stat = deps.folders.isReal(dirname(twin.path)) ? deps.files.lstat(twin.path) : undefined;
    return stat !== undefined && seenOf(stat) === twin.seen;
  }

  function link(first: string, file: Decided): boolean {
    const { files, writer, degraded } = deps;
    const temporary = writer.temporaryPath(file.path);
    try {
      files.link(first, temporary);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      degraded.note(`hard link (${errno})`);
      return false;
    }
    try {
      writer.putInPlace(temporary, file.path, file.action === 'replace', file.seen);
    } catch (error) {
      discard(files, temporary);
      throw error;
    }
    return true;
  }

  function report(file: Decided, outcome: JobOutcome): void {
    const { inode } = file.item.node;
    if (inode !== undefined && 'sizeBytes' in outcome) (names.get(inode) as { there: boolean }).there = true;
    deps.onOutcome(file, outcome);
  }

  async function run(job: DataJob, lane?: number): Promise<DataResult> {
    const result = await lanes.run(job, lane);
    deps.onVerified(result.verifyMs);
    for (const { what, count } of result.degraded ?? []) deps.degraded.note(what, count);
    return result;
  }

  async function guarded(file: Decided, work: (file: Decided) => Promise<JobOutcome>): Promise<JobOutcome> {
    try {
      return await work(file);
    } catch (error) {
      return failureIn(error);
    }
  }

  /** What is wrong with one file; throws what ends everything. */
  function failureIn(error: unknown): Failure {
    throwIfAborted(deps.signal);
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return failure;
  }

  function requireReal(file: Decided): void {
    if (!deps.folders.isReal(dirname(file.path))) throw new WriteProblem('ELOOP');
  }

  function bytesOf(content: readonly string[] | null | undefined): number {
    let bytes = 0;
    for (const id of content ?? []) bytes += index.plainLength('data', id) ?? 0;
    return bytes;
  }
}

function targetOf({ path, action, seen, item: { node } }: Decided): Target {
  const { type, mode, uid, gid, content, mtimeNs, atimeNs, xattrs } = node;
  return { path, replaces: action === 'replace', ...(seen !== undefined && { seen }), node: { type, mode, uid, gid, content: content ?? [], mtimeNs, atimeNs, ...(xattrs && { xattrs }) } };
}

/** Where these chunks lie, for a thread that has no index. */
export function placesOf(content: readonly string[], index: BlobIndex): IndexPack[] {
  const packs = new Map<string, IndexBlob[]>();
  for (const id of new Set(content)) {
    for (const { pack, offset, length, uncompressedLength } of index.find('data', id)) {
      const blob: IndexBlob = { type: 'data', id, offset, length, uncompressedLength };
      const known = packs.get(pack);
      if (known === undefined) packs.set(pack, [blob]);
      else known.push(blob);
    }
  }
  return [...packs].map(([id, blobs]) => ({ id, blobs }));
}

/** Reading a pack from its beginning to its end costs one pass; jumping between packs costs many. Packs in the order the files name them. */
function inPackOrder(files: readonly Decided[], index: BlobIndex): Decided[] {
  const numbers = new Map<string, number>();
  const keys = new Float64Array(files.length);
  for (const [i, file] of files.entries()) {
    const first = file.item.node.content?.[0];
    const place = first === undefined ? undefined : index.find('data', first)[0];
    if (place === undefined) continue;
    let number = numbers.get(place.pack);
    if (number === undefined) numbers.set(place.pack, (number = numbers.size + 1));
    keys[i] = number * 2 ** 32 + place.offset;
  }
  const order = Uint32Array.from(files.keys()).sort((a, b) => (keys[a] as number) - (keys[b] as number));
  return Array.from(order, (i) => files[i] as Decided);
}
