// Question 1: which folders matter, with their sizes measured while one looks.
import { Button, Checkbox, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { BrowseButton } from '../../ui/FolderField.tsx';
import { useWords } from '../../ui/words.tsx';
import { usualExcludes } from '../../ui/usual-excludes.ts';
import type { Answers } from './draft.ts';
import styles from './Welcome.module.css';

export interface Measure {
  files: number;
  bytes: number;
  done: boolean;
}

/** Sizes arrive as they are counted; measuring stops when the page is left. */
export function useMeasure(path: string, leaveOut: boolean): Measure | undefined {
  const client = useClient();
  const [measure, setMeasure] = useState<Measure>();
  useEffect(() => {
    const stop = new AbortController();
    setMeasure(undefined);
    const run = async (): Promise<void> => {
      for await (const count of await client.system.folders.measure({ paths: [path], excludes: leaveOut ? [...usualExcludes] : [] }, { signal: stop.signal })) {
        if (!stop.signal.aborted) setMeasure({ files: count.files, bytes: count.bytes, done: count.done });
      }
    };
    run().catch(() => {
      // An unmeasured folder can still be chosen; it only has no size beside it.
    });
    return () => stop.abort();
  }, [client, path, leaveOut]);
  return measure;
}

function FolderRow({ path, label, kind, checked, leaveOut, onToggle, onMeasured }: { path: string; label: string; kind: string; checked: boolean; leaveOut: boolean; onToggle(): void; onMeasured(path: string, measure: Measure): void }): ReactNode {
  const { t, bytes } = useWords();
  const measure = useMeasure(path, leaveOut);
  useEffect(() => {
    if (measure) onMeasured(path, measure);
  }, [measure, onMeasured, path]);
  return (
    <li>
      <Checkbox className="grow" checked={checked} onChange={onToggle} label={kind} description={<span className="mono">{visibleText(label, true)}</span>} />
      <span className="muted" aria-live="off">
        {measure === undefined ? t('hi.measuring') : `${t('word.files', { count: measure.files })}, ${bytes(measure.bytes)}${measure.done ? '' : '…'}`}
      </span>
    </li>
  );
}

interface FoldersPageProps {
  answers: Answers;
  onChange(change: Partial<Answers>): void;
  onTotal(bytes: number): void;
  onNext(): void;
  onSkip(): void;
}

export function FoldersPage({ answers, onChange, onTotal, onNext, onSkip }: FoldersPageProps): ReactNode {
  const { t, bytes } = useWords();
  const client = useClient();
  const suggested = useQuery({ queryKey: ['folders', 'suggest'], queryFn: ({ signal }) => client.system.folders.suggest({}, { signal }) });
  const [typed, setTyped] = useState('');
  const [own, setOwn] = useState<string[]>(() => answers.folders);
  const [sizes, setSizes] = useState<ReadonlyMap<string, Measure>>(new Map());
  const [keep] = useState(() => (path: string, measure: Measure) => setSizes((before) => new Map(before).set(path, measure)));
  const offered = suggested.data?.folders ?? [];
  const extra = own.filter((path) => !offered.some((folder) => folder.path === path));
  const add = (path: string): void => {
    const clean = path.trim();
    if (clean === '') return;
    setOwn((before) => (before.includes(clean) ? before : [...before, clean]));
    onChange({ folders: answers.folders.includes(clean) ? answers.folders : [...answers.folders, clean] });
    setTyped('');
  };
  const toggle = (path: string): void => onChange({ folders: answers.folders.includes(path) ? answers.folders.filter((item) => item !== path) : [...answers.folders, path] });
  const chosen = answers.folders.flatMap((path) => sizes.get(path) ?? []);
  const totalBytes = chosen.reduce((sum, measure) => sum + measure.bytes, 0);
  const totalFiles = chosen.reduce((sum, measure) => sum + measure.files, 0);
  useEffect(() => onTotal(totalBytes), [onTotal, totalBytes]);
  return (
    <>
      {suggested.isError && <ErrorNotice error={suggested.error} compact />}
      <ul className={`card plain-list ${styles.rows}`} data-testid="folders">
        {offered.map((folder) => (
          <FolderRow key={folder.path} path={folder.path} label={folder.path} kind={t(`hi.suggest.${folder.kind}`)} checked={answers.folders.includes(folder.path)} leaveOut={answers.leaveOut} onToggle={() => toggle(folder.path)} onMeasured={keep} />
        ))}
        {extra.map((path) => (
          <FolderRow key={path} path={path} label={path} kind={t('hi.suggest.other')} checked={answers.folders.includes(path)} leaveOut={answers.leaveOut} onToggle={() => toggle(path)} onMeasured={keep} />
        ))}
        <li>
          <form
            className="row grow"
            onSubmit={(event) => {
              event.preventDefault();
              add(typed);
            }}
          >
            <TextInput className="grow" aria-label={t('hi.ownFolder')} placeholder={t('hi.ownFolder')} value={typed} onChange={(event) => setTyped(event.currentTarget.value)} spellCheck={false} />
            <Button type="submit" variant="default" disabled={typed.trim() === ''}>
              {t('word.add')}
            </Button>
            <BrowseButton start="" onChoose={add} label={t('hi.addFolder')} />
          </form>
        </li>
      </ul>
      <Checkbox checked={answers.leaveOut} onChange={(event) => onChange({ leaveOut: event.currentTarget.checked })} label={t('hi.excludes')} description={t('hi.excludesSub')} />
      <div className={styles.buttons}>
        <Button disabled={answers.folders.length === 0} onClick={onNext}>
          {t('word.next')}
        </Button>
        <Button variant="subtle" onClick={onSkip}>
          {t('word.skip')}
        </Button>
        <span className="muted" role="status">
          {answers.folders.length === 0 ? t('hi.noFolders') : t('hi.total', { files: t('word.files', { count: totalFiles }), size: bytes(totalBytes) })}
        </span>
      </div>
    </>
  );
}
