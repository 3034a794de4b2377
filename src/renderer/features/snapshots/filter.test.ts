import { describe, expect, it } from 'vitest';
import type { Metrics, SnapshotMetrics } from '../../../contract/metrics.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { createWorld } from '../../testing/fake-data.ts';
import { anySnapshot, isFiltering, passes, type SnapshotFilter } from './filter.ts';
import { fitsMetric, metricsTable, readMetricQuestion, seriesOf } from './metrics.ts';

const world = createWorld(new Date('2026-11-21T12:00:00.000Z'));
const model = world.snapshots[0] as Snapshot;
const snapshot = (id: string, at: string, change: Partial<Snapshot> = {}): Snapshot => ({ ...model, id: id.repeat(64), lineage: id.repeat(64), planId: 'p', at, ...change });
const told = (id: string, metrics: Metrics | null): SnapshotMetrics => ({ in: { id: id.repeat(64), shortId: id.repeat(8), at: '2026-11-20T10:00:00.000Z', repositoryName: 'usb', incomplete: false }, metrics, reason: null });

describe('the filters of the list', () => {
  const known = { metrics: metricsTable([told('a', { loss: 0.4, 'train.accuracy': 0.9 })]), holders: undefined };
  const a = snapshot('a', '2026-11-20T10:00:00.000Z', { tags: ['v1.2', 'varve-plan:p'], note: 'before the review' });
  const b = snapshot('b', '2026-11-19T10:00:00.000Z', { tags: ['varve-pin'] });
  const through = (filter: Partial<SnapshotFilter>, more: Partial<Parameters<typeof passes>[2]> = {}): string[] => [a, b].filter((each) => passes(each, { ...anySnapshot, ...filter }, { ...known, ...more })).map(({ id }) => id.slice(0, 1));

  it('look at tags, notes, the first letters of the id, and not at the marks of the program', () => {
    expect([through({ text: 'V1' }), through({ text: 'REVIEW' }), through({ text: 'bbb' }), through({ text: 'varve-p' }), through({ text: 'nothing like it' })]).toEqual([['a'], ['a'], ['b'], [], []]);
  });

  it('take whole days, on this computer’s clock', () => {
    expect([through({ since: '2026-11-20' }), through({ until: '2026-11-19' }), through({ since: '2026-11-19', until: '2026-11-20' }), through({ since: '2026-11-21' })]).toEqual([['a'], ['b'], ['a', 'b'], []]);
  });

  it('ask for metrics, and let all pass while the question is not finished', () => {
    expect(through({ metric: 'loss<0.5' }, { metrics: undefined })).toEqual(['a', 'b']);
    expect([through({ metric: 'loss<0.5' }), through({ metric: 'accuracy >= 0,95' }), through({ metric: 'accuracy' }), through({ metric: 'loss <' })]).toEqual([['a'], [], ['a'], ['a', 'b']]);
  });

  it('ask for a file as soon as it is known who holds it', () => {
    expect([through({ file: 'x' }), through({ file: 'x' }, { holders: new Set([b.lineage]) })]).toEqual([['a', 'b'], ['b']]);
    expect([isFiltering(anySnapshot), isFiltering({ ...anySnapshot, file: 'x' }), isFiltering({ ...anySnapshot, since: '2026-11-20' })]).toEqual([false, true, true]);
  });
});

describe('metrics', () => {
  it('are asked for by name and a number in either language', () => {
    expect(readMetricQuestion('  ')).toBeNull();
    expect(readMetricQuestion('Loss')).toEqual({ name: 'loss', test: undefined });
    expect(readMetricQuestion('val loss != -1,5e-3')).toEqual({ name: 'val loss', test: { sign: '!=', value: -0.0015 } });
    for (const text of ['< 3', 'loss < much', 'loss <', '= = 1']) expect([text, readMetricQuestion(text)]).toEqual([text, undefined]);
    expect([fitsMetric({ 'a.loss': 1 }, { name: 'loss', test: undefined }), fitsMetric({ floss: 1 }, { name: 'loss', test: undefined }), fitsMetric({ loss: 'low' }, { name: 'loss', test: { sign: '!=', value: 1 } })]).toEqual([true, false, false]);
  });

  it('make a line of the plan’s earlier snapshots, oldest first, without gaps for those that said nothing', () => {
    const [own, mute, before, later, other] = [snapshot('d', '2026-11-20T10:00:00.000Z'), snapshot('c', '2026-11-19T10:00:00.000Z'), snapshot('b', '2026-11-18T10:00:00.000Z'), snapshot('e', '2026-11-21T10:00:00.000Z'), snapshot('f', '2026-11-17T10:00:00.000Z', { planId: 'q' })];
    const table = metricsTable([told('d', { n: 3, model: 'b' }), told('c', null), told('b', { n: 1, m: 7, model: 'a' }), told('e', { n: 9 }), told('f', { n: 5 })]);
    expect(seriesOf(own, [later, own, mute, before, other], table)).toEqual([{ name: 'n', text: undefined, points: [{ at: before.at, value: 1 }, { at: own.at, value: 3 }] }, { name: 'model', text: 'b', points: [] }]);
    expect(seriesOf(mute, [own, mute, before], table)).toEqual([]);
  });
});
