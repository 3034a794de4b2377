// Compresses blob after blob, each at the level it is worth (level-choice.ts).
import { release } from './format/release.ts';
import { compress, defaultLevel, shortBytes } from './format/zstd.ts';
import { Compressor } from './format/zstd-context.ts';
import { LevelChoice } from './level-choice.ts';

const fastLevel = 1;
const fullLevel = defaultLevel;

/** One frame. Where it is `own`, its memory is the caller's to `release`; else it holds until the next call. The caller may write into it. */
export interface Frame {
  bytes: Buffer;
  own: boolean;
}

export class BlobCompressor {
  readonly #fast: Compressor;
  readonly #full: Compressor;
  readonly #choice = new LevelChoice();

  /** Memory for blobs up to `mostBytes` is kept from one to the next. */
  constructor(mostBytes: number) {
    this.#fast = new Compressor(fastLevel, mostBytes);
    this.#full = new Compressor(fullLevel, mostBytes);
  }

  compress(plain: Uint8Array): Frame {
    const { length } = plain;
    if (length < shortBytes) return frameOf(this.#fast, fastLevel, plain);
    const levels = this.#choice.next();
    const fast = levels === 'full' ? undefined : frameOf(this.#fast, fastLevel, plain);
    if (fast !== undefined && levels === 'fast' && this.#choice.suits(length, fast.bytes.length)) {
      this.#choice.learn(length, fast.bytes.length, undefined);
      return fast;
    }
    const full = frameOf(this.#full, fullLevel, plain);
    this.#choice.learn(length, fast?.bytes.length, full.bytes.length);
    if (fast === undefined) return full;
    const [smaller, larger] = full.bytes.length < fast.bytes.length ? [full, fast] : [fast, full];
    if (larger.own) release(larger.bytes);
    return smaller;
  }
}

function frameOf(compressor: Compressor, level: number, plain: Uint8Array): Frame {
  const kept = compressor.compress(plain);
  return kept === undefined ? { bytes: compress(plain, level), own: true } : { bytes: kept, own: false };
}
