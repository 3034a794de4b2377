// Contract procedures of evidence -> the log.
import type { EngineApi } from '../../../../contract/index.ts';
import type { TaskProgress, TaskResult } from '../../../../contract/events.ts';
import type { EventLog } from '../index.ts';
import type { ExportRun } from './service.ts';

/** The part of the engine's tasks that an export needs. */
interface Starter {
  start(spec: { kind: 'evidence'; subject: string; run: (task: { signal: AbortSignal; progress: (update: Partial<TaskProgress>) => void }) => Promise<TaskResult> }): { taskId: string };
}

export function createEvidenceApi({ log, tasks }: { log: () => EventLog; tasks: Starter }): EngineApi['evidence'] {
  const started = (subject: string, work: (run: ExportRun) => ReturnType<EventLog['evidence']['bundle']>): { taskId: string } =>
    tasks.start({
      kind: 'evidence',
      subject,
      run: async ({ signal, progress }) => ({
        kind: 'evidence',
        report: await work({ signal, onProgress: (done, total) => progress({ phase: 'writing', filesDone: done, filesTotal: total }) })
      })
    });
  return {
    prove: (input, { actor }) => log().evidence.prove(input, actor),
    consistency: (input) => log().evidence.consistency(input.old, input.new),
    bundle: (input, { actor }) => {
      const { evidence } = log();
      return started(input.path, (run) => evidence.bundle(input, actor, run));
    },
    download: (input, { actor, signal }) => log().evidence.download(input, actor, signal),
    tiles: (input, { actor }) => {
      const { evidence } = log();
      return started(input.path, (run) => evidence.tiles(input, actor, run));
    }
  };
}
