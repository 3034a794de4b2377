// One run: first what happened, since when and what to do, in a sentence; then its numbers against the usual, its tries, and what they printed.
import { Tabs } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { describeRun, runStateWord } from '../../../contract/copy/runs.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatBytes, formatExact, formatNumber, formatTook } from '../../../contract/copy/values.ts';
import type { TaskState } from '../../../contract/events.ts';
import type { Work } from '../../../contract/jobs.ts';
import type { Attempt, Run, Usual } from '../../../contract/runs.ts';
import { isFailure } from '../../api/failure.ts';
import { useTasks } from '../../api/engine.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { describeWork } from '../../ui/job-words.ts';
import { isLiveState, markOf, toneOf } from '../../ui/run-state.ts';
import { Shape } from '../../ui/Shape.tsx';
import { TaskBar, taskNumbers } from '../../ui/TaskLine.tsx';
import { Moment, Sentence, useNow, useWords } from '../../ui/words.tsx';
import { Gone } from './Gone.tsx';
import { Output } from './Output.tsx';
import { ownMetrics } from './own-metrics.ts';
import { useJob, useRun } from './queries.ts';
import { Note, RunActions } from './RunActions.tsx';
import { reportOf } from './report-of.ts';
import styles from './Jobs.module.css';

function Lead({ run }: { run: Run }): ReactNode {
  const { t, language } = useWords();
  const now = useNow(isLiveState(run.state) ? 5_000 : 30_000);
  const { what, since, next } = describeRun(language, run, now);
  const { reclassified } = run;
  return (
    <section className={`card ${styles.lead}`} aria-label={t('run.what')} data-testid="run-sentence" data-state={run.state} data-cause={run.cause ?? ''}>
      <Shape tone={toneOf(run.state)} size={22} />
      <div>
        <p>
          <span className="strong">{what}</span> {since} {next}
        </p>
        {run.state === 'stopping' && run.flags.includes('stuck') && <p>{t('run.stuck')}</p>}
        {run.flags.includes('orphan') && <p>{t('run.orphan')}</p>}
        {reclassified && (
          <p data-testid="run-judged">{t('run.judged', { as: runStateWord(language, { state: reclassified.as, cause: null }), by: visibleText(reclassified.by, true), reason: visibleText(reclassified.reason, true) })}</p>
        )}
      </div>
    </section>
  );
}

/** `+` and `-` from the usual by at least a tenth are said. */
function Difference({ value, usual }: { value: number; usual: number | null }): ReactNode {
  const { t, language } = useWords();
  if (usual === null || usual === 0 || value === usual) return null;
  const times = value / usual;
  if (times > 0.9 && times < 1.1) return <span className="muted">{t('run.asUsual')}</span>;
  return <span>{times >= 2 ? t('run.timesUsual', { times: formatNumber(language, Math.round(times * 10) / 10) }) : t(times > 1 ? 'run.moreThanUsual' : 'run.lessThanUsual', { percent: formatNumber(language, Math.round(Math.abs(times - 1) * 100)) })}</span>;
}

