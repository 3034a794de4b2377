// The scheduler itself is watched: it ticks at least every 30 s, and has stopped when it has not for 90 s of awake time.
import type { Rule } from './finding.ts';

export const stoppedAfterMs = 90_000;

export const schedulerStopped: Rule = ({ scheduler: { scheduling, lastTickAt, quietMs } }) => {
  const common = { code: 'scheduler_stopped' as const, labels: { rule: 'scheduler_stopped' } };
  if (!scheduling || lastTickAt === null) return [{ ...common, state: 'unknown' }];
  if (quietMs <= stoppedAfterMs) return [{ ...common, state: 'ok' }];
  return [{ ...common, state: 'bad', severity: 'critical', since: lastTickAt, facts: { code: 'scheduler_stopped', lastTickAt, quietMs, limitMs: stoppedAfterMs } }];
};
