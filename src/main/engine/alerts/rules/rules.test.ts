// Each rule by the numbers of section 11, on facts made for it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlertCode, AlertFacts } from '../../../../contract/alerts.ts';
import type { VerifyState } from '../../../../contract/verify.ts';
import type { Facts, JobFact } from '../facts.ts';
import { at, day, factsOf, hour, jobOf, minute, noon, type JobInput, type RunInput } from '../testing/facts.ts';
import { rules, type Bad, type Finding } from './index.ts';
import { staleAfterMs } from './stale.ts';

function of(code: AlertCode, facts: Facts): Finding {
  const found = rules[code](facts);
  if (found === 'unknown' || found[0] === undefined) throw new Error(`${code} says nothing: ${JSON.stringify(found)}`);
  return found[0];
}
const ofJob = (code: AlertCode, input: JobInput | JobFact, change: Parameters<typeof factsOf>[0] = {}): Finding => of(code, factsOf({ jobs: ['runs' in input && 'id' in input ? (input as JobFact) : jobOf(input as JobInput)], ...change }));
function bad(finding: Finding): Bad {
  if (finding.state !== 'bad') throw new Error(`not bad but ${finding.state}`);
  return finding;
}
const numbers = (finding: Finding): AlertFacts => bad(finding).facts;
const many = (count: number, run: RunInput): RunInput[] => Array.from({ length: count }, (_, i) => ({ ago: (i + 2) * day, ...run }));

describe('11.2 failure', () => {
  const failed: RunInput = { state: 'failed', ago: hour };
  it('fires at the first failed run of a daily job, and says since when and how many', () => {
    expect(numbers(ofJob('failure', { runs: [failed, { state: 'timed_out', ago: day }, { ago: 2 * day }] }))).toMatchObject({ inARow: 2, threshold: 1, since: at(noon - day), lastGoodAt: at(noon - 2 * day) });
  });
  it('waits for a second one where the job runs hourly or faster, and for as many as its definition says', () => {
    expect(ofJob('failure', { runs: [failed, { ago: 2 * hour }], change: { scheduleGapMs: hour } }).state).toBe('ok');
    expect(ofJob('failure', { runs: [failed, failed, { ago: 3 * hour }], change: { scheduleGapMs: hour } }).state).toBe('bad');
    expect(ofJob('failure', { definition: { alerts: { failureAfter: 3 } }, runs: [failed, failed] }).state).toBe('ok');
  });
  it('ends with the first success; what did not run or was stopped neither counts nor ends it', () => {
    expect(ofJob('failure', { runs: [{ ago: minute }, failed] }).state).toBe('ok');
    expect(ofJob('failure', { runs: [{ state: 'skipped' }, { state: 'stopped' }, { state: 'missed' }, failed] }).state).toBe('bad');
    expect(ofJob('failure', { runs: [{ state: 'skipped' }, { state: 'missed' }, { ago: day }] }).state).toBe('ok');
  });
  it('counts an end nobody knows as failed, and believes a person who says how it ended', () => {
    expect(ofJob('failure', { runs: [{ state: 'unknown' }] }).state).toBe('bad');
    expect(ofJob('failure', { runs: [{ state: 'unknown', change: { reclassified: { as: 'succeeded', by: 'ana', at: at(noon), reason: 'seen' } } }] }).state).toBe('ok');
  });
  it('is critical when the run found damage', () => {
    expect(bad(ofJob('failure', { runs: [{ state: 'failed', cause: 'damage' }] })).severity).toBe('critical');
  });
});

