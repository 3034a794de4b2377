// One look at a followed path: what happened to the file since the last look, then every whole line that is new. Cursor and entries commit together,
// so a stop anywhere neither loses nor doubles a line:
//   stop before the commit  -> nothing happened; refused lines already written are cut off again by the next look
//   stop after it           -> the cursor stands behind the lines
// Two processes may look at once: whoever finds the cursor moved lets go and starts over.
import { basename, dirname, join } from 'node:path';
import type { LogContext } from '../../context.ts';
import { reportsFolder } from '../intake-files.ts';
import { LineSplitter, type Line } from '../lines.ts';
import type { Mask } from '../mask/index.ts';
import { prepareLine } from '../prepare.ts';
import { createQuarantine } from '../quarantine.ts';
import { readChunks } from '../read-file.ts';
import type { Sources } from '../sources.ts';
import { takeLines, type Candidate } from '../take.ts';
import type { Refusal } from '../../../../../contract/intake.ts';
import { continues, fingerprint, identityOf, sameFile, type Identity } from './fingerprint.ts';
import { findCopy, findUnseen, openIfThere, openRotated } from './locate.ts';
import type { Cursor, Followed, FollowStore } from './store.ts';

export interface LookDeps {
  context: LogContext;
  sources: Sources;
  mask: Mask;
  store: FollowStore;
  /** How far a file was looked through in vain for the end of the line at the cursor; a line may take hours to end. */
  scanned: Map<number, { offset: number; at: number }>;
}

const batchLines = 200;
const batchBytes = 1024 * 1024;
const mostScannedBytes = 16 * 1024 * 1024;
/** Rotated files that may still grow; older ones are done. */
const keptRotated = 3;
/** How often a look starts over when another process was faster. */
const mostTries = 5;

class Overtaken extends Error {}

/** True when a batch was full and there is more to take. Throws what reading and recording throw; what was committed before stays. */
export function lookAt(deps: LookDeps, followed: Followed): boolean {
  for (let tries = 1; ; tries++) {
    try {
      const current = deps.store.find(followed.path);
      if (current?.no !== followed.no) return false; // no longer followed
      noticeRotation(deps, current);
      // What was moved away comes first, all of it, so that lines come in the order in which they were written.
      return deps.store.cursors(current.no).some((cursor) => takeNew(deps, current, cursor));
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (tries === mostTries) return true;
    }
  }
}

/** Brings the cursors in line with what lies at the path now. */
function noticeRotation(look: LookDeps, followed: Followed): void {
  const { context, store } = look;
  const { files } = context;
  const current = store.cursors(followed.no).find(({ rotated }) => !rotated);
  const fd = openIfThere(files, followed.path);
  if (fd === undefined) return; // between a rename and the new file
  try {
    const identity = identityOf(files.fstat(fd));
    if (current !== undefined && sameFile(identity, current) && continues(files, fd, current.offset, current)) return;
    const moved = current === undefined ? undefined : whereItWent(context, followed, current, sameFile(identity, current));
    const unseen = moved === undefined ? [] : rotatedSince(look, followed, moved, fd);
    const finished = store.cursors(followed.no).filter(({ rotated }) => rotated).slice(0, -keptRotated).filter((cursor) => isRead(look, followed, cursor));
    context.transaction(() => {
      if (current !== undefined) requireUnmoved(store, current);
      if (moved !== undefined) store.moveCursor(moved);
      else if (current !== undefined) {
        store.endCursor(current.no);
        const { source, path } = followed;
        context.append([{ action: 'log.follow-gap', category: 'record', subject: `source:${source.name}`, payload: { source: source.name, path, what: sameFile(identity, current) ? 'truncated' : 'replaced', offset: current.offset, line: current.line } }]);
      }
      for (const { name, ...file } of unseen) store.addCursor(followed.no, { rotated: true, name, ...file, ...fingerprint(files, fd, 0), offset: 0, line: 0 });
      store.addCursor(followed.no, { rotated: false, name: basename(followed.path), ...identity, ...fingerprint(files, fd, 0), offset: 0, line: 0 });
      for (const { no } of finished) store.endCursor(no);
    });
  } finally {
    files.close(fd);
  }
}

/** The cursor on the file's new place; undefined when what was not read of it cannot be found. */
function whereItWent({ files }: LogContext, { path }: Followed, cursor: Cursor, cut: boolean): Cursor | undefined {
  if (cut) {
    const copy = findCopy(files, path, cursor);
    return copy && { ...cursor, ...copy, rotated: true };
  }
  const renamed = openRotated(files, path, cursor);
  if (renamed === undefined) return undefined;
  files.close(renamed.fd);
  return { ...cursor, name: renamed.name, rotated: true };
}

/** What was rotated in between and never looked at. `moved` is the cursor on what was looked at last. */
function rotatedSince({ context: { files }, store }: LookDeps, { no, path }: Followed, moved: Cursor, current: number): (Identity & { name: string })[] {
  const stat = files.stat(join(dirname(path), moved.name));
  return stat === undefined ? [] : findUnseen(files, path, { sinceNs: stat.mtimeNs, current, known: [moved, ...store.cursors(no), ...store.done(no).filter(({ offset }) => offset > 0)] });
}

