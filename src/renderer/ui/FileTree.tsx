// The files of a snapshot: folders load when opened, rows are virtual, everything works from the keyboard.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
// The virtual list's functions change with each render; nothing memoized is given them.
/* oxlint-disable react/incompatible-library */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { IconChevronRight, IconFile, IconFolder, IconLink } from '@tabler/icons-react';
import type { TreeEntry } from '../../contract/snapshots.ts';
import { useClient } from '../api/queries.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { chosenState, flattenTree, toggleChosen, type Folder, type TreeRow } from './tree-rows.ts';
import { useWords } from './words.tsx';
import styles from './FileTree.module.css';

const rowHeight = 27;
const pageSize = 1_000;

interface FileTreeProps {
  snapshotId: string;
  /** What stays the same when only its tags change; the folders stay open then. */
  lineage?: string;
  /** Paths chosen; without `onChoose` there are no boxes. */
  chosen?: readonly string[];
  onChoose?(chosen: string[]): void;
  onPreview?(entry: TreeEntry): void;
}

/** Lone folders at the top (`/home/ana/…`) open by themselves. */
function useFolders(snapshotId: string, lineage: string): { folders: ReadonlyMap<string, Folder>; open: ReadonlySet<string>; setOpen(path: string, open: boolean): void; more(path: string): void; error: unknown; retry(): void } {
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
  const loading = useRef(new Set<string>());

  const load = useCallback(
    async (path: string, offset: number, followLone: boolean): Promise<void> => {
      const key = `${path}\0${offset}`;
      if (loading.current.has(key)) return;
      loading.current.add(key);
      try {
        for (let next: string | undefined = path, from = offset; next !== undefined; from = 0) {
          const folder: string = next;
          const first = from === 0;
          const page = await client.snapshots.tree({ snapshot: named.current, path: folder, offset: from, limit: pageSize });
          if (current.current !== lineage) return;
          setFolders((before) => new Map(before).set(folder, { entries: first ? page.entries : [...(before.get(folder)?.entries ?? []), ...page.entries], total: page.total }));
          const only = page.entries[0];
          next = followLone && page.total === 1 && only?.type === 'dir' ? only.path : undefined;
          if (next !== undefined) setOpenPaths((before) => new Set(before).add(only?.path ?? folder));
        }
      } catch (cause) {
        if (current.current === lineage) setError(cause);
      } finally {
        loading.current.delete(key);
      }
    },
    [client, lineage]
  );
  const begin = useCallback(() => {
    current.current = lineage;
    loading.current.clear();
    setFolders(new Map());
    setOpenPaths(new Set());
    setError(undefined);
    void load('/', 0, true);
  }, [load, lineage]);
  useEffect(begin, [begin]);

  return {
    folders,
    open,
    error,
    retry: begin,
    more: (path) => void load(path, folders.get(path)?.entries.length ?? 0, false),
    setOpen: (path, isOpen) => {
      setOpenPaths((before) => {
        const next = new Set(before);
        if (isOpen) next.add(path);
        else next.delete(path);
        return next;
      });
      if (isOpen && !folders.has(path)) void load(path, 0, false);
    }
  };
}

function EntryIcon({ type }: { type: TreeEntry['type'] }): ReactNode {
  if (type === 'dir') return <IconFolder size={15} stroke={1.6} aria-hidden />;
  return type === 'symlink' ? <IconLink size={15} stroke={1.6} aria-hidden /> : <IconFile size={15} stroke={1.6} aria-hidden />;
}

