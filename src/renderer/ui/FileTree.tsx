// The files of a snapshot: folders load when opened, rows are virtual, everything works from the keyboard.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
// The virtual list's functions change with each render; nothing memoized is given them.
/* oxlint-disable react/incompatible-library */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { IconChevronRight, IconFile, IconFolder, IconLink } from '@tabler/icons-react';
import type { TreeEntry } from '../../contract/snapshots.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { useFolders } from './tree-folders.ts';
import { chosenState, flattenTree, toggleChosen, type TreeRow } from './tree-rows.ts';
import { useWords } from './words.tsx';
import styles from './FileTree.module.css';

const rowHeight = 27;

interface FileTreeProps {
  snapshotId: string;
  /** What stays the same when only its tags change; the folders stay open then. */
  lineage?: string;
  /** A path that is shown at the start, with the folders above it open. */
  reveal?: string | undefined;
  /** Paths chosen; without `onChoose` there are no boxes. */
  chosen?: readonly string[];
  onChoose?(chosen: string[]): void;
  onPreview?(entry: TreeEntry): void;
}

function EntryIcon({ type }: { type: TreeEntry['type'] }): ReactNode {
  if (type === 'dir') return <IconFolder size={15} stroke={1.6} aria-hidden />;
  return type === 'symlink' ? <IconLink size={15} stroke={1.6} aria-hidden /> : <IconFile size={15} stroke={1.6} aria-hidden />;
}

export function FileTree({ snapshotId, lineage = snapshotId, reveal, chosen = [], onChoose, onPreview }: FileTreeProps): ReactNode {
  const { t, bytes } = useWords();
  const { folders, open, setOpen, need, error, retry } = useFolders(snapshotId, lineage, reveal);
  const rows = useMemo(() => flattenTree('/', folders, open), [folders, open]);
  const [active, setActive] = useState(0);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 });
  const items = virtual.getVirtualItems();
  useEffect(() => setActive(0), [lineage]);
  // What comes into view is read.
  useEffect(() => {
    for (const { index } of items) {
      const row = rows.at(index);
      if (row?.kind === 'loading' && folders.has(row.path)) need(row.path, row.page);
    }
  }, [items, rows, folders, need]);
  // What is to be shown is looked for until it is there, and once only: a person may go elsewhere then.
  const revealed = useRef<string>(undefined);
  useEffect(() => {
    if (reveal === undefined || revealed.current === reveal) return;
    const index = rows.indexOf(reveal);
    if (index < 0) return;
    revealed.current = reveal;
    setActive(index);
    virtual.scrollToIndex(index, { align: 'center' });
  }, [reveal, rows, virtual]);

  const go = (index: number): void => {
    const bounded = Math.max(0, Math.min(rows.length - 1, index));
    setActive(bounded);
    virtual.scrollToIndex(bounded);
  };
  const activate = (row: TreeRow): void => {
    if (row.kind !== 'entry') return;
    if (row.entry.type === 'dir') setOpen(row.entry.path, !row.open);
    else if (row.entry.type === 'file') onPreview?.(row.entry);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows.at(active);
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
        for (let index = active - 1; index >= 0; index -= 1) if ((rows.at(index)?.depth ?? 0) < depth) return go(index);
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
        {items.map(({ index, start }) => {
          const row = rows.at(index);
          if (!row) return null;
          const entry = row.kind === 'entry' ? row.entry : undefined;
          const state = entry && onChoose ? chosenState(entry.path, chosen) : undefined;
          return (
            <div
              key={row.kind === 'entry' ? row.entry.path : `${row.kind} ${index}`}
              id={`tree-${index}`}
              role="treeitem"
              aria-level={row.depth + 1}
              aria-expanded={entry?.type === 'dir' ? row.kind === 'entry' && row.open : undefined}
              aria-checked={state === undefined ? undefined : state === 'within' ? 'mixed' : state === 'yes'}
              aria-selected={onChoose ? state === 'yes' : index === active}
              className={styles.row}
              data-active={index === active || undefined}
              data-revealed={(entry !== undefined && entry.path === reveal) || undefined}
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
            </div>
          );
        })}
      </div>
    </div>
  );
}
