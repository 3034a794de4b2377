// Ctrl/Cmd+K: screens, "Back up now: X", snapshots, files in them, actions. A combobox over one list; Enter does it.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
// The dialog was just opened to type into this field.
/* oxlint-disable jsx-a11y/no-autofocus */
import { Modal, useMantineColorScheme } from '@mantine/core';
import { useMutation, type UseMutationResult } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { visibleText } from '../../contract/copy/text.ts';
import { formatWhen } from '../../contract/copy/values.ts';
import type { VarveClient } from '../../contract/index.ts';
import type { FoundName } from '../../contract/names.ts';
import { pauseEnd } from '../../contract/pause.ts';
import type { Cell } from '../api/cell.ts';
import { useFoundFiles } from '../api/found-files.ts';
import { useClient, useJobs, usePlans, useRepositories, useSaveSettings, useSnapshots, useStartTask } from '../api/queries.ts';
import { ErrorNotice } from '../ui/ErrorNotice.tsx';
import { findAddress, historyAddress, historyOf, putBackAddress } from '../ui/files-address.ts';
import type { Preferences } from '../ui/preferences.ts';
import { titleOf } from '../ui/job-words.ts';
import { planTitle } from '../ui/plan-title.ts';
import { useNow, useWords } from '../ui/words.tsx';
import { matches } from './palette-match.ts';
import { screens } from './screens.ts';
import styles from './Palette.module.css';

interface Item {
  id: string;
  group: string;
  label: string;
  /** More text to be found by, not shown. */
  also?: string;
  /** Returns true when the palette should stay open, because work has begun that may fail. */
  run(): boolean | void;
}

const mostItems = 40;

