import { describe, expect, it } from 'vitest';
import { VarveError } from '../kit/errors.ts';
import { lockNotes, takeLockNote, type LockNote } from './lock-notes.ts';

/** A line between a thread and the engine, in this thread. */
function line(keep: (lockId: string, written: boolean) => void) {
  const closing = new AbortController();
  const asked: LockNote[] = [];
  let hear: (value: unknown) => void = () => undefined;
  const notes = lockNotes({ closing: closing.signal, onMessage: (listener) => ((hear = listener), () => undefined), post: (value) => void asked.push(value as LockNote) });
  return { notes, closing, answer: () => asked.splice(0).forEach((note) => takeLockNote(note, keep, (noted) => hear(structuredClone(noted)))) };
}

describe('notes about locks', () => {
  it('let the thread go on only after they are kept', async () => {
    const steps: string[] = [];
    const { notes, answer } = line((id, written) => void steps.push(`${id} ${written}`));
    const writing = Promise.resolve(notes.onWrite('a')).then(() => steps.push('written'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(steps).toEqual([]);
    answer();
    await writing;
    notes.onRemove('a');
    answer();
    expect(steps).toEqual(['a true', 'written', 'a false']);
  });

  it('that cannot be kept tell the thread why', async () => {
    const { notes, answer } = line(() => {
      throw new VarveError('NO_SPACE', 'full', { path: 'state.db' });
    });
    const writing = notes.onWrite('a');
    answer();
    await expect(writing).rejects.toMatchObject({ code: 'NO_SPACE' });
  });

  it('are not waited for by a thread that is to end', async () => {
    const { notes, closing } = line(() => undefined);
    const writing = notes.onWrite('a');
    closing.abort();
    await expect(writing).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(notes.onWrite('b')).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
