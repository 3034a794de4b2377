// RFC 9562 version 7 ids: 48 bits of milliseconds, then chance. They sort by time of making, roughly: two made in one millisecond do not.
import type { Clock, Random } from '../ports.ts';

/** A new id, lower case with dashes. */
export function createUuid7(clock: Pick<Clock, 'now'>, random: Random): string {
  return uuid7Of(Math.max(0, Math.floor(clock.now())), Buffer.from(random.bytes(16)).toString('hex'));
}

/** The id for this millisecond since 1970 with this chance: 32 hex digits, of which the time, the version and the variant take their places. */
export function uuid7Of(ms: number, chance: string): string {
  const time = ms.toString(16).padStart(12, '0');
  const variant = '89ab'[Number.parseInt(chance.charAt(16), 16) & 3] as string;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(13, 16)}-${variant}${chance.slice(17, 20)}-${chance.slice(20)}`;
}

/** Milliseconds since 1970 UTC that the id carries. */
export function timeOfUuid7(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
