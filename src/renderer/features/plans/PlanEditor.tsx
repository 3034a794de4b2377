// One plan: what it keeps, what it leaves out, where to, how, for how long. Nothing is changed before "Save"; what was saved before stays
// in the record.
import { Button, Select, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Plan } from '../../../contract/snapshots.ts';
import { isFailure } from '../../api/failure.ts';
import { useClient, usePlans, useRepositories } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { putBackAddress } from '../../ui/files-address.ts';
import { letGo, useUnsaved } from '../../ui/leaving.ts';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { addInput, changesOf, draftOf, editInput, isTouched, leaveOutOf, linesOf, nameOf, newDraft, policyOf, problemsOf, type PlanDraft } from './draft.ts';
import { DeletePlan } from './DeletePlan.tsx';
import { errorsOf } from './errors.ts';
import { Hooks, Manner, Retention, RuleFields, type GroupProps } from './fields.tsx';
import { Folders } from './Folders.tsx';
import { RetentionPreview } from './RetentionPreview.tsx';
import { RulePreview } from './RulePreview.tsx';
import { usePlanPreview } from './usePlanPreview.ts';
import { Versions } from './Versions.tsx';
import styles from './Plans.module.css';

/** What was typed and not saved, by plan, as long as the page lives: a sign-in that ran out meanwhile loses nothing. */
const unsaved = new Map<string, { draft: PlanDraft; base: Plan | undefined }>();

function Part({ id, title, sub, children }: { id: string; title: string; sub?: string; children: ReactNode }): ReactNode {
  return (
    <section className={`card ${styles.part}`} aria-labelledby={`plan-${id}`}>
      <h2 id={`plan-${id}`}>{title}</h2>
      {sub !== undefined && <p className="muted">{sub}</p>}
      {children}
    </section>
  );
}

