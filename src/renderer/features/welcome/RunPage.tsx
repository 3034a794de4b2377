// The first snapshot, for real, then one file brought back as the proof, then done.
import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { TaskState } from '../../../contract/events.ts';
import { useEngine, useTasks } from '../../api/engine.tsx';
import { downloadText } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { CancelTask, TaskBar, taskNumbers } from '../../ui/TaskLine.tsx';
import { useWords } from '../../ui/words.tsx';
import type { Answers } from './draft.ts';
import { findSmallFile, restoreOne, takeFirstSnapshot, type Progress } from './first-run.ts';
import { PrintSheet } from './PrintSheet.tsx';
import styles from './Welcome.module.css';

function failedTask(task: TaskState | undefined): unknown {
  return task && (task.state === 'failed' || task.state === 'cancelled') ? (task.error ?? { code: 'CANCELLED' }) : undefined;
}

function Proof({ snapshotId, onProved }: { snapshotId: string; onProved(): void }): ReactNode {
  const { t } = useWords();
  const { line, board } = useEngine();
  const file = useQuery({ queryKey: ['first-file', snapshotId], queryFn: async () => (await findSmallFile(line.client, snapshotId)) ?? null, retry: false });
  const restore = useMutation({ mutationFn: async () => (file.data ? restoreOne({ client: line.client, board }, snapshotId, file.data) : undefined), onSuccess: (task) => task?.result?.kind === 'restore' && onProved() });
  const report = restore.data?.result?.kind === 'restore' ? restore.data.result.report : undefined;
  if (report) {
    return (
      <div className={styles.proved} data-testid="proved">
        <p className="row strong">
          <Shape tone={report.identical === report.files && report.files > 0 ? 'good' : 'attention'} size={20} /> {report.files === 1 && report.identical === 1 ? t('hi.proveDone') : t('restore.report', { count: report.files, identical: report.identical })}
        </p>
        <p className="muted">{t('hi.proveWhere', { path: visibleText(report.target ?? '', true) })}</p>
      </div>
    );
  }
  if (file.isError) return <ErrorNotice error={file.error} onRetry={() => void file.refetch()} />;
  if (file.data === null) return <p className="muted">{t('hi.noFile')}</p>;
  return (
    <div className={styles.proof}>
      <h2>{t('hi.proveHead')}</h2>
      <p className="muted">{t('hi.proveSub')}</p>
      {restore.isError && <ErrorNotice error={restore.error} compact />}
      {failedTask(restore.data) !== undefined && <ErrorNotice error={failedTask(restore.data)} compact />}
      <div>
        <Button loading={restore.isPending || file.isPending} onClick={() => restore.mutate()}>
          {file.data ? t('hi.proveDo', { name: file.data.label }) : t('word.loading')}
        </Button>
      </div>
    </div>
  );
}

function KeepKeys({ answers }: { answers: Answers }): ReactNode {
  const { t } = useWords();
  const { line } = useEngine();
  const save = useMutation({
    mutationFn: () => line.client.system.exportKeys({ passphrase: answers.password }),
    onSuccess: ({ fileName, content }) => downloadText(fileName, content)
  });
  if (answers.password.length < 8) return null;
  return (
    <div className={`card ${styles.keys}`}>
      <div className="grow">
        <p className="strong">{t('hi.keysFile')}</p>
        <p className="muted">{save.data ? t('hi.keysSaved', { file: save.data.fileName }) : t('hi.keysFileSub')}</p>
      </div>
      <Button variant="default" onClick={() => window.print()}>
        {t('hi.passPrint')}
      </Button>
      <Button variant="default" loading={save.isPending} onClick={() => save.mutate()}>
        {t('hi.keysFile')}
      </Button>
      {save.isError && <ErrorNotice error={save.error} compact />}
      <PrintSheet password={answers.password} path={answers.repositoryPath} vault={answers.vaultPassphrase !== ''} />
    </div>
  );
}

export function RunPage({ answers, onBack, onDone, onSnapshot }: { answers: Answers; onBack(): void; onDone(): void; onSnapshot(proved: boolean): void }): ReactNode {
  const words = useWords();
  const { t, language, reason } = words;
  const { line, board } = useEngine();
  const progress = useRef<Progress>({});
  const [taskId, setTaskId] = useState<string>();
  const [proved, setProved] = useState(false);
  const live = useTasks().get(taskId ?? '');
  const run = useMutation({ mutationFn: () => takeFirstSnapshot({ client: line.client, board }, answers, language, progress.current, setTaskId), onSuccess: (task) => task.result && onSnapshot(false) });
  const { mutate } = run;
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate();
  }, [mutate]);
  const result = run.data?.result?.kind === 'snapshot' ? run.data.result.result : undefined;
  const problem = run.isError ? run.error : failedTask(run.data);
  return (
    <>
      {run.isPending && (
        <div className={`card ${styles.progress}`} role="status">
          {live ? (
            <>
              <TaskBar task={live} wide />
              <div className="row">
                <span className="muted grow">{taskNumbers(words, live)}</span>
                <CancelTask id={live.id} />
              </div>
            </>
          ) : (
            <p className="muted">{t('hi.preparing')}…</p>
          )}
        </div>
      )}
      {problem !== undefined && (
        <>
          <ErrorNotice error={problem} onRetry={() => mutate()} />
          <div className={styles.buttons}>
            <Button variant="default" onClick={onBack}>
              {t('word.back')}
            </Button>
          </div>
        </>
      )}
      {result && (
        <>
          <p className="row strong" data-testid="first-done">
            <Shape tone={result.gapCount > 0 ? 'attention' : 'good'} size={20} /> {t('hi.runDone', { count: result.snapshot.summary?.totalFiles ?? 0 })}
          </p>
          {result.gapCount > 0 && (
            <details>
              <summary>{t('task.errors', { count: result.gapCount })}</summary>
              <ul className={styles.gaps}>
                {result.gaps.slice(0, 50).map((gap) => (
                  <li key={gap.path} className="mono">
                    {visibleText(gap.path, true)}: {reason(gap.reason)}
                  </li>
                ))}
              </ul>
            </details>
          )}
          <Proof
            snapshotId={result.snapshot.id}
            onProved={() => {
              setProved(true);
              onSnapshot(true);
            }}
          />
          {answers.place?.kind === 'path' && !answers.opensExisting && <KeepKeys answers={answers} />}
          <div className={styles.buttons}>
            <Button variant={proved ? 'filled' : 'subtle'} onClick={onDone} data-testid="finish">
              {proved ? t('hi.toOverview') : t('word.skip')}
            </Button>
          </div>
        </>
      )}
    </>
  );
}
