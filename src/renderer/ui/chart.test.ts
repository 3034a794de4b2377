// Where the points of a chart lie: inside the picture, in their order, and broken where there is no number.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { drawChart } from './chart.ts';

it('spans the picture from the smallest to the largest, and from the first snapshot to the last', () => {
  const chart = drawChart([{ at: 0, value: 1 }, { at: 50, value: 3 }, { at: 100, value: 2 }], 108, 58, 4);
  expect(chart).toEqual({ lines: ['M4 54L54 4L104 29'], dots: [{ x: 4, y: 54, index: 0 }, { x: 54, y: 4, index: 1 }, { x: 104, y: 29, index: 2 }], min: 1, max: 3 });
});

it('is broken where a snapshot has none, lies in the middle when all are equal, and is nothing without a number', () => {
  expect(drawChart([{ at: 0, value: 5 }, { at: 1, value: null }, { at: 2, value: 5 }], 100, 40)).toMatchObject({ lines: ['M4 20', 'M96 20'], min: 5, max: 5 });
  expect(drawChart([{ at: 0, value: null }], 100, 40)).toBeUndefined();
  expect(drawChart([], 100, 40)).toBeUndefined();
});

it('keeps every point inside, whatever the numbers', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ at: fc.nat(1e12), value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })) }), { minLength: 1 }), (points) => {
      const sorted = points.sort((a, b) => a.at - b.at);
      for (const { x, y } of drawChart(sorted, 300, 90)?.dots ?? []) {
        expect(x).toBeGreaterThanOrEqual(4);
        expect(x).toBeLessThanOrEqual(296);
        expect(y).toBeGreaterThanOrEqual(4);
        expect(y).toBeLessThanOrEqual(86);
      }
    })
  );
});
