// A name for exactly one outcome of a restore: every place, what happens there, and what lies there now where it is touched.
import { createHash } from 'node:crypto';
import { encodeName } from '../../kit/names.ts';
import type { Decisions } from './decide.ts';
import type { RestoreRequest } from './protocol.ts';
import type { Refusals } from './refusals.ts';

export function tokenOf({ treeId, target, inPlace, owners, modes }: RestoreRequest, { folders, files, others, sides, extras }: Decisions, refused: Refusals): string {
  const hash = createHash('sha256').update(JSON.stringify([treeId, target, inPlace ?? null, owners, modes]));
  const add = (...parts: string[]): void => {
    for (const part of parts) hash.update(encodeName(part)).update('\0');
    hash.update('\n');
  };
  for (const { path, action, finish } of folders) add(action, path, finish ? 'finish' : '');
  for (const { path, action, seen } of [...files, ...others]) add(action, path, seen ?? '');
  for (const { path, seen } of [...sides, ...extras]) add('delete', path, seen);
  for (const { path, reason } of refused.list) add('refused', path, reason);
  return hash.update(String(refused.count)).digest('hex');
}
