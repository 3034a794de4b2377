// The doctor on what Varve does by itself: whether jobs are started, what comes next, whether messages get through, and what starts Varve.
import { join } from 'node:path';
import type { Channel } from '../../../contract/alerts.ts';
import type { SchedulerState } from '../../../contract/jobs.ts';
import type { DoctorCheck } from '../../../contract/system.ts';
import type { Files, Machine } from '../ports.ts';

export type Finding = Pick<DoctorCheck, 'state'> & { data?: DoctorCheck['data']; detail: string };

/** What is looked at of a channel. */
export type ChannelState = Pick<Channel, 'name' | 'enabled' | 'lastDelivery' | 'deadSince' | 'waiting'>;

/** Ticks are 30 s apart at most. */
const mostTickAgeMs = 90_000;

export function schedulerFinding({ scheduling, lastTickAt, paused, next }: Pick<SchedulerState, 'scheduling' | 'lastTickAt' | 'paused' | 'next'>, nowMs: number): Finding {
  const [first] = next;
  const data: DoctorCheck['data'] = first === undefined ? {} : { job: first.name, at: first.at };
  const detail = first === undefined ? 'no run is planned' : `next: ${first.name} at ${first.at}`;
  if (paused !== null) return { state: 'attention', data: { ...data, paused: true }, detail: paused.until === null ? 'everything is paused' : `everything is paused until ${paused.until}` };
  if (!scheduling) return { state: first === undefined ? 'unknown' : 'attention', data, detail };
  const late = lastTickAt === null || nowMs - Date.parse(lastTickAt) > mostTickAgeMs;
  return late ? { state: 'broken', data, detail: lastTickAt === null ? 'it has not looked yet' : `it looked last at ${lastTickAt}` } : { state: 'well', data, detail };
}

export function channelFinding({ name, enabled, lastDelivery, deadSince, waiting }: ChannelState): Finding {
  const data = { name, waiting };
  if (!enabled) return { state: 'attention', data, detail: 'is turned off' };
  if (deadSince !== null) return { state: 'broken', data, detail: `nothing got through since ${deadSince}` };
  if (lastDelivery === null) return { state: 'attention', data, detail: 'nothing was sent yet' };
  return { state: lastDelivery.ok ? 'well' : 'attention', data, detail: lastDelivery.ok ? `got through last at ${lastDelivery.at}` : `did not get through at ${lastDelivery.at}` };
}

/** Units of systemd by the name that docs/serve.md proposes. */
export function serviceFinding(files: Pick<Files, 'stat'>, { platform, userHome }: Pick<Machine, 'platform' | 'userHome'>): Finding {
  if (platform !== 'linux') return { state: 'unknown', detail: 'is looked for on Linux only' };
  const path = ['/etc/systemd/system/varve.service', join(userHome, '.config/systemd/user/varve.service')].find((each) => files.stat(each) !== undefined);
  return path === undefined ? { state: 'unknown', detail: 'no unit varve.service' } : { state: 'well', data: { path }, detail: `the unit ${path}` };
}
