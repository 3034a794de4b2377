// A program's output on its way to the disk: masked first (10.4), then cut into lines, then written. One redactor and one line maker for each stream.
import type { Clock, Files } from '../../ports.ts';
import type { Redactor } from '../../secrets/redact/index.ts';
import { looksLikeError } from './error-lines.ts';
import { LineMaker } from './lines.ts';
import { createOutputWriter } from './output/writer.ts';
import type { AttemptResult } from './protocol.ts';

const syncEveryMs = 1_000;

export interface Capture {
  push(stream: 'out' | 'err', bytes: Uint8Array): void;
  /** True when bytes came since the last call. */
  takeActivity(): boolean;
  /** To be called several times a second: hands what there is to the system, and once a second to the disk (4.7). */
  tick(): void;
  /** Everything is durable and closed; what comes later is dropped. */
  end(): Promise<void>;
  summary(): Pick<AttemptResult, 'bytes' | 'lines' | 'redacted' | 'firstErrorSeq' | 'captureFault'>;
}

export function capture(deps: { files: Files; clock: Clock; folder: string; redactor: () => Redactor }): Capture {
  const { clock } = deps;
  const writer = createOutputWriter(deps);
  const bytes = { out: 0, err: 0 };
  let firstErrorSeq: number | null = null;
  let active = false;
  let ended = false;
  let syncedAt = clock.monotonicMs();

  const streams = { out: streamOf('out'), err: streamOf('err') };

  function streamOf(stream: 'out' | 'err'): { redactor: Redactor; lines: LineMaker } {
    const sink = {
      line: (text: Uint8Array, cutBytes: number, update: boolean): void => {
        if (firstErrorSeq === null && looksLikeError(Buffer.from(text.buffer, text.byteOffset, text.length).toString('utf8'), stream)) firstErrorSeq = writer.lines;
        writer.append(stream, text, cutBytes, update);
      }
    };
    return { redactor: deps.redactor(), lines: new LineMaker(sink, () => clock.monotonicMs()) };
  }

  const give = (stream: 'out' | 'err', masked: Uint8Array): void => {
    bytes[stream] += masked.length;
    streams[stream].lines.push(masked);
  };

  return {
    push(stream, raw) {
      if (ended) return;
      active = true;
      give(stream, streams[stream].redactor.push(raw));
    },
    takeActivity() {
      const was = active;
      active = false;
      return was;
    },
    tick() {
      for (const { lines } of Object.values(streams)) lines.showUnfinished();
      writer.flush();
      const now = clock.monotonicMs();
      if (now - syncedAt < syncEveryMs) return;
      syncedAt = now;
      // Not waited for: a slow disk must not hold up stops and time limits.
      void writer.sync();
    },
    async end() {
      ended = true;
      for (const stream of ['out', 'err'] as const) {
        give(stream, streams[stream].redactor.end());
        streams[stream].lines.end();
      }
      await writer.close();
    },
    summary() {
      const counts = [streams.out.redactor.counts(), streams.err.redactor.counts()];
      const sum = (key: 'secrets' | 'shapes'): Record<string, number> => {
        const total: Record<string, number> = {};
        for (const each of counts) for (const [name, count] of Object.entries(each[key])) total[name] = (total[name] ?? 0) + count;
        return total;
      };
      return { bytes, lines: writer.lines, redacted: { secrets: sum('secrets'), shapes: sum('shapes'), total: counts.reduce((all, each) => all + each.total, 0) }, firstErrorSeq, captureFault: writer.fault };
    }
  };
}
