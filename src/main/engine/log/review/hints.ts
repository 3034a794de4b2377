// What stands out: more or fewer than usual, never seen before, gone silent. From the columns alone, bounded to some weeks back, the same
// answer for the same record and moment. What Varve writes about the record itself, and what people write about entries, is left out.
import type { LogHint } from '../../../../contract/review.ts';
import type { Clock } from '../../ports.ts';
import type { Database } from '../../store/index.ts';
import { seqsWith } from '../fact-blocks.ts';
import { categoryRules } from '../model.ts';
import { isAnnotation } from './annotations.ts';
import { chunkSize } from './columns.ts';
import { createNaming } from './facets.ts';
import { createPacer, type Pacer } from './pacer.ts';
import type { Search } from './search.ts';
import { fewestWindows, judgeRate, judgeSilence, median } from './unusual.ts';

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
const maxGaps = 20_000;
const maxHints = 24;
/** With more newcomers than this in some weeks, newcomers are usual. */
const maxNewcomers = 5000;

export interface HintsInput {
  top: number;
  nowMs: number;
  windowMs: number;
  signal?: AbortSignal | undefined;
}

/** How many earlier windows are looked at: four weeks of them, but at least 8 and at most 168. */
export function windowsFor(windowMs: number): number {
  return Math.min(168, Math.max(8, Math.floor((4 * weekMs) / windowMs)));
}

/** What is known of one action, newest first. */
interface Course {
  windows: Uint32Array;
  lastAt: number;
  lastSeq: number;
  earliestAt: number;
  gaps: number[];
}

export async function findHints({ db, clock, search }: { db: Database; clock: Pick<Clock, 'monotonicMs'>; search: Search }, input: HintsInput): Promise<{ windows: number; hints: LogHint[] }> {
  const { top, nowMs, windowMs, signal } = input;
  const windows = windowsFor(windowMs);
  if (top < 0) return { windows, hints: [] };
  const pacer = createPacer(clock, signal);
  const courses = await readCourses(search, { ...input, windows, pacer });
  const beginMs = search.columns.chunk(0, top).at[0] ?? nowMs;
  const naming = createNaming(db);
  const weekly = weekMs % windowMs === 0 ? weekMs / windowMs : undefined;
  const hints: LogHint[] = [];
  for (const [no, course] of courses.actions) {
    const name = naming.action(no);
    if (name === undefined || isAnnotation(name)) continue;
    const about = { kind: 'action', value: name, name: null } as const;
    const silentMs = nowMs - course.lastAt;
    const silence = judgeSilence(silentMs, course.gaps);
    if (silence) {
      hints.push({ kind: 'silence', about, last: course.lastSeq, at: new Date(course.lastAt).toISOString(), silentMs: Math.round(silentMs), ...silence });
      continue;
    }
    // Windows before an action first came say nothing about how often it comes.
    const firstAt = firstOf(db, search, 'action', no, 0, top)?.at ?? nowMs;
    const known = Math.min(windows, Math.floor((nowMs - firstAt) / windowMs) - 1);
    const rate = judgeRate(course.windows[0] ?? 0, [...course.windows.subarray(1, 1 + Math.max(0, known))], weekly);
    if (rate) hints.push({ kind: 'rate', about, count: course.windows[0] ?? 0, windows: known, ...rate });
  }
  hints.push(...newcomers(db, search, naming, { ...input, windows, beginMs, counts: courses }));
  return { windows, hints: hints.toSorted((a, b) => weight(b) - weight(a)).slice(0, maxHints) };
}

/** Silence first, then by how far from the usual, then what is new. */
function weight(hint: LogHint): number {
  if (hint.kind === 'silence') return 1e6 + hint.silentMs / hint.gapMs;
  if (hint.kind === 'rate') return 1e3 + Math.abs(Math.log2((hint.count + 1) / (hint.usual + 1)));
  return Math.min(500, hint.count);
}

interface Courses {
  actions: Map<number, Course>;
  /** Entries in the window, by number. */
  actors: Map<number, number>;
  subjects: Map<number, number>;
}

async function readCourses(search: Search, { top, nowMs, windowMs, windows, pacer }: HintsInput & { windows: number; pacer: Pacer }): Promise<Courses> {
  const courses: Courses = { actions: new Map(), actors: new Map(), subjects: new Map() };
  const fromMs = nowMs - (windows + 1) * windowMs;
  const record = categoryRules.record.code;
  for (let no = Math.floor(top / chunkSize); no >= 0; no--) {
    const chunk = search.columns.chunk(no, top);
    if (chunk.maxAt < fromMs) break;
    for (let i = Math.min(chunk.length, top + 1 - chunk.from) - 1; i >= 0; i--) {
      const at = chunk.at[i] as number;
      const action = chunk.action[i] as number;
      if (at > nowMs || at < fromMs || action === 0 || chunk.category[i] === record) continue;
      const window = Math.floor((nowMs - at) / windowMs);
      noteAction(courses.actions, action, at, chunk.from + i, Math.min(window, windows), windows);
      if (window === 0) {
        raise(courses.actors, chunk.actor[i] as number);
        if (chunk.subject[i] !== 0) raise(courses.subjects, chunk.subject[i] as number);
      }
    }
    await pacer.breathe();
  }
  return courses;
}

