// The members of a package that are the record (docs/formats/log-package.md), one after the other as they come out of the archive: events, tables beside
// them, checkpoints and tiles. They are checked as they pass, and a log.db grows from them where one is wanted.
import * as z from 'zod';
import { Instant } from '../../../../contract/ids.ts';
import { BadNote, formatVkey, parseCheckpoint, parseNote, parseVkey } from '../note/index.ts';
import { hashBytes } from '../merkle/hash.ts';
import { tilePath, tileWidth } from '../merkle/tiles.ts';
import { createTreeStore } from '../tree/store.ts';
import { checkpointPath, checkpointsPath, tablesPath, vkeyPath } from './format.ts';
import { BadLine, linesOf } from './member-lines.ts';
import { createSegmentsReader, segmentPattern, type RecordProblem, type SegmentsSummary } from './read-segments.ts';
import type { ColdCheckpoint, Rebuild } from './rebuild.ts';
import { readTables, type TablesFound } from './tables.ts';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

export interface RecordFound extends SegmentsSummary {
  checkpoints: ColdCheckpoint[];
  /** The public key that the record is said to have begun with. It proves nothing: whoever made the package wrote it. */
  vkey: string | undefined;
  tables: TablesFound | undefined;
}

export interface RecordReader {
  /** Reads the member if it is one of the record's; false when it is not, and nothing was read. */
  take(path: string, chunks: Chunks): Promise<boolean>;
  /** Everything that was found, and what is not as it must be. */
  end(): RecordFound;
}

export interface RecordReaderOptions {
  /** Whose record it must be; without it the first segment says. */
  origin?: string | undefined;
  /** Called once, before the first event, for the log.db that grows from the sound events; without it nothing grows. */
  begin?: ((origin: string) => Rebuild) | undefined;
}

const treePath = /^tree\/(?:checkpoint|vkey|checkpoints\.jsonl|tile\/\d{1,2}\/(?:x\d{3}\/){0,10}\d{3}(?:\.p\/\d{1,3})?)$/;
const noteLimitBytes = 1024 * 1024;
const CheckpointLine = z.strictObject({ size: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER), at: Instant, note: z.string().max(noteLimitBytes) });

export const isRecordMember = (path: string): boolean => segmentPattern.test(path) || treePath.test(path) || path === tablesPath;