describe('11.3 stale', () => {
  it('fires after 7 days, or twice the gap and the grace where that is shorter', () => {
    expect(ofJob('stale', { runs: [{ ago: 2 * day }] }).state).toBe('ok');
    expect(numbers(ofJob('stale', { runs: [{ ago: 2 * day + 16 * minute }] }))).toMatchObject({ limitMs: 2 * day + 15 * minute, lastGoodAt: at(noon - 2 * day - 16 * minute) });
    expect(ofJob('stale', { runs: [{ ago: 6 * day }], definition: { alerts: { staleAfterSeconds: 7 * 86_400 } } }).state).toBe('ok');
  });
  it('leaves a job that runs more seldom than weekly alone between two of its runs', () => {
    for (const gap of [7 * day, 31 * day, 366 * day]) expect(staleAfterMs({ definition: jobOf().definition, longestGapMs: gap })).toBeGreaterThan(gap * 1.2);
  });
  it('starts with the making of a job that never succeeded', () => {
    expect(numbers(ofJob('stale', { change: { createdAt: at(noon - 3 * day) } }))).toMatchObject({ lastGoodAt: null, since: at(noon - 3 * day) });
    expect(ofJob('stale', { change: { createdAt: at(noon - day) } }).state).toBe('ok');
  });
  it('is judged only when the computer was awake for half an hour since the start', () => {
    const job = { runs: [{ ago: 5 * day }] };
    expect(ofJob('stale', job, { watchedMs: 29 * minute }).state).toBe('unknown');
    expect(ofJob('stale', job, { watchedMs: 30 * minute }).state).toBe('bad');
  });
  it('is off for a paused job, for one that nothing starts by time, and where the definition says 0', () => {
    const runs = [{ ago: 50 * day }];
    expect(ofJob('stale', { runs, change: { paused: true } }).state).toBe('ok');
    expect(ofJob('stale', { runs, change: { longestGapMs: null } }).state).toBe('ok');
    expect(ofJob('stale', { runs, definition: { alerts: { staleAfterSeconds: 0 } } }).state).toBe('ok');
    expect(ofJob('stale', { runs, change: { longestGapMs: null }, definition: { alerts: { staleAfterSeconds: 86_400 } } }).state).toBe('bad');
  });
  it('takes done with gaps for success only where the definition says so', () => {
    const runs: RunInput[] = [{ state: 'partial', ago: hour }, { ago: 5 * day }];
    expect(ofJob('stale', { runs }).state).toBe('bad');
    expect(ofJob('stale', { runs, definition: { alerts: { partialIsSuccess: true } } }).state).toBe('ok');
  });
});

describe('11.4 late start', () => {
  const waiting = (change: RunInput['change']): RunInput => ({ state: 'queued', change: { startedAt: null, createdAt: at(noon - 16 * minute), ...change } });
  it('fires 15 minutes after its time, and names what it waits for', () => {
    expect(numbers(ofJob('late_start', { active: [waiting({ waitingFor: 'lock' })] }))).toMatchObject({ graceMs: 15 * minute, waitingFor: 'lock' });
    expect(ofJob('late_start', { active: [waiting({ createdAt: at(noon - 14 * minute) })] }).state).toBe('ok');
  });
  it('fires when its time has passed and nothing was decided', () => {
    expect(numbers(ofJob('late_start', { change: { overdueAt: at(noon - hour) } }))).toMatchObject({ plannedAt: at(noon - hour) });
  });
  it('leaves alone what waits for its drive, a pause or its turn after a sleep, and what a person started', () => {
    for (const waitingFor of ['drive', 'paused', 'catch_up'] as const) expect(ofJob('late_start', { active: [waiting({ waitingFor })] }).state).toBe('ok');
    expect(ofJob('late_start', { active: [waiting({ trigger: 'manual' })] }).state).toBe('ok');
    expect(ofJob('late_start', { change: { overdueAt: at(noon - hour), paused: true } }).state).toBe('ok');
  });
});

