// Decompresses many small frames with one zstd context. `zstdDecompressSync` makes a new one each time, which for a file of a few KiB costs
// six times as much as the decompression. Node has no public call for this, so its stream's own handle is used where it looks as we know
// it; anything else gives undefined, and the caller takes the public way. Whether the bytes are right is decided by their SHA-256 alone.
import { constants, createZstdDecompress } from 'node:zlib';

interface Handle {
  writeSync(flush: number, input: Uint8Array, inputOffset: number, inputLength: number, output: Uint8Array, outputOffset: number, outputLength: number): void;
}

interface Open {
  handle: Handle;
  /** After a call: bytes of output that are free, bytes of input that are left. */
  state: Uint32Array;
  failed: boolean;
}

const mostBytes = 16 * 1024 * 1024;

/** Size of a buffer that is kept for the next ones too: in steps, so that it seldom has to grow. */
export function roomFor(length: number): number {
  const step = 1024 * 1024;
  return Math.ceil(length / step) * step;
}

export class Decompressor {
  #open: Open | undefined;
  #output = Buffer.alloc(0);
  #possible = true;

  /** The content of one frame that must have exactly `length` bytes; valid until the next call. undefined when it has to be done otherwise. */
  decompress(frame: Uint8Array, length: number): Buffer | undefined {
    if (!this.#possible || length < 1 || length > mostBytes || frame.length < 1) return undefined;
    const open = (this.#open ??= this.#create());
    if (open === undefined) return undefined;
    if (this.#output.length < length) this.#output = Buffer.allocUnsafeSlow(roomFor(length));
    try {
      open.handle.writeSync(constants.ZSTD_e_end, frame, 0, frame.length, this.#output, 0, length);
    } catch {
      open.failed = true;
    }
    if (!open.failed && open.state[0] === 0 && open.state[1] === 0) return this.#output.subarray(0, length);
    this.#open = undefined; // the context may be in the middle of a frame
    return undefined;
  }

  #create(): Open | undefined {
    const stream = createZstdDecompress({ chunkSize: 64 });
    const open: Partial<Open> = { failed: false, handle: (stream as unknown as { _handle?: Handle })._handle as Handle, state: (stream as unknown as { _writeState?: Uint32Array })._writeState as Uint32Array };
    stream.on('error', () => undefined);
    const hasHandle = typeof open.handle?.writeSync === 'function' && open.state instanceof Uint32Array && open.state.length === 2;
    if (!hasHandle) this.#possible = false;
    else (open.handle as Handle & { onerror?: () => void }).onerror = () => (open.failed = true);
    return hasHandle ? (open as Open) : undefined;
  }
}
