// The folders of a snapshot for a screen that shows them (tree-source.ts reads them).
import { useEffect, useMemo, useRef } from 'react';
import { useCell } from '../api/cell.ts';
import { useClient } from '../api/queries.ts';
import { createTreeSource, type TreeSource, type TreeState } from './tree-source.ts';

/** `lineage`: what stays the same when only tags change, which give a snapshot another id and leave its files as they are. */
export function useFolders(snapshotId: string, lineage: string, reveal: string | undefined): TreeState & { source: TreeSource } {
  const client = useClient();
  const named = useRef(snapshotId);
  useEffect(() => {
    named.current = snapshotId;
  }, [snapshotId]);
  // Another lineage is another source.
  // oxlint-disable-next-line react-hooks/exhaustive-deps
  const source = useMemo(() => createTreeSource(client.snapshots, () => named.current, reveal), [client, lineage, reveal]);
  useEffect(() => {
    source.start();
    return source.stop;
  }, [source]);
  return { ...useCell(source.state), source };
}
