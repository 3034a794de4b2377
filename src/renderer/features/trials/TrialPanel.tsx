// One trial: what it is, what came of the last thing that was done with it, and what can be done next.
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatExact } from '../../../contract/copy/values.ts';
import type { Trial } from '../../../contract/trials.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { baseName } from '../../ui/naming.ts';
import { Shape } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { CancelTask, TaskBar, taskNumbers } from '../../ui/TaskLine.tsx';
import { Moment, useWords } from '../../ui/words.tsx';
import { Outcome } from './Outcome.tsx';
import { PromotePart, RunPart } from './parts.tsx';
import { useTrialTask } from './queries.ts';
import { stageOf, stageTones, stageWords } from './state.ts';
import styles from './Trials.module.css';

function Facts({ trial }: { trial: Trial }): ReactNode {
  const { t, bytes, language } = useWords();
  const { original, copy, folder, state, files, bytes: size, at, lastRun, snapshotId, snapshotShortId } = trial;
  return (
    <dl className={styles.facts}>
      <dt>{t('trials.original')}</dt>
      <dd className="mono">{visibleText(original, true)}</dd>
      <dt>{t(state === 'promoted' ? 'trials.former' : 'trials.copy')}</dt>
      <dd className="mono" data-testid="trial-copy">
        {visibleText(state === 'promoted' ? folder : copy, true)}
      </dd>
      <dt>{t('trials.from')}</dt>
      <dd>
        <Link href={`/snapshots/${snapshotId}`} className="mono">
          {snapshotShortId}
        </Link>
      </dd>
      <dt>{t('trials.size')}</dt>
      <dd>{files === null || size === null ? t('trials.unknownSize') : `${t('word.files', { count: files })}, ${bytes(size)}`}</dd>
      <dt>{t('trials.age')}</dt>
      <dd>
        {formatExact(language, new Date(at))} (<Moment at={at} />)
      </dd>
      {lastRun && (
        <>
          <dt>{t('trials.lastRun')}</dt>
          <dd>
            {t(lastRun.exitCode === 0 ? 'trials.ranWell' : lastRun.exitCode === null ? 'trials.ranStopped' : 'trials.ranBadly', { program: visibleText(lastRun.program, true), code: String(lastRun.exitCode ?? '') })} (<Moment at={lastRun.at} />)
          </dd>
        </>
      )}
    </dl>
  );
}

interface TrialPanelProps {
  trial: Trial;
  /** Given to whoever outlives the trial: removing takes longer than it is in the list. */
  onDiscard(trial: Trial): void;
}

export function TrialPanel({ trial, onDiscard }: TrialPanelProps): ReactNode {
  const words = useWords();
  const { t } = words;
  const [, navigate] = useLocation();
  const task = useTrialTask(trial);
  const stage = stageOf(trial, task);
  const name = visibleText(baseName(trial.original), true);
  const busy = trial.taskId !== null || stage === 'making';
  return (
    <section className={`card ${styles.panel}`} aria-label={name} data-testid="trial-panel" data-state={stage}>
      <div className={styles.panelHead}>
        <h2 className="grow ellipsis">{name}</h2>
        <ActionIcon variant="subtle" color="gray" aria-label={t('word.close')} onClick={() => navigate('/restore/trials')}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <p className="row" role="status">
        <Shape tone={stageTones[stage]} size={18} /> {t(stageWords[stage])}
      </p>
      {busy && task?.state === 'running' && (
        <div className={styles.work} data-testid="work">
          <TaskBar task={task} wide />
          <span className="muted">{taskNumbers(words, task)}</span>
          <CancelTask id={task.id} />
        </div>
      )}
      {!busy && task && <Outcome task={task} trial={trial} />}
      <Facts trial={trial} />
      {trial.state === 'ready' && (
        <>
          <RunPart trial={trial} busy={busy} />
          <section className={styles.step} aria-labelledby="trial-compare">
            <h3 id="trial-compare">{t('trials.compareHead')}</h3>
            <p className="muted">{t('trials.compareSub')}</p>
            <div>
              <Button variant="default" disabled={busy} onClick={() => navigate(`/compare/${trial.snapshotId}/trial:${trial.id}`)}>
                {t('trials.compare')}
              </Button>
            </div>
          </section>
          <PromotePart trial={trial} busy={busy} />
        </>
      )}
      {trial.state !== 'making' && <Leave trial={trial} busy={busy} onDiscard={onDiscard} />}
    </section>
  );
}

/** What ends a trial, and what takes a promotion back. */
function Leave({ trial, busy, onDiscard }: TrialPanelProps & { busy: boolean }): ReactNode {
  const { t, bytes } = useWords();
  const client = useClient();
  const [asking, setAsking] = useState(false);
  const promoted = trial.state === 'promoted';
  const undo = useMutation({ mutationFn: () => client.trials.undo({ trial: trial.id }) });
  const paths = { folder: visibleText(trial.folder, true), original: visibleText(trial.original, true) };
  const size = trial.bytes === null ? t('trials.unknownSize') : bytes(trial.bytes);
  return (
    <section className={styles.step}>
      {undo.isSuccess && !promoted && (
        <p className="row" role="status">
          <Shape tone="good" size={16} /> <span>{t('trials.wentBack', paths)}</span>
        </p>
      )}
      {promoted && <p className="muted">{t('trials.promotedSub')}</p>}
      {undo.isError && <ErrorNotice error={undo.error} />}
      <div className={styles.buttons}>
        {promoted && (
          <Button variant="default" disabled={busy} loading={undo.isPending} onClick={() => undo.mutate()}>
            {t('trials.undo')}
          </Button>
        )}
        <Button variant="default" disabled={busy} onClick={() => setAsking(true)}>
          {t(promoted ? 'trials.discardFormer' : 'trials.discard')}
        </Button>
      </div>
      {asking && (
        <Sure
          title={t(promoted ? 'trials.discardFormerSure' : 'trials.discardSure')}
          sub={t(promoted ? 'trials.discardFormerSub' : 'trials.discardSub', { ...paths, size })}
          yes={t(promoted ? 'trials.discardFormerYes' : 'trials.discardYes')}
          onYes={() => (setAsking(false), onDiscard(trial))}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}
