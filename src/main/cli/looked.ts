// What a look over many snapshots could not reach: snapshot files that cannot be read, repositories that are not there.
import type { FileHistory } from '../../contract/history.ts';
import type { Output } from './output.ts';
import { whyUnreadable } from './snapshot.ts';

export function sayWhereNobodyLooked({ unreadable, absent }: Pick<FileHistory, 'unreadable' | 'absent'>, output: Output): void {
  const { say } = output.words;
  for (const { repositoryName, id, reason } of unreadable) output.note(say('historyUnreadableSnapshot', { what: id === '' ? repositoryName : `${repositoryName}, ${id.slice(0, 8)}`, reason: whyUnreadable(output.words, reason) }));
  for (const repository of absent) output.note(say('historyAbsent', { repository }));
}
