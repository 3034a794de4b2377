// Calls that are to have an effect once however often they are sent (rule 8.2): the first answer is kept for a day and given again. What was cut off, by a
// crash or a failure of Varve's own, is carried out again under the same id, by which its effect can be recognised.
import { createUuid7 } from '../kit/uuid7.ts';
import type { Clock, Random } from '../ports.ts';
import type { Database } from '../store/index.ts';
import { dayMs } from './model.ts';

export interface Answer {
  status: number;
  body: unknown;
}

export type Begun =
  | { kind: 'first'; id: string }
  | { kind: 'again'; answer: Answer }
  /** The key was used for another body. */
  | { kind: 'other' }
  /** The first call is not over. */
  | { kind: 'working' };

export interface OnceDeps {
  clock: Clock;
  random: Random;
  /** The open home's database; undefined while there is no home. */
  db(): Database | undefined;
}

export type Once = ReturnType<typeof createOnce>;

export function createOnce({ clock, random, db }: OnceDeps) {
  /** Ids of calls that this process works on. */
  const working = new Set<string>();
  return {
    /** `call`: a hash of who calls what under which key, `body`: of what was sent. undefined: there is no home to keep it in. */
    begin: (call: string, body: string): Begun | undefined => {
      const store = db();
      if (store === undefined) return undefined;
      const nowMs = clock.now();
      // Days after a clock was set back are as old as any.
      store.prepare('DELETE FROM calls_once WHERE at <= ? OR at > ?').run(nowMs - dayMs, nowMs + dayMs);
      const known = store.prepare('SELECT id, body, answer FROM calls_once WHERE call = ?').get(call) as { id: string; body: string; answer: string | null } | undefined;
      if (known === undefined) {
        const id = createUuid7(clock, random);
        store.prepare('INSERT INTO calls_once (call, id, body, at) VALUES (?, ?, ?, ?)').run(call, id, body, nowMs);
        working.add(id);
        return { kind: 'first', id };
      }
      if (known.body !== body) return { kind: 'other' };
      if (known.answer !== null) return { kind: 'again', answer: JSON.parse(known.answer) as Answer };
      if (working.has(known.id)) return { kind: 'working' };
      working.add(known.id);
      return { kind: 'first', id: known.id };
    },
    /** The call is over. Without an answer the next one under its key is carried out again, as the same call. */
    end: (id: string, answer: Answer | undefined): void => {
      working.delete(id);
      if (answer !== undefined) db()?.prepare('UPDATE calls_once SET answer = ? WHERE id = ?').run(JSON.stringify(answer), id);
    }
  };
}
