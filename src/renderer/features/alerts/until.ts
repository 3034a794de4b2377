// The ends of a silence that a menu offers. Pure.
import type { MessageKey } from '../../../contract/copy/catalogue.ts';

const hourMs = 3_600_000;

export function untilTimes(now: Date): { key: MessageKey; at: Date }[] {
  const tomorrow = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 8);
  return [
    { key: 'alerts.silenceHour', at: new Date(now.getTime() + hourMs) },
    { key: 'alerts.silenceTomorrow', at: tomorrow },
    { key: 'alerts.silence3', at: new Date(now.getTime() + 72 * hourMs) },
    { key: 'alerts.silence7', at: new Date(now.getTime() + 168 * hourMs) }
  ];
}
