// What a comparison found, in words first. Each sentence is a button that shows just those.
import type { ReactNode } from 'react';
import type { ChangeKind, Comparison } from '../../../contract/compare.ts';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { ChangeMark } from './ChangeMark.tsx';
import type { View } from './queries.ts';
import styles from './Compare.module.css';

const kinds = ['removed', 'content', 'added', 'moved', 'type', 'metadata'] as const satisfies readonly ChangeKind[];

export function Totals({ comparison, view, onView }: { comparison: Comparison; view: View; onView(view: View): void }): ReactNode {
  const { t, bytes, reason } = useWords();
  const { counts, folders, gapCount, gaps } = comparison;
  const there = kinds.filter((kind) => counts[kind] > 0);
  const onlyFolders = there.length === 0 && folders.added + folders.removed + folders.metadata > 0;
  return (
    <section className={styles.totals} aria-label={t('compare.totals')} data-testid="compare-totals">
      {there.length === 0 && (
        <p>
          <Shape tone="good" size={16} /> {onlyFolders ? t('compare.onlyFolders') : t('compare.nothing')}
        </p>
      )}
      {there.map((kind) => {
        const on = view.kinds.includes(kind);
        return (
          <button key={kind} type="button" className={styles.total} aria-pressed={on} data-kind={kind} onClick={() => onView({ ...view, kinds: on ? view.kinds.filter((each) => each !== kind) : [...view.kinds, kind] })}>
            <ChangeMark kind={kind} /> {t(`compare.count.${kind}`, { count: counts[kind] })}
          </button>
        );
      })}
      {counts.suspect > 0 && (
        <button type="button" className={styles.total} aria-pressed={view.suspect} title={t('compare.suspectSub')} onClick={() => onView({ ...view, suspect: !view.suspect })}>
          <Shape tone="attention" size={14} /> {t('compare.suspect', { count: counts.suspect })}
        </button>
      )}
      {counts.bytesBefore + counts.bytesAfter > 0 && <p className="muted">{t('compare.bytes', { before: bytes(counts.bytesBefore), after: bytes(counts.bytesAfter) })}</p>}
      {gapCount > 0 && (
        <details>
          <summary>
            <Shape tone="attention" size={14} /> {t('compare.gaps', { count: gapCount })}
          </summary>
          <ul>
            {gaps.slice(0, 50).map(({ path, reason: why }) => (
              <li key={path}>
                <span className="mono">{path}</span>: {reason(why)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
