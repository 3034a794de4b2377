// Step 4: the home while it is made, and what came of it: the verdict, what is switched off, what has to be typed again.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../../../contract/copy/text.ts';
import type { TaskState } from '../../../../contract/events.ts';
import type { HomeRestoreReport } from '../../../../contract/packages.ts';
import { Shape } from '../../../ui/Shape.tsx';
import { CancelTask, TaskBar, taskNumbers } from '../../../ui/TaskLine.tsx';
import { useWords, type Words } from '../../../ui/words.tsx';
import styles from '../Welcome.module.css';
import { Verdict } from './FoundPage.tsx';

export function MakingPage({ task }: { task: TaskState | undefined }): ReactNode {
  const words = useWords();
  const { t } = words;
  if (task === undefined) return <p className="muted">{t('hi.preparing')}…</p>;
  const { bytesDone, bytesTotal } = task.progress;
  return (
    <div className={`card ${styles.progress}`} role="status">
      <TaskBar task={task} wide />
      <div className="row">
        <span className="muted grow">{bytesTotal !== null && bytesDone >= bytesTotal ? t('earlier.sealing') : taskNumbers(words, task)}</span>
        <CancelTask id={task.id} />
      </div>
    </div>
  );
}

export function MadePage({ report, onDone, onLog }: { report: HomeRestoreReport; onDone(): void; onLog(): void }): ReactNode {
  const { t } = useWords();
  const { verdict, earlier, events, incomplete } = report;
  return (
    <>
      <section className={`card ${styles.found}`} aria-label={t('earlier.madeHead')} data-testid="earlier-made">
        <p className={`strong ${styles.said}`} role="status">
          <Shape tone={verdict === null || verdict.kind === 'behind' ? 'attention' : 'good'} size={20} />
          <span>{earlier === null ? t('earlier.goesOn', { count: events }) : t('earlier.beginsAnew', { count: events, folder: visibleText(earlier.folder, true) })}</span>
        </p>
        {earlier !== null && <p className="muted">{t('earlier.checkOld', { id: earlier.id })}</p>}
        {verdict === null ? <p>{t('earlier.neverSealed')}</p> : <Verdict verdict={verdict} />}
      </section>
      <Part title={t('earlier.missingHead')} lines={missingLines(t, report)} none={t('earlier.missingNothing')} testId="earlier-missing" />
      <Part title={t('earlier.quietHead')} sub={t('earlier.quietSub')} lines={quietLines(t, report)} none={report.stateThere ? t('earlier.quietNothing') : t('earlier.noState')} testId="earlier-quiet" />
      {incomplete.length > 0 && (
        <p className={styles.said}>
          <Shape tone="attention" size={18} /> <span>{t('earlier.incomplete', { names: names(incomplete) })}</span>
        </p>
      )}
      <div className={styles.buttons}>
        <Button onClick={onDone} data-testid="finish">
          {t('hi.toOverview')}
        </Button>
        <Button variant="default" onClick={onLog}>
          {t('earlier.toLog')}
        </Button>
      </div>
    </>
  );
}

function Part({ title, sub, lines, none, testId }: { title: string; sub?: string; lines: readonly string[]; none: string; testId: string }): ReactNode {
  return (
    <section className={styles.part} aria-label={title} data-testid={testId}>
      <h2>{title}</h2>
      {lines.length === 0 ? (
        <p className="muted">{none}</p>
      ) : (
        <>
          {sub !== undefined && <p className="muted">{sub}</p>}
          <ul className={styles.lines}>
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const names = (all: readonly string[]): string => all.map((name) => visibleText(name, true)).join(', ');

const missingWords = { repository: 'earlier.missingRepository', channel: 'earlier.missingChannel', secret: 'earlier.missingSecret' } as const;

export function missingLines(t: Words['t'], { missing }: Pick<HomeRestoreReport, 'missing'>): string[] {
  return missing.map(({ kind, name }) => t(missingWords[kind], { name: visibleText(name, true) }));
}

const settingWords: Readonly<Record<string, 'earlier.setting.jobsFile' | 'earlier.setting.openAtLogin' | 'earlier.setting.gateway'>> = { jobsFile: 'earlier.setting.jobsFile', openAtLogin: 'earlier.setting.openAtLogin', gateway: 'earlier.setting.gateway' };

/** What came back switched off, in the order in which it matters. */
export function quietLines(t: Words['t'], { jobs, hooks, channels, ping, settingsReset, followed }: Pick<HomeRestoreReport, 'jobs' | 'hooks' | 'channels' | 'ping' | 'settingsReset' | 'followed'>): string[] {
  const settings = settingsReset.map((name) => {
    const key = settingWords[name];
    return key === undefined ? name : t(key);
  });
  return [
    ...(jobs.length > 0 ? [t('earlier.quietJobs', { names: names(jobs) })] : []),
    ...(hooks.length > 0 ? [t('earlier.quietHooks', { names: names(hooks) })] : []),
    ...(channels.length > 0 ? [t('earlier.quietChannels', { names: names(channels) })] : []),
    ...(ping ? [t('earlier.quietPing')] : []),
    ...(settings.length > 0 ? [t('earlier.quietSettings', { names: names(settings) })] : []),
    ...(followed.length > 0 ? [t('earlier.quietFollowed', { names: names(followed) })] : [])
  ];
}
