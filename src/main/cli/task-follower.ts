// Follows a task to its end: progress on the terminal, Ctrl+C cancels it, its failure is thrown, its result returned.
import { formatBytes, formatNumber, formatRate, formatSpan } from '../../contract/copy/values.ts';
import type { TaskResult, TaskState } from '../../contract/events.ts';
import type { VarveClient } from '../../contract/index.ts';
import { cancelled, fromWire, VarveError } from '../engine/kit/errors.ts';
import { fromTyped } from '../transport/router.ts';
import { bar, type Output } from './output.ts';

export async function followTask(client: VarveClient, taskId: string, output: Output, signal: AbortSignal): Promise<TaskResult> {
  const cancel = (): void => void client.system.tasks.cancel({ id: taskId }).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  let last: TaskState | undefined;
  try {
    for await (const state of await client.system.tasks.watch({ id: taskId })) {
      last = state;
      if (state.state === 'running') output.progress.show(() => progressLine(output, state));
    }
  } catch (error) {
    // A line that broke is not a failure of the work: whoever does it is gone.
    const typed = fromTyped(error);
    throw typed.code === 'INTERNAL' && last?.state === 'running' ? new VarveError('OWNER_LOST', 'the line to the owner broke', { owner: 'varve' }, { cause: error }) : typed;
  } finally {
    signal.removeEventListener('abort', cancel);
    output.progress.clear();
  }
  if (last?.error) throw fromWire(last.error);
  if (!last?.result) throw cancelled();
  return last.result;
}

/** `saving  [####....] 43 %  1,204/3,300  +12 =1,192  1.2 GB  210 MB/s  ~9 s  name.txt` */
function progressLine(output: Output, { progress, bytesPerSecond, secondsLeft }: TaskState): string {
  const { language, say } = output.words;
  const share = progress.bytesTotal ? progress.bytesDone / progress.bytesTotal : progress.filesTotal ? progress.filesDone / progress.filesTotal : undefined;
  const files = progress.filesTotal === null ? formatNumber(language, progress.filesDone) : `${formatNumber(language, progress.filesDone)}/${formatNumber(language, progress.filesTotal)}`;
  return [
    say(`phase_${progress.phase}`),
    share === undefined ? '' : `${bar(share)} ${Math.floor(share * 100)} %`,
    files,
    progress.filesNew === undefined ? '' : say('progressNew', { changed: formatNumber(language, progress.filesNew), same: formatNumber(language, progress.filesUnchanged ?? 0) }),
    progress.bytesDone > 0 ? formatBytes(language, progress.bytesDone) : '',
    bytesPerSecond === null ? '' : formatRate(language, bytesPerSecond),
    secondsLeft === null ? '' : `~${formatSpan(language, secondsLeft)}`,
    progress.current ?? ''
  ]
    .filter((part) => part !== '')
    .join('  ');
}