/** It has no whole line more, or is gone. */
function isRead(look: LookDeps, { path }: Followed, cursor: Cursor): boolean {
  const { files } = look.context;
  const open = openRotated(files, path, cursor);
  if (open === undefined) return true;
  try {
    return !hasWholeLine(look, open.fd, cursor);
  } finally {
    files.close(open.fd);
  }
}

function requireUnmoved(store: FollowStore, cursor: Cursor): void {
  const now = store.cursor(cursor.no);
  if (now === undefined || now.offset !== cursor.offset || !sameFile(now, cursor) || now.rotated !== cursor.rotated) throw new Overtaken();
}

/** Takes the whole lines behind the cursor, one batch. */
function takeNew(look: LookDeps, followed: Followed, cursor: Cursor): boolean {
  const { context, store } = look;
  const { files } = context;
  const open = cursor.rotated ? openRotated(files, followed.path, cursor) : openCurrent(look, followed, cursor);
  if (open === undefined) {
    // A rotated file that is gone was read to its end when it was last there.
    if (cursor.rotated) store.endCursor(cursor.no);
    return false;
  }
  try {
    if (!hasWholeLine(look, open.fd, cursor)) return false;
    const { lines, full } = readBatch(look, open.fd, cursor);
    const last = lines.at(-1);
    if (last === undefined) return false;
    const reached = { ...fingerprint(files, open.fd, last.endOffset), offset: last.endOffset, line: last.number };
    // Cut while it was read: what was read is in the copy, and is read there.
    if (files.fstat(open.fd).size < last.endOffset) throw new Overtaken();
    commit(look, followed, { ...cursor, name: open.name }, lines, reached);
    return full;
  } finally {
    files.close(open.fd);
  }
}

/** By its path; between a rename and the new file under whatever name it has. */
function openCurrent({ context: { files } }: LookDeps, { path }: Followed, cursor: Cursor): { fd: number; name: string } | undefined {
  const fd = openIfThere(files, path);
  if (fd === undefined) return openRotated(files, path, cursor);
  if (sameFile(identityOf(files.fstat(fd)), cursor) && continues(files, fd, cursor.offset, cursor)) return { fd, name: cursor.name };
  files.close(fd);
  return undefined; // rotated since a moment ago: the next look
}

/** Looks for the next "\n", each byte once and at most so many at a time. */
function hasWholeLine({ context: { files }, scanned }: LookDeps, fd: number, { no, offset }: Cursor): boolean {
  const known = scanned.get(no);
  let at = known?.offset === offset ? known.at : offset;
  for (const chunk of readChunks(files, fd, at, at + mostScannedBytes)) {
    if (chunk.includes(10)) {
      scanned.delete(no);
      return true;
    }
    at += chunk.length;
  }
  scanned.set(no, { offset, at });
  return false;
}

function readBatch({ context: { files } }: LookDeps, fd: number, cursor: Cursor): { lines: Line[]; full: boolean } {
  const splitter = new LineSplitter({ from: cursor });
  const lines: Line[] = [];
  let bytes = 0;
  for (const chunk of readChunks(files, fd, cursor.offset)) {
    for (const line of splitter.push(chunk)) {
      lines.push(line);
      bytes += line.bytes?.length ?? 0;
      if (lines.length >= batchLines || bytes >= batchBytes) return { lines, full: true };
    }
  }
  return { lines, full: false };
}

function commit({ context, sources, mask, store }: LookDeps, followed: Followed, cursor: Cursor, lines: readonly Line[], reached: Partial<Cursor>): void {
  const { source, mapping, actor } = followed;
  const candidates: Candidate[] = [];
  const refusals: { line: Line; refusal: Refusal }[] = [];
  for (const line of lines) {
    const prepared = prepareLine(line, { mapping, mask, source: source.name, actor });
    if (prepared.kind === 'event') candidates.push(prepared);
    else if (prepared.kind === 'refused') refusals.push({ line, refusal: { line: line.number, code: prepared.code, detail: prepared.detail } });
  }
  const isNew = ({ digest }: Candidate): boolean => {
    sources.add(source, digest);
    return true;
  };
  takeLines({ context, sources }, {
    source, candidates, isNew,
    begin: () => requireUnmoved(store, cursor),
    finish: ({ taken, refused }) => {
      const all = [...refusals, ...refused.map(({ candidate: { line }, reason }) => ({ line, refusal: { line: line.number, code: 'refused' as const, detail: reason } }))];
      store.moveCursor({ ...cursor, ...reached });
      store.count(followed.no, { taken: taken.length, refused: all.length, quarantineBytes: keepRefused(context, store.find(followed.path) ?? followed, all) });
    }
  });
}

/** Synced before the commit that counts them. Returns the length of the file. */
function keepRefused(context: LogContext, { quarantine: name, quarantineBytes }: Followed, all: readonly { line: Line; refusal: Refusal }[]): number {
  if (all.length === 0) return quarantineBytes;
  const quarantine = createQuarantine(context.files, join(reportsFolder(context), name), quarantineBytes);
  try {
    for (const { line, refusal } of all) quarantine.add(line, refusal);
    return quarantine.sync();
  } finally {
    quarantine.close();
  }
}
