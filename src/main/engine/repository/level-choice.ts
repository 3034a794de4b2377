// Which zstd level a blob is worth: 3 costs twice the time of 1, and what it saves hangs on the kind of content. Pictures, archives and
// noise gain nothing, programs and tables a tenth. Nobody can tell from the outside, so now and then a blob is compressed at both levels and what is
// found holds for the next ones that shrink as much (a sixteenth of their size apart). Blobs of one file follow each other, so the one before tells
// what to expect; where the result says that it was another kind after all, the blob is done again at 3. What is kept is never
// more than 1/128 larger than at 3, but for kinds that change between two looks.

const classes = 17;
/** The saving of level 3 that is worth its time, as a part of what level 1 leaves. */
const worthwhilePart = 1 / 128;
/** Blobs of a kind until the next look: more with each look that finds the same. */
const firstWait = 16;
const longestWait = 128;
/** Blobs that gain nothing, one after the other, until the next is expected to be such a one. */
const streakBlobs = 3;

export type Levels = 'fast' | 'full' | 'both';

interface Kind {
  verdict: 'fast' | 'full';
  wait: number;
  left: number;
}

export class LevelChoice {
  readonly #kinds: (Kind | undefined)[] = Array.from({ length: classes });
  #last = 0;
  #streak = streakBlobs;

  /** What to try first for the next blob. */
  next(): Levels {
    const kind = this.#kinds[this.#last];
    if (kind === undefined || kind.left <= 0) return 'both';
    return this.#streak < streakBlobs ? 'full' : kind.verdict;
  }

  /** Whether a blob of `plainBytes` that level 1 has made `fastBytes` of is known to gain nothing worthwhile by level 3. */
  suits(plainBytes: number, fastBytes: number): boolean {
    return this.#kinds[kindOf(plainBytes, fastBytes)]?.verdict === 'fast';
  }

  /** Takes note of what came out, in bytes: of the levels that were tried. */
  learn(plainBytes: number, fastBytes: number | undefined, fullBytes: number | undefined): void {
    if (fastBytes !== undefined && fullBytes !== undefined) {
      const verdict = fastBytes - fullBytes > fastBytes * worthwhilePart ? 'full' : 'fast';
      for (const at of new Set([kindOf(plainBytes, fastBytes), kindOf(plainBytes, fullBytes)])) {
        const known = this.#kinds[at];
        const wait = known?.verdict === verdict ? Math.min(known.wait * 2, longestWait) : firstWait;
        this.#kinds[at] = { verdict, wait, left: wait };
      }
    }
    this.#last = kindOf(plainBytes, fullBytes ?? fastBytes ?? plainBytes);
    const kind = this.#kinds[this.#last];
    if (kind !== undefined) kind.left -= 1;
    this.#streak = kind?.verdict === 'fast' ? this.#streak + 1 : 0;
  }
}

function kindOf(plainBytes: number, storedBytes: number): number {
  return Math.min(classes - 1, Math.floor((storedBytes * (classes - 1)) / plainBytes));
}
