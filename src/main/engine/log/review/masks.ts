// A filter as tests on the columns in memory. Each facet is a mask over its numbers, so that one look says which facets an entry misses: an
// entry that misses only the chosen level still counts among the levels one could choose instead.
import type { Chunk } from './columns.ts';
import type { Condition, Plan } from '../filter.ts';

export const facetNames = ['category', 'level', 'action', 'actor', 'subject', 'session'] as const;
export type FacetName = (typeof facetNames)[number];
export const facetBit: Readonly<Record<FacetName, number>> = { category: 1, level: 2, action: 4, actor: 8, subject: 16, session: 32 };

export interface Masks {
  /** Which of the columns are asked about at all. */
  asked: number;
  misses(chunk: Chunk, i: number): number;
  inTime(chunk: Chunk, i: number): boolean;
  /** False when no entry of the chunk can be in the time asked for. */
  mayBeInTime(chunk: Chunk): boolean;
  timed: boolean;
}

export function createMasks(plan: Plan): Masks {
  const category = maskOf(plan, 'category');
  const level = maskOf(plan, 'level');
  const action = maskOf(plan, 'action');
  const actor = maskOf(plan, 'actor');
  const subject = maskOf(plan, 'subject');
  const session = maskOf(plan, 'session');
  const masks = { category, level, action, actor, subject, session };
  const since = plan.sinceMs ?? -Infinity;
  const until = plan.untilMs ?? Infinity;
  return {
    asked: facetNames.reduce((bits, name) => (masks[name] === undefined ? bits : bits | facetBit[name]), 0),
    misses(chunk, i) {
      let missed = 0;
      if (category !== undefined && category[chunk.category[i] as number] !== 1) missed |= 1;
      if (level !== undefined && level[chunk.level[i] as number] !== 1) missed |= 2;
      if (action !== undefined && action[chunk.action[i] as number] !== 1) missed |= 4;
      if (actor !== undefined && actor[chunk.actor[i] as number] !== 1) missed |= 8;
      if (subject !== undefined && subject[chunk.subject[i] as number] !== 1) missed |= 16;
      if (session !== undefined && session[chunk.session[i] as number] !== 1) missed |= 32;
      return missed;
    },
    inTime(chunk, i) {
      const at = chunk.at[i] as number;
      return at >= since && at < until;
    },
    mayBeInTime: (chunk) => chunk.maxAt >= since && chunk.minAt < until,
    timed: plan.sinceMs !== undefined || plan.untilMs !== undefined
  };
}

function maskOf(plan: Plan, column: Condition['column']): Uint8Array | undefined {
  const condition = plan.conditions.find((each) => each.column === column);
  if (condition === undefined) return undefined;
  const values = condition.values.filter((value): value is number => typeof value === 'number');
  const mask = new Uint8Array(Math.max(0, ...values) + 1);
  for (const value of values) mask[value] = 1;
  return mask;
}
