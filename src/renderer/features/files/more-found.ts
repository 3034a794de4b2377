// What was found beyond the first page: asked for when somebody gets there, each page going on where the one before ended.
import { useCallback, useEffect, useRef, useState } from 'react';
import type { FindResult, FoundName } from '../../../contract/names.ts';

export interface MoreFound {
  matches: readonly FoundName[];
  loading: boolean;
  /** Why the next page did not come; nothing is asked again until `retry`. */
  error: unknown;
  more(): void;
  retry(): void;
}

/** `page`: what comes after a path. */
export function useMoreFound(first: FindResult, page: (after: string) => Promise<FindResult>): MoreFound {
  const [further, setFurther] = useState<readonly FoundName[]>([]);
  const [loading, setLoading] = useState(false);
  const [error, setError] = useState<unknown>();
  /** The answer that the pages belong to; a page of another one is thrown away. */
  const of = useRef(first);
  useEffect(() => {
    of.current = first;
    setFurther([]);
    setLoading(false);
    setError(undefined);
  }, [first]);
  const matches = further.length === 0 ? first.matches : [...first.matches, ...further];
  const last = matches.at(-1)?.path;
  const load = useCallback(async (): Promise<void> => {
    if (last === undefined) return;
    setLoading(true);
    setError(undefined);
    try {
      const { matches: next } = await page(last);
      if (of.current === first) setFurther((before) => [...before, ...next]);
    } catch (failure) {
      if (of.current === first) setError(failure);
    }
    if (of.current === first) setLoading(false);
  }, [first, last, page]);
  const complete = matches.length >= first.total;
  const more = useCallback((): void => {
    if (!complete && !loading && error === undefined) void load();
  }, [complete, loading, error, load]);
  return { matches, loading, error, more, retry: () => void load() };
}
