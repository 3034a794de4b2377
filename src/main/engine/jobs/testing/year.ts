// A year of one computer by chance: sleep, power cuts, an app that is closed for days, clocks that are set, pauses, people who start and stop things. Whatever happens is
// done to the scheduler and to the model of its rules; both must tell the same of every run.
import { createHash } from 'node:crypto';
import type { JobDefinition } from '../../../../contract/jobs.ts';
import type { CallContext } from '../../../../contract/index.ts';
import type { Trigger } from '../../../../contract/runs.ts';
import { outcome, type Outcome } from '../kinds/outcome.ts';
import { day, define, every, hour, minute, own, Workshop } from './workshop.ts';
import { Model, type ModelEnd, type ModelRun } from './model.ts';

const cron = (expression: string, zone: string) => ({ kind: 'cron', expression, zone, dayMatch: 'or' }) as const;
const [newYork, saoPaulo, lordHowe] = ['America/New_York', 'America/Sao_Paulo', 'Australia/Lord_Howe'];

/** Some of each: schedule, policy, kind of work. */
const definitions: JobDefinition[] = [
  define('gap-night', { schedule: cron('30 2 * * *', newYork), work: own, idempotent: true, locks: ['repo:main'] }),
  define('gap-howe', { schedule: cron('15 2 * * *', lordHowe), retries: { most: 2 } }),
  define('twice-hour', { schedule: cron('30 1 * * *', newYork), catchUp: { policy: 'all' } }),
  define('spaced-ny', { schedule: cron('*/20 * * * *', newYork), overlap: { policy: 'queue' } }),
  define('spaced-howe', { schedule: cron('*/30 1-3 * * *', lordHowe), catchUp: { policy: 'all', most: 3 }, overlap: { policy: 'queueAll' } }),
  define('noon', { schedule: cron('0 12 * * *', saoPaulo), work: own, idempotent: true, locks: ['repo:main'], satisfiesSchedule: true }),
  define('sunday', { schedule: cron('7 13 * * SUN', saoPaulo), locks: ['repo:main', 'repo:copy'], work: own }),
  define('month-end', { schedule: cron('45 18 L * *', saoPaulo), retries: { most: 3, baseSeconds: 600 } }),
  define('first-monday', { schedule: cron('5 9 * * MON#1', newYork), catchUp: { policy: 'latest', windowSeconds: 3 * 86_400 } }),
  define('weekdays', { schedule: cron('0 8-18 * * MON-FRI', newYork), catchUp: { policy: 'skip' } }),
  define('jittered', { schedule: cron('0 */6 * * *', saoPaulo), jitterSeconds: 3600 }),
  define('jittered-all', { schedule: every(90), jitterSeconds: 1200, catchUp: { policy: 'all', most: 5 }, overlap: { policy: 'parallel', most: 2 } }),
  define('replacing', { schedule: every(45), overlap: { policy: 'replace' }, retries: { most: 1, baseSeconds: 300 } }),
  define('parallel', { schedule: every(60), overlap: { policy: 'parallel', most: 3 } }),
  define('flaky', { schedule: every(180), retries: { most: 2, baseSeconds: 60, onTimeout: true }, idempotent: true }),
  define('gives-up', { schedule: cron('10 */4 * * *', lordHowe), pauseAfter: 3 }),
  define('impatient', { schedule: every(30), startDeadlineSeconds: 1200, overlap: { policy: 'queue' }, locks: ['repo:copy'], work: own }),
  define('at-start', { schedule: { kind: 'startup' }, work: own }),
  define('by-hand', { schedule: { kind: 'manual' }, overlap: { policy: 'queue' } }),
  define('quarterly', { schedule: cron('0 0 1 */3 *', lordHowe), catchUp: { policy: 'latest', windowSeconds: 60 * 86_400 } })
];

const chance = 0.25;
const stopsInMs = 700;
const maxRunning = 4;