describe('11.4 duration', () => {
  const usual = many(8, { took: 20 * minute });
  it('is too long above three times the median and 10 minutes more, also while it runs', () => {
    expect(numbers(ofJob('too_long', { runs: usual, active: [{ state: 'running', change: { activeMs: 61 * minute } }] }))).toMatchObject({ running: true, usualMs: 20 * minute, limitMs: 60 * minute, runs: 8 });
    expect(ofJob('too_long', { runs: [{ took: 59 * minute }, ...usual] }).state).toBe('ok');
    expect(ofJob('too_long', { runs: [{ took: 9 * minute }, ...many(8, { took: minute })] }).state).toBe('ok');
    expect(ofJob('too_long', { runs: [{ took: 12 * minute }, ...many(8, { took: minute })] }).state).toBe('bad');
  });
  it('is too short under a fifth of a median of at least a minute: the fast, empty success', () => {
    expect(numbers(ofJob('too_short', { runs: [{ took: 3 * minute }, ...usual] }))).toMatchObject({ tookMs: 3 * minute, limitMs: 4 * minute });
    expect(ofJob('too_short', { runs: [{ took: 1000 }, ...many(8, { took: 50_000 })] }).state).toBe('ok');
  });
  it('learns until it knows eight good runs, and can be switched off', () => {
    expect(ofJob('too_long', { runs: [{ took: day }, ...many(7, { took: minute })] }).state).toBe('learning');
    expect(ofJob('too_long', { definition: { alerts: { duration: false } }, runs: [{ took: day }, ...usual] }).state).toBe('ok');
  });
  it('keeps what was unusual out of what is usual, and takes a person’s word', () => {
    const job = jobOf({ runs: [{ took: 2 * hour }, ...many(4, { took: 2 * hour }), ...many(8, { took: 20 * minute })] });
    const marks = Object.fromEntries(job.runs.slice(1, 5).map(({ id }) => [`too_long ${id}`, 'unusual' as const]));
    expect(numbers(ofJob('too_long', job, { marks }))).toMatchObject({ usualMs: 20 * minute, runs: 8 });
    expect(ofJob('too_long', job, { marks: { ...marks, [`too_long ${job.runs[0]?.id}`]: 'expected' } }).state).toBe('ok');
  });
});

describe('11.5 volume', () => {
  const watched = { alerts: { volume: { metric: 'items', minAbsolute: 10, season: 'none' as const } } };
  const usual = Array.from({ length: 10 }, (_, i): RunInput => ({ ago: (i + 2) * day, items: 335 + i }));
  const today = (items: number | null, change: RunInput = {}): RunInput => ({ items, ago: hour, ...change });
  it('fires far below and far above what is usual, with the numbers', () => {
    expect(numbers(ofJob('volume', { definition: watched, runs: [today(12), ...usual] }))).toMatchObject({ value: 12, usual: 339.5, runs: 10, minAbsolute: 10 });
    expect(ofJob('volume', { definition: watched, runs: [today(700), ...usual] }).state).toBe('bad');
    expect(ofJob('volume', { definition: watched, runs: [today(340), ...usual] }).state).toBe('ok');
  });
  it('fires at nothing where there was something, however little', () => {
    expect(ofJob('volume', { definition: watched, runs: [today(0), ...many(8, { items: 3 })] }).state).toBe('bad');
    expect(ofJob('volume', { definition: watched, runs: [today(0), ...many(8, { items: 0 })] }).state).toBe('ok');
  });
  it('lets small differences be', () => {
    expect(ofJob('volume', { definition: watched, runs: [today(1), ...many(8, { items: 9 })] }).state).toBe('ok');
  });
  it('judges by the deviation where it is steady, by the ratio alone where it never changes', () => {
    expect(ofJob('volume', { definition: watched, runs: [today(300), ...usual] }).state).toBe('bad');
    expect(ofJob('volume', { definition: watched, runs: [today(300), ...many(10, { items: 340 })] }).state).toBe('ok');
  });
  it('says that it learns, or that it does not know, and neither is ok', () => {
    expect(ofJob('volume', { definition: watched, runs: [today(12), ...usual.slice(0, 7)] }).state).toBe('learning');
    expect(ofJob('volume', { definition: watched, runs: [today(null), ...usual] }).state).toBe('unknown');
  });
  it('compares with the same weekday where that is the season', () => {
    const weekly = { alerts: { volume: { metric: 'items', minAbsolute: 10, season: 'weekday' as const } } };
    // Saturdays bring 20, the other days 400.
    const runs = Array.from({ length: 70 }, (_, i): RunInput => ({ ago: (i + 1) * day, took: 0, items: (i + 1) % 7 === 0 ? 20 : 400 }));
    expect(ofJob('volume', { definition: weekly, runs: [today(20, { ago: 0, took: 0 }), ...runs] }).state).toBe('ok');
    expect(numbers(ofJob('volume', { definition: weekly, runs: [today(400, { ago: 0, took: 0 }), ...runs] }))).toMatchObject({ usual: 20, runs: 8 });
  });
  it('takes “this is right”, and the value then counts as usual', () => {
    const job = jobOf({ definition: watched, runs: [today(12), ...usual] });
    const id = job.runs[0]?.id ?? '';
    expect(ofJob('volume', job, { marks: { [`volume ${id}`]: 'expected' } }).state).toBe('ok');
    const next = { ...job, runs: [{ ...job.runs[0]!, id: 'next' }, ...job.runs] };
    expect(numbers(ofJob('volume', next, { marks: { [`volume ${id}`]: 'expected' } }))).toMatchObject({ runs: 11 });
    expect(numbers(ofJob('volume', next, { marks: { [`volume ${id}`]: 'unusual' } }))).toMatchObject({ runs: 10 });
  });
  it('never fires within the band it shows, and always outside it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 50, max: 500 }), { minLength: 8, maxLength: 28 }), fc.integer({ min: 1, max: 2000 }), (before, x) => {
        const finding = ofJob('volume', { definition: { alerts: { volume: { metric: 'items', minAbsolute: 0, season: 'none' } } }, runs: [today(x), ...before.map((items, i): RunInput => ({ ago: (i + 2) * day, items }))] });
        if (finding.state !== 'bad') return;
        const { low, high } = finding.facts as Extract<AlertFacts, { code: 'volume' }>;
        expect(x < low + 1e-6 || x > high - 1e-6).toBe(true);
      }),
      { numRuns: 200 }
    );
  });
});

