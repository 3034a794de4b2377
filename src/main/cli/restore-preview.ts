// What a restore would do, on the terminal: every change on a line, then the counts.
import { formatBytes, formatExact } from '../../contract/copy/values.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { PassedOver, RestoreAction, RestoreChange, RestoreInput, RestorePreview } from '../../contract/snapshots.ts';
import { exitCodes } from './failure.ts';
import type { Output } from './output.ts';

const pageSize = 1000;
/** What stays as it is is only counted. */
const told: RestoreAction[] = ['new', 'replaced', 'kept', 'both', 'metadata', 'deleted', 'refused'];

async function* changesOf(client: VarveClient, token: string, limit: number): AsyncIterable<RestoreChange> {
  for (let offset = 0; offset < limit; ) {
    const { changes } = await client.restores.changes({ token, actions: told, offset, limit: Math.min(pageSize, limit - offset) });
    yield* changes;
    if (changes.length === 0) return;
    offset += changes.length;
  }
}

/** Newer snapshots that `PLAN@last-valid` did not take. */
export function showPassedOver(output: Output, passedOver: readonly PassedOver[]): void {
  const { say, language } = output.words;
  for (const { snapshotId, at, reason } of passedOver) output.say(say(`restorePassed_${reason}`, { id: snapshotId.slice(0, 8), time: formatExact(language, new Date(at)) }));
}

/** Returns the exit code. */
export async function showPreview(client: VarveClient, output: Output, input: RestoreInput, limit: number): Promise<number> {
  const { say, language } = output.words;
  const preview = await client.restores.preview(input);
  showPassedOver(output, preview.passedOver);
  const changes: RestoreChange[] = [];
  let shown = 0;
  for await (const change of changesOf(client, preview.token, limit)) {
    shown += 1;
    if (output.json) changes.push(change);
    else output.say(`${say(`change_${change.action}`).padEnd(11)} ${change.path}${change.type === 'dir' ? '/' : ''}${change.into === null ? '' : ` -> ${change.into}`}${change.reason === null ? '' : `: ${output.words.reason(change.reason)}`}`);
  }
  const { total } = await client.restores.changes({ token: preview.token, actions: told, limit: 1 });
  if (total > shown) output.say(say('andMore', { count: total - shown }));
  output.document({ ...preview, changes });
  showCounts(output, preview);
  output.say(preview.enoughSpace ? say('previewToken', { token: preview.token }) : say('previewNoSpace'));
  return preview.enoughSpace ? exitCodes.done : exitCodes.failed;

  function showCounts(to: Output, { newFiles, newBytes, replacedFiles, besideFiles, keptFiles, identicalFiles, freeBytes, metadataChanges, deletedEntries, deletedBytes, sparedEntries }: RestorePreview): void {
    to.say(say('previewLine', { files: newFiles, bytes: formatBytes(language, newBytes), replaced: replacedFiles, beside: besideFiles, kept: keptFiles, identical: identicalFiles, free: formatBytes(language, freeBytes) }));
    if (metadataChanges + deletedEntries + sparedEntries > 0) to.say(say('previewMore', { metadata: metadataChanges, deleted: deletedEntries, bytes: formatBytes(language, deletedBytes), spared: sparedEntries }));
  }
}
