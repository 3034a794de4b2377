// Frees large results now and not when the garbage collector comes: it sees few objects, takes that for little work, and lets some 80 MiB
// pile up in each thread. Memory that is used again at once is also still in the processor's cache.
const worthwhileBytes = 64 * 1024;

/** Gives back the memory of a buffer that a call of Node has just made and nobody else holds; it is empty afterwards. Small ones are left alone. */
export function release(result: Buffer): void {
  const { buffer } = result;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < worthwhileBytes) return;
  const mayBePooled = buffer.byteLength <= Buffer.poolSize && result.length < buffer.byteLength;
  if (!mayBePooled) buffer.transfer(0);
}
