// One step in the way of the bytes: takes pieces, gives what is certain, keeps the rest until more comes.

export interface Stage {
  push(chunk: Uint8Array): Uint8Array;
  /** What was kept; nothing may follow. */
  end(): Uint8Array;
}

export const nothing = new Uint8Array(0);

export function join(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 0) return nothing;
  return parts.length === 1 ? (parts[0] as Uint8Array) : new Uint8Array(Buffer.concat(parts));
}