function usePaletteItems(preferences: Cell<Preferences>, onHelp: () => void, start: ReturnType<typeof useStartTask>, act: ReturnType<typeof useAct>, onClose: () => void): Item[] {
  const { t, language } = useWords();
  const [, navigate] = useLocation();
  const now = useNow();
  const plans = usePlans().data;
  const repositories = useRepositories().data;
  const jobs = useJobs().data;
  const snapshots = useSnapshots().data?.snapshots;
  const save = useSaveSettings();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return useMemo(() => {
    const done = { onSuccess: onClose };
    const titles = new Map(plans?.map((plan) => [plan.id, plan.title || plan.name]));
    const toScreens = screens.map(({ path, key }): Item => ({ id: path, group: t('palette.screens'), label: t(key), run: () => navigate(path) }));
    const backUps = (plans ?? []).map((plan): Item => ({
      id: plan.id,
      group: t('palette.actions'),
      label: t('app.backUpPlan', { plan: visibleText(plan.title || plan.name, true) }),
      also: plan.name,
      run: () => (start.mutate((client) => client.snapshots.take({ plan: plan.id, wait: true }), done), true)
    }));
    const toPlans = (plans ?? []).map((plan): Item => ({ id: `plan-${plan.id}`, group: t('palette.screens'), label: t('plans.editPlan', { plan: visibleText(plan.title || plan.name, true) }), also: plan.name, run: () => navigate(`/settings/plans/${plan.id}`) }));
    const putBacks = (plans ?? []).map((plan): Item => ({ id: `back-${plan.id}`, group: t('palette.actions'), label: t('back.plan', { plan: visibleText(plan.title || plan.name, true) }), also: plan.name, run: () => navigate(putBackAddress(plan.id)) }));
    const checks = (repositories ?? []).map((repository): Item => ({
      id: repository.id,
      group: t('palette.actions'),
      label: t('palette.check', { repository: repository.name }),
      run: () => (start.mutate((client) => client.repositories.check({ repository: repository.id }), done), true)
    }));
    const toJobs = (jobs ?? []).map((job): Item => ({ id: `job-${job.id}`, group: t('palette.screens'), label: t('palette.job', { job: titleOf(job.definition) }), also: job.definition.name, run: () => navigate(`/jobs/${job.id}`) }));
    const runJobs = (jobs ?? []).flatMap((job): Item[] => (job.broken === null ? [{ id: `run-${job.id}`, group: t('palette.actions'), label: t('jobs.runNowOf', { job: titleOf(job.definition) }), also: job.definition.name, run: () => (act.mutate(async (client) => navigate(`/jobs/runs/${(await client.jobs.run({ job: job.id })).id}`), done), true) }] : []));
    const pauses = (jobs ?? []).map((job): Item =>
      job.paused === null
        ? { id: `pause-${job.id}`, group: t('palette.actions'), label: t('palette.pause', { job: titleOf(job.definition) }), also: job.definition.name, run: () => (act.mutate((client) => client.jobs.pause({ job: job.id }), done), true) }
        : { id: `resume-${job.id}`, group: t('palette.actions'), label: t('jobs.resumeOf', { job: titleOf(job.definition) }), also: job.definition.name, run: () => (act.mutate((client) => client.jobs.resume({ job: job.id }), done), true) }
    );
    const pauseAll: Item[] = jobs?.length ? [{ id: 'pause-all', group: t('palette.actions'), label: t('palette.pauseAll'), run: () => (act.mutate((client) => client.jobs.pauseAll({ until: pauseEnd('hour', new Date()).toISOString() }), done), true) }] : [];
    const nextLanguage = language === 'en' ? 'pt-BR' : 'en';
    const dark = colorScheme === 'dark' || (colorScheme === 'auto' && window.matchMedia('(prefers-color-scheme: dark)').matches);
    const actions: Item[] = [
      { id: 'verify', group: t('palette.actions'), label: t('palette.verify'), run: () => (start.mutate((client) => client.log.verify({}), done), true) },
      { id: 'anchors', group: t('palette.screens'), label: t('anchors.title'), run: () => navigate('/log/anchors') },
      { id: 'plans', group: t('palette.screens'), label: t('plans.title'), run: () => navigate('/settings/plans') },
      { id: 'job-new', group: t('palette.screens'), label: t('jobs.new'), run: () => navigate('/jobs/new') },
      { id: 'job-day', group: t('palette.screens'), label: t('jobs.day'), run: () => navigate('/jobs/day') },
      { id: 'find', group: t('palette.screens'), label: t('find.title'), run: () => navigate('/find') },
      { id: 'metrics', group: t('palette.screens'), label: t('metrics.all'), run: () => navigate('/metrics') },
      { id: 'trials', group: t('palette.screens'), label: t('trials.title'), run: () => navigate('/restore/trials') },
      { id: 'repositories', group: t('palette.screens'), label: t('repos.title'), run: () => navigate('/repositories') },
      { id: 'doctor', group: t('palette.actions'), label: t('palette.doctor'), run: () => navigate('/settings/doctor') },
      {
        id: 'language',
        group: t('palette.actions'),
        label: t('palette.language'),
        also: 'english português portuguese inglês language idioma',
        run: () => {
          preferences.update((before) => ({ ...before, language: nextLanguage }));
          save.mutate({ language: nextLanguage });
        }
      },
      {
        id: 'theme',
        group: t('palette.actions'),
        label: t('palette.theme'),
        run: () => {
          setColorScheme(dark ? 'light' : 'dark');
          save.mutate({ theme: dark ? 'light' : 'dark' });
        }
      },
      { id: 'help', group: t('palette.actions'), label: t('palette.help'), run: () => (onHelp(), true) }
    ];
    const layers = (snapshots ?? []).map((snapshot): Item => ({
      id: snapshot.id,
      group: t('palette.snapshots'),
      label: t('palette.snapshotItem', { id: snapshot.shortId, plan: planTitle({ t }, titles, snapshot), when: formatWhen(language, new Date(snapshot.at), now) }),
      also: `${snapshot.id} ${snapshot.tags.join(' ')}`,
      run: () => navigate(`/snapshots/${snapshot.id}`)
    }));
    return [...toScreens, ...toPlans, ...toJobs, ...backUps, ...putBacks, ...runJobs, ...pauses, ...pauseAll, ...actions, ...checks, ...layers];
  }, [t, language, navigate, now, plans, repositories, jobs, act, snapshots, save, colorScheme, setColorScheme, preferences, onHelp, start, onClose]);
}

