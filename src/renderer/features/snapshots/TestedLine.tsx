// When the snapshot was last tested by bringing files of it back on trial, and the way to test it now.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatNumber } from '../../../contract/copy/values.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { useTasks } from '../../api/engine.tsx';
import { useStartTask } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';

export function TestedLine({ snapshot: { id, tested } }: { snapshot: Snapshot }): ReactNode {
  const { t, language } = useWords();
  const start = useStartTask();
  const task = useTasks().get(start.data ?? '');
  return (
    <>
      <span className="row" data-testid="tested">
        {tested ? (
          <>
            <Shape tone={tested.ok ? 'good' : 'bad'} size={14} />
            <span>
              <Sentence of={tested.ok ? 'snap.testedWell' : 'snap.testedBadly'} params={{ files: formatNumber(language, tested.files), total: formatNumber(language, tested.ofFiles) }} slots={{ when: <Moment at={tested.at} /> }} />
            </span>
          </>
        ) : (
          <span className="muted">{t('snap.testedNever')}</span>
        )}
        <Button variant="subtle" size="compact-xs" title={t('snap.testNowSub')} loading={start.isPending || task?.state === 'running'} onClick={() => start.mutate((client) => client.drills.start({ snapshot: id }))}>
          {t('snap.testNow')}
        </Button>
      </span>
      {start.isError && <ErrorNotice error={start.error} compact />}
      {task?.state === 'failed' && <ErrorNotice error={task.error} compact />}
    </>
  );
}
