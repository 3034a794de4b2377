// The rows of a comparison: one folder at a time, or everything that fits the filter as one list. Virtual; keys as in every list.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { useEffect, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Change } from '../../../contract/compare.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { listMove } from '../../ui/list-keys.ts';
import { Shape } from '../../ui/Shape.tsx';
import { useRested, useRowWindow } from '../../ui/use-row-window.ts';
import { useWords, type Words } from '../../ui/words.tsx';
import { ChangeMark } from './ChangeMark.tsx';
import { isFlat, useRows, type View } from './queries.ts';
import styles from './Compare.module.css';

const rowHeight = 28;

interface ChangeListProps {
  comparison: string;
  view: View;
  onFolder(path: string): void;
  onOpen(change: Change): void;
}

/** The last name of a path, escaped as the path is. */
function nameOf(label: string): string {
  return label.slice(label.lastIndexOf('/') + 1);
}

function kindWord({ t }: Words, { kind, folder, before }: Change): string {
  if (kind === null) return t('compare.kind.inside');
  if (kind === 'moved') return t(before === null ? 'compare.kind.movedHere' : 'compare.kind.movedAway');
  return t(folder && kind === 'metadata' ? 'compare.kind.metadata' : `compare.kind.${kind}`);
}

function sizes({ bytes }: Words, { before, after, inside, kind }: Change): string {
  if (kind === 'moved' || kind === 'metadata') return bytes((after ?? before)?.sizeBytes ?? 0);
  const [a, b] = inside === null ? [before?.sizeBytes, after?.sizeBytes] : [inside.bytesBefore, inside.bytesAfter];
  if (inside !== null && a === 0 && b === 0) return '';
  return `${a === undefined ? '–' : bytes(a)} → ${b === undefined ? '–' : bytes(b)}`;
}

function Row({ change, flat }: { change: Change; flat: boolean }): ReactNode {
  const words = useWords();
  const { t } = words;
  return (
    <>
      <ChangeMark kind={change.kind} />
      <span className="ellipsis" title={change.label}>
        {flat ? change.label : nameOf(change.label)}
        {change.folder ? '/' : ''}
        {change.other !== null && <span className="muted"> {t(change.before === null ? 'compare.from' : 'compare.to', { path: change.other })}</span>}
      </span>
      <span className={`muted ellipsis ${styles.word}`}>
        {change.suspect && <Shape tone="attention" size={13} />} {kindWord(words, change)}
      </span>
      <span className={`muted num ${styles.sizes}`}>{sizes(words, change)}</span>
    </>
  );
}

export function ChangeList({ comparison, view, onFolder, onOpen }: ChangeListProps): ReactNode {
  const { t } = useWords();
  const flat = isFlat(view);
  const [active, setActive] = useState(0);
  const [count, setCount] = useState(0);
  const { attach, onScroll, height, indexes, topOf, pageRows, first, last, show, toTop } = useRowWindow(count, rowHeight);
  const rested = useRested(first, Math.max(first, last));
  const { total, rowAt, error } = useRows(comparison, view, rested.first, rested.last);
  useEffect(() => {
    if (total !== undefined) setCount(total);
  }, [total]);
  useEffect(() => {
    setActive(0);
    toTop();
  }, [view, toTop]);

  const activate = (change: Change | undefined): void => {
    if (change === undefined) return;
    if (change.folder && !flat) onFolder(change.path);
    else if (!change.folder) onOpen(change);
  };
  const up = (): void => onFolder(view.folder.slice(0, Math.max(1, view.folder.lastIndexOf('/'))) || '/');
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowLeft' || event.key === 'Backspace') {
      event.preventDefault();
      return up();
    }
    const key = event.key === 'ArrowRight' ? 'Enter' : event.key;
    const move = listMove(key, active, count, pageRows);
    if (!move || move.kind === 'leave') return;
    event.preventDefault();
    if (move.kind === 'open') return activate(rowAt(active));
    setActive(move.index);
    show(move.index, 'near');
  };

  if (error !== undefined && error !== null) return <ErrorNotice error={error} />;
  if (total === 0) return <p className={`muted ${styles.none}`}>{t(flat ? 'compare.noneFits' : 'compare.noneHere')}</p>;
  return (
    <div ref={attach} className={styles.list} role="listbox" tabIndex={0} aria-label={t('compare.list')} title={t('compare.listHint')} aria-activedescendant={active >= first && active <= last ? `change-${active}` : undefined} onKeyDown={onKeyDown} onScroll={onScroll} data-testid="compare-list">
      <div style={{ height, position: 'relative' }} role="presentation">
        {indexes.map((index) => {
          const change = rowAt(index);
          return (
            <div key={index} id={`change-${index}`} role="option" aria-selected={index === active} aria-posinset={index + 1} aria-setsize={count} className={styles.row} data-active={index === active || undefined} data-path={change?.path} style={{ transform: `translateY(${topOf(index)}px)`, height: rowHeight }} onClick={() => (setActive(index), activate(change))}>
              {change ? <Row change={change} flat={flat} /> : <span className="muted">{t('word.loading')}…</span>}
            </div>
          );
        })}
      </div>
    </div>
  );
}
