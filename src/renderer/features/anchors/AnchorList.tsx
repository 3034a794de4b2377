// Everything that was compared, newest first; each leads to its entry.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Anchor } from '../../../contract/anchors.ts';
import { anchorKind } from '../../../contract/copy/anchors.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatExact, formatWhen } from '../../../contract/copy/values.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { toneOf } from './Answer.tsx';
import { useAnchors } from './queries.ts';
import styles from './Anchors.module.css';

function Row({ anchor }: { anchor: Anchor }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const at = new Date(anchor.at);
  const where = [anchor.label, anchor.witness, anchor.repository, anchor.snapshot?.slice(0, 8)].filter((part) => part !== null && part !== undefined).map((part) => visibleText(part, true));
  const marks = [t(`anchors.outcome.${anchor.outcome}`), ...(anchor.form === 'short' ? [t('anchors.weak')] : []), ...(anchor.outside ? [] : [t('anchors.notOutside')])];
  return (
    <li className={styles.row} data-testid="anchor" data-outcome={anchor.outcome}>
      <Shape tone={toneOf(anchor)} size={16} />
      <span>{marks.join(', ')}</span>
      <span className="num">{t('anchors.size', { size: anchor.size })}</span>
      <span className="ellipsis muted">
        {anchorKind(language, anchor.kind)}
        {where.length > 0 && `: ${where.join(' · ')}`}
      </span>
      <Link href={`/log/${anchor.seq}`} title={formatExact(language, at)}>
        {formatWhen(language, at, now)}
      </Link>
    </li>
  );
}

export function AnchorList(): ReactNode {
  const { t } = useWords();
  const anchors = useAnchors();
  return (
    <section className={styles.list} aria-labelledby="anchor-list">
      <h2 id="anchor-list">{t('anchors.list')}</h2>
      <p className="muted">{t('anchors.listSub')}</p>
      {anchors.isError && <ErrorNotice error={anchors.error} onRetry={() => void anchors.refetch()} />}
      {anchors.data?.length === 0 && <p>{t('anchors.empty')}</p>}
      {(anchors.data?.length ?? 0) > 0 && (
        <ul className={`card plain-list ${styles.rows}`}>
          {anchors.data?.map((anchor) => (
            <Row key={anchor.no} anchor={anchor} />
          ))}
        </ul>
      )}
    </section>
  );
}
