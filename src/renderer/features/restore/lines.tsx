// A snapshot in a line, and those that were not taken.
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { PassedOver, Snapshot } from '../../../contract/snapshots.ts';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, useNow, useWords } from '../../ui/words.tsx';
import styles from './Restore.module.css';

export function SnapshotLine({ snapshot, label }: { snapshot: Snapshot; label: string }): ReactNode {
  return (
    <>
      {visibleText(label, true)}, <Moment at={snapshot.at} form="when" /> (<span className="mono">{snapshot.shortId}</span>)
    </>
  );
}

/** Newer snapshots than the newest sound one, each with what is wrong with it. */
export function PassedOverLine({ passedOver }: { passedOver: readonly PassedOver[] }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  if (passedOver.length === 0) return null;
  return (
    <div data-testid="passed-over">
      <p className={styles.alarm}>
        <Shape tone="attention" size={16} /> {t('restore.passedOver', { count: passedOver.length })}
      </p>
      <ul className={styles.passedOver}>
        {passedOver.map(({ snapshotId, at, reason }) => (
          <li key={snapshotId}>
            {formatWhen(language, new Date(at), now)} (<span className="mono">{snapshotId.slice(0, 8)}</span>): {t(`restore.passed.${reason}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}
