// Metrics as they are carried and shown: nested names, hostile files, differences of two, CSV.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDelta, metricDeltas, metricsCsv } from '../../../../contract/copy/metrics.ts';
import { metricNames, readMetrics } from './flatten.ts';

const read = (text: string) => readMetrics(Buffer.from(text));

describe('metrics', () => {
  it('have the names of what they are nested in, and keep what is no number', () => {
    expect(read('{"loss":0.5,"scores":{"test":1,"folds":[0.1,0.2]},"model":"a","ok":true,"none":null,"empty":{}}')).toEqual({ loss: 0.5, 'scores.test': 1, 'scores.folds.0': 0.1, 'scores.folds.1': 0.2, model: 'a', ok: true, none: null });
    expect(read('{"__proto__":{"x":1},"constructor":2}')).toEqual({ '__proto__.x': 1, constructor: 2 });
  });

  it('that are no JSON object are none; deep, long and many ones end somewhere', () => {
    for (const text of ['', '[1]', '3', 'null', '{"a":', '\u0000']) expect(read(text), text).toBeUndefined();
    expect(read(`{"a":${'['.repeat(2000)}1${']'.repeat(2000)}}`)).toEqual({});
    expect(Object.keys(read(JSON.stringify(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`m${i}`, i])))) ?? {})).toHaveLength(1000);
    expect(read(JSON.stringify({ t: 'x'.repeat(5000) }))).toEqual({ t: `${'x'.repeat(200)}…` });
  });

  it('are listed by how many snapshots have them; numeric where all of those have numbers', () => {
    expect(metricNames([{ a: 1, b: 'x' }, null, { a: 2, b: 3, c: 1 }])).toEqual([{ name: 'a', numeric: true, snapshots: 2 }, { name: 'b', numeric: false, snapshots: 2 }, { name: 'c', numeric: true, snapshots: 1 }]);
  });

  it('of two snapshots differ by what a person would write', () => {
    expect(metricDeltas({ a: 0.1, same: 1, gone: 2 }, { a: 0.3, same: 1, here: 'x' }, true)).toEqual([{ name: 'a', before: 0.1, after: 0.3, delta: 0.2 }, { name: 'gone', before: 2, after: undefined, delta: null }, { name: 'here', before: undefined, after: 'x', delta: null }]);
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.double({ noNaN: true, noDefaultInfinity: true }), (a, b) => {
        const delta = metricDeltas({ x: a }, { x: b })[0]?.delta as number;
        if (Number.isFinite(b - a)) expect(Math.abs(delta - (b - a))).toBeLessThanOrEqual(Math.max(Math.abs(a), Math.abs(b)) * 1e-14);
      })
    );
    expect([formatDelta('pt-BR', 1234.5), formatDelta('en', -0.25), formatDelta('en', 0), formatDelta('en', null)]).toEqual(['+1.234,5', '−0.25', '±0', '']);
  });

  it('as CSV are what programs read, and nothing a spreadsheet would run', () => {
    const seen = (id: string) => ({ id, shortId: id, at: '2026-11-27T10:00:00.000Z', repositoryName: 'usb', incomplete: false });
    const csv = metricsCsv({ names: [{ name: 'loss', numeric: true, snapshots: 1 }, { name: 'a,"b"', numeric: false, snapshots: 1 }], snapshots: [{ in: seen('1'), metrics: { loss: -0.5, 'a,"b"': '=cmd()' }, reason: null }, { in: seen('2'), metrics: null, reason: null }] });
    expect(csv).toBe('snapshot,time,repository,loss,"a,""b"""\r\n1,2026-11-27T10:00:00.000Z,usb,-0.5,\'=cmd()\r\n2,2026-11-27T10:00:00.000Z,usb,,\r\n');
  });
});
