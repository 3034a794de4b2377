// RFC 9562 version 7 ids: 48 bits of milliseconds, then chance. They sort by time of making, roughly: two made in one millisecond do not.
import type { Clock, Random } from '../ports.ts';

/** A new id, lower case with dashes. */
export function createUuid7(clock: Pick<Clock, 'now'>, random: Random): string {
  const bytes = Buffer.from(random.bytes(16));
  bytes.writeUIntBE(Math.max(0, Math.floor(clock.now())), 0, 6);
  bytes[6] = 0x70 | ((bytes[6] as number) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] as number) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Milliseconds since 1970 UTC that the id carries. */
export function timeOfUuid7(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
