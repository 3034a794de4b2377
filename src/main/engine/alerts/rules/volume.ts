// 11.5: how much a run did, against what is usual: the median of the last 28 that counted (at least 8), with the median absolute deviation for what is
// steady. A run found unusual stays out of what is usual until a person says "this is right".
import type { Run } from '../../../../contract/runs.ts';
import type { JobFact } from '../facts.ts';
import { eachJob, jobFields, learning, ok, unknown } from './finding.ts';
import { median, succeeded } from './runs.ts';

const most = 28;
const mostOfWeekday = 8;
const least = 8;
const farFromUsual = 3.5;
/** Makes the deviation comparable with a standard deviation. */
const scale = 0.6745;

export function valueOf(run: Run, metric: string): number | undefined {
  return (metric === 'items' ? run.result?.items : run.result?.metrics[metric]) ?? undefined;
}

export const volume = eachJob('volume', (job, { mark }) => {
  const { volume: rule } = job.definition.alerts;
  if (rule === null) return ok;
  const good = succeeded(job.runs);
  const [newest] = good;
  if (newest === undefined) return learning;
  if (mark('volume', newest.id) === 'expected') return ok;
  const x = valueOf(newest, rule.metric);
  if (x === undefined) return unknown;
  const before = good.slice(1).filter((run) => mark('volume', run.id) !== 'unusual');
  const same = rule.season === 'weekday' ? before.filter((run) => weekdayOf(run, job) === weekdayOf(newest, job)).slice(0, mostOfWeekday) : before.slice(0, most);
  const values = same.flatMap((run) => valueOf(run, rule.metric) ?? []);
  if (values.length < least) return learning;
  const m = median(values);
  const deviation = median(values.map((value) => Math.abs(value - m)));
  const far = Math.abs(x - m);
  const unusual = (x === 0 && m > 0) || (far >= rule.minAbsolute && (x < 0.5 * m || x > 2 * m || (deviation > 0 && (scale * far) / deviation > farFromUsual)));
  if (!unusual) return ok;
  return {
    state: 'bad',
    severity: 'warning',
    about: newest.id,
    unusualRun: newest.id,
    facts: { code: 'volume', ...jobFields(job), runId: newest.id, metric: rule.metric, value: x, usual: m, ...band(m, deviation), minAbsolute: rule.minAbsolute, runs: values.length, season: rule.season }
  };
});

/** Within these nothing is unusual. */
function band(m: number, deviation: number): { low: number; high: number } {
  const reach = deviation > 0 ? (farFromUsual * deviation) / scale : Number.POSITIVE_INFINITY;
  return { low: Math.max(0.5 * m, m - reach), high: Math.min(2 * m, m + reach) };
}

function weekdayOf(run: Run, { definition }: JobFact): string {
  const { schedule } = definition;
  const zone = 'zone' in schedule && typeof schedule.zone === 'string' ? schedule.zone : 'UTC';
  return new Intl.DateTimeFormat('en', { weekday: 'short', timeZone: zone }).format(new Date(run.occurrence ?? run.startedAt ?? run.createdAt));
}
