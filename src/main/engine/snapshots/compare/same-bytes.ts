// Are two contents equal? Ids of chunks decide where both sides cut files in the same way; else the bytes themselves, read once from the front until
// they differ.
import { throwIfAborted } from '../../kit/errors.ts';

export async function sameBytes(a: AsyncIterable<Uint8Array>, b: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<boolean> {
  const [left, right] = [a[Symbol.asyncIterator](), b[Symbol.asyncIterator]()];
  let [x, y]: (Uint8Array | undefined)[] = [new Uint8Array(), new Uint8Array()];
  try {
    for (;;) {
      throwIfAborted(signal);
      while (x !== undefined && x.length === 0) x = await nextOf(left);
      while (y !== undefined && y.length === 0) y = await nextOf(right);
      if (x === undefined || y === undefined) return x === y;
      const length = Math.min(x.length, y.length);
      if (Buffer.compare(x.subarray(0, length), y.subarray(0, length)) !== 0) return false;
      x = x.subarray(length);
      y = y.subarray(length);
    }
  } finally {
    await left.return?.();
    await right.return?.();
  }
}

async function nextOf(pieces: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  const next = await pieces.next();
  return next.done === true ? undefined : next.value;
}
