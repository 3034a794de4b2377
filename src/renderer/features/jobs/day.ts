// The runs of a day on a line from midnight to midnight, and the stretches in which nothing could run. Pure.
import type { Missed, Run } from '../../../contract/runs.ts';

export interface Bar {
  run: Run;
  /** Shares of the day, 0 to 1. */
  left: number;
  width: number;
  /** Bars of a job that lie over each other stand below each other. */
  lane: number;
}

export interface DayRow {
  jobId: string;
  title: string;
  bars: Bar[];
  lanes: number;
}

export interface Stretch {
  left: number;
  width: number;
  cause: Missed['cause'];
  first: Date;
  last: Date;
}

export interface Day {
  from: Date;
  to: Date;
}

/** A bar is at least so wide on screen, however short its run was. */
const leastBar = 20 * 60_000;
const mostLanes = 6;

const away: ReadonlySet<Missed['cause']> = new Set(['asleep', 'off', 'app_closed']);

/** `2026-11-27` by the clock of this computer; today for what is no day. */
export function dayOf(text: string | undefined, now: Date): Day {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? '') ?? [];
  const at = year === undefined ? now : new Date(Number(year), Number(month) - 1, Number(day));
  return { from: new Date(at.getFullYear(), at.getMonth(), at.getDate()), to: new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1) };
}

export function nameOfDay({ from }: Day, days = 0): string {
  const at = new Date(from.getFullYear(), from.getMonth(), from.getDate() + days);
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
}

/** Rows in the order of the job's first run of the day; runs that did not begin stand where they were due. */
export function layDay(runs: readonly Run[], { from, to }: Day, now: Date): { rows: DayRow[]; stretches: Stretch[] } {
  const [start, end] = [from.getTime(), to.getTime()];
  const share = (ms: number): number => Math.min(1, Math.max(0, (ms - start) / (end - start)));
  const spans = runs
    .map((run) => {
      const begin = Date.parse(run.startedAt ?? run.occurrence ?? run.createdAt);
      const finish = run.startedAt === null ? begin : run.endedAt === null ? now.getTime() : Date.parse(run.endedAt);
      return { run, begin, finish };
    })
    .filter(({ begin, finish }) => begin < end && finish >= start)
    .toSorted((a, b) => a.begin - b.begin);

  const rows = new Map<string, { row: DayRow; ends: number[] }>();
  for (const { run, begin, finish } of spans) {
    const known = rows.get(run.jobId) ?? { row: { jobId: run.jobId, title: run.jobTitle || run.jobName, bars: [], lanes: 1 }, ends: [] };
    rows.set(run.jobId, known);
    const { row, ends } = known;
    const free = ends.findIndex((until) => until <= begin);
    const lane = free !== -1 ? free : Math.min(ends.length, mostLanes - 1);
    ends[lane] = Math.max(finish, begin + leastBar);
    row.lanes = ends.length;
    row.bars.push({ run, left: share(begin), width: share(finish) - share(begin), lane });
  }
  return { rows: [...rows.values()].map(({ row }) => row), stretches: stretchesOf(runs, start, end, share) };
}

/** Of all jobs together: what several missed records tell of the same time is told once. */
function stretchesOf(runs: readonly Run[], start: number, end: number, share: (ms: number) => number): Stretch[] {
  const told = runs
    .flatMap(({ missed }) => (missed !== null && away.has(missed.cause) ? [{ cause: missed.cause, first: Date.parse(missed.first), last: Date.parse(missed.last) }] : []))
    .filter(({ first, last }) => first < end && last >= start)
    .toSorted((a, b) => a.first - b.first);
  const merged: typeof told = [];
  for (const each of told) {
    const before = merged.at(-1);
    if (before !== undefined && before.cause === each.cause && each.first <= before.last) before.last = Math.max(before.last, each.last);
    else merged.push({ ...each });
  }
  return merged.map(({ cause, first, last }) => ({ cause, first: new Date(first), last: new Date(last), left: share(first), width: share(last) - share(first) }));
}
