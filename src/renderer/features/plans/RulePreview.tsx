// What the rules leave out, by reason with count and size, and the largest of it by name.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatNumber } from '../../../contract/copy/values.ts';
import type { PlanPreview } from '../../../contract/snapshots.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import type { Previewed } from './usePlanPreview.ts';
import styles from './Plans.module.css';

const mostNamed = 100;

function Sums({ state }: { state: PlanPreview }): ReactNode {
  const { t, bytes, language } = useWords();
  return (
    <table className={styles.sums} data-testid="left-out">
      <caption className="visually-hidden">{t('plans.leftOut')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('plans.colReason')}</th>
          <th scope="col">{t('plans.colItems')}</th>
          <th scope="col">{t('plans.colFiles')}</th>
          <th scope="col">{t('plans.colSize')}</th>
        </tr>
      </thead>
      <tbody>
        {state.leftOut.map(({ by, items, files, bytes: size }) => (
          <tr key={by} data-by={by}>
            <th scope="row">{t(`plans.by.${by}`)}</th>
            <td className="num">{formatNumber(language, items)}</td>
            <td className="num">{formatNumber(language, files)}</td>
            <td className="num">{bytes(size)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Largest({ state }: { state: PlanPreview }): ReactNode {
  const { t, bytes } = useWords();
  const largest = [...state.items].sort((a, b) => b.bytes - a.bytes).slice(0, mostNamed);
  return (
    <details>
      <summary>{t('plans.largest')}</summary>
      <ul className={`plain-list ${styles.largest}`} tabIndex={0} aria-label={t('plans.largest')} data-testid="left-out-items">
        {largest.map(({ path, by, folder, bytes: size }) => (
          <li key={path}>
            <span className="mono ellipsis" title={visibleText(path, true)}>
              {visibleText(path, true)}
              {folder ? '/' : ''}
            </span>
            <span className="muted">{t(`plans.by.${by}`)}</span>
            <span className="num">{bytes(size)}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

export function RulePreview({ previewed, counting, onAgain }: { previewed: Previewed | undefined; counting: boolean; onAgain(): void }): ReactNode {
  const { t, bytes } = useWords();
  const state = previewed?.state;
  const out = { files: state?.leftOut.reduce((sum, { files }) => sum + files, 0) ?? 0, bytes: state?.leftOut.reduce((sum, each) => sum + each.bytes, 0) ?? 0 };
  const said = (): string => {
    if (state === undefined) return counting ? t('plans.counting') : '';
    const kept = t('plans.kept', { files: t('word.files', { count: state.kept.files }), size: bytes(state.kept.bytes) });
    return `${kept} ${out.files === 0 && state.leftOut.length === 0 ? t('plans.outNothing') : t('plans.out', { files: t('word.files', { count: out.files }), size: bytes(out.bytes) })}`;
  };
  return (
    <div className={styles.preview} data-testid="rule-preview" data-state={previewed?.error !== undefined && !counting ? 'failed' : counting ? 'counting' : state ? 'done' : 'none'} aria-busy={counting}>
      <div className="row">
        <h3 className="grow">{t('plans.preview')}</h3>
        {!counting && (
          <Button variant="subtle" size="compact-xs" onClick={onAgain}>
            {t('plans.countAgain')}
          </Button>
        )}
      </div>
      {previewed?.error !== undefined && !counting ? (
        <ErrorNotice error={previewed.error} compact />
      ) : (
        <>
          <p className={counting ? 'muted' : undefined} role={counting ? undefined : 'status'}>
            {said()}
            {counting && state !== undefined && ` ${t('plans.counting')}`}
          </p>
          {state !== undefined && state.unreadable > 0 && (
            <p className="row">
              <Shape tone="attention" /> {t('plans.unreadable', { count: state.unreadable })}
            </p>
          )}
          {state !== undefined && state.leftOut.length > 0 && (
            <>
              <Sums state={state} />
              <Largest state={state} />
            </>
          )}
        </>
      )}
    </div>
  );
}
