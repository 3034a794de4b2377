// zstd with one long-lived context for many frames. The calls of `node:zlib` make a new one each time, which for a blob of a few KiB takes two to
// six times as long as the work itself. Node has no public call for this, so its stream's own handle is used where it looks as we know it;
// anything else gives undefined, and the caller takes the public way (zstd.ts). Whether the bytes are right is decided by their SHA-256 alone.
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { defaultLevel, levelFor, mostCompressedBytes } from './zstd.ts';

interface Handle {
  writeSync(flush: number, input: Uint8Array, inputOffset: number, inputLength: number, output: Uint8Array, outputOffset: number, outputLength: number): void;
}

interface Open {
  handle: Handle;
  /** After a call: bytes of output that are free, bytes of input that are left. */
  state: Uint32Array;
  failed: boolean;
}

const defaultMostBytes = 16 * 1024 * 1024;
/** Output up to this size is kept for the next call: a chunk has at most 8 MiB. */
const keptBytes = 9 * 1024 * 1024;

/** Size of a buffer that is kept for the next ones too: in steps, so that it seldom has to grow. */
export function roomFor(length: number): number {
  const step = 1024 * 1024;
  return Math.ceil(length / step) * step;
}

/** Output that is used again and again. */
class Output {
  #memory = Buffer.alloc(0);

  take(length: number): Buffer {
    if (length > keptBytes) return Buffer.allocUnsafeSlow(length);
    if (this.#memory.length < length) this.#memory = Buffer.allocUnsafeSlow(roomFor(length));
    return this.#memory;
  }
}

/** undefined where the stream is not what we know. */
function open(stream: object & { on(event: 'error', listener: () => void): unknown }): Open | undefined {
  const { _handle: handle, _writeState: state } = stream as { _handle?: Handle & { onerror?: () => void }; _writeState?: Uint32Array };
  stream.on('error', () => undefined);
  if (typeof handle?.writeSync !== 'function' || !(state instanceof Uint32Array) || state.length !== 2) return undefined;
  const opened: Open = { handle, state, failed: false };
  handle.onerror = () => {
    opened.failed = true;
  };
  return opened;
}

/** Hands a whole input over for one frame; false when it did not go through. */
function pass(context: Open, input: Uint8Array, output: Uint8Array, outputLength: number): boolean {
  try {
    context.handle.writeSync(constants.ZSTD_e_end, input, 0, input.length, output, 0, outputLength);
  } catch {
    context.failed = true;
  }
  return !context.failed && context.state[1] === 0;
}

export class Decompressor {
  readonly #mostBytes: number;
  readonly #output = new Output();
  #context: Open | undefined;
  #possible = true;

  /** Memory for contents up to `mostBytes` is kept; longer ones are refused. */
  constructor(mostBytes: number = defaultMostBytes) {
    this.#mostBytes = mostBytes;
  }

  /** The content of one frame that must have exactly `length` bytes; valid until the next call. undefined when it has to be done otherwise. */
  decompress(frame: Uint8Array, length: number): Buffer | undefined {
    if (!this.#possible || length < 1 || length > this.#mostBytes || frame.length < 1) return undefined;
    const context = (this.#context ??= open(createZstdDecompress({ chunkSize: 64 })));
    this.#possible = context !== undefined;
    if (context === undefined) return undefined;
    const output = this.#output.take(length);
    if (pass(context, frame, output, length) && context.state[0] === 0) return output.subarray(0, length);
    this.#context = undefined; // it may be in the middle of a frame
    return undefined;
  }
}

export class Compressor {
  readonly #level: number;
  readonly #mostBytes: number;
  readonly #output = new Output();
  readonly #contexts = new Map<number, Open>();
  #possible = true;

  constructor(level: number = defaultLevel, mostBytes: number = defaultMostBytes) {
    this.#level = level;
    this.#mostBytes = mostBytes;
  }

  /** One frame, the same bytes as `compress` gives; valid until the next call. undefined when it has to be done otherwise. */
  compress(plain: Uint8Array): Buffer | undefined {
    const { length } = plain;
    if (!this.#possible || length < 1 || length > this.#mostBytes) return undefined;
    const level = levelFor(length, this.#level);
    const context = this.#contexts.get(level) ?? this.#open(level);
    if (context === undefined) return undefined;
    const room = mostCompressedBytes(length);
    const output = this.#output.take(room);
    // With all of the input and the end in one call zstd itself notes the content's size in the frame.
    if (pass(context, plain, output, room) && context.state[0] !== 0) return output.subarray(0, room - (context.state[0] as number));
    this.#contexts.delete(level);
    return undefined;
  }

  #open(level: number): Open | undefined {
    const context = open(createZstdCompress({ chunkSize: 64, params: { [constants.ZSTD_c_compressionLevel]: level } }));
    if (context !== undefined) this.#contexts.set(level, context);
    this.#possible = context !== undefined;
    return context;
  }
}
