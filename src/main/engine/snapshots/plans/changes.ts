// What an edit of a plan changed, setting by setting, as the record keeps it. Pure.
import type { PlanRow } from '../model.ts';
import { logged } from './words.ts';

export interface Change {
  setting: string;
  from: unknown;
  to: unknown;
}

const settings = ['title', 'paths', 'excludes', 'leaveOut', 'hooks', 'tags', 'gentle', 'snapshotOnQuit', 'zone'] as const;

/** Repositories by name, as `nameOf` gives it. */
export function changesBetween(before: PlanRow, after: PlanRow, nameOf: (repositoryId: string) => string): Change[] {
  const moved = before.repositoryId === after.repositoryId ? [] : [{ setting: 'repository', from: nameOf(before.repositoryId), to: nameOf(after.repositoryId) }];
  const others = settings.filter((setting) => JSON.stringify(before[setting]) !== JSON.stringify(after[setting])).map((setting) => ({ setting, from: logged(before[setting]), to: logged(after[setting]) }));
  return [...moved, ...others];
}
