// The files of a snapshot: folders load when opened, rows are virtual, everything works from the keyboard.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { IconChevronRight, IconFile, IconFolder, IconLink } from '@tabler/icons-react';
import type { TreeEntry } from '../../contract/snapshots.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { useFolders } from './tree-folders.ts';
import { chosenState, flattenTree, toggleChosen, type TreeRow } from './tree-rows.ts';
import { useRowWindow } from './use-row-window.ts';
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
  const { folders, open, error, source } = useFolders(snapshotId, lineage, reveal);
  const rows = useMemo(() => flattenTree('/', folders, open), [folders, open]);
  const [active, setActive] = useState(0);
  const { attach, onScroll, height, indexes, topOf, pageRows, first, last, show } = useRowWindow(rows.length, rowHeight);
  useEffect(() => setActive(0), [lineage]);
  // What comes into view is read.
  useEffect(() => source.see(rows.pagesIn(first, last)), [source, rows, first, last]);
  // What is to be shown is looked for until it is there, and once only: a person may go elsewhere then.
  const revealed = useRef<string>(undefined);
  useEffect(() => {
    if (reveal === undefined || revealed.current === reveal) return;
    const index = rows.indexOf(reveal);
    if (index < 0) return;
    revealed.current = reveal;
    setActive(index);
    show(index, 'middle');
  }, [reveal, rows, show]);

  const go = (index: number): void => {
    const bounded = Math.max(0, Math.min(rows.length - 1, index));
    setActive(bounded);
    show(bounded, 'near');
  };
  const activate = (row: TreeRow): void => {
    if (row.kind !== 'entry') return;
    if (row.entry.type === 'dir') source.setOpen(row.entry.path, !row.open);
    else if (row.entry.type === 'file') onPreview?.(row.entry);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows.at(active);
    const entry = row?.kind === 'entry' ? row.entry : undefined;
    const keys: Record<string, () => void> = {
      ArrowDown: () => go(active + 1),
      j: () => go(active + 1),
      ArrowUp: () => go(active - 1),
      k: () => go(active - 1),
      PageDown: () => go(active + pageRows),
      PageUp: () => go(active - pageRows),
      Home: () => go(0),
      End: () => go(rows.length - 1),
      ArrowRight: () => (entry?.type === 'dir' && row?.kind === 'entry' && !row.open ? source.setOpen(entry.path, true) : go(active + 1)),
      ArrowLeft: () => {
        if (entry && row?.kind === 'entry' && row.open) return source.setOpen(entry.path, false);
        const parent = rows.parentOf(active);
        if (parent !== undefined) go(parent);
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

  if (error !== undefined) return <ErrorNotice error={error} onRetry={source.start} />;
  return (
    <div
      ref={attach}
      className={styles.tree}
      role="tree"
      tabIndex={0}
      aria-label={t('tree.label')}
      title={t('tree.hint')}
      aria-multiselectable={onChoose !== undefined}
      aria-activedescendant={active >= first && active <= last ? `tree-${active}` : undefined}
      onKeyDown={onKeyDown}
      onScroll={onScroll}
      data-testid="tree"
    >
      <div style={{ height: height, position: 'relative' }} role="presentation">
        {indexes.map((index) => {
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
              style={{ transform: `translateY(${topOf(index)}px)`, height: rowHeight, paddingLeft: 8 + row.depth * 16 }}
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
