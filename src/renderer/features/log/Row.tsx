// One entry as a row: when, who, the sentence, what stands on it, its kind. In the access view the purpose takes the place of the kind.
import { IconCheck, IconMessage2 } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatClock, formatWhen } from '../../../contract/copy/values.ts';
import type { LogRow } from '../../../contract/review.ts';
import { EventText } from '../../ui/EventText.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import styles from './Log.module.css';

function When({ ts }: { ts: string }): ReactNode {
  const { language } = useWords();
  const now = useNow();
  const at = new Date(ts);
  const today = at.toDateString() === now.toDateString();
  return <span className={today ? 'mono muted' : 'muted ellipsis num'}>{today ? formatClock(language, at) : formatWhen(language, at, now)}</span>;
}

/** What stands on the entry, as marks with words for whoever cannot see them. */
function Marks({ row }: { row: LogRow }): ReactNode {
  const { t } = useWords();
  return (
    <span className={styles.marks}>
      {row.notes > 0 && (
        <span title={t('review.noted', { count: row.notes })}>
          <IconMessage2 size={14} stroke={1.8} aria-hidden />
          <span className="visually-hidden">{t('review.noted', { count: row.notes })}</span>
        </span>
      )}
      {row.reviewed && (
        <span title={t('review.isReviewed')}>
          <IconCheck size={14} stroke={2} aria-hidden />
          <span className="visually-hidden">{t('review.isReviewed')}</span>
        </span>
      )}
    </span>
  );
}

export function purposeOf(payload: unknown): string | undefined {
  return typeof payload === 'object' && payload !== null && 'purpose' in payload && typeof payload.purpose === 'string' ? payload.purpose : undefined;
}

export function Row({ row, access }: { row: LogRow; access: boolean }): ReactNode {
  const { t } = useWords();
  const { entry } = row;
  if (entry === null) {
    return (
      <span className={styles.words} style={{ gridColumn: '1 / -1' }}>
        <Shape tone="bad" size={13} /> {t('review.rowDamaged', { seq: row.seq })}
      </span>
    );
  }
  return (
    <>
      <When ts={entry.ts} />
      <span className="muted ellipsis">{visibleText(entry.actorName ?? t('log.erasedName'), true)}</span>
      <span className={`ellipsis ${styles.words}`}>
        {(entry.level === 'error' || entry.payloadState === 'altered' || entry.payloadState === 'missing') && <Shape tone="bad" size={13} />}
        {entry.level === 'warn' && <Shape tone="attention" size={13} />}
        <span className="ellipsis">
          <EventText event={entry} />
        </span>
        <Marks row={row} />
      </span>
      <span className="muted ellipsis">{access ? visibleText(purposeOf(entry.payload) ?? t('review.accessNoPurpose'), true) : t(`category.${entry.category}`)}</span>
    </>
  );
}
