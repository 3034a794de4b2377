import { describe, expect, it } from 'vitest';
import { JobDefinition, type Job } from '../../../contract/jobs.ts';
import { finalStates, liveStates, type Run, type RunState } from '../../../contract/runs.ts';
import { markOf, toneOf } from '../../ui/run-state.ts';
import { readColours } from './ansi.ts';
import { dayOf, layDay, nameOfDay } from './day.ts';
import { draftOf, isSame, nameOf, newDraft, read } from './draft.ts';
import { byNeed, settle, stateOf } from './order.ts';
import { createOutputLines } from './output-lines.ts';
import { reportOf } from './report-of.ts';
import { parseSpan, writeSpan } from './span.ts';

const definition = (more: object = {}): JobDefinition => JobDefinition.parse({ name: 'nightly', work: { kind: 'snapshot', plan: 'thesis' }, schedule: { kind: 'manual' }, ...more });
const at = '2026-11-27T12:00:00.000Z';
const run = (state: RunState, more: Partial<Run> = {}): Run => ({
  id: '0199', jobId: 'j', jobName: 'nightly', jobTitle: '', workKind: 'command', state, cause: null, trigger: 'schedule', occurrence: null, createdAt: at, startedAt: at, endedAt: at, activeMs: 1000, attempts: 1, dueAt: null, test: false, by: '', reason: '', replayOf: null, otherRun: null, missed: null,
  waitingFor: null, flags: [], version: 1, definitionHash: '', exit: null, result: null, failure: null, note: null, reclassified: null, ...more
});
const job = (name: string, more: Partial<Job> = {}): Job => ({ id: name, definition: definition({ name }), version: 1, definitionHash: '', createdAt: at, fromFile: false, paused: null, broken: null, nextAt: null, active: [], lastRun: run('succeeded'), lastGoodAt: at, failures: 0, marks: [], ...more });

describe('marks', () => {
  it('every state has one, and what failed looks like nothing else', () => {
    for (const state of [...liveStates, ...finalStates]) expect([state, markOf(state), toneOf(state)]).toEqual([state, expect.any(String), expect.any(String)]);
    expect(finalStates.filter((state) => markOf(state) === 'failed')).toEqual(['failed', 'timed_out']);
    expect(finalStates.filter((state) => markOf(state) === 'done')).toEqual(['succeeded']);
    expect(markOf('unknown')).toBe('unknown');
  });
});

describe('the order by need', () => {
  const jobs = [
    job('well'), job('paused', { paused: { by: 'me', at, reason: '', until: null } }), job('never', { lastRun: null }), job('gaps', { lastRun: run('partial') }), job('once', { failures: 1, lastRun: run('failed') }),
    job('thrice', { failures: 3, lastRun: run('failed') }), job('broken', { broken: { kind: 'plan', name: 'old' } }), job('yes', { active: [run('awaiting_approval')] }), job('busy', { active: [run('running')] }), job('missed', { lastRun: run('missed') })
  ];
  it('begins with what cannot run, then what failed most, and ends with what is paused', () => {
    expect(byNeed(jobs).map(({ id }) => id)).toEqual(['broken', 'yes', 'thrice', 'once', 'gaps', 'missed', 'busy', 'well', 'never', 'paused']);
  });

  it('a failing job that is tried again keeps its place, and says that it runs', () => {
    const again = job('again', { failures: 2, lastRun: run('failed'), active: [run('running')] });
    expect(stateOf(again)).toEqual({ kind: 'run', state: 'running' });
    expect(byNeed([job('well'), again]).map(({ id }) => id)).toEqual(['again', 'well']);
  });

  it('does not move under the pointer: what is new comes last, what is gone goes, and the wish is told', () => {
    expect(settle(['a', 'b', 'c'], ['c', 'a', 'd'], true)).toEqual({ order: ['a', 'c', 'd'], waits: true });
    expect(settle(['a', 'b'], ['b', 'a'], false)).toEqual({ order: ['b', 'a'], waits: false });
    expect(settle(['a', 'b'], ['a', 'b'], true)).toEqual({ order: ['a', 'b'], waits: false });
  });
});

