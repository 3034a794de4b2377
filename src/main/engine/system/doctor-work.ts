// The doctor on what Varve does by itself: whether jobs are started, what comes next, whether messages get through, and what starts Varve.
import { join } from 'node:path';
import type { Channel, Ping } from '../../../contract/alerts.ts';
import type { DrillReport } from '../../../contract/drills.ts';
import type { SchedulerState } from '../../../contract/jobs.ts';
import { failedStates, type Run } from '../../../contract/runs.ts';
import type { DoctorCheck } from '../../../contract/system.ts';
import type { Files, Machine } from '../ports.ts';

export type Finding = Pick<DoctorCheck, 'state'> & { data?: DoctorCheck['data']; detail: string };

/** What is looked at of a channel. */
export type ChannelState = Pick<Channel, 'name' | 'enabled' | 'lastDelivery' | 'deadSince' | 'waiting'>;

/** Ticks are 30 s apart at most. */
const mostTickAgeMs = 90_000;
const dayMs = 86_400_000;
const mostDrillDays = 45;

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

/** `name`: the job that names the checker; null for that of Varve itself. */
export function pingFinding({ name, at, ok, error }: Pick<Ping, 'at' | 'ok' | 'error'> & { name: string | null }): Finding {
  const data: DoctorCheck['data'] = { name: name ?? 'Varve' };
  return ok ? { state: 'well', data, detail: `was told last at ${at}` } : { state: 'attention', data, detail: `could not be told at ${at}: ${error ?? ''}` };
}

/** The last drill of a plan; a drill a month is what new plans get. */
export function drillFinding(plan: string, last: Pick<DrillReport, 'at' | 'ok' | 'files' | 'failedCount'> | undefined, nowMs: number): Finding {
  if (last === undefined) return { state: 'unknown', data: { name: plan }, detail: 'never tried' };
  const days = Math.floor((nowMs - Date.parse(last.at)) / dayMs);
  const data = { name: plan, days };
  if (!last.ok) return { state: 'broken', data, detail: `tried ${days} days ago: ${last.failedCount} files did not come back as they were` };
  return { state: days > mostDrillDays ? 'attention' : 'well', data, detail: `last tried ${days} days ago, ${last.files} files` };
}

/** The last run as a test, of any job. */
export function testRunFinding(run: Pick<Run, 'jobName' | 'state' | 'createdAt'> | undefined): Finding {
  if (run === undefined) return { state: 'unknown', detail: 'no test run yet' };
  return { state: (failedStates as readonly string[]).includes(run.state) ? 'attention' : 'well', data: { job: run.jobName }, detail: `${run.jobName} at ${run.createdAt}: ${run.state}` };
}

/** Units of systemd by the name that docs/serve.md proposes. That of a person ends with their session unless systemd was told to let it linger. */
export function serviceFinding(files: Pick<Files, 'stat'>, { platform, userHome, username }: Pick<Machine, 'platform' | 'userHome' | 'username'>): Finding {
  if (platform !== 'linux') return { state: 'unknown', detail: 'is looked for on Linux only' };
  const [system, own] = ['/etc/systemd/system/varve.service', join(userHome, '.config/systemd/user/varve.service')];
  if (files.stat(system) !== undefined) return { state: 'well', data: { path: system }, detail: `the unit ${system}` };
  if (files.stat(own) === undefined) return { state: 'unknown', detail: 'no unit varve.service' };
  if (files.stat(join('/var/lib/systemd/linger', username)) !== undefined) return { state: 'well', data: { path: own }, detail: `the unit ${own}` };
  return { state: 'attention', data: { path: own, lingers: false }, detail: `the unit ${own} ends when ${username} logs out; so that it goes on: loginctl enable-linger ${username}` };
}
