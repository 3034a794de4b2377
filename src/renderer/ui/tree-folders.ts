// The folders of a snapshot as a screen has read them, page by page, as they come into view.
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from '../api/queries.ts';
import { foldersAbove, treePageSize, type Folder } from './tree-rows.ts';

export interface Folders {
  folders: ReadonlyMap<string, Folder>;
  open: ReadonlySet<string>;
  setOpen(path: string, open: boolean): void;
  /** Reads a page that is not there yet. */
  need(path: string, page: number): void;
  error: unknown;
  retry(): void;
}

/** `reveal`: a path whose folders are opened at the start. Else lone folders at the top (`/home/ana/…`) open by themselves. */
export function useFolders(snapshotId: string, lineage: string, reveal: string | undefined): Folders {
  const client = useClient();
  const [folders, setFolders] = useState<ReadonlyMap<string, Folder>>(new Map());
  const [open, setOpenPaths] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>();
  const current = useRef(lineage);
  // Other tags give a snapshot another id and leave its files as they are.
  const named = useRef(snapshotId);
  useEffect(() => {
    named.current = snapshotId;
  }, [snapshotId]);
  const asked = useRef(new Set<string>());

  /** One page; undefined when nobody waits for it any more. */
  const read = useCallback(
    async (path: string, which: { page: number } | { around: string }) => {
      const page = await client.snapshots.tree({ snapshot: named.current, path, limit: treePageSize, ...('page' in which ? { offset: which.page * treePageSize } : { around: which.around }) });
      if (current.current !== lineage) return undefined;
      setFolders((before) => new Map(before).set(path, { pages: new Map(before.get(path)?.pages).set(page.offset / treePageSize, page.entries), total: page.total }));
      return page;
    },
    [client, lineage]
  );
  const guard = useCallback(
    (work: () => Promise<void>): void => {
      work().catch((cause: unknown) => {
        if (current.current === lineage) setError(cause);
      });
    },
    [lineage]
  );

  const begin = useCallback(() => {
    current.current = lineage;
    asked.current.clear();
    setFolders(new Map());
    setOpenPaths(new Set());
    setError(undefined);
    guard(async () => {
      if (reveal !== undefined && reveal !== '/') {
        const above = foldersAbove(reveal);
        for (const [depth, path] of above.entries()) {
          await read(path, { around: reveal.split('/').filter((name) => name !== '')[depth] ?? '' });
          if (depth > 0) setOpenPaths((before) => new Set(before).add(path));
        }
        return;
      }
      for (let next: string | undefined = '/'; next !== undefined; ) {
        const page: Awaited<ReturnType<typeof read>> = await read(next, { page: 0 });
        const only = page?.total === 1 ? page.entries[0] : undefined;
        next = only?.type === 'dir' ? only.path : undefined;
        if (only !== undefined && next !== undefined) setOpenPaths((before) => new Set(before).add(only.path));
      }
    });
  }, [guard, lineage, read, reveal]);
  useEffect(begin, [begin]);

  const need = useCallback(
    (path: string, page: number): void => {
      const key = `${page} ${path}`;
      if (asked.current.has(key)) return;
      asked.current.add(key);
      guard(async () => void (await read(path, { page })));
    },
    [guard, read]
  );
  return {
    folders,
    open,
    error,
    retry: begin,
    need,
    setOpen: (path, isOpen) => {
      setOpenPaths((before) => {
        const next = new Set(before);
        if (isOpen) next.add(path);
        else next.delete(path);
        return next;
      });
      if (isOpen && !folders.has(path)) need(path, 0);
    }
  };
}
