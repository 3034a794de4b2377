// Finds many byte strings at once (after Wu and Manber): a table over the last three bytes of a window says how far the window may move, so most
// bytes of a text are never looked at. Memory is two tables of 64 Ki entries however long the needles are.

export interface Needle {
  bytes: Uint8Array;
  /** Which of the secrets it belongs to. */
  owner: number;
}

export interface Finder {
  /**
   * The first place at or after `from` where a needle stands (`needle` is the longest one there), or where one may begin that goes beyond
   * the end (`needle` undefined). Undefined: nothing to the end. With `atEnd` nothing can follow, so only whole needles count.
   */
  next(text: Uint8Array, from: number, atEnd: boolean): { at: number; needle: Needle | undefined } | undefined;
}

const block = 3;
const tableSize = 65_536;
/** A wider window would move further and need more memory for the beginnings. */
const widestWindow = 32;

function hash(a: number, b: number, c: number): number {
  return ((a << 11) ^ (b << 5) ^ c ^ (a >> 5)) & 0xffff;
}

/** Needles shorter than 3 bytes are not allowed; of two equal needles the first counts. */
export function createFinder(needles: readonly Needle[]): Finder {
  const distinct = new Map<string, Needle>();
  for (const needle of needles) {
    const key = Buffer.from(needle.bytes).toString('latin1');
    if (key.length < block) throw new Error('a needle is shorter than 3 bytes');
    if (!distinct.has(key)) distinct.set(key, needle);
  }
  const window = Math.min(...[...distinct.values()].map(({ bytes }) => bytes.length), widestWindow);
  if (distinct.size === 0) return { next: () => undefined };

  const moves = new Uint8Array(tableSize).fill(window - block + 1);
  const buckets = new Map<number, Needle[]>();
  const beginnings = new Set<string>();
  for (const [key, needle] of distinct) {
    const { bytes } = needle;
    for (let end = block; end <= window; end += 1) {
      const at = hashAt(bytes, end - block);
      moves[at] = Math.min(moves[at] as number, window - end);
    }
    const at = hashAt(bytes, window - block);
    buckets.set(at, [...(buckets.get(at) ?? []), needle]);
    for (let length = 1; length < window; length += 1) beginnings.add(key.slice(0, length));
  }
  for (const bucket of buckets.values()) bucket.sort((one, other) => other.bytes.length - one.bytes.length);

  return {
    next(text, from, atEnd) {
      let at = from;
      const last = text.length - window;
      while (at <= last) {
        const end = at + window - block;
        const key = hash(text[end] as number, text[end + 1] as number, text[end + 2] as number);
        const move = moves[key] as number;
        if (move > 0) {
          at += move;
          continue;
        }
        for (const needle of buckets.get(key) as Needle[]) {
          // Most that begin alike end otherwise: a run of one letter would be compared over and over.
          const { length } = needle.bytes;
          if (at + length <= text.length && text[at + length - 1] !== needle.bytes[length - 1]) continue;
          const same = agreement(text, at, needle.bytes);
          if (same === length) return { at, needle };
          if (!atEnd && at + same === text.length) return { at, needle: undefined };
        }
        at += 1;
      }
      // Less than a window is left: only a beginning can stand here.
      for (; !atEnd && at < text.length; at += 1) if (beginnings.has(latin1(text, at))) return { at, needle: undefined };
      return undefined;
    }
  };
}

function hashAt(bytes: Uint8Array, at: number): number {
  return hash(bytes[at] as number, bytes[at + 1] as number, bytes[at + 2] as number);
}

/** How many bytes of the needle stand at `at`. */
function agreement(text: Uint8Array, at: number, needle: Uint8Array): number {
  const length = Math.min(needle.length, text.length - at);
  let same = 0;
  while (same < length && text[at + same] === needle[same]) same += 1;
  return same;
}

function latin1(text: Uint8Array, from: number): string {
  return String.fromCharCode(...text.subarray(from));
}
