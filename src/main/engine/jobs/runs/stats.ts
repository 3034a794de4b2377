// A job's runs counted by the day, week or month of a zone, newest first. Reads back only as far as is asked for.
import { failedStates, type DayStats } from '../../../../contract/runs.ts';
import type { RunRow } from '../model.ts';
import { medianMs } from '../../kit/median.ts';
import { isFinal } from './states.ts';
import type { RunStore } from './store.ts';

const pageSize = 1_000;

export function statsOf(runs: Pick<RunStore, 'list'>, jobId: string, { by, zone, limit }: { by: 'day' | 'week' | 'month'; zone: string; limit: number }): DayStats[] {
  const nameOf = createNaming(by, zone);
  const groups = new Map<string, RunRow[]>();
  for (let before: string | undefined; ; ) {
    const page = runs.list({ jobId, before, limit: pageSize });
    for (const run of page) {
      if (run.test || !isFinal(run.state)) continue;
      const name = nameOf(run.occurrence ?? run.createdAt);
      const group = groups.get(name);
      if (group) group.push(run);
      else if (groups.size < limit) groups.set(name, [run]);
      else return result();
    }
    before = page.at(-1)?.id;
    if (page.length < pageSize) return result();
  }

  function result(): DayStats[] {
    return [...groups].map(([day, group]) => {
      const counted = (states: readonly string[]): number => group.filter(({ state }) => states.includes(state)).length;
      const [succeeded, partial, failed] = [counted(['succeeded']), counted(['partial']), counted(failedStates)];
      const items = group.flatMap(({ result: each }) => each?.items ?? []);
      return { day, runs: group.length, succeeded, partial, failed, other: group.length - succeeded - partial - failed, items: items.length === 0 ? null : items.reduce((sum, each) => sum + each, 0), medianMs: medianMs(group.flatMap(({ activeMs }) => activeMs ?? [])) };
    });
  }
}

/** `2026-11-27`, the Monday of a week, or `2026-11`. */
function createNaming(by: 'day' | 'week' | 'month', zone: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  return (ms) => {
    const day = format.format(ms);
    if (by === 'day') return day;
    if (by === 'month') return day.slice(0, 7);
    const date = new Date(`${day}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return date.toISOString().slice(0, 10);
  };
}
