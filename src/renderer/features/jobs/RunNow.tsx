// "Run now": where a run is under way already, the person says whether to wait for it or to start beside it.
import { Button, Modal } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { Job } from '../../../contract/jobs.ts';
import { toFailure } from '../../api/failure.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { titleOf } from '../../ui/job-words.ts';
import { useWords } from '../../ui/words.tsx';
import { useDo } from './queries.ts';
import styles from './Jobs.module.css';

interface RunNowProps {
  job: Job;
  /** Whether the run is shown when it has been opened. */
  follow?: boolean;
  variant?: 'filled' | 'default';
}

export function RunNow({ job, follow = false, variant = 'default' }: RunNowProps): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  const run = useDo((client, whenBusy: 'refuse' | 'wait' | 'anyway') => client.jobs.run({ job: job.id, whenBusy }));
  const start = (whenBusy: 'refuse' | 'wait' | 'anyway'): void =>
    run.mutate(whenBusy, {
      onSuccess: ({ id }) => {
        setAsking(false);
        if (follow) navigate(`/jobs/runs/${id}`);
      },
      onError: (error) => {
        const { code, data } = toFailure(error);
        if (code === 'CONFLICT' && (data as { kind?: string }).kind === 'run') {
          run.reset();
          setAsking(true);
        }
      }
    });
  const title = titleOf(job.definition);
  return (
    <>
      <Button variant={variant} aria-label={t('jobs.runNowOf', { job: title })} aria-busy={run.isPending} disabled={job.broken !== null} onClick={() => !run.isPending && start('refuse')} data-testid="run-now">
        {t('jobs.runNow')}
      </Button>
      {run.isError && !asking && (
        <Modal opened onClose={() => run.reset()} title={t('jobs.runNowOf', { job: title })} closeButtonProps={{ 'aria-label': t('word.close') }}>
          <ErrorNotice error={run.error} compact />
        </Modal>
      )}
      {asking && (
        <Modal opened onClose={() => setAsking(false)} title={t('jobs.busyTitle', { job: title })} closeButtonProps={{ 'aria-label': t('word.close') }} data-testid="busy-dialog">
          <div className={styles.dialog}>
            <p>{t('jobs.busySub')}</p>
            {run.isError && <ErrorNotice error={run.error} compact />}
            <div className="row">
              <Button loading={run.isPending} onClick={() => start('wait')} data-autofocus>
                {t('jobs.busyWait')}
              </Button>
              <Button variant="default" onClick={() => start('anyway')}>
                {t('jobs.busyAnyway')}
              </Button>
              <Button variant="default" onClick={() => setAsking(false)}>
                {t('word.cancel')}
              </Button>
            </div>
          </div>
        </Modal>
      )}
    </>
  );
}
