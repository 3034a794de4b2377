import { describe, expect, it } from 'vitest';
import { AlertFacts } from '../alerts.ts';
import { alertWays, describeAlert, messageText, ruleName } from './alerts.ts';

const now = new Date('2026-11-21T12:00:00.000Z');
const at = (days: number): string => new Date(now.getTime() - days * 86_400_000).toISOString();
const job = { jobId: '01932b6e-5a1c-7000-8000-000000000001', jobName: 'thesis', jobTitle: 'Thesis' };
const run = { ...job, runId: '01932b6e-5a1c-7000-8000-000000000002' };
/** One of each way of saying. */
const all: AlertFacts[] = [
  { code: 'failure', ...run, inARow: 3, threshold: 1, since: at(3), lastGoodAt: at(4), failure: null, cause: 'exit' },
  { code: 'failure', ...run, inARow: 1, threshold: 1, since: at(3), lastGoodAt: null, failure: null, cause: 'exit' },
  { code: 'stale', ...job, lastGoodAt: at(9), since: at(9), limitMs: 7 * 86_400_000 },
  { code: 'stale', ...job, lastGoodAt: null, since: at(9), limitMs: 7 * 86_400_000 },
  { code: 'late_start', ...job, plannedAt: at(1), graceMs: 900_000, waitingFor: null },
  { code: 'too_long', ...run, running: false, tookMs: 7_200_000, usualMs: 1_200_000, limitMs: 3_600_000, runs: 20 },
  { code: 'too_long', ...run, running: true, tookMs: 7_200_000, usualMs: 1_200_000, limitMs: 3_600_000, runs: 20 },
  { code: 'too_short', ...run, tookMs: 1000, usualMs: 1_200_000, limitMs: 240_000, runs: 20 },
  { code: 'volume', ...run, metric: 'items', value: 12, usual: 340, low: 170, high: 680, minAbsolute: 10, runs: 28, season: 'none' },
  { code: 'audit', ...run, local: 'rows', remote: 'there', localValue: 1000, remoteValue: 900, share: 0.1, limit: 0.05 },
  { code: 'audit', ...run, local: 'rows', remote: 'there', localValue: 1000, remoteValue: null, share: null, limit: 0.05 },
  { code: 'overlap', ...run, inARow: 3, threshold: 3 },
  { code: 'stuck', ...run },
  { code: 'paused_long', ...job, since: at(15), until: null, limitMs: 14 * 86_400_000 },
  { code: 'prints_secret', ...run },
  { code: 'output_room', overBytes: 3e9, limitBytes: 2e9 },
  { code: 'secret_expiry', secret: 'zenodo', expiresAt: at(-7), daysLeft: 7, step: 7 },
  { code: 'secret_expiry', secret: 'zenodo', expiresAt: at(1), daysLeft: 0, step: 0 },
  { code: 'integrity_record', verdict: 'broken', entry: 7, entries: 100 },
  { code: 'integrity_record', verdict: 'behind', entry: null, entries: 100 },
  { code: 'integrity_repository', repository: 'copies', checkedAt: at(1), errors: 2 },
  { code: 'disk_space', place: '/media/usb', holds: 'repository', name: 'copies', freeBytes: 1e9, totalBytes: 64e9, limitBytes: 6.4e9 },
  { code: 'disk_space', place: '/home', holds: 'home', name: '', freeBytes: 1e9, totalBytes: null, limitBytes: 6.4e9 },
  { code: 'unreachable', repository: 'copies', path: '/media/usb' },
  { code: 'no_network', waiting: ['upload'] },
  { code: 'scheduler_stopped', lastTickAt: at(0.1), quietMs: 120_000, limitMs: 90_000 }
];

describe.each(['en', 'pt-BR'] as const)('alerts in words (%s)', (language) => {
  it('there is a way of saying for every code, and each is tried here', () => {
    const codes = AlertFacts.options.map((option) => option.shape.code.value);
    expect(new Set(all.map(({ code }) => code))).toEqual(new Set(codes));
    expect(Object.keys(alertWays[language])).toHaveLength(all.length);
    for (const code of codes) expect(ruleName(language, code)).not.toBe(code);
  });

  it('every way fills all its places, in every sentence', () => {
    for (const facts of all) {
      for (const [part, text] of Object.entries(describeAlert(language, { facts, since: at(2) }, now))) expect([facts.code, part, text.length > 8, text]).toEqual([facts.code, part, true, expect.not.stringMatching(/[{}]|undefined|NaN/)]);
    }
  });
});

describe('messages', () => {
  const told = (facts: AlertFacts, change: object = {}) => ({ facts, severity: 'warning' as const, since: Date.parse(at(3)), resolvedAt: null, ...change });
  const input = { kind: 'message' as const, firing: [], resolved: [], computer: 'lab-7', now };

  it('say what happened in the subject, and what to do and why in the letter', () => {
    const { title, short, body } = messageText('en', { ...input, firing: [told(all[8] as AlertFacts)] });
    expect(title).toBe('Thesis: 12 items; usually about 340');
    expect(short).toContain('The last run of Thesis counted 12 items');
    expect(body).toContain('What to do: Look at what it did.');
    expect(body).toContain('Why you hear of it: Usual is between 170 and 680, by the last 28 good runs');
    expect(body).toContain('Sent by Varve on lab-7.');
    expect(messageText('pt-BR', { ...input, firing: [told(all[8] as AlertFacts)] }).title).toBe('Thesis: 12 itens; o normal é cerca de 340');
  });

  it('say how long it lasted when it is over', () => {
    const { title, body } = messageText('en', { ...input, resolved: [told(all[0] as AlertFacts, { resolvedAt: now.getTime() })] });
    expect(title).toBe('Solved: Thesis failed, 3 times in a row');
    expect(body).toContain('after 3 days');
  });

  it('mark what is critical, and count several', () => {
    expect(messageText('en', { ...input, firing: [told(all[18] as AlertFacts, { severity: 'critical' })] }).title).toBe('Important: The record is broken: entry 7 does not fit');
    expect(messageText('en', { ...input, firing: [told(all[0] as AlertFacts), told(all[2] as AlertFacts)] }).title).toBe('2 things need you');
    expect(messageText('en', { ...input, kind: 'digest', firing: [told(all[0] as AlertFacts)], resolved: [told(all[2] as AlertFacts)] }).title).toBe('Summary: 2 alerts');
  });

  it('let no name pretend to be something else', () => {
    const sly = { ...(all[0] as Extract<AlertFacts, { code: 'failure' }>), jobTitle: 'ok\nBcc: eve\u202e' };
    expect(messageText('en', { ...input, firing: [told(sly)] }).title).toBe('ok\\nBcc: eve\\u202e failed, 3 times in a row');
  });
});