export function FileTree({ snapshotId, lineage = snapshotId, chosen = [], onChoose, onPreview }: FileTreeProps): ReactNode {
  const { t, bytes } = useWords();
  const { folders, open, setOpen, more, error, retry } = useFolders(snapshotId, lineage);
  const rows = useMemo(() => flattenTree('/', folders, open), [folders, open]);
  const [active, setActive] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });
  useEffect(() => setActive(0), [lineage]);

  const go = (index: number): void => {
    const bounded = Math.max(0, Math.min(rows.length - 1, index));
    setActive(bounded);
    virtual.scrollToIndex(bounded);
  };
  const activate = (row: TreeRow): void => {
    if (row.kind === 'more') more(row.path);
    if (row.kind !== 'entry') return;
    if (row.entry.type === 'dir') setOpen(row.entry.path, !row.open);
    else if (row.entry.type === 'file') onPreview?.(row.entry);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[active];
    const entry = row?.kind === 'entry' ? row.entry : undefined;
    const page = Math.floor((scroller.current?.clientHeight ?? 300) / rowHeight);
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(active + 1),
      j: () => go(active + 1),
      ArrowUp: () => go(active - 1),
      k: () => go(active - 1),
      PageDown: () => go(active + page),
      PageUp: () => go(active - page),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => (entry?.type === 'dir' && row?.kind === 'entry' && !row.open ? setOpen(entry.path, true) : go(active + 1)),
      ArrowLeft: () => {
        if (entry && row?.kind === 'entry' && row.open) return setOpen(entry.path, false);
        const depth = row?.depth ?? 0;
        for (let index = active - 1; index >= 0; index -= 1) if ((rows[index]?.depth ?? 0) < depth) return go(index);
      },
      Enter: () => row && activate(row),
      ' ': () => (entry && onChoose ? onChoose(toggleChosen(entry.path, chosen)) : row && activate(row))
    };
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  if (error !== undefined) return <ErrorNotice error={error} onRetry={retry} />;
  return (
    <div
      ref={scroller}
      className={styles.tree}
      role="tree"
      tabIndex={0}
      aria-label={t('tree.label')}
      title={t('tree.hint')}
      aria-multiselectable={onChoose !== undefined}
      aria-activedescendant={`tree-${active}`}
      onKeyDown={onKeyDown}
      data-testid="tree"
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          const entry = row.kind === 'entry' ? row.entry : undefined;
          const state = entry && onChoose ? chosenState(entry.path, chosen) : undefined;
          return (
            <div
              key={row.kind === 'entry' ? row.entry.path : `${row.kind}:${row.path}`}
              id={`tree-${index}`}
              role="treeitem"
              aria-level={row.depth + 1}
              aria-expanded={entry?.type === 'dir' ? row.kind === 'entry' && row.open : undefined}
              aria-checked={state === undefined ? undefined : state === 'within' ? 'mixed' : state === 'yes'}
              aria-selected={onChoose ? state === 'yes' : index === active}
              className={styles.row}
              data-active={index === active || undefined}
              style={{ transform: `translateY(${start}px)`, height: rowHeight, paddingLeft: 8 + row.depth * 16 }}
              onClick={() => {
                setActive(index);
                activate(row);
              }}
            >
              {entry && (
                <>
                  <IconChevronRight size={13} className={styles.twist} data-open={(row.kind === 'entry' && row.open) || undefined} data-hidden={entry.type !== 'dir' || undefined} aria-hidden />
                  {state !== undefined && (
                    <span
                      className={styles.box}
                      data-state={state}
                      aria-hidden="true"
                      title={t('tree.choose', { name: entry.label })}
                      onClick={(event) => {
                        event.stopPropagation();
                        setActive(index);
                        onChoose?.(toggleChosen(entry.path, chosen));
                      }}
                    />
                  )}
                  <EntryIcon type={entry.type} />
                  <span className="ellipsis grow">{entry.label}</span>
                  {entry.type === 'file' && <span className="muted num">{bytes(entry.sizeBytes)}</span>}
                </>
              )}
              {row.kind === 'loading' && <span className="muted">{t('word.loading')}…</span>}
              {row.kind === 'empty' && <span className="muted">{t('tree.empty')}</span>}
              {row.kind === 'more' && <span className={styles.more}>{t('tree.more', { count: Math.min(row.left, pageSize) })}</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}
