// A place where Varve keeps things is nearly full: the home, or a repository that is connected. It must be so for five minutes, or a snapshot that
// makes room again would be told.
import type { Facts } from '../facts.ts';
import { ok, unknown, type Finding, type Rule, type Verdict } from './finding.ts';

const settleMs = 300_000;

interface Place {
  place: string;
  holds: 'home' | 'repository';
  name: string;
  freeBytes: number | null;
  totalBytes: number | null;
}

export const diskSpace: Rule = (facts) => {
  const { home, repositories } = facts;
  if (home === undefined || repositories === undefined) return 'unknown';
  const places: Place[] = [{ place: home.path, holds: 'home', name: '', freeBytes: home.freeBytes, totalBytes: home.totalBytes }];
  for (const { name, path, state, freeBytes, totalBytes } of repositories) places.push({ place: path, holds: 'repository', name, freeBytes: state === 'ready' ? freeBytes : null, totalBytes });
  return places.map((place): Finding => ({ code: 'disk_space', labels: { rule: 'disk_space', place: place.place, ...(place.holds === 'repository' && { repository: place.name }) }, ...judge(place, facts) }));
};

/** On a small drive the limits are a share of it. */
function judge({ freeBytes, totalBytes, ...place }: Place, { lowBytes, fullBytes }: Facts): Verdict {
  if (freeBytes === null) return unknown;
  const share = (bytes: number, part: number): number => (totalBytes === null ? bytes : Math.min(bytes, totalBytes * part));
  const full = share(fullBytes, 0.03);
  const low = share(lowBytes, 0.1);
  if (freeBytes >= low) return ok;
  const isFull = freeBytes < full;
  return { state: 'bad', severity: isFull ? 'critical' : 'warning', step: isFull ? 'full' : 'low', forMs: settleMs, facts: { code: 'disk_space', ...place, freeBytes, totalBytes, limitBytes: Math.round(isFull ? full : low) } };
}