describe('spans', () => {
  it('are read as people write them, and written the shortest way', () => {
    expect(['90', '30 s', '15 min', '15m', '1 h 30 min', '1,5 h', '7d', ' 2 D '].map(parseSpan)).toEqual([90, 30, 900, 900, 5400, 5400, 604_800, 172_800]);
    expect(['', 'soon', '5 weeks', '-3 s', 'h'].map(parseSpan)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    for (const seconds of [0, 30, 900, 5400, 14_400, 604_800, 90_061]) expect(parseSpan(writeSpan(seconds))).toBe(seconds);
  });
});

describe('a job as it is edited', () => {
  const whole = definition({
    work: { kind: 'command', argv: ['/usr/bin/rsync', '-a b', '', 'last'], folder: '/data', environment: { A: 'x=y', B: 'two\nlines' }, inherit: ['SSH_AUTH_SOCK'], secrets: [{ secret: 'token', into: { kind: 'file', name: 'TOKEN_FILE' } }, { secret: 'pin', into: { kind: 'stdin' } }], successCodes: [3], partialCodes: [23, 24], noRetryCodes: [99], stopSignal: 'SIGINT' },
    schedule: { kind: 'cron', expression: '5 12 * * *', zone: 'America/Sao_Paulo' }, catchUp: { policy: 'all', windowSeconds: 7200, most: 4 }, overlap: { policy: 'parallel', most: 3 }, locks: ['db'], retries: { most: 5, baseSeconds: 60, capSeconds: 900, minSeconds: 2, onTimeout: true }, stopGraceSeconds: 20,
    conditions: { folder: '/media/T7', mainsPower: true, network: 'nas:22', freeSpace: { path: '/', bytes: 2_500_000_000 } }, checks: [{ kind: 'items', min: 3 }, { kind: 'duration', minSeconds: 5, severity: 'warn' }, { kind: 'file', path: '/x', written: false }, { kind: 'audit', local: 'a', remote: 'b' }],
    alerts: { failureAfter: 2, staleAfterSeconds: 86_400, startGraceSeconds: 60, duration: false, volume: { metric: 'items', minAbsolute: 4, season: 'weekday' }, partialIsSuccess: true }, pauseAfter: 9, satisfiesSchedule: true, ping: 'secret:hc'
  });

  it('comes back as it was, with what the editor does not show', () => {
    for (const each of [whole, definition(), definition({ work: { kind: 'drill', plan: 'thesis', share: 0.025 } }), definition({ work: { kind: 'http', url: 'https://a.example', method: 'POST', expectStatus: [200, 204], expectText: ' ok ', bearerSecret: 'token' } }), definition({ work: { kind: 'check', repository: 'usb', read: 'all' } }), definition({ work: { kind: 'verify-log' } })]) {
      expect(read(draftOf(each), each, []).definition).toEqual(each);
    }
    expect(isSame(draftOf(whole), draftOf(structuredClone(whole)))).toBe(true);
  });

  it('says at each field what is wrong', () => {
    const problems = (change: object): string[] => read({ ...draftOf(whole), ...change }, whole, []).problems.map(({ field }) => field);
    expect(problems({ timeout: 'soon' })).toEqual(['timeout']);
    expect(problems({ argv: [''] })).toEqual(['argv']);
    expect(problems({ environment: 'no sign' })).toEqual(['environment']);
    expect(problems({ partialCodes: '23, 999' })).toEqual(['partialCodes']);
    expect(problems({ secrets: [{ secret: 'x', into: 'environment', name: '' }] })).toEqual(['secrets']);
    expect(problems({ network: 'nas' })).toEqual(['network']);
    expect(problems({ freeSpace: '' })).toEqual(['freeSpace']);
    expect(problems({ kind: 'http', url: 'ftp://x' })).toEqual(['url']);
    expect(problems({ kind: 'snapshot', plan: '' })).toEqual(['plan']);
    expect(problems({ kind: 'drill', plan: 'thesis', share: '0' })).toEqual(['share']);
  });

  it('a new one has a name made of its title, which is not taken', () => {
    const draft = newDraft(['thesis'], [], 'UTC');
    expect(draft.plan).toBe('thesis');
    expect(nameOf({ ...draft, title: 'Cópia da Tese!' }, [])).toBe('copia-da-tese');
    expect(nameOf(draft, ['thesis-daily'])).toBe('thesis-daily-2');
    expect(read({ ...draft, name: 'mine' }, undefined, ['mine']).problems).toEqual([{ field: 'name', key: 'jobs.bad.nameTaken' }]);
    expect(read(draft, undefined, []).definition).toMatchObject({ name: 'thesis-daily', work: { kind: 'snapshot', plan: 'thesis' } });
  });
});

describe('colours of an output', () => {
  it('stand where the codes were, and the codes are gone', () => {
    expect(readColours('a\u001b[31mred\u001b[1;4m both\u001b[0m end')).toEqual([{ text: 'a' }, { text: 'red', ink: 'red' }, { text: ' both', ink: 'red', bold: true, underline: true }, { text: ' end' }]);
    expect(readColours('\u001b[38;5;196mx\u001b[38;2;20;200;30my\u001b[39mz\u001b[2K\u001b]0;title\u0007!')).toEqual([{ text: 'x', ink: 'red' }, { text: 'y', ink: 'green' }, { text: 'z' }, { text: '!' }]);
    expect(readColours('\u001b[1mb\u001b[22mn\u001b[3mi\u001b[23m')).toEqual([{ text: 'b', bold: true }, { text: 'n' }, { text: 'i', italic: true }]);
    expect(readColours('plain')).toEqual([{ text: 'plain' }]);
  });
});

describe('the lines of an output', () => {
  const line = (seq: number): { seq: number; t: string; stream: 'out'; text: string } => ({ seq, t: at, stream: 'out', text: `line ${seq}` });

  it('a gap takes one row, whatever it stands for', () => {
    const lines = createOutputLines();
    lines.add([line(0), line(1), { seq: 2, gap: { lines: 1000, bytes: 5 } }, line(1002), line(1003)]);
    expect([lines.total(), lines.count()]).toEqual([1004, 5]);
    expect(Array.from({ length: 5 }, (_, index) => lines.seqOf(index))).toEqual([0, 1, 2, 1002, 1003]);
    expect([0, 1, 2, 500, 1001, 1002, 1003].map(lines.indexOf)).toEqual([0, 1, 2, 2, 2, 3, 4]);
    expect(lines.missing(0, 4)).toBeUndefined();
  });

  it('tells which page to read for the rows in sight', () => {
    const lines = createOutputLines();
    lines.grow(2_000);
    lines.add([line(0)]);
    expect(lines.missing(0, 20)).toBe(0);
    expect(lines.missing(1_203, 1_230)).toBe(1_000);
    expect(lines.missing(2_000, 2_100)).toBeUndefined();
  });
});

describe('a day of runs', () => {
  const day = dayOf('2026-11-27', new Date(0));
  const hour = (hours: number): string => new Date(day.from.getTime() + hours * 3_600_000).toISOString();
  const now = new Date(day.from.getTime() + 20 * 3_600_000);

  it('lies from midnight to midnight of this computer’s clock, with runs where they were', () => {
    expect(nameOfDay(day)).toBe('2026-11-27');
    expect([nameOfDay(day, -1), nameOfDay(day, 4)]).toEqual(['2026-11-26', '2026-12-01']);
    const { rows } = layDay([run('running', { id: 'c', startedAt: hour(18), endedAt: null }), run('succeeded', { id: 'a', startedAt: hour(6), endedAt: hour(12) }), run('succeeded', { id: 'b', startedAt: hour(9), endedAt: hour(10) }), run('failed', { id: 'x', startedAt: hour(-5), endedAt: hour(-4) })], day, now);
    expect(rows.map(({ lanes }) => lanes)).toEqual([2]);
    expect(rows[0]?.bars.map(({ run: { id }, left, width, lane }) => [id, left, Math.round(width * 24), lane])).toEqual([['a', 0.25, 6, 0], ['b', 0.375, 1, 1], ['c', 0.75, 2, 0]]);
  });

  it('a run that began the day before reaches into it', () => {
    expect(layDay([run('succeeded', { startedAt: hour(-2), endedAt: hour(6) })], day, now).rows[0]?.bars[0]).toMatchObject({ left: 0, width: 0.25 });
  });

  it('shows when nothing could run, once for all jobs', () => {
    const missed = (cause: 'asleep' | 'off' | 'busy', first: number, last: number): Run['missed'] => ({ count: 2, first: hour(first), last: hour(last), policy: 'skip', action: 'none', cause });
    const { stretches } = layDay([run('missed', { startedAt: null, occurrence: hour(5), missed: missed('asleep', 2, 5) }), run('succeeded', { jobId: 'k', missed: missed('asleep', 3, 6) }), run('missed', { missed: missed('busy', 8, 9) })], day, now);
    expect(stretches.map(({ cause, left, width }) => [cause, Math.round(left * 24), Math.round(width * 24)])).toEqual([['asleep', 2, 4]]);
  });
});

it('leads from Varve’s own work to its report', () => {
  expect(reportOf('check', { kind: 'check', repository: 'usb', read: 'all', withinDays: 3 }, undefined)).toEqual({ kind: 'repository', href: '/repositories/usb' });
  expect(reportOf('verify-log', { kind: 'verify-log' }, undefined)).toEqual({ kind: 'record', href: '/log' });
  expect(reportOf('command', undefined, undefined)).toBeUndefined();
});
