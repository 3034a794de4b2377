import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.ts';
import { createProgress } from './task-line.ts';

describe('what a thread says of its progress', () => {
  it('is never more than there is, and a new phase is shown at once, without what was known of the one before', () => {
    const said: unknown[] = [];
    const clock = createFakeClock();
    const progress = createProgress({ clock, post: (message) => void said.push((message as { update: unknown }).update) }, 'verifying', 100);
    progress.bytes(60);
    clock.advance(200);
    progress.bytes(60);
    progress.phase('proving-record');
    progress.phase('proving-record');
    expect(said).toEqual([
      { phase: 'verifying', bytesDone: 60, bytesTotal: 100, filesDone: 0 },
      { phase: 'verifying', bytesDone: 100, bytesTotal: 100, filesDone: 0 },
      { phase: 'proving-record', bytesDone: 0, bytesTotal: null, filesDone: 0 }
    ]);
  });
});
