// A moment as a person writes it.
import { zoneNamed } from './zone.ts';

const pattern = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?(Z|[+-]\d\d:\d\d)?$/;

/** Milliseconds since 1970 of `2026-11-20`, `2026-11-20T10:00` or `2026-11-20T10:00:00Z`; without a zone of its own it is the first such moment in `zone`. Undefined for anything else. */
export function readMoment(text: string, zone: string): number | undefined {
  const found = pattern.exec(text);
  if (!found) return undefined;
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', own] = found;
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`;
  const wallMs = Date.parse(wall);
  if (Number.isNaN(wallMs) || new Date(wallMs).toISOString() !== wall) return undefined;
  if (own === undefined) return zoneNamed(zone).utcOf(wallMs, 'first');
  const atMs = Date.parse(`${wall.slice(0, -1)}${own}`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
