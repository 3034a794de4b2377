// Contract procedures of intake -> the log.
import { isAbsolute } from 'node:path';
import type { EngineApi } from '../../../../contract/index.ts';
import type { Language } from '../../../../contract/ids.ts';
import type { ExportEnd } from '../../../../contract/intake.ts';
import { fail } from '../../kit/errors.ts';
import type { EventLog } from '../index.ts';
import { checkMapping } from './mapping.ts';

/** `language`: of reports, as the home's settings say; `system` is nobody's in particular. */
export function createIntakeApi(log: () => EventLog, language: () => Language | 'system'): EngineApi['intake'] {
  const own = (): Language => {
    const chosen = language();
    return chosen === 'system' ? 'en' : chosen;
  };
  return {
    appendMany: async ({ events }, context) => {
      await log().sealed.prepare(...new Set(events.map(({ category }) => category)));
      return { events: log().appendManyFromOutside(events, context) };
    },
    import: (input, { actor, signal }) => log().intake.import({ ...input, path: absolute(input.path), language: input.language ?? own(), actor, signal }),
    export: (input, { actor, signal, via }) => exportPieces(log(), { ...input, actor, signal, to: via }),
    follow: {
      add: (input, { actor, signal }) => {
        if (input.mapping !== undefined) checkMapping(input.mapping);
        return log().intake.follow.add({ ...input, path: absolute(input.path), language: own(), actor, signal });
      },
      list: () => log().intake.follow.list(),
      remove: ({ path }, { actor }) => log().intake.follow.remove(path, actor),
      run: (_input, { signal }) => log().intake.follow.run(signal)
    }
  };
}

/** A program's working folder is not ours. */
function absolute(path: string): string {
  return isAbsolute(path) ? path : fail('BAD_INPUT', `${path} is not absolute`, { field: 'path', reason: `${path} is not absolute; write the whole path` });
}

type ExportPiece = EngineApi['intake']['export'] extends (...args: never[]) => AsyncIterable<infer P> ? P : never;

async function* exportPieces(log: EventLog, options: Parameters<EventLog['intake']['export']>[0]): AsyncGenerator<ExportPiece, void, void> {
  const { meta, text } = log.intake.export(options);
  let end: ExportEnd | undefined;
  for (;;) {
    const next = await text.next();
    if (next.done === true) {
      end = next.value;
      break;
    }
    yield { kind: 'text', text: next.value };
  }
  yield { kind: 'end', meta, end };
}
