// How a person names a snapshot: its id, a unique beginning of at least 6 digits, `latest`, `PLAN@latest`, in restores `PLAN@last-valid`, `PLAN@2026-11-20T10:00` (the
// last one at or before that time, in the plan's zone unless the time carries its own). Pure.
import { fail } from '../../kit/errors.ts';
import { zoneOffsetMinutes } from '../model.ts';

export type SnapshotQuery = { kind: 'prefix'; prefix: string } | { kind: 'latest' } | { kind: 'last-valid'; plan: string } | { kind: 'plan'; plan: string; at: string | undefined };

export interface Candidate {
  id: string;
  planId: string | null;
  ns: bigint;
}

export function parseSnapshotName(name: string): SnapshotQuery {
  if (name === 'latest') return { kind: 'latest' };
  if (/^[0-9a-f]{6,64}$/.test(name)) return { kind: 'prefix', prefix: name };
  const at = name.indexOf('@');
  if (at > 0 && at < name.length - 1) {
    const when = name.slice(at + 1);
    if (when === 'last-valid') return { kind: 'last-valid', plan: name.slice(0, at) };
    return { kind: 'plan', plan: name.slice(0, at), at: when === 'latest' ? undefined : when };
  }
  if (/^[0-9a-f]{1,5}$/.test(name)) fail('BAD_INPUT', 'a snapshot id needs at least 6 digits', { field: 'snapshot', reason: 'an id needs at least 6 digits' });
  return fail('NOT_FOUND', `no snapshot ${name}`, { kind: 'snapshot', name });
}

/** The candidate a query means; NOT_FOUND or AMBIGUOUS. `latestNs`: the time a plan query is bounded by, inclusive. */
export function pickSnapshot<C extends Candidate>(name: string, query: SnapshotQuery, candidates: readonly C[], plan?: { id: string; beforeNs: bigint | undefined }): C {
  if (query.kind === 'prefix') {
    const matches = candidates.filter((candidate) => candidate.id.startsWith(query.prefix));
    const ids = new Set(matches.map((match) => match.id));
    if (ids.size > 1) fail('AMBIGUOUS', `${name} fits ${ids.size} snapshots`, { kind: 'snapshot', name, matches: [...ids].sort().slice(0, 20) });
    return matches[0] ?? fail('NOT_FOUND', `no snapshot ${name}`, { kind: 'snapshot', name });
  }
  if (query.kind === 'last-valid') return fail('BAD_INPUT', 'last-valid is for restores', { field: 'snapshot', reason: '"last-valid" is for restores alone: snapshots have to be read for it' });
  const fitting = query.kind === 'latest' ? candidates : candidates.filter((candidate) => candidate.planId === plan?.id && (plan?.beforeNs === undefined || candidate.ns <= plan.beforeNs));
  return newest(fitting) ?? fail('NOT_FOUND', `no snapshot ${name}`, { kind: 'snapshot', name });
}

/** Greatest time, ties by id. */
export function newest<C extends Candidate>(candidates: readonly C[]): C | undefined {
  return candidates.reduce<C | undefined>((best, candidate) => (best === undefined || candidate.ns > best.ns || (candidate.ns === best.ns && candidate.id > best.id) ? candidate : best), undefined);
}

const timePattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * The last nanosecond that is meant by a time as a person writes it: a day is all of it, a minute all of it. Without a zone of its own it
 * is local time in `zone`. BAD_INPUT for anything else.
 */
export function parsePersonalTime(text: string, zone: string): bigint {
  const found = timePattern.exec(text);
  const bad = (): never => fail('BAD_INPUT', `${text} is no time`, { field: 'at', reason: `"${text}" is not a time; write 2026-11-20, 2026-11-20T10:00 or 2026-11-20T10:00:00Z` });
  if (found === null) return bad();
  const [, year, month, day, hour, minute, second, fraction, own] = found;
  const localMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour ?? 23), Number(minute ?? 59), Number(second ?? 59));
  const check = new Date(localMs);
  if (check.getUTCMonth() !== Number(month) - 1 || check.getUTCDate() !== Number(day) || Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59 || Number(second ?? 0) > 59) return bad();
  const ns = fraction === undefined ? 999_999_999n : BigInt(fraction.padEnd(9, '9'));
  const offsetMinutes = own === undefined ? localOffset(localMs, zone) : own === 'Z' ? 0 : (own.startsWith('-') ? -1 : 1) * (Number(own.slice(1, 3)) * 60 + Number(own.slice(4, 6)));
  return BigInt(localMs - offsetMinutes * 60_000) * 1_000_000n + ns;
}

/** Of a local time that happens twice the later, of one that never happens the one an hour on: "at or before" then leaves nothing out. */
function localOffset(localMs: number, zone: string): number {
  const around = [zoneOffsetMinutes(zone, localMs - 86_400_000), zoneOffsetMinutes(zone, localMs + 86_400_000)];
  const fitting = around.filter((offset) => zoneOffsetMinutes(zone, localMs - offset * 60_000) === offset);
  return Math.min(...(fitting.length > 0 ? fitting : around));
}
