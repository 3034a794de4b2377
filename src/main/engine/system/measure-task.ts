// The worker task `system.measure`: counts files and bytes below some folders and reports as it goes. Runs in its own thread because the walk
// is synchronous; ends by itself after 60 s with what it has. What it may not look at is counted, never an error.
import { join, sep } from 'node:path';
import { errnoOf } from '../kit/errors.ts';
import { homeMarker } from '../kit/paths.ts';
import type { DirEntry, FileStat, Files, WorkerContext, WorkerTask } from '../ports.ts';

export interface MeasureCount {
  files: number;
  bytes: number;
  unreadable: number;
  done: boolean;
}

export interface MeasureInput {
  paths: string[];
  excludes: string[];
}

const limitMs = 60_000;
const reportEveryMs = 100;
/** How often the thread lets messages (being asked to stop) in. */
const breatheEvery = 2_000;

/** The plans' own reading of exclude patterns, so that what is counted is what would be saved. */
export type CompileExcludes = (patterns: readonly string[]) => { matches(names: readonly string[]): boolean };

export function createMeasureTask(compileExcludes: CompileExcludes): WorkerTask {
  return (context, input) => measure(context, input as MeasureInput, compileExcludes);
}

async function measure({ files, clock, post, closing }: WorkerContext, { paths, excludes }: MeasureInput, compileExcludes: CompileExcludes): Promise<void> {
  const matcher = compileExcludes(excludes);
  const count = { files: 0, bytes: 0, unreadable: 0 };
  const seenLinks = new Set<string>();
  const startMs = clock.monotonicMs();
  let reportedMs = startMs;
  const waiting: { path: string; top: boolean }[] = withoutNested(paths).reverse().map((path) => ({ path, top: true }));
  for (let steps = 1, next = waiting.pop(); next && !closing.aborted; next = waiting.pop(), steps++) {
    const stat = look(files, next.path);
    if (stat === undefined) count.unreadable += 1;
    else if (next.top || !matcher.matches(next.path.split(sep).filter((name) => name !== ''))) {
      if (stat.type !== 'dir') tally(count, stat, seenLinks);
      else for (const entry of entriesOf(files, next.path, count)) waiting.push({ path: join(next.path, entry.name), top: false });
    }
    const nowMs = clock.monotonicMs();
    if (nowMs - startMs > limitMs) break;
    if (nowMs - reportedMs >= reportEveryMs) {
      post({ ...count, done: false });
      reportedMs = nowMs;
    }
    if (steps % breatheEvery === 0) await new Promise<void>((resolve) => clock.setTimer(0, resolve));
  }
  post({ ...count, done: true });
}

/** A file with several names counts its bytes once, as a snapshot keeps them once. */
function tally(count: { files: number; bytes: number }, stat: FileStat, seenLinks: Set<string>): void {
  count.files += 1;
  if (stat.type !== 'file') return;
  const key = `${stat.device}:${stat.inode}`;
  if (stat.links > 1 && seenLinks.has(key)) return;
  if (stat.links > 1) seenLinks.add(key);
  count.bytes += stat.size;
}

function look(files: Files, path: string): FileStat | undefined {
  try {
    return files.lstat(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return undefined;
  }
}

/** None when it may not be listed. A Varve home is never saved, so it is not counted either. */
function entriesOf(files: Files, path: string, count: { unreadable: number }): DirEntry[] {
  try {
    const entries = files.readdir(path);
    return entries.some((entry) => entry.name === homeMarker) ? [] : entries;
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    count.unreadable += 1;
    return [];
  }
}

/** A folder below another one of the list is counted with that one. */
function withoutNested(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)];
  return unique.filter((path) => !unique.some((other) => other !== path && path.startsWith(other.endsWith(sep) ? other : other + sep)));
}
