// First layer: every byte that belongs to an occurrence of a needle is gone. Occurrences that overlap make one mask, named after the longest
// of them, so that nothing of the second one stays behind the first.
import type { Finder } from './finder.ts';
import { join, type Stage } from './stage.ts';

export interface MaskingDeps {
  finder: Finder;
  /** Replacement for the needles of each owner. */
  masks: readonly Uint8Array[];
  count: (owner: number) => void;
}

export function createMasking({ finder, masks, count }: MaskingDeps): Stage {
  let kept: Uint8Array = new Uint8Array(0);
  /** An open mask: how far it reaches into `kept`, and the longest needle in it. */
  let open: { until: number; owner: number; length: number } | undefined;

  const work = (text: Uint8Array, atEnd: boolean): Uint8Array => {
    const parts: Uint8Array[] = [];
    let done = 0; // everything before is given or masked
    let from = 0;
    const close = (): void => {
      if (open === undefined) return;
      parts.push(masks[open.owner] as Uint8Array);
      count(open.owner);
      done = open.until;
      open = undefined;
    };
    for (;;) {
      const found = finder.next(text, from, atEnd);
      // A mask is complete when no needle begins inside it any more.
      if (open !== undefined && (found === undefined || found.at >= open.until)) close();
      if (found?.needle === undefined) {
        const stop = found?.at ?? text.length;
        if (open === undefined && stop > done) parts.push(text.subarray(done, stop));
        kept = text.slice(stop);
        if (open !== undefined) open.until -= stop;
        return join(parts);
      }
      const { bytes, owner } = found.needle;
      const until = found.at + bytes.length;
      if (open === undefined) {
        if (found.at > done) parts.push(text.subarray(done, found.at));
        open = { until, owner, length: bytes.length };
      } else {
        if (bytes.length > open.length) open = { ...open, owner, length: bytes.length };
        open.until = Math.max(open.until, until);
      }
      from = found.at + 1;
    }
  };
  return {
    push: (chunk) => work(kept.length === 0 ? new Uint8Array(chunk) : join([kept, chunk]), false),
    end: () => work(kept, true)
  };
}