export function PlanEditor({ plan }: { plan: Plan | undefined }): ReactNode {
  const words = useWords();
  const { t } = words;
  const client = useClient();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const repositories = useRepositories().data ?? [];
  const taken = (usePlans().data ?? []).filter(({ id }) => id !== plan?.id).map(({ name }) => name);
  const start = (): PlanDraft => (plan ? draftOf(plan) : newDraft('', Intl.DateTimeFormat().resolvedOptions().timeZone));
  const place = plan?.id ?? 'new';
  const [draft, setDraft] = useState(() => unsaved.get(place)?.draft ?? start());
  const [base, setBase] = useState(() => (unsaved.has(place) ? unsaved.get(place)?.base : plan));
  const [tried, setTried] = useState(false);
  const [again, setAgain] = useState(0);
  const change = (next: Partial<PlanDraft>): void => setDraft((before) => ({ ...before, ...next }));
  const repositoryId = draft.repositoryId || (repositories.length === 1 ? (repositories[0]?.id ?? '') : '');
  const whole = { ...draft, repositoryId };

  const changes = base ? changesOf(draft, base) : { plan: true, retention: false };
  const dirty = changes.plan || changes.retention;
  // Nothing typed is thrown away: only an untouched page follows what was saved elsewhere.
  if (plan && base && plan !== base && !dirty) {
    setBase(plan);
    setDraft(draftOf(plan));
  }

  // A new plan can be made as it stands; it is lost only when something was typed.
  const losable = base ? dirty : isTouched(draft);
  useEffect(() => {
    if (losable) unsaved.set(place, { draft, base });
    else unsaved.delete(place);
  }, [losable, place, draft, base]);
  useUnsaved(losable, base ? visibleText(base.title || base.name, true) : t('plans.new'), () => unsaved.delete(place));

  const save = useMutation({
    mutationFn: async (): Promise<Plan> => {
      if (!base) return client.plans.add(addInput(whole, taken));
      const edited = changes.plan ? await client.plans.edit(editInput(draft, base)) : base;
      return changes.retention ? client.keeping.retention.set({ plan: base.id, policy: policyOf(draft.retention) }) : edited;
    },
    onSuccess: async (saved) => {
      setTried(false);
      setBase(saved);
      setDraft(draftOf(saved));
      await queries.invalidateQueries({ queryKey: ['plans'] });
      if (base) return;
      letGo();
      navigate(`/settings/plans/${saved.id}`, { replace: true });
    },
    // The plan may have been saved before what it keeps was refused.
    onError: () => queries.invalidateQueries({ queryKey: ['plans'] })
  });

  const pathsChanged = base === undefined || JSON.stringify(draft.paths) !== JSON.stringify(base.paths);
  const previewInput = draft.paths.length === 0 ? undefined : { ...(base && { plan: base.id }), ...(pathsChanged && { paths: [...draft.paths] }), excludes: linesOf(draft.excludes), leaveOut: leaveOutOf(draft) };
  const { previewed, counting } = usePlanPreview(previewInput, again);
  const problems = problemsOf(whole, base === undefined, taken);
  const errors = errorsOf(words, tried || base !== undefined ? problems : [], save.error, counting ? undefined : previewed?.error);
  const outdated = base !== undefined && isFailure(save.error, 'CONFLICT');
  const submit = (): void => {
    setTried(true);
    if (problems.length === 0 && repositoryId !== '') save.mutate();
  };
  const discard = (): void => {
    save.reset();
    setTried(false);
    setBase(plan);
    setDraft(start());
  };
  const group: GroupProps = { draft, onChange: change, error: (field) => errors.of(field) };
  const policy = policyOf(draft.retention);
  const policyIsGood = !problems.some(({ field }) => field.startsWith('keep') || field === 'retention');

  return (
    <div className={styles.editor} data-testid="plan-editor">
      <Part id="what" title={t('plans.what')}>
        <div className={styles.pair}>
          <TextInput label={t('plans.name')} placeholder={t('plans.nameExample')} value={draft.title} maxLength={200} onChange={(event) => change({ title: event.currentTarget.value })} data-testid="plan-title" />
          {base ? (
            <div className={styles.fact}>
              <span>{t('plans.shortName')}</span>
              <code>{base.name}</code>
            </div>
          ) : (
            <TextInput label={t('plans.shortName')} placeholder={nameOf(draft, taken)} value={draft.name} error={errors.of('name')} onChange={(event) => change({ name: event.currentTarget.value })} spellCheck={false} data-testid="plan-name" />
          )}
        </div>
        <h3>{t('plans.folders')}</h3>
        <Folders paths={draft.paths} error={errors.of('paths')} onChange={(paths) => change({ paths })} />
        <Select className={styles.short} label={t('plans.repository')} placeholder={t('plans.chooseRepository')} data={repositories.map(({ id, name }) => ({ value: id, label: name }))} value={repositoryId || null} error={tried && repositoryId === '' ? t('plans.chooseRepository') : undefined} onChange={(value) => change({ repositoryId: value ?? '' })} data-testid="plan-repository" />
        {base && draft.repositoryId !== base.repositoryId && (
          <p className="row" role="status" data-testid="plan-moves">
            <Shape tone="info" size={16} />
            <span>{t('plans.moves', { from: base.repositoryName, to: repositories.find(({ id }) => id === draft.repositoryId)?.name ?? '' })}</span>
          </p>
        )}
      </Part>
      <Part id="rules" title={t('plans.rules')} sub={t('plans.rulesSub')}>
        <div className={styles.beside}>
          <RuleFields {...group} />
          {previewInput === undefined ? <p className="muted">{t('plans.previewNeedsFolder')}</p> : <RulePreview previewed={previewed} counting={counting} onAgain={() => setAgain((count) => count + 1)} />}
        </div>
      </Part>
      <Part id="how" title={t('plans.how')}>
        <Manner {...group} />
      </Part>
      <Part id="keep" title={t('plans.retention')} sub={t('plans.retentionSub')}>
        <div className={styles.beside}>
          <Retention {...group} />
          {base && policy !== null && policyIsGood && <RetentionPreview plan={base} policy={policy} saved={!changes.retention} />}
        </div>
      </Part>
      <Part id="hooks" title={t('plans.hooks')} sub={t('plans.hooksSub')}>
        <Hooks {...group} />
      </Part>
      {base && (
        <Part id="versions" title={t('plans.versions')} sub={t('plans.versionsSub')}>
          <Versions plan={base} />
        </Part>
      )}
      {base && (
        <Part id="delete" title={t('plans.delete')} sub={t('plans.deleteSub')}>
          <DeletePlan plan={plan ?? base} onDeleted={() => unsaved.delete(place)} />
        </Part>
      )}
      <div className={`card ${styles.bar}`} role="region" aria-label={t('plans.saving')} data-testid="plan-bar">
        {outdated ? (
          <div className="row" role="alert">
            <Shape tone="attention" size={18} />
            <span className="grow">{t('plans.outdated')}</span>
            <Button variant="default" onClick={discard}>
              {t('plans.loadTheirs')}
            </Button>
          </div>
        ) : (
          save.isError && !errors.placed && <ErrorNotice error={save.error} compact />
        )}
        <div className="row">
          <span className="grow muted" role="status">
            {tried && problems.length > 0 ? t('plans.problems', { count: problems.length }) : save.isSuccess && !dirty && base ? t('plans.saved', { version: base.version }) : dirty && base ? t('plans.unsaved') : ''}
          </span>
          {base && dirty && (
            <Button variant="default" onClick={discard}>
              {t('plans.discard')}
            </Button>
          )}
          {!base && (
            <Button
              variant="default"
              onClick={() => {
                unsaved.delete(place);
                letGo();
                navigate('/settings/plans');
              }}
            >
              {t('word.cancel')}
            </Button>
          )}
          <Button onClick={submit} disabled={!dirty} loading={save.isPending} data-testid="plan-save">
            {t(base ? 'plans.save' : 'plans.create')}
          </Button>
        </div>
      </div>
    </div>
  );
}

export function PlanHead({ plan }: { plan: Plan | undefined }): ReactNode {
  const { t } = useWords();
  return (
    <header className={styles.head}>
      <Link href="/settings/plans">{`← ${t('plans.back')}`}</Link>
      <h1>{plan ? visibleText(plan.title || plan.name, true) : t('plans.new')}</h1>
      <p className="muted">{plan ? t('plans.editLead', { version: plan.version }) : t('plans.lead')}</p>
      {plan && plan.lastSnapshot !== null && <Link href={putBackAddress(plan.id)}>{t('back.plan', { plan: visibleText(plan.title || plan.name, true) })}</Link>}
    </header>
  );
}