describe('11.6 audit', () => {
  const checks = [{ kind: 'audit' as const, local: 'rows', remote: 'rows_there', severity: 'error' as const }];
  const counted = (rows: number | undefined, there: number | undefined, change: RunInput = {}): RunInput => ({ metrics: { ...(rows !== undefined && { rows }), ...(there !== undefined && { rows_there: there }) }, ...change });
  it('fires when two counts differ by more than 5 % of the larger, also of a run that failed by it', () => {
    expect(numbers(ofJob('audit', { definition: { checks }, runs: [counted(1000, 949)] }))).toMatchObject({ localValue: 1000, remoteValue: 949, limit: 0.05 });
    expect(ofJob('audit', { definition: { checks }, runs: [counted(1000, 951)] }).state).toBe('ok');
    expect(ofJob('audit', { definition: { checks }, runs: [counted(100, 0, { state: 'failed', cause: 'check' })] }).state).toBe('bad');
    expect(ofJob('audit', { definition: { checks }, runs: [counted(0, 0)] }).state).toBe('ok');
  });
  it('does not know when one is missing, and fires when that is so twice', () => {
    expect(ofJob('audit', { definition: { checks }, runs: [counted(1000, undefined), counted(1000, 1000, { ago: day })] }).state).toBe('unknown');
    expect(numbers(ofJob('audit', { definition: { checks }, runs: [counted(1000, undefined), counted(undefined, 3, { ago: day })] }))).toMatchObject({ share: null, remoteValue: null });
  });
});

describe('3.2 overlap', () => {
  it('fires after three runs in a row that were skipped for the one before', () => {
    const skipped: RunInput = { state: 'skipped', cause: 'overlap' };
    expect(numbers(ofJob('overlap', { runs: [skipped, skipped, skipped, { ago: day }] }))).toMatchObject({ inARow: 3 });
    expect(ofJob('overlap', { runs: [skipped, skipped, { ago: day }, skipped] }).state).toBe('ok');
    expect(ofJob('overlap', { runs: [skipped, skipped, { state: 'skipped', cause: 'paused' }] }).state).toBe('ok');
  });
});

