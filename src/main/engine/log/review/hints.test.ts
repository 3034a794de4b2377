import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogHint } from '../../../../contract/review.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createTestFolder, type TestFolder } from '../../store/testing.ts';
import type { EventLog, NewEvent } from '../index.ts';
import { openTestLog, type TestClock } from '../testing.ts';

const files = createNodeFiles();
const hour = 3_600_000;
let folder: TestFolder;
let log: EventLog;
let clock: TestClock;

beforeEach(() => {
  folder = createTestFolder();
  ({ log, clock } = openTestLog({ files, path: folder.at('log.db') }));
});
afterEach(() => {
  log.close();
  folder.remove();
});

/** One day, hour by hour: so many of each action per hour. */
function day(perHour: Record<string, number>, more: Partial<NewEvent> = {}): void {
  for (let h = 0; h < 24; h++) {
    clock.advance(hour);
    const events = Object.entries(perHour).flatMap(([action, count]) => Array.from({ length: count }, (): NewEvent => ({ action, category: 'app', actor: 'train.py', ...more })));
    if (events.length > 0) log.appendMany(events);
  }
}
const hints = async (): Promise<LogHint[]> => (await log.review.hints({})).hints;

describe('hints', () => {
  it('has nothing to say of days that are like each other', async () => {
    for (let d = 0; d < 10; d++) day({ 'app.epoch': 3, 'app.checkpoint': 1 });
    expect(await hints()).toEqual([]);
  });

  it('notices more and fewer than usual, with the numbers a sentence needs', async () => {
    for (let d = 0; d < 10; d++) day({ 'app.epoch': 3, 'app.sensor': 10 });
    day({ 'app.epoch': 12, 'app.sensor': 1 });
    expect(await hints()).toEqual([
      { kind: 'rate', direction: 'fewer', about: { kind: 'action', value: 'app.sensor', name: null }, count: 24, usual: 240, spread: 0, windows: 9 },
      { kind: 'rate', direction: 'more', about: { kind: 'action', value: 'app.epoch', name: null }, count: 288, usual: 72, spread: 0, windows: 9 }
    ]);
  });

  it('notices what stopped, since when, and how often it came', async () => {
    for (let d = 0; d < 6; d++) day({ 'app.epoch': 3, 'app.heartbeat': 1 });
    const last = log.list({ filter: { action: 'app.heartbeat' }, limit: 1 }).entries[0];
    day({ 'app.epoch': 3 });
    expect(await hints()).toEqual([{ kind: 'silence', about: { kind: 'action', value: 'app.heartbeat', name: null }, last: last?.seq, at: last?.ts, silentMs: 24 * hour, gapMs: hour, times: 144 }]);
  });

  it('notices whoever and whatever was never there before', async () => {
    for (let d = 0; d < 7; d++) day({ 'app.epoch': 3 });
    clock.advance(hour);
    const { seq } = log.append({ action: 'app.wiped', category: 'app', actor: 'stranger', subject: 'disk:old' });
    const found = await hints();
    expect(found.filter((hint) => hint.kind === 'new').map((hint) => [hint.about.kind, hint.about.name ?? hint.about.value, hint.count])).toEqual([
      ['action', 'app.wiped', 1],
      ['actor', 'stranger', 1],
      ['subject', 'disk:old', 1]
    ]);
    expect(found.find((hint) => hint.kind === 'new' && hint.about.kind === 'action')).toMatchObject({ first: seq });
  });

  it('does not call new what is new every day', async () => {
    for (let d = 0; d < 7; d++) day({ 'app.epoch': 3 }, { subject: `run:${d}` });
    expect(await hints()).toEqual([]);
  });

  it('says nothing in the first days, when there is nothing to compare with', async () => {
    for (let d = 0; d < 3; d++) day({ 'app.epoch': d === 2 ? 500 : 1 });
    log.append({ action: 'app.other', category: 'app', actor: 'somebody' });
    expect(await hints()).toEqual([]);
  });

  it('leaves out what people write about entries, and the record\'s own business', async () => {
    for (let d = 0; d < 7; d++) day({ 'app.epoch': 3 });
    for (let i = 0; i < 50; i++) log.review.note([3], `look ${i}`, undefined);
    log.checkpoints.sign();
    await log.verify({});
    expect(await hints()).toEqual([]);
  });

  it('gives the same answer for the same moment later on', async () => {
    for (let d = 0; d < 10; d++) day({ 'app.epoch': 3, 'app.sensor': 10 });
    day({ 'app.epoch': 12 });
    const at = new Date(clock.now()).toISOString();
    const then = await log.review.hints({ at });
    expect(then.hints.length).toBeGreaterThan(0);
    day({ 'app.epoch': 3, 'app.sensor': 10 });
    expect(await log.review.hints({ at })).toEqual(then);
  });
});
