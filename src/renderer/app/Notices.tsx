// What the engine tells a person now, below whatever screen is open. Good news leaves by itself after a while, unless somebody is at it; whatever needs a person stays
// until it is put away. All of it can be read again on the Alerts screen, so nobody has to be quick (WCAG 2.2.1).
import { Button } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { visibleText } from '../../contract/copy/text.ts';
import { useCell } from '../api/cell.ts';
import { useEngine, type Notice } from '../api/engine.tsx';
import { Shape } from '../ui/Shape.tsx';
import { useWords } from '../ui/words.tsx';
import styles from './Notices.module.css';

const tones = { critical: 'bad', warning: 'attention', info: 'info' } as const;
const leavesAfterMs = 20_000;

/** Nobody reads a page that is not shown. */
function useHidden(): boolean {
  const [hidden, setHidden] = useState(document.hidden);
  useEffect(() => {
    const look = (): void => setHidden(document.hidden);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return hidden;
}

function NoticeCard({ notice, onOpen, onLeave }: { notice: Notice; onOpen(): void; onLeave(): void }): ReactNode {
  const { t } = useWords();
  const [pointer, setPointer] = useState(false);
  const [focus, setFocus] = useState(false);
  const stays = useHidden() || pointer || focus || notice.severity !== 'info';
  useEffect(() => {
    if (stays) return;
    const timer = setTimeout(onLeave, leavesAfterMs);
    return () => clearTimeout(timer);
    // Another render is no reason to begin anew.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [stays, notice.id]);
  return (
    <div
      className={`card ${styles.notice}`}
      data-testid="notice"
      onPointerEnter={() => setPointer(true)}
      onPointerLeave={() => setPointer(false)}
      onFocus={() => setFocus(true)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocus(false);
      }}
    >
      <Shape tone={tones[notice.severity]} size={20} />
      <div>
        <p className="strong">{visibleText(notice.title, true)}</p>
        <p className="muted">{visibleText(notice.body)}</p>
      </div>
      <div className={styles.actions}>
        <Button onClick={onOpen}>{t('notice.open')}</Button>
        <Button variant="default" onClick={onLeave}>
          {t('word.close')}
        </Button>
      </div>
    </div>
  );
}

export function Notices(): ReactNode {
  const { t } = useWords();
  const { notices } = useEngine();
  const shown = useCell(notices);
  const [, navigate] = useLocation();
  const putAway = ({ id }: Notice): void => notices.update((before) => before.filter((each) => each.id !== id));
  return (
    <section className={styles.notices} aria-label={t('notice.region')} aria-live="polite">
      {shown.map((notice) => (
        <NoticeCard
          key={notice.id}
          notice={notice}
          onLeave={() => putAway(notice)}
          onOpen={() => {
            putAway(notice);
            navigate('/alerts');
          }}
        />
      ))}
    </section>
  );
}
