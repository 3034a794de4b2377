// "Put this folder back to how it was": what, and when, on one page, with every change listed below before anything happens. What it is, a restore in place that
// replaces and deletes, it says; a safety snapshot is taken first, and it can be undone.
import { Button, Select } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { ConflictChoice, RestoreInput, Snapshot } from '../../../contract/snapshots.ts';
import { treePathOf } from '../../../contract/tree-path.ts';
import { fromAddress } from '../../ui/address.ts';
import { changesInWords } from '../../ui/CoreSample.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { putBackAddress } from '../../ui/files-address.ts';
import { Instead } from '../../ui/Instead.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { CheckStep } from './CheckStep.tsx';
import { DoneStep } from './DoneStep.tsx';
import { useSources, type Source } from './sources.ts';
import styles from './Restore.module.css';

/** In the choice of moments. */
const sound = 'sound';
const mostMoments = 500;

/** Another address is another question: nothing of the one before is shown. */
export function PutBackScreen(): ReactNode {
  const { of, '*': rest } = useParams<{ of?: string; '*'?: string }>();
  return <PutBack key={`${of ?? ''}/${rest ?? ''}`} of={of} path={rest ? `/${fromAddress(rest)}` : undefined} />;
}

/** `of`: a snapshot, or a source. `path`: in the snapshot; undefined: all of it. */
function PutBack({ of, path }: { of: string | undefined; path: string | undefined }): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const { sources, error } = useSources();
  const [done, setDone] = useState<{ taskId: string; checked: boolean }>();
  if (error) return <Instead title={t('back.title')}><ErrorNotice error={error} /></Instead>;
  if (!sources) return <Instead title={t('back.title')} />;
  if (sources.length === 0) return <Instead title={t('back.title')}><EmptyState sentence={t('restore.empty')} action={<Button onClick={() => navigate('/')}>{t('nav.overview')}</Button>} /></Instead>;
  const source = sources.find(({ id, snapshots }) => id === of || snapshots.some((snapshot) => snapshot.id === of)) ?? (of === undefined ? sources[0] : undefined);
  return (
    <div className={styles.restore} data-testid="put-back">
      <header className={styles.head}>
        <h1>{t('back.title')}</h1>
        <span className="grow" />
        <Link href="/restore">{t('restore.title')}</Link>
      </header>
      <div className={styles.step}>
        {done ? (
          <DoneStep taskId={done.taskId} onAgain={() => setDone(undefined)} {...(done.checked && { onRecheck: () => setDone(undefined) })} onUndo={(taskId) => setDone({ taskId, checked: false })} />
        ) : source === undefined ? (
          <EmptyState sentence={t('back.gone')} action={<Button onClick={() => navigate(putBackAddress())}>{t('back.other')}</Button>} />
        ) : (
          <Ask key={source.id} sources={sources} source={source} snapshotId={of === source.id ? undefined : of} path={path} onStarted={(taskId) => setDone({ taskId, checked: true })} />
        )}
      </div>
    </div>
  );
}

interface AskProps {
  sources: readonly Source[];
  source: Source;
  /** undefined: the newest sound one. */
  snapshotId: string | undefined;
  /** In the snapshot; undefined: all of it. */
  path: string | undefined;
  onStarted(taskId: string): void;
}

function Ask({ sources, source, snapshotId, path, onStarted }: AskProps): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const [, navigate] = useLocation();
  const now = useNow();
  const [choices, setChoices] = useState<ConflictChoice[]>([]);
  const moments = source.snapshots.slice(0, mostMoments);
  const [newest] = moments;
  const when = snapshotId ?? (source.plan === undefined ? newest?.id : sound) ?? '';
  const go = (next: { when?: string; path?: string | undefined }): void => {
    const { when: moment, path: place } = { when, path, ...next };
    setChoices([]);
    navigate(putBackAddress(moment === sound ? source.id : moment, place), { replace: true });
  };
  const folders = [...new Map([...(source.snapshots.find(({ id }) => id === snapshotId) ?? newest)?.paths.map((folder) => [treePathOf(folder), folder] as const) ?? [], ...(path === undefined ? [] : [[path, path] as const])])];
  const input: RestoreInput = { snapshot: when === sound ? `${source.id}@last-valid` : when, include: path === undefined ? [] : [path], target: null, conflict: 'replace', choices, deleteExtra: true };
  const momentLabel = (snapshot: Snapshot): string => `${formatWhen(language, new Date(snapshot.at), now)}, ${changesInWords(words, snapshot)}`;
  return (
    <>
      <p className={`muted ${styles.lead}`}>{t('back.lead')}</p>
      <div className={styles.asked}>
        {sources.length > 1 && <Select label={t('restore.source')} allowDeselect={false} data={sources.map(({ id, label }) => ({ value: id, label }))} value={source.id} onChange={(value) => value !== null && value !== source.id && navigate(putBackAddress(value), { replace: true })} />}
        <Select
          label={t('back.when')}
          searchable
          allowDeselect={false}
          data={[...(source.plan === undefined ? [] : [{ value: sound, label: t('restore.sound') }]), ...moments.map((snapshot) => ({ value: snapshot.id, label: momentLabel(snapshot) }))]}
          value={when}
          onChange={(value) => value !== null && go({ when: value })}
          data-testid="put-back-when"
        />
        <Select
          className={styles.wide}
          label={t('back.what')}
          allowDeselect={false}
          data={[...(folders.length === 1 && path === undefined ? [] : [{ value: '', label: t('back.allFolders') }]), ...folders.map(([value, label]) => ({ value, label: visibleText(label, true) }))]}
          value={path ?? (folders.length === 1 ? (folders[0]?.[0] ?? '') : '')}
          onChange={(value) => go({ path: value || undefined })}
          data-testid="put-back-what"
        />
      </div>
      {newest && (
        <p className="muted">
          <Link href={`/snapshots/${snapshotId ?? newest.id}`}>{t('back.other')}</Link>
        </p>
      )}
      <CheckStep key={when} input={input} label={source.label} onChoose={(choice) => setChoices((before) => [...before.filter((each) => each.path !== choice.path), choice])} onStarted={onStarted} back={undefined} yes={t('back.yes')} />
    </>
  );
}