describe('5.2 stuck', () => {
  it('fires while a run that was asked to stop is still there, and only then', () => {
    const stuck: RunInput = { state: 'stopping', change: { flags: ['stuck'] } };
    const finding = ofJob('stuck', { active: [{ state: 'running' }, stuck] });
    expect(finding).toMatchObject({ state: 'bad', severity: 'warning', about: (numbers(finding) as { runId: string }).runId });
    expect(ofJob('stuck', { active: [{ state: 'stopping' }] }).state).toBe('ok');
    expect(ofJob('stuck', { runs: [{ state: 'stopped', change: { flags: ['stuck'] } }] }).state).toBe('ok');
  });
});

describe('9.4 paused for long', () => {
  it('fires after 14 days of pause, and ends with it', () => {
    const paused = (days: number, until: number | null = null) => ofJob('paused_long', { change: { paused: true, pausedSince: at(noon - days * day), pausedUntil: until === null ? null : at(noon + until * day) } });
    expect(paused(13.9).state).toBe('ok');
    expect(paused(14)).toMatchObject({ state: 'bad', severity: 'info', since: at(noon - 14 * day), facts: { until: null } });
    expect(numbers(paused(20, 5))).toMatchObject({ until: at(noon + 5 * day), limitMs: 14 * day });
    expect(ofJob('paused_long', {}).state).toBe('ok');
  });
});

describe('9.9 room for output', () => {
  it('fires while what is too young to be removed takes too much room, and says nothing before the first look', () => {
    const room = (overBytes: number) => of('output_room', factsOf({ output: { overBytes, limitBytes: 2e9 } }));
    expect(room(0).state).toBe('ok');
    expect(room(5e8)).toMatchObject({ state: 'bad', severity: 'warning', facts: { overBytes: 5e8, limitBytes: 2e9 } });
    expect(rules.output_room(factsOf({ output: undefined }))).toBe('unknown');
  });
});

describe('10.5 prints a secret', () => {
  it('fires when something was hidden in the last run that began, and ends with the first that prints none', () => {
    const printed: RunInput = { change: { flags: ['redacted'] } };
    const neverBegan: RunInput = { state: 'skipped', change: { startedAt: null } };
    expect(ofJob('prints_secret', { runs: [neverBegan, printed, {}] })).toMatchObject({ state: 'bad', severity: 'info' });
    expect(ofJob('prints_secret', { runs: [{ state: 'failed' }, printed] }).state).toBe('ok');
    expect(ofJob('prints_secret', {}).state).toBe('ok');
  });
});

describe('11.7 secret expiry', () => {
  it.each([[31, undefined], [30, '30'], [14, '14'], [7, '7'], [1, '1'], [0, '0'], [-3, '0']])('%i days before is step %s, and one alert throughout', (days, step) => {
    const finding = of('secret_expiry', factsOf({ secrets: [{ name: 'zenodo', expiresAt: at(noon + days * day) }] }));
    expect(finding.labels).toEqual({ rule: 'secret_expiry', secret: 'zenodo' });
    expect(finding.state === 'bad' ? finding.step : undefined).toBe(step);
  });
});

