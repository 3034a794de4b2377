// Lines of a text that comes in pieces, none longer than a limit: a package may come from anybody.

export interface MemberLine {
  /** From 1. */
  number: number;
  text: string;
  /** Without its line end at the end of the file: something is missing behind it. */
  cut: boolean;
}

export class BadLine extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/** Throws BadLine for a line that is longer than `limitBytes`, or no UTF-8. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, limitBytes: number): AsyncGenerator<MemberLine, void, void> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 1;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const line = (last: Uint8Array, cut: boolean): MemberLine => {
    const bytes = held.length === 0 ? last : Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    try {
      return { number: number++, text: utf8.decode(bytes), cut };
    } catch {
      throw new BadLine(number - 1, 'is not valid UTF-8');
    }
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      if (heldBytes + end - from > limitBytes) throw new BadLine(number, `is longer than ${limitBytes} bytes`);
      yield line(chunk.subarray(from, end), false);
      from = end + 1;
    }
    if (from === chunk.length) continue;
    heldBytes += chunk.length - from;
    if (heldBytes > limitBytes) throw new BadLine(number, `is longer than ${limitBytes} bytes`);
    held.push(Uint8Array.prototype.slice.call(chunk, from));
  }
  if (heldBytes > 0) yield line(new Uint8Array(), true);
}
