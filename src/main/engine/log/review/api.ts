// Contract procedures of reading -> review, one line each.
import type { CallContext, EngineApi } from '../../../../contract/index.ts';
import { VarveError } from '../../kit/errors.ts';
import type { Database } from '../../store/index.ts';
import type { EventLog } from '../index.ts';
import type { Review } from './index.ts';
import type { Views } from './views.ts';

/** `state` is state.db. Functions because a home can be opened while the engine runs; they throw HOME_MISSING until then. */
export function createReviewApi(log: () => EventLog, state: () => Database): EngineApi['review'] {
  const review = (): Review => log().review;
  const views = (): Views => log().views(state());
  /** Notes may be a category that encrypts. */
  const writing = async (): Promise<Review> => {
    await log().sealed.prepare('note');
    return review();
  };
  return {
    rows: (input, { signal }) => review().rows(input, signal),
    newer: (input, { signal }) => review().newer(input, signal),
    locate: async (input, { signal }) => {
      if ((input.seq === undefined) === (input.at === undefined)) throw new VarveError('BAD_INPUT', 'a number or a moment', { field: 'seq', reason: 'name either an entry (seq) or a moment (at)' });
      return review().locate(input, signal);
    },
    context: async (input) => ({ rows: review().context(input) }),
    facets: (input, { signal }) => review().facets(input, signal),
    histogram: (input, { signal }) => review().histogram(input, signal),
    between: (input, { signal }) => review().between(input, signal),
    hints: (input, { signal }) => review().hints(input, signal),
    inclusion: async (input) => review().inclusion(input.seq),
    annotations: async (input) => review().annotations(input.seq),
    note: async (input, context) => ({ seq: (await writing()).note(input.seqs, input.text, actorOf(context)).seq }),
    removeNote: async (input, context) => ({ seq: (await writing()).removeNote(input.note, actorOf(context)).seq }),
    mark: async (input, context) => ({ seq: (await writing()).mark(input.seqs, input.reviewed, actorOf(context))?.seq ?? null }),
    accessCsv: (input, context) => review().exportAccess(input.filter, input.purpose, actorOf(context), context.signal),
    views: {
      list: async () => views().list(),
      save: async (input) => views().save(input.name, input.filter),
      remove: async (input) => {
        views().remove(input.name);
        return { removed: true };
      }
    }
  };
}

function actorOf(context: CallContext): string {
  return context.actor;
}
