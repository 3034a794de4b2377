import { expect, it } from 'vitest';
import { createFirstErrors } from './first-errors.ts';

it('an output is read through once for its first error, and again when it has grown', async () => {
  const errors = createFirstErrors();
  let read = 0;
  const find = (seq: number) => async (): Promise<number> => {
    read += 1;
    return seq;
  };
  expect([await errors.of('a 1', 10, find(9)), await errors.of('a 1', 10, find(0)), await errors.of('a 2', 10, find(3)), await errors.of('a 1', 12, find(11)), await errors.of('a 1', 12, find(0))]).toEqual([9, 9, 3, 11, 11]);
  expect(read).toBe(3);
  for (let n = 0; n < 40; n += 1) await errors.of(`b ${n}`, 1, find(n));
  expect(await errors.of('b 0', 1, find(7))).toBe(7);
});