describe('11.7 integrity', () => {
  const state = (verdict: VerifyState['verdict']): VerifyState => ({ verdict, at: at(noon), entries: 10, running: false, full: null, newer: null, anchored: null, failure: null });
  it('is critical when the record is broken or shorter than a checkpoint from outside', () => {
    const broken = bad(of('integrity_record', factsOf({ record: state({ kind: 'broken', entries: 10, seq: 3, what: 'edited', detail: '', trustworthyBelow: 3 }) })));
    expect([broken.severity, broken.facts]).toEqual(['critical', { code: 'integrity_record', verdict: 'broken', entry: 3, entries: 10 }]);
    expect(bad(of('integrity_record', factsOf({ record: state({ kind: 'behind', entries: 8, anchors: [] }) }))).severity).toBe('critical');
  });
  it('does not call a record that was never checked sound', () => {
    expect(of('integrity_record', factsOf({ record: state(null) })).state).toBe('unknown');
    expect(of('integrity_record', factsOf({ record: state({ kind: 'consistent', entries: 10, head: '', payloads: { intact: 1, locked: 0, erased: 0, none: 0 } }) })).state).toBe('ok');
  });
  it('is critical when the last check of a repository found errors', () => {
    const repository = { name: 'copies', path: '/x', state: 'ready' as const, network: false, freeBytes: 1e12, totalBytes: 2e12 };
    expect(bad(of('integrity_repository', factsOf({ repositories: [{ ...repository, lastCheck: { at: at(noon), ok: false, errors: 2, readData: true } }] }))).facts).toMatchObject({ errors: 2, repository: 'copies' });
    expect(of('integrity_repository', factsOf({ repositories: [{ ...repository, lastCheck: null }] })).state).toBe('unknown');
  });
});

describe('disk space', () => {
  const withFree = (freeBytes: number, totalBytes: number): Finding => of('disk_space', factsOf({ home: { path: '/home', freeBytes, totalBytes } }));
  it('warns under 20 GB, is critical under 5 GB, and takes shares of a small drive', () => {
    expect(withFree(21e9, 1e12).state).toBe('ok');
    expect(bad(withFree(19e9, 1e12))).toMatchObject({ severity: 'warning', forMs: 5 * minute });
    expect(bad(withFree(4e9, 1e12)).severity).toBe('critical');
    expect(withFree(7e9, 64e9).state).toBe('ok');
    expect(bad(withFree(6e9, 64e9)).severity).toBe('warning');
    expect(bad(withFree(1.5e9, 64e9)).severity).toBe('critical');
  });
  it('does not know of a drive that is away', () => {
    const found = rules.disk_space(factsOf({ repositories: [{ name: 'usb', path: '/media/usb', state: 'absent', network: false, lastCheck: null, freeBytes: null, totalBytes: null }] }));
    expect(found).toMatchObject([{ state: 'ok' }, { state: 'unknown' }]);
  });
});

describe('11.10 what explains others', () => {
  const usb = { name: 'usb', path: '/media/usb', state: 'absent' as const, network: false, lastCheck: null, freeBytes: null, totalBytes: null };
  it('a repository that a job needs and that is away is told after an hour; one that nothing needs is not', () => {
    expect(bad(of('unreachable', factsOf({ jobs: [jobOf({ change: { repository: 'usb' } })], repositories: [usb] }))).forMs).toBe(hour);
    expect(of('unreachable', factsOf({ repositories: [usb] })).state).toBe('ok');
  });
  it('no network matters where something needs it', () => {
    expect(of('no_network', factsOf({ online: false })).state).toBe('ok');
    expect(bad(of('no_network', factsOf({ online: false, jobs: [jobOf({ change: { network: true } })] }))).severity).toBe('info');
    expect(rules.no_network(factsOf({ online: undefined }))).toBe('unknown');
  });
});

describe('the guard of the scheduler', () => {
  it('fires when it has not ticked for 90 s of awake time, and not where nothing is scheduled', () => {
    const quiet = (quietMs: number, lastTickAt: string | null = at(noon - hour)): Finding => of('scheduler_stopped', factsOf({ scheduler: { scheduling: true, lastTickAt, paused: false, quietMs } }));
    expect(quiet(90_000).state).toBe('ok');
    expect(bad(quiet(90_001))).toMatchObject({ severity: 'critical', since: at(noon - hour) });
    expect(quiet(hour, null).state).toBe('unknown');
  });
});

describe('11.1 a source that cannot be asked', () => {
  it('makes its rules say nothing at all', () => {
    const blind = factsOf({ repositories: undefined, home: undefined, secrets: undefined, record: undefined });
    for (const code of ['disk_space', 'integrity_repository', 'unreachable', 'no_network', 'secret_expiry', 'integrity_record'] as const) expect([code, rules[code](blind)]).toEqual([code, 'unknown']);
  });
});
