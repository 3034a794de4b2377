// Forgetting snapshots: what would go and why the rest stays, then a confirmation that names object and count, then the work to its end.
import { Button, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../contract/copy/text.ts';
import type { ForgetInput } from '../../contract/keeping.ts';
import { useTasks } from '../api/engine.tsx';
import { useClient, useStartTask } from '../api/queries.ts';
import { DangerButton } from './DangerButton.tsx';
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
  const failed = task?.state === 'failed' || start.isError;
  const known = failed || running || report || preview.isFetching ? undefined : preview.data;
  const body = (): ReactNode => {
    if (report) {
      return (
        <>
          <p className="row" role="status" data-testid="forgotten">
            <Shape tone="good" size={18} /> {t('keep.forgotten', { count: report.removed.length })} {t('keep.stayNow', { count: report.kept })}
          </p>
          <p className="muted">{t('keep.spaceLater')}</p>
        </>
      );
    }
    if (failed) return <ErrorNotice error={task?.error ?? start.error} compact />;
    if (running) {
      return (
        <div className={styles.dialog} role="status">
          <p>{t('keep.working')}</p>
          {task && <TaskBar task={task} wide />}
          {task && <p className="muted">{taskNumbers(words, task)}</p>}
        </div>
      );
    }
    if (preview.isError) return <ErrorNotice error={preview.error} compact />;
    if (!known) return <p role="status">{t('keep.judging')}</p>;
    return (
      <>
        <KeepPreview preview={known} shown={10} />
        {known.policy === null && known.groups.some(({ keep }) => keep.length > 0) && (
          <p className="row">
            <Shape tone="info" size={16} /> {t('keep.pinnedStay')}
          </p>
        )}
        {known.emptied.map((plan) => (
          <p key={plan} className="row">
            <Shape tone="attention" size={16} /> {t('keep.emptied', { plan: visibleText(plan, true) })}
          </p>
        ))}
        {known.removeCount > 0 && <p className="muted">{t('keep.final')}</p>}
      </>
    );
  };
  return (
    <Modal opened onClose={close} size={620} title={t(input.snapshots === undefined ? 'keep.titlePlan' : 'keep.titleChosen', { name: shownName })} closeButtonProps={{ 'aria-label': t('word.close') }} data-testid="forget-dialog">
      <div className={styles.dialog}>
        {body()}
        <div className={styles.buttons}>
          {/* There from the beginning, so that it has the focus: nothing dangerous is chosen beforehand. */}
          <Button variant="default" onClick={close} data-autofocus>
            {t(known && known.removeCount > 0 ? 'word.cancel' : 'word.close')}
          </Button>
          {(failed || preview.isError) && <Button onClick={lookAgain}>{t('keep.lookAgain')}</Button>}
          {known && known.removeCount > 0 && (
            <DangerButton onClick={() => forget(known.token)} data-testid="forget-now">
              {t(known.policy === null ? 'keep.doChosen' : 'keep.doPlan', { count: known.removeCount, name: shownName })}
            </DangerButton>
          )}
        </div>
      </div>
    </Modal>
  );
}