function raise(counts: Map<number, number>, no: number): void {
  counts.set(no, (counts.get(no) ?? 0) + 1);
}

function noteAction(actions: Map<number, Course>, action: number, at: number, seq: number, window: number, windows: number): void {
  let course = actions.get(action);
  if (course === undefined) {
    course = { windows: new Uint32Array(windows + 1), lastAt: at, lastSeq: seq, earliestAt: at, gaps: [] };
    actions.set(action, course);
  } else {
    // A clock that was set back gives no negative gaps.
    if (course.gaps.length < maxGaps) course.gaps.push(Math.max(0, course.earliestAt - at));
    course.earliestAt = Math.min(course.earliestAt, at);
  }
  course.windows[window] = (course.windows[window] as number) + 1;
}

/** First entry with this number, not before `from`; the time from the columns. */
function firstOf(db: Database, search: Search, column: 'action' | 'actor' | 'subject', no: number, from: number, top: number): { seq: number; at: number } | undefined {
  const seq = column === 'action' ? db.prepare('SELECT min(seq) AS seq FROM facts WHERE action = ?').get<{ seq: number | null }>(no)?.seq : seqsWith(db, column, no, { above: from - 1, limit: 1 })[0];
  if (seq === null || seq === undefined || seq > top) return undefined;
  const chunk = search.columns.chunk(Math.floor(seq / chunkSize), top);
  return { seq, at: chunk.at[seq - chunk.from] as number };
}

interface NewcomerInput extends HintsInput {
  windows: number;
  beginMs: number;
  counts: Courses;
}

/** First ever in the window. Where newcomers are usual (a new run as subject every day) they are no news. */
function newcomers(db: Database, search: Search, naming: ReturnType<typeof createNaming>, { top, nowMs, windowMs, windows, beginMs, counts }: NewcomerInput): LogHint[] {
  const known = Math.min(windows, Math.floor((nowMs - beginMs) / windowMs) - 1);
  if (known < fewestWindows) return [];
  const hints: LogHint[] = [];
  for (const kind of ['action', 'actor', 'subject'] as const) {
    const firsts = firstsSince(db, search, kind, top, nowMs - (known + 1) * windowMs);
    const perWindow = new Array<number>(known + 1).fill(0);
    for (const { at } of firsts) {
      const window = Math.floor((nowMs - at) / windowMs);
      if (window >= 0 && window <= known) perWindow[window] = (perWindow[window] ?? 0) + 1;
    }
    if (median(perWindow.slice(1)) >= 1) continue;
    for (const { no, seq, at } of firsts) {
      const count = kind === 'action' ? counts.actions.get(no)?.windows[0] : counts[kind === 'actor' ? 'actors' : 'subjects'].get(no);
      if (at <= nowMs - windowMs || at > nowMs || count === undefined) continue;
      const person = kind === 'action' ? undefined : naming.person(no);
      const value = kind === 'action' ? naming.action(no) : person?.id;
      if (value === undefined || (kind === 'action' && isAnnotation(value))) continue;
      hints.push({ kind: 'new', about: { kind, value, name: person?.name ?? null }, count, first: seq, at: new Date(at).toISOString() });
    }
  }
  return hints;
}

/** What came first after the moment. Numbers are given in order, so the search goes back from the newest and stops early. */
function firstsSince(db: Database, search: Search, kind: 'action' | 'actor' | 'subject', top: number, sinceMs: number): { no: number; seq: number; at: number }[] {
  const found: { no: number; seq: number; at: number }[] = [];
  // A name's first entry is the one that introduced it.
  const [table, introduced, which] = kind === 'action' ? ['actions', '0', ''] : ['names', 'introduced', `AND kind = '${kind}'`];
  const page = db.prepare(`SELECT no, ${introduced} AS introduced FROM ${table} WHERE no < ? ${which} ORDER BY no DESC LIMIT 100`);
  // A few more than the first older one, for a clock that was set back.
  let older = 0;
  for (let below = Number.MAX_SAFE_INTEGER; older <= 20 && found.length < maxNewcomers; ) {
    const rows = page.all<{ no: number; introduced: number }>(below);
    for (const { no, introduced: from } of rows) {
      below = no;
      const first = firstOf(db, search, kind, no, from, top);
      if (first === undefined) continue;
      if (first.at >= sinceMs) found.push({ no, ...first });
      else older += 1;
    }
    if (rows.length < 100) break;
  }
  return found;
}
