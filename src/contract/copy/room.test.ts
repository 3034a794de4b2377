import { expect, it } from 'vitest';
import { describeError } from './errors.ts';

it('a full drive says what would make room, as far as it is known, in both languages', () => {
  const data = { path: '/media/t7', prunableBytes: 2_000_000_000, forgettable: 12, otherBytes: 80_000_000_000 };
  const en = describeError('en', 'NO_SPACE', data).next;
  expect(en).toMatch(/Tidying \(prune\) would give back 2 GB\. .*12 old snapshots go.* 80 GB on this drive are other files/);
  expect(describeError('pt-BR', 'NO_SPACE', data).next).toMatch(/liberaria 2 GB\. .*12 snapshots antigos.* 80 GB desta unidade/);
  expect(describeError('en', 'NO_SPACE', { path: '/media/t7', prunableBytes: 0, forgettable: 0, otherBytes: 0 }).next).toMatch(/would give back nothing\.$/);
  expect(describeError('en', 'NO_SPACE', { path: '/media/t7' }).next).toBe('Make room on the drive of /media/t7, or choose another one.');
});
