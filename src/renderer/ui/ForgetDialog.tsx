// Forgetting snapshots: what would go and why the rest stays, then a confirmation that names object and count, then the work to its end.
import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../contract/copy/text.ts';
import type { ForgetInput } from '../../contract/keeping.ts';
import { useTasks } from '../api/engine.tsx';
import { useClient, useStartTask } from '../api/queries.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { KeepPreview } from './KeepPreview.tsx';
import { Shape } from './Shape.tsx';
import { TaskBar, taskNumbers } from './TaskLine.tsx';
import { useWords } from './words.tsx';
import styles from './ForgetDialog.module.css';

interface ForgetDialogProps {
  input: ForgetInput;
  /** What it is about, as people call it: the plan, or the repository of chosen snapshots. */
  name: string;
  onClose(): void;
  onDone?(): void;
}

export function ForgetDialog({ input, name, onClose, onDone }: ForgetDialogProps): ReactNode {
  const words = useWords();
  const { t } = words;
  const client = useClient();
  const start = useStartTask();
  const [taskId, setTaskId] = useState<string>();
  const task = useTasks().get(taskId ?? '');
  const preview = useQuery({ queryKey: ['forget', input], queryFn: ({ signal }) => client.keeping.forget.preview(input, { signal }), staleTime: Infinity, gcTime: 0, retry: false });
  const running = start.isPending || task?.state === 'running';
  const report = task?.result?.kind === 'forget' ? task.result.report : undefined;
  const shownName = visibleText(name, true);
  const forget = (token: string): void => start.mutate((engine) => engine.keeping.forget.run({ ...input, token }), { onSuccess: setTaskId });
  const lookAgain = (): void => {
    setTaskId(undefined);
    start.reset();
    void preview.refetch();
  };
  const close = (): void => {
    if (report) onDone?.();
    onClose();
  };
  const body = (): ReactNode => {
    if (report) {
      return (
        <>
          <p className="row" role="status" data-testid="forgotten">
            <Shape tone="good" size={18} /> {t('keep.forgotten', { count: report.removed.length })} {t('keep.stayNow', { count: report.kept })}
          </p>
          <p className="muted">{t('keep.spaceLater')}</p>
          <div className={styles.buttons}>
            <Button onClick={close} data-autofocus>
              {t('word.close')}
            </Button>
          </div>
        </>
      );
    }
    if (task?.state === 'failed' || start.isError) {
      return (
        <>
          <ErrorNotice error={task?.error ?? start.error} compact />
          <div className={styles.buttons}>
            <Button variant="default" onClick={close}>
              {t('word.close')}
            </Button>
            <Button onClick={lookAgain}>{t('keep.lookAgain')}</Button>
          </div>
        </>
      );
    }
    if (running) {
      return (
        <div className={styles.dialog} role="status">
          <p>{t('keep.working')}</p>
          {task && <TaskBar task={task} wide />}
          {task && <p className="muted">{taskNumbers(words, task)}</p>}
        </div>
      );
    }
    if (preview.isError) return <ErrorNotice error={preview.error} onRetry={lookAgain} compact />;
    if (!preview.data || preview.isFetching) return <p role="status">{t('keep.judging')}</p>;
    const { removeCount, emptied, token, policy } = preview.data;
    return (
      <>
        <KeepPreview preview={preview.data} shown={10} />
        {policy === null && preview.data.groups.some(({ keep }) => keep.length > 0) && (
          <p className="row">
            <Shape tone="info" size={16} /> {t('keep.pinnedStay')}
          </p>
        )}
        {emptied.map((plan) => (
          <p key={plan} className="row">
            <Shape tone="attention" size={16} /> {t('keep.emptied', { plan: visibleText(plan, true) })}
          </p>
        ))}
        <p className="muted">{t('keep.final')}</p>
        <div className={styles.buttons}>
          <Button variant="default" onClick={close} data-autofocus>
            {t('word.cancel')}
          </Button>
          {removeCount > 0 && (
            <Button onClick={() => forget(token)} data-testid="forget-now">
              {t(policy === null ? 'keep.doChosen' : 'keep.doPlan', { count: removeCount, name: shownName })}
            </Button>
          )}
        </div>
      </>
    );
  };
  return (
    <Modal opened onClose={close} size={620} title={t(input.snapshots === undefined ? 'keep.titlePlan' : 'keep.titleChosen', { name: shownName })} closeButtonProps={{ 'aria-label': t('word.close') }} data-testid="forget-dialog">
      <div className={styles.dialog}>{body()}</div>
    </Modal>
  );
}