export function createRecordReader({ origin, begin }: RecordReaderOptions = {}): RecordReader {
  const segments = createSegmentsReader({ origin });
  const problems: RecordProblem[] = [];
  const checkpoints: ColdCheckpoint[] = [];
  let seenOrigin = origin;
  let rebuild: Rebuild | undefined;
  let tables: TablesFound | undefined;
  let vkey: string | undefined;
  let newest: string | undefined;
  let tiles = 0;
  /** Behind the first unsound entry nothing is compared with the tree that was not grown. */
  const whole = (): boolean => segments.problemCount() === 0;
  const complain = (path: string, line: number, reason: string): void => void problems.push({ path, line, seq: null, reason });

  async function readEvents(path: string, chunks: Chunks): Promise<void> {
    for await (const batch of segments.read(path, chunks)) {
      seenOrigin ??= segments.origin();
      if (begin === undefined || seenOrigin === undefined) continue;
      rebuild ??= begin(seenOrigin);
      rebuild.add(batch);
    }
    seenOrigin ??= segments.origin();
  }

  async function readAll(chunks: Chunks, limit: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > limit) throw new BadLine(1, `is larger than ${limit} bytes`);
      parts.push(Uint8Array.prototype.slice.call(chunk));
    }
    return Buffer.concat(parts);
  }

  async function readCheckpoints(chunks: Chunks): Promise<void> {
    for await (const { number, text, cut } of linesOf(chunks, noteLimitBytes * 2)) {
      if (cut) throw new BadLine(number, 'ends too early');
      const parsed = CheckpointLine.safeParse(tryJson(text));
      if (!parsed.success) throw new BadLine(number, 'is no checkpoint');
      const { size, at, note } = parsed.data;
      const signed = readNote(note);
      if (typeof signed === 'string') throw new BadLine(number, signed);
      if (signed.size !== size) throw new BadLine(number, `is a checkpoint of ${signed.size} events, not of ${size}`);
      if (seenOrigin !== undefined && signed.origin !== seenOrigin) throw new BadLine(number, `is a checkpoint of ${signed.origin}, not of ${seenOrigin}`);
      if (size <= (checkpoints.at(-1)?.size ?? 0)) throw new BadLine(number, 'does not come behind the one before it');
      checkpoints.push({ size, note, atMs: Date.parse(at) });
    }
  }

  async function readTile(path: string, chunks: Chunks): Promise<void> {
    const bytes = await readAll(chunks, tileWidth * hashBytes);
    const [level = '', ...rest] = path.slice('tree/tile/'.length).split('/');
    const partial = rest.at(-2)?.endsWith('.p') === true ? Number(rest.pop()) : undefined;
    const no = Number(rest.map((part) => part.replace(/^x/, '').replace(/\.p$/, '')).join(''));
    const width = partial ?? tileWidth;
    if (tilePath(Number(level), no, width) !== path.slice('tree/'.length)) return complain(path, 1, 'is not called as a tile is');
    if (bytes.length !== width * hashBytes) return complain(path, 1, `has ${bytes.length} bytes; ${width * hashBytes} were expected`);
    tiles += 1;
    if (rebuild === undefined || !whole()) return;
    const own = createTreeStore(rebuild.db).tile(Number(level), no);
    if (own === undefined || !Buffer.from(own.subarray(0, bytes.length)).equals(bytes)) complain(path, 1, 'is not a tile of the tree over these events');
  }

  async function readTree(path: string, chunks: Chunks): Promise<void> {
    if (path === checkpointsPath) await readCheckpoints(chunks);
    else if (path === checkpointPath) newest = (await readAll(chunks, noteLimitBytes)).toString('utf8');
    else if (path === vkeyPath) {
      const text = (await readAll(chunks, 4096)).toString('utf8').trim();
      const fault = vkeyFault(text, seenOrigin);
      if (fault !== undefined) complain(path, 1, fault);
      else vkey = text;
    } else await readTile(path, chunks);
  }

  return {
    async take(path, chunks) {
      if (!isRecordMember(path)) return false;
      try {
        if (segmentPattern.test(path)) await readEvents(path, chunks);
        else if (path === tablesPath) tables = await readTables(chunks, { db: rebuild?.db, origin: seenOrigin ?? '' });
        else await readTree(path, chunks);
      } catch (error) {
        if (!(error instanceof BadLine)) throw error;
        complain(path, error.line, error.message);
      }
      return true;
    },
    end() {
      const found = segments.end();
      const last = checkpoints.at(-1);
      if (last !== undefined && newest !== last.note) complain(checkpointPath, 1, 'is not the newest of the checkpoints in tree/checkpoints.jsonl');
      if (last === undefined && (newest !== undefined || tiles > 0)) complain(checkpointsPath, 1, 'is missing');
      if (found.events > 0 && tables === undefined && !problems.some(({ path }) => path === tablesPath)) complain(tablesPath, 1, 'is missing');
      if (last !== undefined && last.size > found.events) complain(checkpointsPath, checkpoints.length, `speaks of ${last.size} events; there are ${found.events}`);
      rebuild?.addCheckpoints(checkpoints.filter(({ size }) => size <= (rebuild?.size ?? 0)));
      return { ...found, origin: seenOrigin, problems: [...found.problems, ...problems].slice(0, 1000), problemCount: found.problemCount + problems.length, checkpoints, vkey, tables };
    }
  };
}

function readNote(note: string): { origin: string; size: number } | string {
  try {
    return parseCheckpoint(parseNote(note).text);
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    return `is no signed checkpoint: ${error.message}`;
  }
}

function vkeyFault(text: string, origin: string | undefined): string | undefined {
  try {
    const { name, publicKey } = parseVkey(text);
    if (origin !== undefined && name !== origin) return `is a key of ${name}, not of ${origin}`;
    return formatVkey(name, publicKey) === text ? undefined : 'is not the key of a record';
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    return `is no verifier key: ${error.message}`;
  }
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