/** What is done at once; the palette stays open when it fails. */
function useAct(): UseMutationResult<unknown, unknown, (client: VarveClient) => Promise<unknown>> {
  const client = useClient();
  return useMutation({ mutationFn: (act: (client: VarveClient) => Promise<unknown>) => act(client) });
}

/** Files that were found, and the way to all of them. */
function useFileItems(found: readonly FoundName[], text: string): Item[] {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const snapshots = useSnapshots().data?.snapshots;
  return useMemo(() => {
    const group = t('palette.files');
    const files = found.map(({ path, label, newest }): Item => {
      const snapshot = snapshots?.find(({ id }) => id === newest.id);
      const cut = label.lastIndexOf('/');
      return { id: path, group, label: t('palette.file', { name: label.slice(cut + 1), folder: label.slice(0, cut) || '/' }), run: () => navigate(historyAddress(snapshot ? historyOf(snapshot) : { repository: newest.repositoryName }, path)) };
    });
    const name = text.trim();
    if (name === '' || !snapshots?.length) return files;
    return [...files, { id: 'find', group, label: t('palette.findFiles', { text: visibleText(name, true) }), run: () => navigate(findAddress(name)) }];
  }, [found, navigate, snapshots, t, text]);
}

export function Palette({ onClose, onHelp, preferences }: { onClose(): void; onHelp(): void; preferences: Cell<Preferences> }): ReactNode {
  const start = useStartTask();
  const act = useAct();
  const items = usePaletteItems(preferences, onHelp, start, act, onClose);
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const { t } = useWords();
  const files = useFoundFiles(text);
  const fileItems = useFileItems(files.found, text);
  const found = useMemo(() => [...items.filter((item) => matches(text, `${item.label} ${item.also ?? ''}`)).slice(0, mostItems), ...fileItems], [items, fileItems, text]);

  useEffect(() => setActive(0), [text]);
  useEffect(() => void list.current?.querySelector(`#palette-${active}`)?.scrollIntoView({ block: 'nearest' }), [active]);

  const run = (item: Item | undefined): void => {
    if (item && item.run() !== true) onClose();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setActive((before) => (found.length === 0 ? 0 : (before + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found[active]);
    }
  };

  return (
    <Modal.Root opened onClose={onClose} padding={0} size={560} yOffset="12vh" centered={false} transitionProps={{ duration: 0 }}>
      <Modal.Overlay backgroundOpacity={0.35} />
      <Modal.Content aria-label={t('palette.label')} data-testid="palette">
      <input
        className={styles.input}
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${active}` : undefined}
        aria-label={t('palette.label')}
        placeholder={t('palette.label')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        data-autofocus
        // At once, so that whoever types fast loses no letter.
        autoFocus
      />
      {(start.isError || act.isError) && <ErrorNotice error={start.error ?? act.error} compact />}
      <div ref={list} className={styles.list} role="listbox" id="palette-list" aria-label={t('palette.label')}>
        {found.map((item, index) => (
          <div key={`${item.group}-${item.id}`}>
            {item.group !== found[index - 1]?.group && (
              <p className={styles.group} role="presentation">
                {item.group}
              </p>
            )}
            <div id={`palette-${index}`} role="option" aria-selected={index === active} className={styles.item} onPointerMove={() => setActive(index)} onClick={() => run(item)}>
              {item.label}
            </div>
          </div>
        ))}
      </div>
      {files.looking && (
        <p className={styles.none} role="status">
          {t('palette.looking')}
        </p>
      )}
      {found.length === 0 && <p className={styles.none}>{t('palette.empty', { text })}</p>}
      </Modal.Content>
    </Modal.Root>
  );
}
