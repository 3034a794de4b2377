// Outside checkers: called from here, so that they warn when Varve itself cannot. One for Varve, and one for each job that names one.
import { Button, Select, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Ping } from '../../../contract/alerts.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { VarveClient } from '../../../contract/index.ts';
import type { Job } from '../../../contract/jobs.ts';
import { useJobs } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { titleOf } from '../../ui/job-words.ts';
import { Shape } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { useAlertSettings, usePings, useSay } from './queries.ts';
import styles from './Alerts.module.css';

interface Checker {
  /** undefined: Varve's own. */
  job: Job | undefined;
  address: string;
  last: Ping | undefined;
}

/** Names it, or with null no more. A job's is part of its definition. */
function naming(job: Job | undefined, address: string | null): (client: VarveClient) => Promise<unknown> {
  return (client) => (job === undefined ? client.alerts.settings.set({ ping: address }) : client.jobs.edit({ job: job.id, version: job.version, definition: { ...job.definition, ping: address } }));
}

function useChecker(job: Job | undefined): string {
  const { t } = useWords();
  return job === undefined ? t('checkers.varve') : titleOf(job.definition);
}

function EditChecker({ checker: { job, address }, onClose }: { checker: Checker; onClose(): void }): ReactNode {
  const { t } = useWords();
  const save = useSay();
  const [typed, setTyped] = useState(address);
  return (
    <FormDialog title={t('checkers.editTitle', { name: useChecker(job) })} yes={t('alerts.save')} ready={typed.trim() !== ''} busy={save.isPending} error={save.error} onYes={() => save.mutate(naming(job, typed.trim()), { onSuccess: onClose })} onClose={onClose}>
      <TextInput label={t('checkers.address')} description={t('checkers.addressHint')} value={typed} maxLength={2000} spellCheck={false} onChange={(event) => setTyped(event.currentTarget.value)} data-autofocus data-testid="checker-address" />
    </FormDialog>
  );
}

function RemoveChecker({ job, onClose }: { job: Job | undefined; onClose(): void }): ReactNode {
  const { t } = useWords();
  const remove = useSay();
  return <Sure title={t('checkers.removeAsk', { name: useChecker(job) })} sub={t('checkers.removeSub')} yes={t('word.remove')} loading={remove.isPending} error={remove.error} onClose={onClose} onYes={() => remove.mutate(naming(job, null), { onSuccess: onClose })} />;
}

function CheckerRow({ checker }: { checker: Checker }): ReactNode {
  const { t, language, reason } = useWords();
  const now = useNow();
  const test = useSay<Ping>();
  const [open, setOpen] = useState<'edit' | 'remove'>();
  const { job, address, last } = checker;
  const label = useChecker(job);
  const inFile = job?.fromFile === true;
  return (
    <li className={styles.channel} data-testid="checker" data-of={job?.definition.name ?? ''}>
      <Shape tone={last === undefined ? 'unknown' : last.ok ? 'good' : 'attention'} />
      <div className={styles.body}>
        <p>
          <b className="strong">{label}</b> <span className="muted">{visibleText(address, true)}</span>
        </p>
        <p className="muted">{`${last === undefined ? t('checkers.unused') : last.ok ? t('checkers.well', { when: formatWhen(language, new Date(last.at), now) }) : t('checkers.failed', { when: formatWhen(language, new Date(last.at), now), reason: reason(last.error ?? '') })}${inFile ? ` · ${t('checkers.inFile')}` : ''}`}</p>
        {test.isError && <ErrorNotice error={test.error} compact />}
        {test.data && !test.isPending && <p role="status">{test.data.ok ? t('checkers.testOk') : t('checkers.testFailed', { reason: reason(test.data.error ?? '') })}</p>}
      </div>
      <div className={styles.actions}>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate((client) => client.alerts.testPing({ jobId: job?.id ?? null }))} aria-label={`${t('checkers.test')}: ${label}`}>
          {t('checkers.test')}
        </Button>
        {!inFile && (
          <>
            <Button variant="default" onClick={() => setOpen('edit')} aria-label={`${t('alerts.edit')}: ${label}`}>
              {t('alerts.edit')}
            </Button>
            <Button variant="default" onClick={() => setOpen('remove')} aria-label={`${t('word.remove')}: ${label}`}>
              {t('word.remove')}
            </Button>
          </>
        )}
      </div>
      {open === 'edit' && <EditChecker checker={checker} onClose={() => setOpen(undefined)} />}
      {open === 'remove' && <RemoveChecker job={job} onClose={() => setOpen(undefined)} />}
    </li>
  );
}

function AddChecker({ jobs, varve }: { jobs: readonly Job[]; varve: boolean }): ReactNode {
  const { t } = useWords();
  const add = useSay();
  const [of, setOf] = useState<string | null>(null);
  const [address, setAddress] = useState('');
  const choices = [...(varve ? [{ value: '', label: t('checkers.varve') }] : []), ...jobs.map(({ id, definition }) => ({ value: id, label: titleOf(definition) }))];
  const chosen = of ?? (varve ? '' : null);
  const ready = chosen !== null && address.trim() !== '';
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        add.mutate(naming(jobs.find(({ id }) => id === chosen), address.trim()), {
          onSuccess: () => {
            setOf(null);
            setAddress('');
          }
        });
      }}
    >
      <div className={styles.fields}>
        <Select label={t('checkers.of')} value={chosen} onChange={setOf} data={choices} searchable limit={50} nothingFoundMessage={t('silences.noJob')} allowDeselect={false} data-testid="checker-of" />
        <TextInput label={t('checkers.address')} description={t('checkers.addressHint')} value={address} maxLength={2000} spellCheck={false} onChange={(event) => setAddress(event.currentTarget.value)} data-testid="checker-new" />
      </div>
      {add.isError && <ErrorNotice error={add.error} compact />}
      <div className={styles.actions}>
        <Button type="submit" variant="default" disabled={!ready} loading={add.isPending} data-testid="checker-add">
          {t('word.add')}
        </Button>
      </div>
    </form>
  );
}

export function Checkers(): ReactNode {
  const { t } = useWords();
  const settings = useAlertSettings();
  const jobs = useJobs();
  const pings = usePings().data ?? [];
  const own = settings.data?.ping ?? null;
  const lastOf = (id: string | null): Ping | undefined => pings.find(({ jobId }) => jobId === id);
  const checkers: Checker[] = [...(own === null ? [] : [{ job: undefined, address: own, last: lastOf(null) }]), ...(jobs.data ?? []).flatMap((job) => (job.definition.ping === null ? [] : [{ job, address: job.definition.ping, last: lastOf(job.id) }]))];
  return (
    <section className={`card ${styles.channels}`} aria-labelledby="checkers-title">
      <h2 id="checkers-title">{t('checkers.title')}</h2>
      <p className="muted">{t('checkers.sub')}</p>
      {settings.isError && <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} compact />}
      {jobs.isError && <ErrorNotice error={jobs.error} onRetry={() => void jobs.refetch()} compact />}
      <ul className="plain-list">
        {checkers.map((checker) => (
          <CheckerRow key={checker.job?.id ?? ''} checker={checker} />
        ))}
      </ul>
      {settings.data !== undefined && jobs.data !== undefined && (
        <details>
          <summary>{t('checkers.add')}</summary>
          <AddChecker varve={own === null} jobs={jobs.data.filter(({ definition, fromFile }) => definition.ping === null && !fromFile)} />
        </details>
      )}
    </section>
  );
}
