// Outside anchors: what is held elsewhere, how old it is, and every way to hold more.
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { isGrave, standsAgainst, type AnchorStatus } from '../../../contract/anchors.ts';
import { anchorKind, anchorSentence } from '../../../contract/copy/anchors.ts';
import { useAnchorStatus } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import { AnchorList } from './AnchorList.tsx';
import { FromRepository } from './FromRepository.tsx';
import { HoldForm } from './HoldForm.tsx';
import { PrintForm } from './PrintForm.tsx';
import { Witnesses } from './Witnesses.tsx';
import styles from './Anchors.module.css';

function State({ status: { newest, due, uncovered, refused } }: { status: AnchorStatus }): ReactNode {
  const { t, language } = useWords();
  if (refused !== null && standsAgainst(refused, newest)) {
    return (
      <div className={`card ${styles.state}`} role="alert" data-testid="anchor-state" data-state="refused">
        <Shape tone={isGrave(refused) ? 'bad' : 'attention'} size={20} />
        <div>
          <p className="strong">{anchorSentence(language, refused)}</p>
          <p className="muted">
            <Sentence of="anchors.refusedSub" slots={{ when: <Moment at={refused.at} /> }} />
          </p>
        </div>
      </div>
    );
  }
  return (
    <div className={`card ${styles.state}`} data-testid="anchor-state" data-state={newest === null ? 'never' : due ? 'due' : 'fresh'}>
      <Shape tone={due ? 'attention' : newest ? 'good' : 'unknown'} size={20} />
      <div>
        <p className="strong">{newest === null ? t('anchors.never') : <Sentence of="anchors.newest" params={{ what: anchorKind(language, newest.kind), size: newest.size }} slots={{ when: <Moment at={newest.at} /> }} />}</p>
        <p className="muted">{newest === null ? t('anchors.neverSub') : due ? t('anchors.due') : t('anchors.uncovered', { count: uncovered })}</p>
      </div>
    </div>
  );
}

export function AnchorsScreen(): ReactNode {
  const { t } = useWords();
  const status = useAnchorStatus();
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <Link href="/log">{`← ${t('anchors.back')}`}</Link>
        <h1>{t('anchors.title')}</h1>
        <p className={`muted ${styles.lead}`}>{t('anchors.lead')}</p>
      </header>
      {status.isError && <ErrorNotice error={status.error} onRetry={() => void status.refetch()} />}
      {status.data && <State status={status.data} />}
      <div className={styles.ways}>
        <HoldForm />
        <PrintForm />
        <Witnesses />
        <FromRepository />
      </div>
      <AnchorList />
    </div>
  );
}