/** Every try of every run, by its name: how long it takes and how it ends. Never in a whole second, so that nothing ends when something begins. */
function playOf(seed: string, { job, trigger, occurrence, attempt }: { job: string; trigger: Trigger; occurrence: number | null; attempt: number }): { takesMs: number; ends: ModelEnd; spawns: boolean } {
  const digest = createHash('sha256').update(`${seed}/${job}/${trigger}/${occurrence}/${attempt}`).digest();
  const [a, b] = [digest.readUInt32BE(0), digest.readUInt16BE(4)];
  const usual = b % 10 === 0 ? 3 * hour : b % 3 === 0 ? 20 * minute : 2 * minute;
  const takesMs = 31_000 + Math.floor((a % usual) / 1000) * 1000 + 1 + (a % 997);
  const end = (state: ModelEnd['state'], more: Partial<ModelEnd> = {}): ModelEnd => ({ state, cause: 'exit', retry: false, byItself: true, ...more });
  const fate = digest.readUInt16BE(6) % 100;
  const bad = job === 'flaky' || job === 'gives-up' ? 45 : 12;
  if (fate >= bad) return { takesMs, ends: end(fate % 17 === 0 ? 'partial' : 'succeeded'), spawns: true };
  if (fate % 6 === 0) return { takesMs, ends: end('timed_out', { cause: 'timeout', byItself: false }), spawns: true };
  if (fate % 6 === 1) return { takesMs: 0, ends: end('failed', { cause: 'spawn' }), spawns: false };
  return { takesMs, ends: end('failed', { retry: fate % 6 !== 2 }), spawns: true };
}

const outcomeOf = ({ state, cause, retry, byItself }: ModelEnd): Outcome => outcome(state, cause, { retry, byItself });

export interface YearResult {
  /** By the clock on the wall. */
  days: number;
  runs: number;
  events: Record<string, number>;
  states: Record<string, number>;
  /** The first thing that scheduler and model tell differently; undefined: none. */
  difference: string | undefined;
}

const context = { actor: 'ada', via: 'api', scope: 'owner', signal: new AbortController().signal } as CallContext;

