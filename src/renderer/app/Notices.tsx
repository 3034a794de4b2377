// What the engine tells a person now, over whatever screen is open, until it is put away. Nothing under the pointer moves, and nothing goes by itself.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { visibleText } from '../../contract/copy/text.ts';
import { useCell } from '../api/cell.ts';
import { useEngine, type NoticeEvent } from '../api/engine.tsx';
import { Shape } from '../ui/Shape.tsx';
import { useWords } from '../ui/words.tsx';
import styles from './Notices.module.css';

const tones = { critical: 'bad', warning: 'attention', info: 'info' } as const;

export function Notices(): ReactNode {
  const { t } = useWords();
  const { notices } = useEngine();
  const shown = useCell(notices);
  const [, navigate] = useLocation();
  const putAway = ({ id }: NoticeEvent): void => notices.update((before) => before.filter((each) => each.id !== id));
  return (
    <section className={styles.notices} aria-label={t('notice.region')} aria-live="polite">
      {shown.map((notice) => (
        <div key={notice.id} className={`card ${styles.notice}`} data-testid="notice">
          <Shape tone={tones[notice.severity]} size={20} />
          <div>
            <p className="strong">{visibleText(notice.title, true)}</p>
            <p className="muted">{visibleText(notice.body)}</p>
          </div>
          <div className={styles.actions}>
            <Button
              onClick={() => {
                putAway(notice);
                navigate('/alerts');
              }}
            >
              {t('notice.open')}
            </Button>
            <Button variant="default" onClick={() => putAway(notice)}>
              {t('word.close')}
            </Button>
          </div>
        </div>
      ))}
    </section>
  );
}
