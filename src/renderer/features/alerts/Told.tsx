// What was told over the screens since the page was opened: notices leave or are put away, and can be read again here.
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { useCell } from '../../api/cell.ts';
import { useEngine } from '../../api/engine.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, useWords } from '../../ui/words.tsx';
import styles from './Alerts.module.css';

const tones = { critical: 'bad', warning: 'attention', info: 'info' } as const;

export function Told(): ReactNode {
  const { t } = useWords();
  const told = useCell(useEngine().told);
  if (told.length === 0) return null;
  return (
    <section className={`card ${styles.channels}`} aria-labelledby="told-title">
      <h2 id="told-title">{t('told.title')}</h2>
      <ul className="plain-list">
        {told.toReversed().map((notice) => (
          <li key={notice.id} className={styles.channel} data-testid="told">
            <Shape tone={tones[notice.severity]} />
            <div className={styles.body}>
              <p className="strong">{visibleText(notice.title, true)}</p>
              <p className={`muted ${styles.said}`}>{visibleText(notice.body)}</p>
            </div>
            <span className="muted">
              <Moment at={notice.at} form="when" />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
