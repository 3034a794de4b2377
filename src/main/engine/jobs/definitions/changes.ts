// What differs between two definitions, setting by setting, for the record.
import type { JobDefinition } from '../../../../contract/jobs.ts';

export interface Change {
  setting: string;
  from: unknown;
  to: unknown;
}

export function changesBetween(before: JobDefinition, after: JobDefinition): Change[] {
  return (Object.keys(after) as (keyof JobDefinition)[]).filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key])).map((setting) => ({ setting, from: before[setting], to: after[setting] }));
}
