// Rules 4, 6.3, 6.4, 6.6, 7.1: what becomes of a run when a try of it has ended.
import { expect, it } from 'vitest';
import { RunCheck } from '../../../../contract/jobs.ts';
import type { RunCause, RunState } from '../../../../contract/runs.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import type { Outcome } from '../kinds/outcome.ts';
import { outcome } from '../kinds/outcome.ts';
import { define, failing, ok } from '../testing/workshop.ts';
import { applyChecks, failureOf, settle } from './settle.ts';

function end(ended: Outcome, { state = 'running', cause = null, attempts = 1, test = false, chance = 0, ...retries }: { state?: RunState; cause?: RunCause | null; attempts?: number; test?: boolean; chance?: number } & Record<string, unknown> = {}) {
  return settle({ run: { state, cause, attempts, test }, definition: define('job', { retries: { most: 2, ...retries } }), outcome: ended, nowMs: 1_000_000, chance });
}

it('4: an exit by itself counts as what it is', () => {
  expect(end(ok())).toMatchObject({ to: 'succeeded', cause: 'exit', dueAt: null });
  expect(end(outcome('partial', 'exit'))).toMatchObject({ to: 'partial' });
  expect(end(failing({ retry: false }))).toMatchObject({ to: 'failed', detail: 'ended with 1' });
  expect(end(outcome('unknown', 'crash'))).toMatchObject({ to: 'unknown', cause: 'crash' });
});

it('7.1: a failure with tries left waits for the next one; the last one is final', () => {
  expect(end(failing(), { attempts: 1 })).toMatchObject({ to: 'retry_wait', dueAt: 1_001_000 });
  expect(end(failing(), { attempts: 2 })).toMatchObject({ to: 'retry_wait' });
  expect(end(failing(), { attempts: 3 })).toMatchObject({ to: 'failed', dueAt: null });
  expect(end(failing(), { most: 0 })).toMatchObject({ to: 'failed' });
});

it('6.3: no other try where it would end the same, and none of a test', () => {
  expect(end(failing({ retry: false }))).toMatchObject({ to: 'failed' });
  expect(end(failing(), { test: true })).toMatchObject({ to: 'failed' });
});

it('4: while it is being stopped the cause of stopping decides', () => {
  const gone = outcome('stopped', 'user', { byItself: false });
  for (const cause of ['user', 'replaced', 'quit', 'shutdown'] as const) expect(end(gone, { state: 'stopping', cause })).toMatchObject({ to: 'stopped', cause });
  for (const cause of ['timeout', 'idle'] as const) expect(end(gone, { state: 'stopping', cause })).toMatchObject({ to: 'timed_out', cause });
});

it('4: retries of a time limit only where the job says so', () => {
  const gone = outcome('timed_out', 'timeout', { byItself: false });
  expect(end(gone, { state: 'stopping', cause: 'timeout', onTimeout: true })).toMatchObject({ to: 'retry_wait', cause: 'timeout' });
  expect(end(gone, { state: 'stopping', cause: 'timeout', onTimeout: true, attempts: 3 })).toMatchObject({ to: 'timed_out' });
});

it('4: an exit before the first signal counts as its own result, but what was to be stopped is not tried again', () => {
  expect(end(ok(), { state: 'stopping', cause: 'user' })).toMatchObject({ to: 'succeeded' });
  expect(end(outcome('partial', 'exit'), { state: 'stopping', cause: 'user' })).toMatchObject({ to: 'partial' });
  for (const cause of ['user', 'replaced', 'timeout'] as const) expect(end(failing(), { state: 'stopping', cause })).toMatchObject({ to: 'failed', cause: 'exit' });
});

const facts = { startedMs: 0, endedMs: 5_000, result: { items: 12, metrics: { local: 100, remote: 96 } }, files: createNodeFiles() };
const checked = (...checks: unknown[]) => applyChecks(ok({ result: facts.result, retry: true }), checks.map((check) => RunCheck.parse(check)), facts);

it('6.4: an exit without complaint can still fail, or be done with gaps, and is not tried again', () => {
  expect(checked({ kind: 'duration', minSeconds: 6 })).toMatchObject({ state: 'failed', cause: 'check', retry: false, detail: 'took only 5 s; at least 6 s are expected' });
  expect(checked({ kind: 'duration', minSeconds: 6, severity: 'warn' })).toMatchObject({ state: 'partial', cause: 'check' });
  expect(checked({ kind: 'duration', minSeconds: 5 })).toMatchObject({ state: 'succeeded' });
  expect(checked({ kind: 'items', min: 13 })).toMatchObject({ state: 'failed' });
  expect(checked({ kind: 'items', max: 11 })).toMatchObject({ state: 'failed' });
  expect(checked({ kind: 'items', min: 12, max: 12 })).toMatchObject({ state: 'succeeded' });
  expect(checked({ kind: 'audit', local: 'local', remote: 'remote' })).toMatchObject({ state: 'succeeded' });
  expect(checked({ kind: 'audit', local: 'local', remote: 'gone' })).toMatchObject({ state: 'failed' });
  expect(checked({ kind: 'file', path: '/nowhere/at/all' })).toMatchObject({ state: 'failed', detail: 'the file /nowhere/at/all is not there' });
});

it('6.4: an error is worth more than a warning, whatever their order; a failure stays what it is', () => {
  expect(checked({ kind: 'items', min: 13, severity: 'warn' }, { kind: 'duration', minSeconds: 6 })).toMatchObject({ state: 'failed', detail: 'took only 5 s; at least 6 s are expected' });
  const failed = failing();
  expect(applyChecks(failed, [RunCheck.parse({ kind: 'duration', minSeconds: 6 })], facts)).toBe(failed);
});

it('6.6: a failure says since when, how often in a row, and when it was last well', () => {
  expect(failureOf({ code: null, lastLine: 'no room' }, 'ended with 1', { lastGoodAt: 1_000, failingSince: 2_000, failures: 2 }, 9_000)).toEqual({ code: null, detail: 'ended with 1', lastLine: 'no room', since: '1970-01-01T00:00:02.000Z', lastGoodAt: '1970-01-01T00:00:01.000Z', inARow: 3 });
  expect(failureOf({ code: null, lastLine: null }, null, { lastGoodAt: null, failingSince: null, failures: 0 }, 9_000)).toMatchObject({ since: '1970-01-01T00:00:09.000Z', lastGoodAt: null, inARow: 1 });
});
