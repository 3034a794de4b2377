// Every change a restore would make, as one list that may be a million rows long, with a filter by kind and by name; for a file in the way, a choice of its own.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { Radio, TextInput } from '@mantine/core';
import { useEffect, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Conflict, ConflictChoice, RestoreAction, RestoreChange } from '../../../contract/snapshots.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { listMove } from '../../ui/list-keys.ts';
import { useRested, useRowWindow } from '../../ui/use-row-window.ts';
import { useWords } from '../../ui/words.tsx';
import { useChanges } from './changes.ts';
import styles from './Restore.module.css';

const rowHeight = 28;
/** What stays as it is, is shown only when it is asked for. */
const shownFirst: readonly RestoreAction[] = ['new', 'replaced', 'kept', 'both', 'metadata', 'deleted', 'refused'];
const signs: Record<RestoreAction, string> = { new: '+', replaced: '≠', kept: '=', both: '⇉', same: '·', metadata: '≈', deleted: '−', refused: '!' };
const policies: readonly { value: Conflict; key: 'restore.keep' | 'restore.replace' | 'restore.newer' | 'restore.both' }[] = [
  { value: 'keep', key: 'restore.keep' },
  { value: 'both', key: 'restore.both' },
  { value: 'newer', key: 'restore.newer' },
  { value: 'replace', key: 'restore.replace' }
];

interface ChangeListProps {
  token: string;
  /** Of each kind, those there are. */
  counts: Partial<Record<RestoreAction, number>>;
  conflict: Conflict;
  choices: readonly ConflictChoice[];
  /** Not given where a file cannot get a choice of its own. */
  onChoose?: ((choice: ConflictChoice) => void) | undefined;
}

export function ChangeList({ token, counts, conflict, choices, onChoose }: ChangeListProps): ReactNode {
  const { t } = useWords();
  const [only, setOnly] = useState<RestoreAction>();
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const [count, setCount] = useState(0);
  const [chosen, setChosen] = useState<RestoreChange>();
  const { attach, onScroll, height, indexes, topOf, pageRows, first, last, show, toTop } = useRowWindow(count, rowHeight);
  const rested = useRested(first, Math.max(first, last));
  const { total, rowAt, error } = useChanges(token, { actions: only === undefined ? shownFirst : [only], search }, rested.first, rested.last);
  useEffect(() => {
    if (total !== undefined) setCount(total);
  }, [total]);
  useEffect(() => {
    setActive(0);
    setChosen(undefined);
    toTop();
  }, [only, search, toTop]);

  const go = (index: number): void => {
    setActive(index);
    setChosen(rowAt(index));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = listMove(event.key, active, count, pageRows);
    if (!move || move.kind === 'leave') return;
    event.preventDefault();
    if (move.kind === 'open') return go(active);
    go(move.index);
    show(move.index, 'near');
  };

  const there = [...shownFirst, 'same' as const].filter((action) => (counts[action] ?? 0) > 0);
  return (
    <section aria-label={t('restore.changes')} className={styles.changesPart}>
      <h3 className="heading">{t('restore.changes')}</h3>
      <div className={styles.filters}>
        {there.map((action) => (
          <button key={action} type="button" className={styles.filter} aria-pressed={only === action} onClick={() => setOnly(only === action ? undefined : action)}>
            <span className={styles.sign} data-action={action} aria-hidden="true">
              {signs[action]}
            </span>
            {t(`restore.change.${action}`)} <span className="num">{counts[action]}</span>
          </button>
        ))}
        <TextInput type="search" size="xs" className={styles.search} aria-label={t('restore.changeSearch')} placeholder={t('restore.changeSearch')} value={search} onChange={(event) => setSearch(event.currentTarget.value)} />
      </div>
      {error !== undefined && error !== null && <ErrorNotice error={error} compact />}
      {total === undefined && count === 0 && (
        <p className="muted" role="status">
          {t('word.loading')}…
        </p>
      )}
      {total === 0 && (
        <p className="muted" role="status">
          {t(search === '' && only === undefined ? 'restore.changeNone' : 'restore.changeNoneFits')}
        </p>
      )}
      {total !== 0 && (
        <div ref={attach} className={`card ${styles.changes}`} role="listbox" tabIndex={0} aria-label={t('restore.changes')} aria-activedescendant={active >= first && active <= last ? `restore-change-${active}` : undefined} onKeyDown={onKeyDown} onScroll={onScroll} onFocus={() => chosen ?? setChosen(rowAt(active))} data-testid="restore-changes">
          <div style={{ height, position: 'relative' }} role="presentation">
            {indexes.map((index) => {
              const change = rowAt(index);
              return (
                <div key={index} id={`restore-change-${index}`} role="option" aria-selected={index === active} aria-posinset={index + 1} aria-setsize={count} className={styles.change} data-active={index === active || undefined} data-path={change?.path} style={{ transform: `translateY(${topOf(index)}px)`, height: rowHeight }} onClick={() => go(index)}>
                  {change ? <Row change={change} /> : <span className="muted">{t('word.loading')}…</span>}
                </div>
              );
            })}
          </div>
        </div>
      )}
      {chosen?.conflict === true && onChoose && (
        <Radio.Group
          className={styles.choice}
          label={t('restore.choiceFor', { path: chosen.label })}
          value={choices.find(({ path }) => path === chosen.path)?.conflict ?? conflict}
          onChange={(value) => onChoose({ path: chosen.path, conflict: value as Conflict })}
          data-testid="choice"
        >
          <div className={styles.policies}>
            {policies.map(({ value, key }) => (
              <Radio key={value} value={value} label={t(key)} />
            ))}
          </div>
        </Radio.Group>
      )}
    </section>
  );
}

function Row({ change }: { change: RestoreChange }): ReactNode {
  const { t, bytes, reason } = useWords();
  return (
    <>
      <span className={styles.sign} data-action={change.action} aria-hidden="true">
        {signs[change.action]}
      </span>
      <span className="ellipsis" title={change.label}>
        {change.label}
        {change.type === 'dir' ? '/' : ''}
        {change.into !== null && <span className="muted"> → {change.into}</span>}
      </span>
      <span className="muted ellipsis">{change.reason === null ? t(`restore.change.${change.action}`) : reason(change.reason)}</span>
      <span className="muted num">{change.bytes > 0 ? bytes(change.bytes) : ''}</span>
    </>
  );
}
