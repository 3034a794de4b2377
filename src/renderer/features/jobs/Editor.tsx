// One job: what it does, when, and what about times that passed while the computer was off; the rest is folded under "Details".
import { Button, Radio, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import type { Job } from '../../../contract/jobs.ts';
import { isFailure, toFailure } from '../../api/failure.ts';
import { useClient, useJobs, usePlans, useRepositories } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { titleOf } from '../../ui/job-words.ts';
import { letGo, useUnsaved } from '../../ui/leaving.ts';
import { ScheduleEditor } from '../../ui/ScheduleEditor.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { DeleteJob } from './DeleteJob.tsx';
import { DetailFields } from './DetailFields.tsx';
import { detailFields, draftOf, fieldAt, isSame, nameOf, newDraft, read, type Field, type JobDraft } from './draft.ts';
import { Versions } from './Versions.tsx';
import { WorkFields } from './WorkFields.tsx';
import styles from './Jobs.module.css';

export interface GroupProps {
  draft: JobDraft;
  onChange(change: Partial<JobDraft>): void;
  /** What is wrong with a field, in words. */
  error(field: Field): string | undefined;
}

/** What was typed and not saved, by job, as long as the page lives: a sign-in that ran out meanwhile loses nothing. */
const unsaved = new Map<string, { draft: JobDraft; base: Job | undefined }>();

function Part({ id, title, sub, children }: { id: string; title: string; sub?: string; children: ReactNode }): ReactNode {
  return (
    <section className={`card ${styles.part}`} aria-labelledby={`job-${id}`}>
      <h2 id={`job-${id}`}>{title}</h2>
      {sub !== undefined && <p className="muted">{sub}</p>}
      {children}
    </section>
  );
}

export function JobEditor({ job }: { job: Job | undefined }): ReactNode {
  const { t, reason } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const plans = usePlans().data ?? [];
  const repositories = useRepositories().data ?? [];
  const taken = (useJobs().data ?? []).filter(({ id }) => id !== job?.id).map(({ definition }) => definition.name);
  const [blank] = useState(() => newDraft(plans.map(({ name }) => name), repositories.map(({ name }) => name), Intl.DateTimeFormat().resolvedOptions().timeZone));
  const start = (): JobDraft => (job ? draftOf(job.definition) : blank);
  const place = job?.id ?? 'new';
  const [draft, setDraft] = useState(() => unsaved.get(place)?.draft ?? start());
  const [base, setBase] = useState(() => (unsaved.has(place) ? unsaved.get(place)?.base : job));
  const [tried, setTried] = useState(false);
  const [unfolded, setUnfolded] = useState(false);
  const change = (next: Partial<JobDraft>): void => setDraft((before) => ({ ...before, ...next }));

  const meant = read(draft, base?.definition, taken);
  const dirty = base ? !isSame(draft, draftOf(base.definition)) : !isSame(draft, blank);
  // Nothing typed is thrown away: only an untouched page follows what was saved elsewhere.
  if (job && base && job.version !== base.version && !dirty) {
    setBase(job);
    setDraft(draftOf(job.definition));
  }
  useEffect(() => {
    if (dirty) unsaved.set(place, { draft, base });
    else unsaved.delete(place);
  }, [dirty, place, draft, base]);
  useUnsaved(dirty, base ? titleOf(base.definition) : t('jobs.new'), () => unsaved.delete(place));

  const save = useMutation({
    mutationFn: (): Promise<Job> => {
      if (meant.definition === undefined) throw new Error('what is typed is not whole');
      return base ? client.jobs.edit({ job: base.id, version: base.version, definition: meant.definition }) : client.jobs.add({ definition: meant.definition });
    },
    onSuccess: async (saved) => {
      unsaved.delete(place);
      setTried(false);
      setBase(saved);
      setDraft(draftOf(saved.definition));
      queries.setQueryData(['jobs', 'one', saved.id], saved);
      await queries.invalidateQueries({ queryKey: ['jobs'] });
      letGo();
      navigate(`/jobs/${saved.id}`, { replace: base === undefined });
    }
  });
  const failure = save.error === null ? undefined : toFailure(save.error);
  const at = failure?.code === 'BAD_INPUT' ? (failure.data as { field?: string; reason?: string }) : undefined;
  const outdated = base !== undefined && isFailure(save.error, 'CONFLICT') && (failure?.data as { kind?: string } | undefined)?.kind === 'job';
  const placed = at?.field === undefined || at.field === 'input' ? undefined : { field: fieldAt(at.field.split('.')), text: reason(at.reason ?? '') };
  const error = (field: Field): string | undefined => {
    const problem = tried ? meant.problems.find((each) => each.field === field) : undefined;
    return problem ? t(problem.key) : placed?.field === field ? placed.text : undefined;
  };
  const submit = (): void => {
    setTried(true);
    if (meant.definition !== undefined) save.mutate();
    else if (meant.problems.some(({ field }) => detailFields.has(field))) setUnfolded(true);
  };
  const discard = (): void => {
    save.reset();
    setTried(false);
    setBase(job);
    setDraft(start());
  };
  const group: GroupProps = { draft, onChange: change, error };
  if (job?.fromFile) {
    return (
      <p className={`card ${styles.notice}`} role="status">
        <Shape tone="info" size={18} /> <span>{t('jobs.fromFile')}</span>
      </p>
    );
  }
  return (
    <div className={styles.editor} data-testid="job-editor">
      <Part id="what" title={t('jobs.what')}>
        <WorkFields {...group} plans={plans} repositories={repositories} />
        <div className={styles.pair}>
          <TextInput label={t('jobs.title')} placeholder={t('jobs.titleExample')} value={draft.title} maxLength={200} error={error('title')} onChange={(event) => change({ title: event.currentTarget.value })} data-testid="job-title" />
          {base ? (
            <div className={styles.fact}>
              <span>{t('plans.shortName')}</span>
              <code>{base.definition.name}</code>
            </div>
          ) : (
            <TextInput label={t('plans.shortName')} placeholder={nameOf(draft, taken)} value={draft.name} error={error('name')} onChange={(event) => change({ name: event.currentTarget.value })} spellCheck={false} />
          )}
        </div>
      </Part>
      <Part id="when" title={t('jobs.when')}>
        <ScheduleEditor value={draft.schedule} onChange={(schedule) => change({ schedule })} />
        {error('schedule') !== undefined && (
          <p className={styles.bad} role="alert">
            {error('schedule')}
          </p>
        )}
      </Part>
      {(draft.schedule.kind === 'cron' || draft.schedule.kind === 'interval') && (
        <Part id="off" title={t('jobs.off')} sub={t('jobs.offSub')}>
          <Radio.Group value={draft.catchUp} onChange={(value) => change({ catchUp: value as JobDraft['catchUp'] })} aria-labelledby="job-off">
            <div className={styles.group}>
              {(['latest', 'skip', 'all'] as const).map((policy) => (
                <Radio key={policy} value={policy} label={t(`jobs.off.${policy}`)} description={t(`jobs.off.${policy}Sub`)} />
              ))}
            </div>
          </Radio.Group>
        </Part>
      )}
      <details className={`card ${styles.part}`} open={unfolded} onToggle={(event) => setUnfolded(event.currentTarget.open)} data-testid="job-details">
        <summary className={styles.fold}>
          {t('word.details')} <span className="muted">{t('jobs.detailsSub')}</span>
        </summary>
        {unfolded && <DetailFields {...group} />}
      </details>
      {base && (
        <Part id="versions" title={t('plans.versions')}>
          <Versions job={base} />
        </Part>
      )}
      {base && (
        <Part id="delete" title={t('jobs.delete')} sub={t('jobs.deleteSub')}>
          <DeleteJob job={base} onDeleted={() => unsaved.delete(place)} />
        </Part>
      )}
      <div className={`card ${styles.bar}`} role="region" aria-label={t('plans.saving')}>
        {outdated ? (
          <div className="row" role="alert" data-testid="job-outdated">
            <Shape tone="attention" size={18} />
            <span className="grow">{t('jobs.outdated')}</span>
            <Button variant="default" onClick={discard}>
              {t('plans.loadTheirs')}
            </Button>
          </div>
        ) : (
          save.isError && placed === undefined && <ErrorNotice error={save.error} compact />
        )}
        <div className="row">
          <span className="grow muted" role="status">
            {tried && meant.problems.length > 0 ? t('plans.problems', { count: meant.problems.length }) : dirty && base ? t('plans.unsaved') : ''}
          </span>
          {base && dirty && (
            <Button variant="default" onClick={discard}>
              {t('plans.discard')}
            </Button>
          )}
          <Button
            variant="default"
            onClick={() => {
              if (!base) {
                unsaved.delete(place);
                letGo();
              }
              navigate(base ? `/jobs/${base.id}` : '/jobs');
            }}
          >
            {base ? t('word.back') : t('word.cancel')}
          </Button>
          <Button onClick={submit} disabled={base !== undefined && !dirty} loading={save.isPending} data-testid="job-save">
            {t(base ? 'plans.save' : 'jobs.create')}
          </Button>
        </div>
      </div>
    </div>
  );
}
