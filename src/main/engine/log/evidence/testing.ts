// For tests of evidence: a small log with a bit of everything, bundles in memory, and what a forger can do to one.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { EvidenceReport } from '../../../../contract/evidence.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { isVarveError } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import type { EventLog, LogKeys } from '../index.ts';
import { formatVkey, publicKeyOf } from '../note/index.ts';
import { createTestKeys, openTestLog, testHomeId } from '../testing.ts';
import type { Entry, Head } from './bundle-format.ts';
import { formatLastLine } from './bundle-format.ts';
import { LineReader } from './line-reader.ts';
import { verifyBundle, type Given } from './verify-bundle.ts';

export const origin = `varve/${testHomeId}`;
export const files = createNodeFiles();
export const testVkey = (n = 1): string => formatVkey(origin, publicKeyOf(new Uint8Array(32).fill(n)));

export interface Workshop {
  folder: string;
  at(name: string): string;
  open(name: string, keys?: LogKeys): EventLog;
  remove(): void;
}

export function createWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'varve-evidence-'));
  const at = (name: string): string => join(folder, name);
  return {
    folder,
    at,
    open: (name, keys = createTestKeys()) => openTestLog({ files, path: at(name), keys }).log,
    remove: () => rmSync(folder, { recursive: true, force: true })
  };
}

/** Notes and experiments, with and without payload. */
export function fill(log: EventLog, count: number): void {
  const events = Array.from({ length: count }, (_, i) =>
    i % 7 === 3 ? { action: 'app.mark', category: 'app' as const } : { action: 'app.noted', category: i % 2 === 0 ? ('note' as const) : ('experiment' as const), payload: { text: `secret word ${i} "é" \\ \u2028`, i } }
  );
  for (let from = 0; from < count; from += 500) log.appendMany(events.slice(from, from + 500));
}

/** Erases payloads as a complete erasure would leave them, by an event that names them (or names others). */
export function erase(log: EventLog, path: string, seqs: readonly number[], named: readonly number[] = seqs): number {
  const { seq } = log.append({ action: 'log.erasure', category: 'record', payload: { seqs: named, reason: 'asked', basis: 'consent withdrawn' } });
  const db = new BetterSqlite3(path);
  db.exec('DROP TRIGGER payloads_go_only_by_a_recorded_erasure');
  for (const target of seqs) {
    db.prepare('DELETE FROM payloads WHERE seq = ?').run(target);
    db.prepare('INSERT INTO erased (seq, event) VALUES (?, ?)').run(target, seq);
  }
  db.close();
  return seq;
}

async function textOf(pieces: AsyncIterable<{ text: string }>): Promise<string> {
  let whole = '';
  for await (const { text } of pieces) whole += text;
  return whole;
}

/** Only `read` is there: checking needs nothing else of a file. */
function filesOver(bytes: Uint8Array): Files {
  let at = 0;
  const read: Files['read'] = (_fd, buffer, offset, length) => {
    const taken = bytes.subarray(at, at + length);
    buffer.set(taken, offset);
    at += taken.length;
    return taken.length;
  };
  return { read } as Files;
}

const run = { pause: () => Promise.resolve() };

export function verify(bundle: string | Uint8Array, given: Given = { keys: [] }): Promise<EvidenceReport> {
  const bytes = typeof bundle === 'string' ? Buffer.from(bundle, 'utf8') : bundle;
  return verifyBundle(new LineReader(filesOver(bytes), 0), given, run);
}

/** The reason of a refusal, `lack` of what is missing, or undefined when it is taken. Any other failure fails the test. */
export async function refusal(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (isVarveError(error) && error.code === 'EVIDENCE_REFUSED') return (error.data as { reason: string }).reason;
    if (isVarveError(error) && error.code === 'EVIDENCE_MISSING') return `missing ${(error.data as { lack?: string }).lack}`;
    throw error;
  }
}

export interface Parts {
  head: Head;
  entries: Entry[];
}

export function takeApart(bundle: string): Parts {
  const [first = '', ...rest] = bundle.trimEnd().split('\n');
  return { head: JSON.parse(first) as Head, entries: rest.slice(0, -1).map((line) => JSON.parse(line) as Entry) };
}

/** The bundle with a last line that fits, whatever is before it. */
export function putTogether({ head, entries }: { head: unknown; entries: readonly unknown[] }, announced = entries.length): string {
  return close([head, ...entries].map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n') + '\n', announced);
}

export function close(before: string | Uint8Array, announced: number): string {
  const bytes = Buffer.from(before);
  return bytes.toString('utf8') + formatLastLine(announced, createHash('sha256').update(bytes).digest('hex'));
}

/** Changes the parts of a bundle and closes it anew. */
export function forge(bundle: string, change: (parts: Parts) => unknown): string {
  const parts = takeApart(bundle);
  change(parts);
  return putTogether(parts, parts.head.entries);
}

export function bundleOf(log: EventLog, request: Parameters<EventLog['evidence']['download']>[0] = {}): Promise<string> {
  return textOf(log.evidence.download(request, 'ada', undefined));
}

/** The code of the failure, or undefined. */
export async function code(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (isVarveError(error)) return error.code;
    throw error;
  }
}

/** Keys of somebody else, or of somebody who came to another seed: 32 bytes of `n`. */
export function otherKeys(n: number): LogKeys {
  const seed = new Uint8Array(32).fill(n);
  return { ...createTestKeys(), pinned: () => [publicKeyOf(seed)], open: () => ({ seed: () => seed, sealingKey: seed }) };
}
