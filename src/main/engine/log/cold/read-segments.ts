// The events of a package, segment after segment, checked as they pass: form, header, chain, commitments, order, what explains a missing payload. What is
// not as it must be is named with file, line and event. Entries are handed on up to the first that is not sound; the rest is only looked at.
import { createHasher, genesisHash } from '../hash.ts';
import { namesEntry, readErasure } from '../erasure.ts';
import { parseHeader, type HeaderFields } from '../header.ts';
import type { Category } from '../../../../contract/log.ts';
import { segmentEvents } from './format.ts';
import { readEventLine, type EventLine } from './event-line.ts';
import { BadLine, linesOf } from './member-lines.ts';
import type { ColdEntry } from './rebuild.ts';

const lineLimitBytes = 4 * 1024 * 1024;
const batchEvents = 1000;
const listedProblems = 1000;

export interface RecordProblem {
  path: string;
  line: number;
  /** Of the event, when it can be said. */
  seq: number | null;
  reason: string;
}

export interface SegmentsSummary {
  /** From the first line of the first segment. */
  origin: string | undefined;
  segments: number;
  /** Lines of events in all segments, sound or not. */
  events: number;
  firstEventId: string | null;
  lastEventId: string | null;
  /** Hex of the chain hash after the last event, as stored. */
  lastHash: string | null;
  /** Events up to the first that is not sound. */
  sound: number;
  problems: RecordProblem[];
  problemCount: number;
}