function Numbers({ run, usual }: { run: Run; usual: Usual }): ReactNode {
  const { t, language } = useWords();
  const number = (value: number): string => formatNumber(language, value);
  const rows = [
    ...(run.activeMs === null ? [] : [{ name: t('run.took'), value: run.activeMs, usual: usual.medianMs, say: (ms: number): string => formatTook(language, ms) }]),
    ...(typeof run.result?.items === 'number' ? [{ name: t('run.items'), value: run.result.items, usual: usual.metrics['items'] ?? null, say: number }] : []),
    ...Object.entries(run.result?.metrics ?? {}).map(([name, value]) => {
      const own = run.workKind === 'command' ? undefined : ownMetrics[name];
      return { name: own === undefined ? visibleText(name, true) : t(own), value, usual: usual.metrics[name] ?? null, say: own === undefined ? number : /bytes/i.test(name) ? (size: number): string => formatBytes(language, size) : name === 'answerMs' ? (ms: number): string => formatTook(language, ms) : number };
    })
  ];
  if (rows.length === 0) return null;
  return (
    <section className={`card ${styles.part}`} aria-labelledby="numbers">
      <h2 id="numbers">{t('run.numbers')}</h2>
      <table className={styles.numbers} data-testid="run-numbers">
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t('run.number')}</span>
            </th>
            <th scope="col">{t('run.thisRun')}</th>
            <th scope="col">{usual.runs === 0 ? t('run.usual') : t('run.usualOf', { count: usual.runs })}</th>
            <th scope="col">
              <span className="visually-hidden">{t('run.difference')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, value, usual: middle, say }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="num">{say(value)}</td>
              <td className="num muted">{middle === null ? t('run.noUsual') : say(middle)}</td>
              <td>
                <Difference value={value} usual={middle} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function OwnWork({ run, attempt, work, task }: { run: Run; attempt: Attempt; work: Work | undefined; task: TaskState | undefined }): ReactNode {
  const words = useWords();
  const { t } = words;
  const report = reportOf(run.workKind, work, task);
  return (
    <div className={`card ${styles.part}`} data-testid="own-work">
      {task?.state === 'running' ? (
        <>
          <TaskBar task={task} wide />
          <p className="muted num">{taskNumbers(words, task)}</p>
        </>
      ) : (
        <p className="muted">{attempt.detail === null || attempt.detail === '' ? t('run.ownWork') : words.reason(attempt.detail)}</p>
      )}
      {report !== undefined && <Link href={report.href}>{t(`run.report.${report.kind}`)}</Link>}
    </div>
  );
}

function Try({ run, attempt, work }: { run: Run; attempt: Attempt; work: Work | undefined }): ReactNode {
  const { t, reason } = useWords();
  const task = useTasks().get(attempt.taskId ?? '');
  if (run.workKind !== 'command') return <OwnWork run={run} attempt={attempt} work={work} task={task} />;
  if (attempt.output?.removed) return <p className={`card ${styles.part} muted`}>{t('output.removed')}</p>;
  if (attempt.cause === 'spawn' || attempt.cause === 'secret') return <p className={`card ${styles.part}`}>{attempt.detail === null ? t('output.none') : reason(attempt.detail)}</p>;
  return <Output key={attempt.attempt} run={run.id} attempt={attempt.attempt} failed={attempt.attempt < run.attempts || ['failed', 'unknown'].includes(markOf(run.state))} name={run.jobName} />;
}

function Tries({ run, attempts, work }: { run: Run; attempts: readonly Attempt[]; work: Work | undefined }): ReactNode {
  const { t, language } = useWords();
  const [chosen, setChosen] = useState<string>();
  const last = attempts.at(-1);
  if (last === undefined) return null;
  if (attempts.length === 1) return <Try run={run} attempt={last} work={work} />;
  const value = chosen ?? String(last.attempt);
  return (
    <Tabs value={value} onChange={(next) => setChosen(next ?? undefined)} keepMounted={false} data-testid="tries">
      <Tabs.List aria-label={t('run.tries')}>
        {attempts.map(({ attempt }) => (
          <Tabs.Tab key={attempt} value={String(attempt)}>
            {t('run.tryState', { count: attempt, state: runStateWord(language, attempt < run.attempts ? { state: 'failed', cause: null } : run) })}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {attempts.map((attempt) => (
        <Tabs.Panel key={attempt.attempt} value={String(attempt.attempt)} pt={10}>
          <Try run={run} attempt={attempt} work={work} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Facts({ run, attempts }: { run: Run; attempts: readonly Attempt[] }): ReactNode {
  const { t, language } = useWords();
  const exact = (at: string): string => formatExact(language, new Date(at));
  const facts: [string, ReactNode][] = [
    [t('run.id'), <code key="id">{run.id}</code>],
    [t('run.version'), String(run.version)],
    [t('run.tries'), String(run.attempts)],
    ...attempts.map(({ attempt, startedAt, endedAt, exit, output }): [string, ReactNode] => [
      t('run.try', { count: attempt }),
      [`${exact(startedAt)} – ${endedAt === null ? '…' : exact(endedAt)}`, typeof exit?.code === 'number' ? t('run.exitCode', { code: String(exit.code) }) : '', typeof exit?.signal === 'string' ? t('run.signal', { signal: exit.signal }) : '', output !== null && output.redacted > 0 ? t('run.redacted', { count: output.redacted }) : ''].filter((part) => part !== '').join(', ')
    ]),
    ...(run.missed === null ? [] : [[t('run.missed'), `${exact(run.missed.first)} – ${exact(run.missed.last)}`] as [string, ReactNode]])
  ];
  return (
    <details className={`card ${styles.part}`}>
      <summary className={styles.fold}>{t('word.details')}</summary>
      <dl className={styles.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

export function RunPage({ id }: { id: string }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const query = useRun(id);
  const job = useJob(query.data?.run.jobId).data;
  if (query.isError && query.data === undefined) return <Instead title={t('nav.jobs')}>{isFailure(query.error, 'NOT_FOUND') ? <Gone sentence={t('run.unknown')} /> : <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />}</Instead>;
  if (query.data === undefined) return <Instead title={t('nav.jobs')} />;
  const { run, attempts, usual } = query.data;
  const work = job?.definition.work;
  return (
    <div className={styles.screen} data-testid="run-page" data-state={run.state}>
      <header className={styles.head}>
        <div className="grow">
          <Link href={job ? `/jobs/${job.id}` : '/jobs'}>{`← ${job ? visibleText(run.jobTitle || run.jobName, true) : t('jobs.all')}`}</Link>
          <h1>{t('run.title', { job: visibleText(run.jobTitle || run.jobName, true), state: runStateWord(language, run) })}</h1>
          <p className="muted">
            <Sentence of={`run.by.${run.trigger}`} params={{ by: visibleText(run.by, true) || t('word.you') }} slots={{ when: <Moment at={run.startedAt ?? run.createdAt} form="when" /> }} />
            {run.reason !== '' && ` ${t('run.reason', { reason: visibleText(run.reason, true) })}`}
            {run.test && ` ${t('run.test')}`}
            {work && ` ${describeWork(words, work)}.`}
          </p>
        </div>
        <RunActions run={run} />
      </header>
      <Lead run={run} />
      {(run.replayOf !== null || run.otherRun !== null) && (
        <p className={styles.links}>
          {run.replayOf !== null && <Link href={`/jobs/runs/${run.replayOf}`}>{t('run.replayOf')}</Link>}
          {run.otherRun !== null && <Link href={`/jobs/runs/${run.otherRun}`}>{t('run.otherRun')}</Link>}
          {job && run.version !== job.version && <Link href={`/jobs/${job.id}/edit`}>{t('run.older', { version: run.version, now: job.version })}</Link>}
        </p>
      )}
      <Tries run={run} attempts={attempts} work={work} />
      <Numbers run={run} usual={usual} />
      <section aria-label={t('run.note')}>
        <Note run={run} />
      </section>
      <Facts run={run} attempts={attempts} />
    </div>
  );
}
