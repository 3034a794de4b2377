// The end of a job: a question that says what stops and what stays.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { Job } from '../../../contract/jobs.ts';
import { titleOf } from '../../ui/job-words.ts';
import { letGo } from '../../ui/leaving.ts';
import { Sure } from '../../ui/Sure.tsx';
import { useWords } from '../../ui/words.tsx';
import { useDo } from './queries.ts';

export function DeleteJob({ job, onDeleted }: { job: Job; onDeleted(): void }): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const [asking, setAsking] = useState(false);
  const remove = useDo((client) => client.jobs.remove({ job: job.id }));
  const title = titleOf(job.definition);
  return (
    <>
      <div>
        <Button variant="default" onClick={() => setAsking(true)} data-testid="job-delete">
          {t('jobs.deleteOpen')}
        </Button>
      </div>
      {asking && (
        <Sure
          title={t('jobs.deleteSure', { job: title })}
          sub={t('jobs.deleteStops')}
          yes={t('jobs.deleteYes', { job: title })}
          loading={remove.isPending}
          error={remove.error}
          onClose={() => {
            remove.reset();
            setAsking(false);
          }}
          onYes={() =>
            remove.mutate(undefined, {
              onSuccess: () => {
                onDeleted();
                letGo();
                navigate('/jobs', { replace: true });
              }
            })
          }
        />
      )}
    </>
  );
}
