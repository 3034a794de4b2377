// Where the first error of an output is, remembered: finding it reads all of the output, and a reader asks for many pages of one that no longer grows.

const mostRemembered = 32;

export interface FirstErrors {
  /** What `find` says, asked again only when the output has grown since. `lines`: of the output as it is now. */
  of(output: string, lines: number, find: () => Promise<number>): Promise<number>;
}

export function createFirstErrors(): FirstErrors {
  const known = new Map<string, { lines: number; seq: number }>();
  return {
    of: async (output, lines, find) => {
      const before = known.get(output);
      if (before?.lines === lines) return before.seq;
      const seq = await find();
      known.delete(output);
      known.set(output, { lines, seq });
      const [oldest] = known.keys();
      if (known.size > mostRemembered && oldest !== undefined) known.delete(oldest);
      return seq;
    }
  };
}
