// A folder of event segments that another program wrote (`segment-NNNNNN.json`, `event-log-snapshot.json`), packed as it is. What its events say is read as far as
// it is understood: a list, or an object with `events`; `id`; `hash` or `current_hash`; `previous_hash`. How their hashes were made nobody knows here, so
// only that each names the one before it can be checked.
import { join } from 'node:path';
import { throwIfAborted } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import type { EventlogSummary } from '../manifest.ts';
import type { PackageWriter } from '../place.ts';

export interface ForeignReport {
  segments: number;
  events: number;
  /** Every file could be read, and every event that names the one before it names the right one. */
  valid: boolean;
  /** Events whose link to the one before it was checked. */
  linked: number;
  problems: { path: string; reason: string }[];
  copied: { path: string; size: number }[];
}

const segmentName = /^segment-\d{6,}\.json$/;
export const snapshotName = 'event-log-snapshot.json';
const fileLimitBytes = 512 * 1024 * 1024;

/** The folder with the segments: the one given, or `event-log` in it; undefined when there is neither a segment nor a snapshot file. */
export function findForeign(files: Files, folder: string): { folder: string; segments: string[]; snapshot: string | undefined } | undefined {
  const names = (path: string): string[] => (files.stat(path)?.type === 'dir' ? files.readdir(path).filter(({ type }) => type === 'file').map(({ name }) => name) : []);
  const inside = [folder, join(folder, 'event-log')].map((path) => ({ path, segments: names(path).filter((name) => segmentName.test(name)).sort() }));
  const found = inside.find(({ segments }) => segments.length > 0) ?? inside[0];
  const snapshot = [folder, found?.path ?? folder].map((path) => join(path, snapshotName)).find((path) => files.stat(path)?.type === 'file');
  if (found === undefined || (found.segments.length === 0 && snapshot === undefined)) return undefined;
  return { folder: found.path, segments: found.segments, snapshot };
}

/** Throws what reading the disk throws; a file that is no JSON is packed and named. */
export async function packForeign(files: Files, found: NonNullable<ReturnType<typeof findForeign>>, into: Pick<PackageWriter, 'file'>, signal?: AbortSignal): Promise<{ summary: EventlogSummary; report: ForeignReport }> {
  const report: ForeignReport = { segments: found.segments.length, events: 0, valid: true, linked: 0, problems: [], copied: [] };
  const ids: { first: string | null; last: string | null } = { first: null, last: null };
  let before: string | null = null;
  const complain = (path: string, reason: string): void => {
    report.valid = false;
    report.problems.push({ path, reason });
  };
  const copy = async (path: string, from: string): Promise<unknown> => {
    throwIfAborted(signal);
    const bytes = files.readFile(from, fileLimitBytes);
    await into.file({ path, size: bytes.length }, [bytes]);
    report.copied.push({ path, size: bytes.length });
    try {
      return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
    } catch {
      return complain(path, 'is not JSON');
    }
  };
  for (const name of found.segments) {
    const path = `event-log/${name}`;
    const value = await copy(path, join(found.folder, name));
    if (value === undefined) {
      before = null;
      continue;
    }
    const events = eventsOf(value);
    if (events === undefined) complain(path, 'holds no list of events');
    for (const [at, event] of (events ?? []).entries()) {
      report.events += 1;
      const id = textOf(event['id']);
      ids.first ??= id;
      ids.last = id ?? ids.last;
      const previous = textOf(event['previous_hash']);
      if (previous !== null && before !== null) {
        report.linked += 1;
        if (previous !== before) complain(path, `event ${at + 1} does not continue the event before it`);
      }
      before = textOf(event['current_hash']) ?? textOf(event['hash']);
    }
  }
  if (found.snapshot !== undefined) await copy(snapshotName, found.snapshot);
  return { report, summary: { total_events: report.events, total_segments: report.segments, first_event_id: ids.first, last_event_id: ids.last, last_current_hash: before, snapshot_exists: found.snapshot !== undefined } };
}

function eventsOf(value: unknown): Record<string, unknown>[] | undefined {
  const list = Array.isArray(value) ? value : typeof value === 'object' && value !== null && 'events' in value && Array.isArray(value.events) ? value.events : undefined;
  return list?.map((event): Record<string, unknown> => (typeof event === 'object' && event !== null ? (event as Record<string, unknown>) : {}));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null;
}
