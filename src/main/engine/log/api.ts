// Contract procedures of the log -> the log, one line each.
import type { CallContext, EngineApi } from '../../../contract/index.ts';
import type { TaskProgress, TaskResult } from '../../../contract/events.ts';
import { VarveError } from '../kit/errors.ts';
import type { EventLog } from './index.ts';

export type LogApi = EngineApi['log'];

/** The part of the engine's tasks that verification needs. */
export interface TaskStarter {
  start(spec: { kind: 'verify'; subject: string; run: (task: { signal: AbortSignal; progress: (update: Partial<TaskProgress>) => void }) => Promise<TaskResult> }): { taskId: string };
}

/** `log` is a function because a home can be opened while the engine runs; it throws HOME_MISSING until then. */
export function createLogApi({ log, tasks }: { log: () => EventLog; tasks: TaskStarter }): LogApi {
  return {
    append: async (input, context) => {
      await log().sealed.prepare(input.category);
      return log().appendFromOutside(input, context);
    },
    // Counted in slices: the page is there at once, the total of a new filter is not.
    list: async (input, { signal }) => ({ ...log().list({ ...input, count: false }), total: await log().review.count(input.filter, signal) }),
    show: async (input) => log().show(input.seq),
    tail: (input, context) => log().tail(input.filter, input.after, context.signal),
    verify: async ({ mode, anchors, keys }) => {
      const opened = log();
      return tasks.start({
        kind: 'verify',
        subject: 'log',
        run: async (task) => ({
          kind: 'verify',
          verdict: await opened.verify({
            mode,
            anchors,
            keys,
            signal: task.signal,
            onProgress: ({ entriesDone, entriesTotal }) => task.progress({ phase: 'verifying', filesDone: entriesDone, filesTotal: entriesTotal })
          })
        })
      });
    },
    verifyState: async () => log().verifyState(),
    namespaces: async () => log().namespaces(),
    declareNamespace: async (input, context) => {
      ownerOnly(context);
      return log().declareNamespace(input.prefix, input.schema, context.actor);
    }
  };
}

function ownerOnly(context: CallContext): void {
  if (context.scope !== 'owner') throw new VarveError('FORBIDDEN', 'only the owner may declare a namespace', { scope: 'owner' });
}
