// The restore wizard: What → When → Where → Check → Done. Nothing is written before Check has shown what would happen.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useReducer, useRef, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import { useClient } from '../../api/queries.ts';
import { useRestoreDraft } from '../../api/restore-draft.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { putBackAddress } from '../../ui/files-address.ts';
import { Instead } from '../../ui/Instead.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { CheckStep } from './CheckStep.tsx';
import { DoneStep } from './DoneStep.tsx';
import { Earlier } from './Earlier.tsx';
import { canGo, canLeave, freshWizard, inputOf, momentOf, reduceWizard, steps, suggestTarget, type Step, type Wizard } from './draft.ts';
import { SetCheckStep } from './SetCheckStep.tsx';
import { SetDoneStep } from './SetDoneStep.tsx';
import { sourceId, useSources } from './sources.ts';
import { WhatStep, WhenStep, WhereStep } from './steps.tsx';
import styles from './Restore.module.css';

export { PutBackScreen } from './PutBack.tsx';

function useHomeFolder(): string | undefined {
  const client = useClient();
  return useQuery({ queryKey: ['folders', 'home'], queryFn: async ({ signal }) => (await client.system.folders.list({}, { signal })).path, staleTime: Infinity, retry: false }).data;
}

function Stepper({ wizard, told, go }: { wizard: Wizard; told: Partial<Record<Step, string>>; go(step: Step): void }): ReactNode {
  const { t } = useWords();
  const at = steps.indexOf(wizard.step);
  return (
    <ol className={styles.steps} aria-label={t('restore.steps')}>
      {steps.map((step, index) => (
        <li key={step}>
          <button type="button" aria-current={step === wizard.step ? 'step' : undefined} data-past={index < at || undefined} disabled={!canGo(wizard, step) || step === wizard.step} onClick={() => go(step)}>
            <i>{index + 1}</i>
            <span className="ellipsis">{index < at && told[step] !== undefined ? `${t(`restore.${step}`)}: ${told[step]}` : t(`restore.${step}`)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

export function RestoreScreen(): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const [, navigate] = useLocation();
  const { id } = useParams<{ id?: string }>();
  const { sources, error } = useSources();
  const { draft, setDraft } = useRestoreDraft();
  const home = useHomeFolder();
  const [wizard, dispatch] = useReducer(reduceWizard, freshWizard);
  const body = useRef<HTMLDivElement>(null);
  const set = (change: Partial<Wizard>): void => dispatch({ kind: 'set', change });

  // The address and the files chosen elsewhere fill in the first answers once.
  const filled = useRef(false);
  useEffect(() => {
    if (filled.current || !sources || sources.length === 0) return;
    filled.current = true;
    const wanted = sources.flatMap((source) => source.snapshots).find((snapshot) => id !== undefined && snapshot.id.startsWith(id));
    const source = wanted ? sources.find((candidate) => candidate.id === sourceId(wanted)) : sources[0];
    const include = draft !== undefined && draft.snapshotId === wanted?.id ? draft.include : [];
    setDraft(undefined);
    set({ source: source?.id ?? null, snapshotId: wanted?.id ?? source?.snapshots[0]?.id ?? null, include, some: include.length > 0 });
    if (include.length > 0) dispatch({ kind: 'go', step: 'where' });
  }, [sources, id, draft, setDraft]);

  const source = sources?.find((candidate) => candidate.id === wizard.source);
  const snapshot = source?.snapshots.find((candidate) => candidate.id === wizard.snapshotId);
  useEffect(() => {
    if (wizard.target === '' && home !== undefined && snapshot) dispatch({ kind: 'suggest', target: suggestTarget(home, source?.name ?? '', new Date()) });
  }, [home, snapshot, source, wizard.target]);
  const firstStep = useRef(true);
  useEffect(() => {
    if (firstStep.current) firstStep.current = false;
    else body.current?.focus({ preventScroll: true });
  }, [wizard.step]);

  const include = wizard.some ? wizard.include : [];
  const moment = momentOf(wizard.at);
  const onStarted = (taskId: string): void => dispatch({ kind: 'started', taskId });
  const go = (step: Step): void => dispatch({ kind: 'go', step });
  const index = steps.indexOf(wizard.step);
  const before = steps[index - 1];
  const after = steps[index + 1];

  if (error) return <Instead title={t('restore.title')}><ErrorNotice error={error} /></Instead>;
  if (!sources) return <Instead title={t('restore.title')} />;
  if (sources.length === 0) return <Instead title={t('restore.title')}><EmptyState sentence={t('restore.empty')} action={<Button onClick={() => navigate('/')}>{t('nav.overview')}</Button>} /></Instead>;
  const told: Partial<Record<Step, string>> = {
    what: wizard.plans !== null ? t('restore.plansCount', { count: wizard.plans.length }) : include.length > 0 ? `${source?.label ?? ''}, ${t('restore.chosen', { count: include.length })}` : (source?.label ?? ''),
    ...(wizard.plans !== null ? moment !== undefined && { when: formatWhen(language, new Date(moment), now) } : wizard.sound ? { when: t('restore.sound') } : snapshot && { when: formatWhen(language, new Date(snapshot.at), now) }),
    where: wizard.inPlace ? t('restore.inPlaceShort') : visibleText(wizard.target.split(/[\\/]/).at(-1) ?? '', true)
  };
  const back = before !== undefined && wizard.taskId === null && wizard.taskIds.length === 0 && (
    <Button variant="default" onClick={() => go(before)}>
      {t('word.back')}
    </Button>
  );
  return (
    <div className={styles.restore}>
      <header className={styles.head}>
        <h1>{t('restore.title')}</h1>
        <span className="grow" />
        <Link href={putBackAddress()}>{t('back.title')}</Link>
        <Link href="/packages">{t('packages.title')}</Link>
        <Link href="/restore/trials">{t('trials.title')}</Link>
      </header>
      <Stepper wizard={wizard} told={told} go={go} />
      <div className={styles.step} ref={body} tabIndex={-1} data-step={wizard.step} data-testid="restore-step">
        {wizard.step === 'what' && <WhatStep wizard={wizard} set={set} sources={sources} />}
        {wizard.step === 'when' && <WhenStep wizard={wizard} set={set} sources={sources} />}
        {wizard.step === 'where' && <WhereStep wizard={wizard} set={set} sources={sources} />}
        {wizard.step === 'check' && wizard.plans !== null && <SetCheckStep wizard={wizard} sources={sources} onStarted={(taskIds) => dispatch({ kind: 'set-started', taskIds })} back={back} />}
        {wizard.step === 'check' && wizard.plans === null && <CheckStep input={inputOf(wizard)} label={source?.label ?? ''} onChoose={(choice) => dispatch({ kind: 'choose', choice })} onStarted={onStarted} back={back} />}
        {wizard.step === 'done' && wizard.taskId !== null && <DoneStep taskId={wizard.taskId} onAgain={() => dispatch({ kind: 'again' })} {...(wizard.checked && { onRecheck: () => dispatch({ kind: 'recheck' }) })} onUndo={onStarted} />}
        {wizard.step === 'done' && wizard.taskIds.length > 0 && <SetDoneStep tasks={wizard.taskIds} sources={sources} onAgain={() => dispatch({ kind: 'again' })} onUndo={onStarted} />}
        {index < 3 && after !== undefined && (
          <div className={styles.buttons}>
            <Button disabled={!canLeave(wizard)} onClick={() => go(after)}>
              {t('word.next')}
            </Button>
            <span className="grow" />
            {back}
          </div>
        )}
      </div>
      {wizard.step === 'what' && !wizard.some && <Earlier onUndo={onStarted} />}
    </div>
  );
}
