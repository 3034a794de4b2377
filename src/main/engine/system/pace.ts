// How fast a task goes and how long it may still take, from the byte counts it reports. Pure: times come in.
import type { TaskProgress } from '../../../contract/events.ts';

/** The rate is taken over this much of the recent past. */
const windowMs = 5_000;
/** Below this a rate says nothing. */
const shortestMs = 500;
/** Below this, an interval says little about what files and bytes cost. */
const intervalMs = 500;
/** How quickly the shown time left follows the computed one: after this long about 63 % of the way. */
const smoothingMs = 4_000;

export class Pace {
  #samples: { atMs: number; bytes: number }[] = [];
  #phase: TaskProgress['phase'] | undefined;
  #total: number | null = null;
  #effort = new Effort();
  #smoothed: { atMs: number; secondsLeft: number } | undefined;

  /** Takes the newest counts. A new phase or a count that went back starts anew: its bytes are other bytes. */
  note(atMs: number, progress: TaskProgress): void {
    const last = this.#samples.at(-1);
    if (progress.phase !== this.#phase || (last && progress.bytesDone < last.bytes)) {
      this.#samples = [];
      this.#effort = new Effort();
      this.#smoothed = undefined;
      this.#phase = progress.phase;
    }
    this.#total = progress.bytesTotal;
    this.#effort.note(atMs, progress);
    if (last && last.atMs === atMs && this.#samples.length > 0) last.bytes = progress.bytesDone;
    else this.#samples.push({ atMs, bytes: progress.bytesDone });
    while (this.#samples.length > 2 && (this.#samples[1] as { atMs: number }).atMs <= atMs - windowMs) this.#samples.shift();
  }

  /** Bytes a second over the last seconds, and the smoothed seconds left; null where nothing can be said yet. */
  read(nowMs: number): { bytesPerSecond: number | null; secondsLeft: number | null } {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || nowMs - first.atMs < shortestMs) return { bytesPerSecond: null, secondsLeft: null };
    const bytesPerSecond = ((last.bytes - first.bytes) * 1000) / (nowMs - first.atMs);
    const byEffort = this.#effort.secondsLeft();
    if (byEffort === undefined && (this.#total === null || bytesPerSecond <= 0)) return { bytesPerSecond, secondsLeft: null };
    const computed = byEffort ?? Math.max(0, (this.#total ?? 0) - last.bytes) / bytesPerSecond;
    const before = this.#smoothed;
    // What was said before has itself grown shorter by the time that passed since.
    const expected = before ? Math.max(0, before.secondsLeft - (nowMs - before.atMs) / 1000) : computed;
    const weight = before ? 1 - Math.exp(-(nowMs - before.atMs) / smoothingMs) : 1;
    const secondsLeft = expected + (computed - expected) * weight;
    this.#smoothed = { atMs: nowMs, secondsLeft };
    return { bytesPerSecond, secondsLeft };
  }
}

interface Amounts {
  atMs: number;
  files: number;
  /** Read, not passed over as unchanged. */
  bytes: number;
}

/**
 * Where files and bytes are both counted: what a file costs and what a byte costs, fitted (least squares, neither below nothing) to how long it
 * took so far, the recent half of it counting more. A thousand small files and one large one then do not mislead about each other.
 */
class Effort {
  #from: Amounts | undefined;
  #last: { progress: TaskProgress; atMs: number } | undefined;
  #startedMs = 0;
  /** Weighted sums of products: files, bytes and time with each other. */
  readonly #sums = { ff: 0, fb: 0, bb: 0, ft: 0, bt: 0 };

  note(atMs: number, progress: TaskProgress): void {
    this.#last = { progress, atMs };
    const now = { atMs, files: progress.filesDone, bytes: progress.bytesDone - (progress.bytesUnchanged ?? 0) };
    if (this.#from === undefined) {
      this.#from = now;
      this.#startedMs = atMs;
      return;
    }
    const tookMs = atMs - this.#from.atMs;
    if (tookMs < intervalMs) return;
    const files = now.files - this.#from.files;
    const bytes = now.bytes - this.#from.bytes;
    const kept = 0.5 ** (tookMs / Math.max(20_000, (atMs - this.#startedMs) / 2));
    const { ff, fb, bb, ft, bt } = this.#sums;
    Object.assign(this.#sums, { ff: ff * kept + files * files, fb: fb * kept + files * bytes, bb: bb * kept + bytes * bytes, ft: ft * kept + files * tookMs, bt: bt * kept + bytes * tookMs });
    this.#from = now;
  }

  secondsLeft(): number | undefined {
    if (this.#last === undefined) return undefined;
    const { filesDone, filesTotal, bytesDone, bytesTotal, bytesUnchanged = 0 } = this.#last.progress;
    if (filesTotal === null || bytesTotal === null || filesTotal === 0) return undefined;
    const cost = this.#costs();
    if (cost === undefined) return undefined;
    // As much of what is left will be unchanged as so far.
    const read = bytesDone > 0 ? (bytesDone - bytesUnchanged) / bytesDone : 1;
    return (cost.file * Math.max(0, filesTotal - filesDone) + cost.byte * Math.max(0, bytesTotal - bytesDone) * read) / 1000;
  }

  /** Milliseconds. undefined while nothing was done. */
  #costs(): { file: number; byte: number } | undefined {
    const { ff, fb, bb, ft, bt } = this.#sums;
    if (ff === 0 && bb === 0) return undefined;
    const determinant = ff * bb - fb * fb;
    if (determinant > 1e-6 * ff * bb) {
      const file = (ft * bb - bt * fb) / determinant;
      const byte = (bt * ff - ft * fb) / determinant;
      if (file >= 0 && byte >= 0) return { file, byte };
    }
    // One of them explains the time alone: the one that leaves less unexplained.
    const byFiles = ff > 0 ? (ft * ft) / ff : 0;
    const byBytes = bb > 0 ? (bt * bt) / bb : 0;
    return byBytes >= byFiles ? { file: 0, byte: bt / bb } : { file: ft / ff, byte: 0 };
  }
}
