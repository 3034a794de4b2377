// What came of the last thing that was done with a trial: in words, with what a program wrote.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { useEffect, useRef, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { TaskState } from '../../../contract/events.ts';
import type { Promotion, Trial, TrialRun } from '../../../contract/trials.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Trials.module.css';

export function Outcome({ task, trial }: { task: TaskState; trial: Trial }): ReactNode {
  const { t, reason } = useWords();
  if (task.state === 'failed' && task.error !== null) return <ErrorNotice error={task.error} />;
  if (task.state === 'cancelled') return <Said tone="unknown" head={t(task.kind === 'promotion' ? 'trials.promoteCancelled' : 'trials.runCancelled')} />;
  if (task.result?.kind === 'trial-run') return <Ran run={task.result.run} />;
  // What was promoted and put back since is told by the state alone.
  if (task.result?.kind === 'promotion' && task.result.promotion.trial.state === trial.state) return <Promoted promotion={task.result.promotion} />;
  if (task.result?.kind === 'trial' && task.result.skippedCount > 0) {
    return (
      <Said tone="attention" head={t('trials.skipped', { count: task.result.skippedCount })}>
        <ul className={styles.skipped} tabIndex={0} aria-label={t('trials.skipped', { count: task.result.skippedCount })}>
          {task.result.skipped.map((gap) => (
            <li key={gap.path}>
              <span className="mono">{visibleText(gap.path, true)}</span>: {reason(gap.reason)}
            </li>
          ))}
        </ul>
      </Said>
    );
  }
  return null;
}

function Said({ tone, head, children }: { tone: Tone; head: string; children?: ReactNode }): ReactNode {
  // It stands above what was pressed.
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => void here.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <div ref={here} className={styles.outcome} role="status" data-testid="outcome" data-tone={tone}>
      <p className={styles.outcomeHead}>
        <Shape tone={tone} size={18} /> <span>{head}</span>
      </p>
      {children}
    </div>
  );
}

function Promoted({ promotion: { trial, undone, check } }: { promotion: Promotion }): ReactNode {
  const { t, reason } = useWords();
  const original = visibleText(trial.original, true);
  const program = visibleText(check?.program ?? '', true);
  return (
    <Said tone={undone ? 'bad' : 'good'} head={t(undone ? 'trials.undone' : 'trials.promoted', { original })}>
      {check && <p className="muted">{check.ok ? t('trials.checkedWell', { program }) : t('trials.undoneWhy', { program, reason: reason(check.reason ?? '') })}</p>}
    </Said>
  );
}

function Ran({ run: { program, ok, reason: why, output, errors, cut } }: { run: TrialRun }): ReactNode {
  const { t, reason } = useWords();
  const wrote = [output, errors].filter((text) => text.trim() !== '');
  return (
    <Said tone={ok ? 'good' : 'attention'} head={ok ? t('trials.runWell', { program: visibleText(program, true) }) : t('trials.runBadly', { program: visibleText(program, true), reason: reason(why ?? '') })}>
      <p className="muted">
        {t(wrote.length > 0 ? 'trials.output' : 'trials.saidNothing')} {cut && t('trials.outputCut')}
      </p>
      {wrote.map((text, index) => (
        <pre key={index} className={styles.output} tabIndex={0} aria-label={t('trials.output')}>
          {visibleText(text.replace(/\n$/, ''))}
        </pre>
      ))}
    </Said>
  );
}
