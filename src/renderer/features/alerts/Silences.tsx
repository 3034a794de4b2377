// What is kept quiet for a while by what it is about: a rule, a job, a repository, or all of these together. Whatever still fires at the end is told again.
import { Button, NativeSelect, Select, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Labels, Silence } from '../../../contract/alerts.ts';
import { ruleCodes, ruleName } from '../../../contract/copy/alerts.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { Job } from '../../../contract/jobs.ts';
import { useJobs, useRepositories } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { titleOf } from '../../ui/job-words.ts';
import { Shape } from '../../ui/Shape.tsx';
import { useNow, useWords, type Words } from '../../ui/words.tsx';
import { useSay, useSilences } from './queries.ts';
import { untilTimes } from './until.ts';
import styles from './Alerts.module.css';

/** `failed runs · job Thesis · repository usb`. Labels without a name here are shown as they are. */
function coverOf({ t, language }: Words, matchers: Labels, jobs: readonly Job[]): string {
  const parts = Object.entries(matchers).map(([label, value]) => {
    if (label === 'rule') return ruleName(language, value);
    if (label === 'job') return t('silences.ofJob', { job: ((job) => (job === undefined ? t('silences.goneJob') : titleOf(job.definition)))(jobs.find(({ id }) => id === value)) });
    return label === 'repository' ? t('silences.ofRepository', { name: visibleText(value, true) }) : `${visibleText(label, true)}: ${visibleText(value, true)}`;
  });
  return parts.join(' · ');
}

function SilenceRow({ silence, jobs }: { silence: Silence; jobs: readonly Job[] }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const end = useSay();
  const cover = coverOf(words, silence.matchers, jobs);
  return (
    <li className={styles.channel} data-testid="silence">
      <Shape tone="unknown" />
      <div className={styles.body}>
        <p className="strong">{cover}</p>
        <p className="muted">{t('alerts.isSilent', { when: formatWhen(language, new Date(silence.until), now), who: visibleText(silence.by, true), reason: visibleText(silence.reason, true) })}</p>
        {end.isError && <ErrorNotice error={end.error} compact />}
      </div>
      <Button variant="default" loading={end.isPending} onClick={() => end.mutate((client) => client.alerts.unsilence({ silence: silence.id }))} aria-label={`${t('silences.end')}: ${cover}`}>
        {t('silences.end')}
      </Button>
    </li>
  );
}

const blank = { rule: '', job: null as string | null, repository: '', until: 'alerts.silenceTomorrow', own: '', reason: '' };

function NewSilence({ jobs }: { jobs: readonly Job[] }): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const add = useSay();
  const repositories = useRepositories().data ?? [];
  const [draft, setDraft] = useState(blank);
  const set = (change: Partial<typeof blank>): void => setDraft((before) => ({ ...before, ...change }));
  const matchers: Labels = { ...(draft.rule !== '' && { rule: draft.rule }), ...(draft.job !== null && { job: draft.job }), ...(draft.repository !== '' && { repository: draft.repository }) };
  const until = draft.until === 'own' ? new Date(draft.own) : untilTimes(now).find(({ key }) => key === draft.until)?.at;
  const ready = Object.keys(matchers).length > 0 && until !== undefined && !Number.isNaN(until.getTime());
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) add.mutate((client) => client.alerts.silence({ matchers, until: until.toISOString(), reason: draft.reason.trim() === '' ? t('alerts.saidOnScreen') : draft.reason.trim() }), { onSuccess: () => setDraft(blank) });
      }}
    >
      <div className={styles.fields}>
        <NativeSelect label={t('silences.rule')} value={draft.rule} onChange={(event) => set({ rule: event.currentTarget.value })} data={[{ value: '', label: t('silences.anyRule') }, ...ruleCodes.filter((code) => !code.startsWith('integrity')).map((value) => ({ value, label: ruleName(language, value) }))]} data-testid="silence-rule" />
        <Select label={t('silences.job')} placeholder={t('silences.anyJob')} value={draft.job} onChange={(job) => set({ job })} data={jobs.map(({ id, definition }) => ({ value: id, label: titleOf(definition) }))} searchable clearable limit={50} nothingFoundMessage={t('silences.noJob')} clearButtonProps={{ 'aria-label': t('word.clear') }} data-testid="silence-job" />
        <NativeSelect label={t('silences.repository')} value={draft.repository} onChange={(event) => set({ repository: event.currentTarget.value })} data={[{ value: '', label: t('silences.anyRepository') }, ...repositories.map(({ name }) => name)]} data-testid="silence-repository" />
        <NativeSelect label={t('silences.until')} value={draft.until} onChange={(event) => set({ until: event.currentTarget.value })} data={[...untilTimes(now).map(({ key }) => ({ value: key as string, label: t(key) })), { value: 'own', label: t('silences.own') }]} data-testid="silence-until" />
        {draft.until === 'own' && <TextInput type="datetime-local" label={t('silences.ownUntil')} value={draft.own} onChange={(event) => set({ own: event.currentTarget.value })} data-testid="silence-own" />}
        <TextInput label={t('silences.reason')} value={draft.reason} maxLength={1000} onChange={(event) => set({ reason: event.currentTarget.value })} data-testid="silence-reason" />
      </div>
      <p className="muted">{t('silences.hint')}</p>
      {add.isError && <ErrorNotice error={add.error} compact />}
      <div className={styles.actions}>
        <Button type="submit" variant="default" disabled={!ready} loading={add.isPending} data-testid="silence-add">
          {t('silences.do')}
        </Button>
      </div>
    </form>
  );
}

export function Silences(): ReactNode {
  const { t } = useWords();
  const silences = useSilences();
  const jobs = useJobs().data ?? [];
  return (
    <section className={`card ${styles.channels}`} aria-labelledby="silences-title">
      <h2 id="silences-title">{t('silences.title')}</h2>
      {silences.isError && <ErrorNotice error={silences.error} onRetry={() => void silences.refetch()} compact />}
      {silences.data?.length === 0 && <p className="muted">{t('silences.none')}</p>}
      <ul className="plain-list">
        {silences.data?.map((silence) => (
          <SilenceRow key={silence.id} silence={silence} jobs={jobs} />
        ))}
      </ul>
      <details>
        <summary>{t('silences.add')}</summary>
        <NewSilence jobs={jobs} />
      </details>
    </section>
  );
}
