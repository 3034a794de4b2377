// The versions of a plan as the record tells them: what was made, and what each edit changed. Payloads are data: nothing is taken for granted. Pure.
import type { LogEntry } from '../../../contract/log.ts';

export interface SettingChange {
  setting: string;
  from: unknown;
  to: unknown;
}

export interface PlanVersion {
  seq: number;
  at: string;
  /** null: the name was erased. */
  by: string | null;
  kind: 'added' | 'changed' | 'retention';
  /** Not of a change of what is kept, which is no new version. */
  version: number | null;
  changes: SettingChange[];
  /** The words are not there any more, or locked. */
  unreadable: boolean;
}

export const versionActions = ['plan.added', 'plan.changed', 'plan.retention-changed'];

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Of settings with parts, each part that changed is a change of its own: `leaveOut.caches`. */
function split(change: SettingChange): SettingChange[] {
  if (change.setting !== 'leaveOut' && change.setting !== 'hooks') return [change];
  const [from, to] = [record(change.from), record(change.to)];
  return [...new Set([...Object.keys(from), ...Object.keys(to)])]
    .filter((key) => JSON.stringify(from[key]) !== JSON.stringify(to[key]))
    .map((key) => ({ setting: `${change.setting}.${key}`, from: from[key] ?? null, to: to[key] ?? null }));
}

function changesIn(payload: Record<string, unknown>): SettingChange[] {
  const { changes } = payload;
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((each) => {
    const { setting, from, to } = record(each);
    return typeof setting === 'string' ? split({ setting, from: from ?? null, to: to ?? null }) : [];
  });
}

/** Newest first, as the entries come. Entries of another plan that had the same name are left out. */
export function versionsOf(entries: readonly LogEntry[], planId: string): PlanVersion[] {
  return entries.flatMap((entry): PlanVersion[] => {
    const unreadable = entry.payloadState !== 'intact';
    const payload = record(entry.payload);
    if (!unreadable && payload['planId'] !== planId) return [];
    const common = { seq: entry.seq, at: entry.ts, by: entry.actorName, unreadable };
    if (entry.action === 'plan.added') return [{ ...common, kind: 'added', version: 1, changes: [] }];
    if (entry.action === 'plan.retention-changed') return [{ ...common, kind: 'retention', version: null, changes: unreadable ? [] : [{ setting: 'retention', from: payload['from'] ?? null, to: payload['to'] ?? null }] }];
    const { version } = payload;
    return [{ ...common, kind: 'changed', version: typeof version === 'number' ? version : null, changes: changesIn(payload) }];
  });
}

/** A list that changed, as what came and what went; undefined where one of the two is no list of texts. */
export function listDifference(from: unknown, to: unknown): { added: string[]; removed: string[] } | undefined {
  const texts = (value: unknown): string[] | undefined => (Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined);
  const [before, after] = [texts(from), texts(to)];
  if (before === undefined || after === undefined) return undefined;
  return { added: after.filter((text) => !before.includes(text)), removed: before.filter((text) => !after.includes(text)) };
}