export async function liveThrough({ seed, startMs, days, untilMs = Number.POSITIVE_INFINITY }: { seed: string; startMs: number; days: number; untilMs?: number }): Promise<YearResult> {
  let counter = 0;
  const below = (limit: number): number => createHash('sha256').update(`${seed}/${counter++}`).digest().readUInt32BE(0) % limit;
  const pick = <T>(...options: T[]): T => options[below(options.length)] as T;
  const shop = new Workshop(startMs);
  shop.chance = chance;
  shop.play = ({ run, attempt }) => {
    const { takesMs, ends, spawns } = playOf(seed, { job: run.jobName, trigger: run.trigger, occurrence: run.occurrence, attempt });
    return { takesMs, ends: outcomeOf(ends), stopsInMs, failsToStart: !spawns };
  };
  const model = new Model({ startMs, chance, maxRunning, stopsInMs, play: (run) => playOf(seed, run) });
  const compare = createComparison(shop, model);
  const events: Record<string, number> = {};
  const history: string[] = [];
  const did = (what: string, detail: string | number = ''): void => {
    events[what] = (events[what] ?? 0) + 1;
    history.push(`${new Date(model.wall).toISOString()} ${what} ${detail}`);
  };
  const reopen = async (): Promise<void> => {
    await shop.open();
    model.open();
  };
  const elapse = async (ms: number): Promise<void> => {
    await shop.elapse(ms);
    model.elapse(ms);
  };
  const name = (): string => pick(...definitions).name;
  const happenings: [number, () => Promise<void>][] = [
    [30, async () => {
      const ms = minute * (3 + below(pick(30, 600, 3000)));
      did('sleep', ms / minute);
      await shop.sleep(ms);
      model.sleep(ms);
    }],
    [10, async () => {
      did('kill');
      shop.kill();
      model.kill();
      await elapse(1_000 * below(pick(10, 7_200)));
      const asleep = pick(0, minute * below(4_000));
      shop.clock.sleep(asleep);
      model.sleep(asleep);
      await reopen();
    }],
    [6, async () => {
      const ms = minute * (1 + below(pick(30, 600, 6_000)));
      did('power cut', ms / minute);
      shop.cut(ms);
      model.cut(ms);
      await reopen();
    }],
    [6, async () => {
      did('closed');
      await shop.close();
      model.close();
      await elapse(1_000 * below(7_200));
      const asleep = pick(0, minute * below(4_000));
      shop.clock.sleep(asleep);
      model.sleep(asleep);
      await reopen();
    }],
    [4, async () => {
      const ms = 1_000 * (10 + below(pick(120, 7_200, 40_000))) * pick(1, -1);
      did(ms > 0 ? 'clock forward' : 'clock back', ms / 1000);
      await shop.setClock(ms);
      model.setClock(ms);
    }],
    [12, async () => {
      const [job, until] = [name(), below(3) === 0 ? null : model.wall + 1_000 * (1 + below(2 * 86_400))];
      did('pause', `${job} ${until}`);
      await shop.now.definitions.api.pause({ job, reason: '', ...(until !== null && { until: new Date(until).toISOString() }) }, context);
      model.pause(job, until);
    }],
    [16, async () => {
      const [job, catchUp] = [pick(name(), 'gives-up'), below(2) === 0];
      did('resume', `${job} ${catchUp}`);
      await shop.now.definitions.api.resume({ job, catchUp }, context);
      model.resume(job, catchUp);
      await shop.elapse(0);
    }],
    [2, async () => {
      const until = model.wall + 1_000 * (60 + below(2 * 86_400));
      did('pause all', until);
      await shop.now.definitions.api.pauseAll({ until: new Date(until).toISOString(), reason: '' }, context);
      model.pauseAll(until);
    }],
    [2, async () => {
      did('resume all');
      await shop.now.definitions.api.resumeAll(undefined as never, context);
      model.resumeAll();
      await shop.elapse(0);
    }],
    [14, async () => {
      const [job, whenBusy] = [pick(name(), 'by-hand', 'noon'), pick<'refuse' | 'wait' | 'anyway'>('refuse', 'wait', 'anyway')] as const;
      did('by hand', `${job} ${whenBusy}`);
      const refused = await shop.now.definitions.api.run({ job, reason: '', whenBusy, test: false }, context).then(() => false, () => true);
      const expected = !model.manual(job, whenBusy);
      if (refused !== expected) throw new Error(`${job} by hand (${whenBusy}) was ${refused ? '' : 'not '}refused`);
      await shop.elapse(0);
    }],
    [8, async () => {
      const live = model.runs.filter(({ state }) => state === 'running' || state === 'queued' || state === 'retry_wait');
      if (live.length === 0) return;
      const run = live[below(live.length)] as ModelRun;
      const at = model.runs.filter(({ job }) => job === run.job).indexOf(run);
      const id = idsOf(shop, run.job.name)[at] as string;
      did('stopped by hand', `${run.job.name} ${run.state}`);
      shop.now.scheduler.stopRun(id, { cause: 'user', force: false, by: 'ada' });
      model.stop(run);
      await shop.elapse(0);
    }]
  ];
  const total = happenings.reduce((sum, [weight]) => sum + weight, 0);

  try {
    await shop.open();
    await shop.now.definitions.api.setMaxRunning({ most: maxRunning }, context);
    model.open();
    for (const definition of definitions) model.add(shop.add(definition).id, definition);
    let difference: string | undefined;
    const endMs = startMs + days * day;
    while (model.wall < endMs && difference === undefined && Date.now() < untilMs) {
      await elapse(1_000 * (1 + below(pick(600, 3_600, 20_000))));
      let at = below(total);
      await (happenings.find(([weight]) => (at -= weight) < 0)?.[1] as () => Promise<void>)();
      difference = compare('open') ?? (shop.now.complaints.length > 0 ? shop.now.complaints.join('\n') : undefined);
    }
    if (difference !== undefined) difference = `seed ${seed}: ${difference}\n${history.slice(-8).join('\n')}`;
    else difference = compare('all') ?? neverTwice(shop);
    const states: Record<string, number> = {};
    for (const { state } of model.runs) states[state] = (states[state] ?? 0) + 1;
    return { days: Math.round((model.wall - startMs) / day), runs: model.runs.length, events, states, difference };
  } finally {
    shop.remove();
  }
}

function idsOf(shop: Workshop, job: string): string[] {
  return shop.now.db.prepare('SELECT id FROM runs WHERE job_name = ? ORDER BY rowid').all<{ id: string }>(job).map(({ id }) => id);
}

