// JSON lines of events, as a program pipes them in: checked one by one, appended a hundred at a time in one transaction each.
import { join } from 'node:path';
import type { Refusal } from '../../../../contract/intake.ts';
import { AppendInput } from '../../../../contract/log.ts';
import { isVarveError, throwIfAborted } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import { parseIJson } from '../json-text.ts';
import { LineSplitter, type Line } from './lines.ts';
import type { Caller, Outside } from './outside.ts';
import { createQuarantine, type Quarantine } from './quarantine.ts';
import { reportsFolder, stamp } from './intake-files.ts';
import { withKeys } from './with-keys.ts';

export interface AppendLinesResult {
  lines: number;
  appended: number;
  blank: number;
  first: number | null;
  last: number | null;
  masked: number;
  refused: number;
  /** The line that ended it, with `stop`. */
  stoppedAt: Refusal | null;
  quarantine: string | null;
}

export interface AppendLinesOptions {
  caller: Caller;
  /** `stop`: everything before the bad line is in, nothing after it. `quarantine`: the bad line is kept in a file, the rest goes on. */
  onError: 'stop' | 'quarantine';
  signal?: AbortSignal | undefined;
  onProgress?: (result: Readonly<AppendLinesResult>) => void;
}

const batchEvents = 100;

export async function appendLines({ context, outside }: { context: LogContext; outside: Outside }, chunks: AsyncIterable<Uint8Array>, options: AppendLinesOptions): Promise<AppendLinesResult> {
  const result: AppendLinesResult = { lines: 0, appended: 0, blank: 0, first: null, last: null, masked: 0, refused: 0, stoppedAt: null, quarantine: null };
  const splitter = new LineSplitter();
  let batch: { line: Line; input: AppendInput }[] = [];
  let quarantine: Quarantine | undefined;

  /** False when it ends here. */
  const refuse = (line: Line, code: Refusal['code'], detail: string): boolean => {
    const refusal = { line: line.number, code, detail };
    result.refused += 1;
    if (options.onError === 'stop') {
      result.stoppedAt = refusal;
      return false;
    }
    result.quarantine ??= join(reportsFolder(context), `${stamp(context)}-append-refused.jsonl`);
    quarantine ??= createQuarantine(context.files, result.quarantine);
    quarantine.add(line, refusal);
    return true;
  };

  const append = (inputs: readonly AppendInput[]): void => {
    const appended = outside.append(inputs, options.caller);
    result.appended += appended.length;
    result.first ??= appended[0]?.seq ?? null;
    result.last = appended.at(-1)?.seq ?? result.last;
    for (const { masked = [] } of appended) for (const { count, sample } of masked) if (!sample) result.masked += count;
  };

  /** What one line has wrong is only known when it is tried: then each goes alone. */
  const flush = async (): Promise<boolean> => {
    const waiting = batch;
    batch = [];
    if (waiting.length === 0) return true;
    try {
      await withKeys(context.keys, () => append(waiting.map(({ input }) => input)));
      return true;
    } catch (error) {
      if (reasonOf(error) === undefined) throw error;
    }
    return waiting.every(({ line, input }) => {
      try {
        append([input]);
        return true;
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === undefined) throw error;
        return refuse(line, 'refused', reason);
      }
    });
  };

  const take = async (line: Line): Promise<boolean> => {
    result.lines += 1;
    const read = readLine(line);
    if (read.kind === 'blank') result.blank += 1;
    else if (read.kind === 'event') batch.push({ line, input: read.input });
    // What stands before it goes in first, so that "stopped at line N" means all before N.
    else return (await flush()) && refuse(line, read.code, read.detail);
    return batch.length < batchEvents || flush();
  };

  try {
    for await (const chunk of chunks) {
      for (const line of splitter.push(Buffer.from(chunk))) if (!(await take(line))) return result;
      throwIfAborted(options.signal);
      options.onProgress?.(result);
    }
    const last = splitter.end();
    if (last !== undefined && !(await take(last))) return result;
    await flush();
    quarantine?.sync();
    return result;
  } finally {
    quarantine?.close();
  }
}

type Read = { kind: 'blank' } | { kind: 'event'; input: AppendInput } | { kind: 'refused'; code: Refusal['code']; detail: string };

function readLine({ bytes, long, number }: Line): Read {
  if (bytes === undefined) return { kind: 'refused', code: 'too-long', detail: `has ${long?.length ?? 0} bytes` };
  const start = number === 1 && bytes.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
  const content = bytes.subarray(start);
  if (content.every((byte) => byte === 32 || byte === 9 || byte === 13)) return { kind: 'blank' };
  try {
    const parsed = AppendInput.safeParse(parseIJson(content));
    if (parsed.success) return { kind: 'event', input: parsed.data };
    const issue = parsed.error.issues[0];
    return { kind: 'refused', code: 'refused', detail: `${issue?.path.map(String).join('.') || 'line'}: ${issue?.message ?? 'is not as expected'}` };
  } catch (error) {
    const detail = reasonOf(error);
    if (detail === undefined) throw error;
    return { kind: 'refused', code: 'not-json', detail };
  }
}

function reasonOf(error: unknown): string | undefined {
  if (!isVarveError(error) || error.code !== 'EVENT_REFUSED') return undefined;
  const { field, reason } = error.data as { field: string; reason: string };
  return field === 'ts' ? undefined : field === 'payload' ? reason : `${field}: ${reason}`;
}
