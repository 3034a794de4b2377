// Folders on trial: the list, and one of them opened beside it.
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Trial } from '../../../contract/trials.ts';
import { useClient } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { baseName } from '../../ui/naming.ts';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, useWords } from '../../ui/words.tsx';
import { useTrials, useTrialTask } from './queries.ts';
import { stageOf, stageTones, stageWords } from './state.ts';
import { TrialPanel } from './TrialPanel.tsx';
import styles from './Trials.module.css';

export { NewTrialScreen } from './NewTrial.tsx';

function Row({ trial, opened }: { trial: Trial; opened: boolean }): ReactNode {
  const { t, bytes } = useWords();
  const stage = stageOf(trial, useTrialTask(trial));
  const name = visibleText(baseName(trial.original), true);
  return (
    <li className={styles.row} data-testid="trial" data-state={stage} data-opened={opened || undefined}>
      <Shape tone={stageTones[stage]} size={16} />
      <div className={styles.rowName}>
        <p className="ellipsis">
          <Link href={`/restore/trials/${trial.id}`} className="strong" aria-label={t('trials.open', { name })} aria-current={opened ? 'true' : undefined}>
            {name}
          </Link>{' '}
          <span className="muted">{t(stageWords[stage])}</span>
        </p>
        <p className="muted ellipsis mono">{visibleText(trial.original, true)}</p>
      </div>
      <span className="num muted">{trial.bytes === null ? '' : bytes(trial.bytes)}</span>
      <span className="muted">
        <Moment at={trial.at} />
      </span>
    </li>
  );
}

export function TrialsScreen(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const { id } = useParams<{ id?: string }>();
  const trials = useTrials();
  const client = useClient();
  const discard = useMutation({ mutationFn: (trial: Trial) => client.trials.discard({ trial: trial.id }), onSuccess: () => navigate('/restore/trials') });
  const opened = trials.data?.find((trial) => trial.id === id);
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <div className="row">
          <h1 className="grow">{t('trials.title')}</h1>
          <Link href="/restore">{t('restore.title')}</Link>
        </div>
        <p className={`muted ${styles.lead}`}>{t('trials.lead')}</p>
      </header>
      {trials.isError && <ErrorNotice error={trials.error} onRetry={() => void trials.refetch()} />}
      {discard.isPending && (
        <p role="status">{t('trials.removing', { folder: visibleText(discard.variables.folder, true) })}</p>
      )}
      {discard.isError && <ErrorNotice error={discard.error} />}
      {trials.data?.length === 0 && <EmptyState sentence={t('trials.empty')} action={<Button onClick={() => navigate('/snapshots')}>{t('trials.emptyDo')}</Button>} />}
      {(trials.data?.length ?? 0) > 0 && (
        <div className={styles.body} data-panel={opened !== undefined || undefined}>
          <ul className={`card plain-list ${styles.rows}`} aria-label={t('trials.list')}>
            {trials.data?.map((trial) => (
              <Row key={trial.id} trial={trial} opened={trial.id === id} />
            ))}
          </ul>
          {opened && <TrialPanel key={opened.id} trial={opened} onDiscard={discard.mutate} />}
        </div>
      )}
      {id !== undefined && trials.data && !opened && trials.data.length > 0 && <p className="muted">{t('trials.gone')}</p>}
    </div>
  );
}