/** Rules 4.2 and 8.1: each try of each run began once, and the record tells every run's moves to the state it is in. */
function neverTwice(shop: Workshop): string | undefined {
  const seen = new Set<string>();
  for (const { runId, attempt } of shop.starts) {
    if (seen.has(`${runId}/${attempt}`)) return `try ${attempt} of ${runId} began twice`;
    seen.add(`${runId}/${attempt}`);
  }
  shop.now.drain();
  const told = new Map<string, string[]>();
  for (const { payload } of shop.log.values()) {
    const { run, from, to } = (payload ?? {}) as Record<string, string>;
    if (run !== undefined && from !== undefined && to !== undefined) told.set(run, [...(told.get(run) ?? ['new']), to]);
  }
  for (const { id, state } of shop.now.db.prepare('SELECT id, state FROM runs').iterate<{ id: string; state: string }>()) if (told.get(id)?.at(-1) !== state) return `${id} is ${state}, the record says ${told.get(id)?.join(' ')}`;
  return undefined;
}

/** Of one job: all its runs as both tell them, in the order they were decided. */
interface Told {
  name: string;
  rules: ModelRun[];
  scheduler: { id: string; rowid: number }[];
  /** Places in these lists that were not over at the last look. */
  open: Set<number>;
}

/** Compares run by run, in the order they were decided. What both told alike and is over is looked at again only when all are: a year has many thousand runs. */
function createComparison(shop: Workshop, model: Model): (what: 'open' | 'all') => string | undefined {
  const told = new Map<string, Told>();
  let taken = 0;
  let lastRowid = 0;
  const of = (name: string): Told => {
    const known = told.get(name) ?? { name, rules: [], scheduler: [], open: new Set<number>() };
    told.set(name, known);
    return known;
  };
  const differenceAt = ({ name, rules, scheduler }: Told, i: number): string | undefined => {
    const want = rules[i];
    const row = scheduler[i] && shop.now.db.prepare('SELECT * FROM runs WHERE rowid = ?').get(scheduler[i].rowid);
    const wanted = want && { trigger: want.trigger, occurrence: time(want.occurrence), state: want.state, cause: want.cause, attempts: want.attempts, createdAt: time(want.createdAt), startedAt: time(want.startedAt), missed: want.missed, other: want.other === null ? null : rules.lastIndexOf(want.other) };
    const found = row && { trigger: row['trigger'], occurrence: time(row['occurrence']), state: row['state'], cause: row['cause'], attempts: row['attempts'], createdAt: time(row['created_at']), startedAt: time(row['started_at']), missed: JSON.parse((row['missed'] as string | null) ?? 'null') as unknown, other: row['other_run'] === null ? null : scheduler.findLastIndex(({ id }) => id === row['other_run']) };
    return JSON.stringify(wanted) === JSON.stringify(found) ? undefined : `${name} ${i} at ${time(model.wall)}\n  rules     ${JSON.stringify(wanted)}\n  scheduler ${JSON.stringify(found)}`;
  };
  return (what) => {
    const fresh = (one: Told, at: number): void => void one.open.add(at);
    for (; taken < model.runs.length; taken++) {
      const run = model.runs[taken] as ModelRun;
      const one = of(run.job.name);
      fresh(one, one.rules.push(run) - 1);
    }
    for (const { id, rowid, name } of shop.now.db.prepare('SELECT id, rowid, job_name AS name FROM runs WHERE rowid > ? ORDER BY rowid').all<{ id: string; rowid: number; name: string }>(lastRowid)) {
      const one = of(name);
      fresh(one, one.scheduler.push({ id, rowid }) - 1);
      lastRowid = rowid;
    }
    for (const one of told.values()) {
      for (const i of what === 'all' ? one.rules.keys() : [...one.open].sort((a, b) => a - b)) {
        const difference = differenceAt(one, i);
        if (difference !== undefined) return difference;
        if (!isUnderWay(one.rules[i] as ModelRun)) one.open.delete(i);
      }
    }
    return undefined;
  };
}

const isUnderWay = ({ state }: ModelRun): boolean => ['queued', 'running', 'stopping', 'retry_wait'].includes(state);

function time(ms: unknown): string | null {
  return typeof ms === 'number' ? new Date(ms).toISOString() : null;
}