export interface SegmentsReader {
  /** Whose record it is, once that is known; and how many problems there are so far. */
  origin(): string | undefined;
  problemCount(): number;
  /** One segment; batches of sound entries. `path` as in the package. */
  read(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<ColdEntry[], void, void>;
  /** After the last: also what only then can be known. */
  end(): SegmentsSummary;
}

export const segmentPattern = /^event-log\/segment-(\d{6,12})\.json$/;
const firstLine = /^\{"format":"varve-segment","version":(\d{1,9}),"origin":"(varve\/[0-9a-f]{32})","segment":(\d{1,12}),"first":(\d{1,16}),"previous":(null|"[0-9a-f]{64}"),"events":\[$/;
const lastLine = /^\],"count":(\d{1,16}),"last":(\d{1,16}),"hash":(null|"[0-9a-f]{64}")\}$/;

/** `origin`: whose record it must be; without it the first segment says. */
export function createSegmentsReader({ origin: wanted }: { origin?: string | undefined } = {}): SegmentsReader {
  const hasher = createHasher();
  let origin = wanted;
  const found: SegmentsSummary = { origin: undefined, segments: 0, events: 0, firstEventId: null, lastEventId: null, lastHash: null, sound: 0, problems: [], problemCount: 0 };
  let head: string | undefined;
  let next = 0;
  let broken = false;
  /** Erased entries that wait for the event that says so, by its seq. */
  const unexplained = new Map<number, { seq: number; category: Category; path: string; line: number }[]>();

  const complain = (path: string, line: number, seq: number | null, reason: string): void => {
    broken = true;
    found.problemCount += 1;
    if (found.problems.length < listedProblems) found.problems.push({ path, line, seq, reason });
  };

  function begin(path: string, { text }: { text: string }): void {
    const match = firstLine.exec(text);
    const number = Number(segmentPattern.exec(path)?.[1]);
    if (match === null) return complain(path, 1, null, 'does not begin as a segment does');
    const [, version, own = '', segment, first, previous] = match;
    found.origin ??= own;
    origin ??= own;
    head ??= genesisHash(own);
    if (version !== '1') complain(path, 1, null, `is of version ${version}; this program reads version 1`);
    if (own !== origin) complain(path, 1, null, `belongs to ${own}, not to ${origin}`);
    if (Number(segment) !== number || number !== found.segments) complain(path, 1, null, `says that it is segment ${segment}; segment ${found.segments} was expected`);
    if (Number(first) !== segmentEvents * (number - 1)) complain(path, 1, null, `says that it begins with event ${first}`);
    if (previous !== `"${head}"`) complain(path, 1, null, 'does not continue the segment before it');
  }

  /** Returns the entry when it is sound. */
  function take(path: string, number: number, text: string): ColdEntry | undefined {
    found.events += 1;
    const line = readEventLine(text);
    if ('fault' in line) {
      complain(path, number, broken ? null : next, line.fault);
      return undefined;
    }
    const header = parseHeader(line.header);
    if (header === undefined) {
      complain(path, number, broken ? null : next, 'has a header that is not in canonical form');
      return undefined;
    }
    found.firstEventId ??= header.id;
    found.lastEventId = header.id;
    found.lastHash = line.hash;
    const { seq } = header;
    for (const reason of faultsOf(line, header)) complain(path, number, seq, reason);
    next = seq + 1;
    head = line.hash;
    if (line.by !== undefined) wait(line.by, { seq, category: header.category, path, line: number });
    explain(line, header);
    if (broken) return undefined;
    found.sound = next;
    return { header: line.header, payload: line.payload, ...(line.by !== undefined && { erasedBy: line.by }) };
  }

  function* faultsOf(line: EventLine, header: HeaderFields): Generator<string> {
    const { seq, payload: mark } = header;
    if (seq !== next) yield `is event ${seq}; event ${next} was expected`;
    if (head !== undefined && header.prev !== head) yield 'does not continue the event before it';
    if (hasher.chain(header.prev, line.header) !== line.hash) yield 'has a chain hash that does not follow from its header';
    if ((line.state === 'none') !== (mark === null)) yield mark === null ? 'has a payload against the word of its header' : 'lacks the payload that its header speaks of';
    if (line.payload !== undefined && 'body' in line.payload) {
      const { body, salt } = line.payload;
      if (mark?.enc !== 'none' || mark.size !== Buffer.byteLength(body, 'utf8') || hasher.commit(salt, body) !== mark.commit) yield 'has a payload that is not the recorded one';
    }
    if (line.state === 'sealed' && mark?.enc !== 'a256gcm') yield 'has an encrypted payload against the word of its header';
    if (line.by !== undefined && line.by <= seq) yield `is said to be erased by event ${line.by}, which came before it`;
  }

  function wait(by: number, entry: { seq: number; category: Category; path: string; line: number }): void {
    const waiting = unexplained.get(by);
    if (waiting === undefined) unexplained.set(by, [entry]);
    else waiting.push(entry);
  }

  function explain(line: EventLine, { seq, action }: HeaderFields): void {
    const waiting = unexplained.get(seq);
    if (waiting === undefined) return;
    unexplained.delete(seq);
    const erasure = line.payload !== undefined && 'body' in line.payload ? readErasure(action, line.payload.body) : undefined;
    for (const each of waiting) if (erasure === undefined || !namesEntry(erasure, each.seq, each.category)) complain(each.path, each.line, each.seq, `is said to be erased by event ${seq}, which does not say so`);
  }

  function finish(path: string, number: number, text: string, { count, cut }: { count: number; cut: boolean }): void {
    const match = lastLine.exec(text);
    if (match === null || cut) return complain(path, number, null, 'does not end as a segment does: its end is missing');
    if (Number(match[1]) !== count) complain(path, number, null, `says that it has ${match[1]} events, and has ${count}`);
    if (Number(match[2]) !== next - 1 || match[3] !== `"${head}"`) complain(path, number, null, 'says that it ends with another event than its last');
    if (count === 0) complain(path, number, null, 'has no events');
  }

  async function* read(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<ColdEntry[], void, void> {
    found.segments += 1;
    if (found.segments > 1 && next !== segmentEvents * (found.segments - 1)) complain(path, 1, null, `begins, though the segment before it ended with event ${next - 1}`);
    let batch: ColdEntry[] = [];
    let count = 0;
    let before: { text: string; number: number; cut: boolean } | undefined;
    let ended = false;
    try {
      for await (const line of linesOf(chunks, lineLimitBytes)) {
        if (ended) {
          complain(path, line.number, null, 'stands behind the end of the segment');
          break;
        }
        if (line.number === 1) begin(path, line);
        else if (line.text.startsWith(']')) {
          finish(path, line.number, line.text, { count, cut: line.cut });
          ended = true;
        } else {
          // All events but the last end in a comma.
          const comma = line.text.endsWith('},');
          if (before !== undefined && !before.text.endsWith('},')) complain(path, before.number, null, 'has no comma behind it');
          before = line;
          count += 1;
          if (count > segmentEvents) {
            complain(path, line.number, null, `is one event more than the ${segmentEvents} of a segment`);
            break;
          }
          const entry = take(path, line.number, comma ? line.text.slice(0, -1) : line.text);
          if (entry !== undefined) batch.push(entry);
          if (batch.length >= batchEvents) {
            yield batch;
            batch = [];
          }
        }
      }
      if (ended && before?.text.endsWith('},') === true) complain(path, before.number, null, 'has a comma behind it, though it is the last');
      if (!ended) complain(path, count + 2, null, 'ends too early');
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      complain(path, error.line, null, error.message);
    }
    if (batch.length > 0) yield batch;
  }

  return {
    origin: () => origin,
    problemCount: () => found.problemCount,
    read,
    end() {
      for (const [by, waiting] of unexplained) for (const each of waiting) complain(each.path, each.line, each.seq, `is said to be erased by event ${by}, which is not there`);
      unexplained.clear();
      return found;
    }
  };
}
