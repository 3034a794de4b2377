// "Undo this restore": what it touched comes back from its safety snapshot; shown only where that can be done.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { UndoableRestore } from '../../../contract/snapshots.ts';
import { useClient, useStartTask } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';

/** Restores in place that can be undone, newest first. */
export function useUndoable(): readonly UndoableRestore[] {
  const client = useClient();
  return useQuery({ queryKey: ['restores', 'undoable'], queryFn: ({ signal }) => client.restores.undoable({}, { signal }) }).data?.filter(({ undoneAt }) => undoneAt === null) ?? [];
}

export function UndoButton({ restore, compact = false, onStarted }: { restore: string; compact?: boolean; onStarted(taskId: string): void }): ReactNode {
  const { t } = useWords();
  const start = useStartTask();
  return (
    <>
      <Button variant="default" size={compact ? 'compact-sm' : 'sm'} loading={start.isPending} onClick={() => start.mutate((engine) => engine.restores.undo({ restore }), { onSuccess: onStarted })} data-testid="undo">
        {t('restore.undo')}
      </Button>
      {start.isError && <ErrorNotice error={start.error} compact />}
    </>
  );
}
