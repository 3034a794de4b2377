// Which comparer a pair of files gets, and what happens where it cannot do it: JSON and tables become text, what is no text is compared byte by byte.
import { insideLimits, type InsideFacts, type InsideFallback, type InsideKind } from '../../../../contract/inside.ts';
import { fail } from '../../kit/errors.ts';
import type { WorkerContext } from '../../ports.ts';
import { copyDatabase } from '../archive/databases/copy.ts';
import { compareBytes } from './bytes.ts';
import { compareCsv } from './csv.ts';
import { decodeWhole } from './encoding.ts';
import { readImageHeader } from './image.ts';
import { JsonError } from './json-read.ts';
import { jsonBytes } from './json-text.ts';
import { compareJson } from './json.ts';
import type { InsideFound, RowKeeper } from './keep.ts';
import { commonKind, delimitedByTabs, headBytes, kindOf } from './kind.ts';
import type { LocatedFile } from './locate.ts';
import { compareNpy } from './npy.ts';
import type { Pace } from './pace.ts';
import { equalSources, openLive, pieces, whole } from './source.ts';
import { compareSqlite, mostDatabaseBytes, type DatabaseSource } from './sqlite/files.ts';
import { compareText, textLimits } from './text.ts';

export interface CompareInsideInput {
  before: LocatedFile;
  after: LocatedFile;
  as: 'text' | 'bytes' | undefined;
  keeper: RowKeeper;
  pace: Pace;
  context: Pick<WorkerContext, 'files' | 'clock'>;
  signal: AbortSignal;
  /** Where copies of databases may go: names that begin with it. */
  scratchPath: string;
}

const mostPicture = 16 * 1024 * 1024;

type Outcome = { facts: InsideFacts; unread?: { before: number; after: number } } | { instead: InsideKind; why: InsideFallback['why'] };

export async function compareInside(input: CompareInsideInput): Promise<InsideFound> {
  const { before, after, keeper, pace, as } = input;
  const [headA, headB] = [await before.source.read(0, headBytes), await after.source.read(0, headBytes)];
  const same = await equalSources(before.source, after.source, pace.breathe);
  const [kindA, kindB] = [kindOf(headA, before.name), kindOf(headB, after.name)];
  const common = commonKind(headA.length === 0 && kindB !== 'bytes' ? textOr(kindB) : kindA, headB.length === 0 && kindA !== 'bytes' ? textOr(kindA) : kindB);
  let kind = as ?? common.kind;
  let fallback = as === undefined ? common.fallback : null;
  for (;;) {
    const outcome = await compareAs(kind, input, headA, headB);
    if ('facts' in outcome) return { same, facts: outcome.facts, fallback, unread: outcome.unread ?? { before: 0, after: 0 }, ...keeper.finish(), sizes: { before: before.source.size, after: after.source.size } };
    fallback ??= { wanted: kind, why: outcome.why };
    kind = outcome.instead;
    keeper.forget();
  }
}

/** Beside an empty file only a text is still one. */
function textOr(kind: InsideKind): InsideKind {
  return kind === 'json' || kind === 'csv' ? 'text' : kind;
}

async function compareAs(kind: InsideKind, input: CompareInsideInput, headA: Buffer, headB: Buffer): Promise<Outcome> {
  const { before, after, keeper, pace } = input;
  const [a, b] = [before.source, after.source];
  if (kind === 'json' || kind === 'csv') return compareStructured(kind, input);
  if (kind === 'text') {
    const found = await compareText(a, b, keeper, pace);
    return found ?? { instead: 'bytes', why: Math.max(a.size, b.size) > textLimits.windowBytes ? 'too-large' : 'not-valid' };
  }
  if (kind === 'npy') {
    const facts = await compareNpy(a, b, keeper, pace);
    return facts === undefined ? { instead: 'bytes', why: 'not-valid' } : { facts };
  }
  if (kind === 'sqlite') return compareAsDatabases(input);
  const [imageA, imageB] = [readImageHeader(headA), readImageHeader(headB)];
  if (kind === 'image' && imageA !== undefined && imageB !== undefined) {
    await keepPicture('before', before, keeper);
    await keepPicture('after', after, keeper);
    return { facts: { kind: 'image', before: imageA, after: imageB } };
  }
  return { facts: await compareBytes(a, b, keeper, pace) };
}

/** Both are held as a whole, and little besides. */
async function compareStructured(kind: 'json' | 'csv', { before, after, keeper, pace }: CompareInsideInput): Promise<Outcome> {
  if (Math.max(before.source.size, after.source.size) > insideLimits[kind]) return { instead: 'text', why: 'too-large' };
  const both = async <T>(read: (bytes: Buffer) => T): Promise<[T, T]> => {
    const x = read(await whole(before.source));
    const y = read(await whole(after.source));
    pace.read(before.source.size + after.source.size);
    return [x, y];
  };
  if (kind === 'json') {
    const [x, y] = await both(jsonBytes);
    return x === undefined || y === undefined ? { instead: 'bytes', why: 'not-valid' } : compareAsJson(x, y, keeper, pace);
  }
  const [x, y] = await both(decodeWhole);
  if (x === undefined || y === undefined) return { instead: 'bytes', why: 'not-valid' };
  const facts = await compareCsv(x, y, delimitedByTabs(after.name), keeper, pace);
  if (facts === 'too-large') return { instead: 'text', why: 'too-large' };
  return facts === undefined ? { instead: 'text', why: 'not-valid' } : { facts };
}

async function compareAsJson(before: Buffer, after: Buffer, keeper: RowKeeper, pace: Pace): Promise<Outcome> {
  try {
    return { facts: await compareJson(before, after, keeper, pace) };
  } catch (error) {
    if (error instanceof JsonError) return { instead: 'text', why: error.why };
    throw error;
  }
}

async function keepPicture(side: 'before' | 'after', { source }: LocatedFile, keeper: RowKeeper): Promise<void> {
  if (source.size > mostPicture) return;
  let at = 0;
  for await (const piece of pieces(source)) {
    keeper.picture(side, at, piece);
    at += piece.length;
  }
}

async function compareAsDatabases(input: CompareInsideInput): Promise<Outcome> {
  const { before, after, keeper, pace, context, scratchPath } = input;
  const sizeOf = ({ source, wal }: LocatedFile): number => source.size + (wal?.size ?? 0);
  if (Math.max(sizeOf(before), sizeOf(after)) > mostDatabaseBytes) return { instead: 'bytes', why: 'too-large' };
  const closing: (() => void)[] = [];
  const copyPath = `${scratchPath}-live.sqlite`;
  try {
    /** Somebody may be writing to the one on the disk. */
    const settled = async (file: LocatedFile): Promise<DatabaseSource> => {
      if (file.livePath === undefined) return { main: file.source, wal: file.wal, journal: file.journal };
      const copy = await copyDatabase({ files: context.files, clock: context.clock, signal: input.signal }, file.livePath, copyPath);
      if ('reason' in copy) fail('NOT_READABLE', copy.reason, { path: file.livePath, reason: copy.reason });
      const main = openLive(context.files, copy.path);
      closing.push(main.close);
      return { main, wal: undefined, journal: false };
    };
    const facts = await compareSqlite(context.files, scratchPath, await settled(before), await settled(after), keeper, pace);
    return facts === undefined ? { instead: 'bytes', why: 'not-valid' } : { facts };
  } finally {
    for (const close of closing) close();
    for (const end of ['', '-wal', '-shm', '-journal']) if (context.files.lstat(copyPath + end) !== undefined) context.files.unlink(copyPath + end);
  }
}
