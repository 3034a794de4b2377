// Looking for a file by its name over all snapshots: what was found with when it was there, one opened beside the list.
import { Button, Select, TextInput } from '@mantine/core';
import { IconFile, IconFolder, IconLink, IconSearch } from '@tabler/icons-react';
import { useCallback, useEffect, useMemo, useRef, useState, type FormEvent, type KeyboardEvent, type ReactNode } from 'react';
import { useLocation, useParams } from 'wouter';
import type { FindResult, FoundName } from '../../../contract/names.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { useClient, usePlans, useRepositories, useSnapshots } from '../../api/queries.ts';
import { useEngine } from '../../api/engine.tsx';
import { useTaskAnswer } from '../../api/task-answer.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { fromAddress } from '../../ui/address.ts';
import { findAddress } from '../../ui/files-address.ts';
import { Shape } from '../../ui/Shape.tsx';
import { VirtualList, type VirtualListHandle } from '../../ui/VirtualList.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { FoundPanel } from './FoundPanel.tsx';
import { goneFrom } from './gone.ts';
import { NotLooked, Running } from './Looked.tsx';
import { kindOrSize } from './Facts.tsx';
import { useMoreFound } from './more-found.ts';
import styles from './Files.module.css';

const rowHeight = 30;
const mostFound = 10_000;

/** What narrows a search beside its text. */
interface Where {
  plan: string | null;
  repository: string | null;
  kind: 'any' | 'file' | 'dir';
}

const anywhere: Where = { plan: null, repository: null, kind: 'any' };

function Row({ found, gone }: { found: FoundName; gone: boolean }): ReactNode {
  const words = useWords();
  const { language, t } = words;
  const now = useNow();
  const { label, type, newest, oldest, snapshotCount } = found;
  const cut = label.lastIndexOf('/');
  const Icon = type === 'dir' ? IconFolder : type === 'symlink' ? IconLink : IconFile;
  return (
    <>
      <Icon size={15} stroke={1.6} aria-hidden />
      <span className={styles.name} title={label}>
        <span className="ellipsis">{label.slice(cut + 1)}</span>
        {gone && (
          <span className={styles.mark} title={t('find.gone')}>
            <Shape tone="attention" size={13} /> <span>{t('find.gone')}</span>
          </span>
        )}
        <span className="muted ellipsis">{label.slice(0, cut) || '/'}</span>
      </span>
      <span className="num ellipsis">{formatWhen(language, new Date(newest.at), now)}</span>
      <span className="num muted ellipsis">{formatWhen(language, new Date(oldest.at), now)}</span>
      <span className={`num ${styles.number}`}>{kindOrSize(words, found)}</span>
      <span className={`muted num ${styles.number}`}>{t('word.snapshots', { count: snapshotCount })}</span>
    </>
  );
}

function Found({ names, text, eager, page }: { names: FindResult; text: string; eager: boolean; page(after: string): Promise<FindResult> }): ReactNode {
  const { t, reason } = useWords();
  const snapshots = useSnapshots().data?.snapshots;
  const gone = useMemo(() => goneFrom(snapshots ?? []), [snapshots]);
  const [opened, setOpened] = useState<number>();
  const { matches, loading, error, more, retry } = useMoreFound(names, page);
  const list = useRef<VirtualListHandle>(null);
  // Whoever came here with the name typed elsewhere goes on with what was found.
  useEffect(() => {
    setOpened(undefined);
    const nowhere = document.activeElement === document.body || document.activeElement?.tagName === 'MAIN';
    if (eager && nowhere) list.current?.focus();
  }, [names, eager]);
  const chosen = opened === undefined ? undefined : matches[opened];
  return (
    <>
      <p role="status" data-testid="found-count">
        {t('find.count', { count: names.total, text: visibleText(text, true) })} {names.total > matches.length && <span className="muted">{loading ? t('find.more') : t('find.cut', { shown: matches.length })}</span>}
      </p>
      {error !== undefined && <ErrorNotice error={error} onRetry={retry} compact />}
      {names.gapCount > 0 && (
        <details className={styles.notice}>
          <summary>
            <Shape tone="attention" size={14} /> {t('find.gaps', { count: names.gapCount })}
          </summary>
          <ul>
            {names.gaps.slice(0, 50).map(({ path, reason: why }) => (
              <li key={path}>
                <span className="mono">{path}</span>: {reason(why)}
              </li>
            ))}
          </ul>
        </details>
      )}
      {names.total === 0 ? (
        <EmptyState sentence={t('find.none', { text: visibleText(text, true) })} />
      ) : (
        <div className={styles.body} data-alone={chosen === undefined || undefined}>
          <p id="find-hint" className="visually-hidden">
            {t('find.listHint')}
          </p>
          <div className={`card ${styles.table}`}>
            <div className={`${styles.columns} ${styles.found}`} aria-hidden="true">
              <span />
              <span>{t('find.name')}</span>
              <span>{t('files.lastSeen')}</span>
              <span>{t('files.firstSeen')}</span>
              <span className={styles.number}>{t('files.size')}</span>
              <span className={styles.number}>{t('files.heldBy')}</span>
            </div>
            <VirtualList ref={list} count={matches.length} onEnd={more} rowHeight={rowHeight} label={t('find.list')} describedBy="find-hint" testId="find-list" rowClass={styles.found} opened={opened} onOpen={setOpened} onLeave={() => setOpened(undefined)} row={(index) => (matches[index] ? <Row found={matches[index]} gone={gone(matches[index])} /> : null)} nameOf={(index) => matches[index]?.path ?? ''} />
          </div>
          {chosen && <FoundPanel key={chosen.path} found={chosen} gone={gone(chosen)} snapshot={snapshots?.find(({ id }) => id === chosen.newest.id)} onClose={() => (setOpened(undefined), list.current?.focus())} />}
        </div>
      )}
    </>
  );
}

export function FindScreen(): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const { board } = useEngine();
  const [, navigate] = useLocation();
  const { text: part = '' } = useParams<{ text?: string }>();
  const text = fromAddress(part);
  const [typed, setTyped] = useState(text);
  const [where, setWhere] = useState(anywhere);
  const [arrivedWith] = useState(text);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setTyped(text);
    if (text === '') field.current?.focus();
  }, [text]);
  const plans = usePlans().data ?? [];
  const repositories = useRepositories().data ?? [];
  const question = useMemo(() => ({ pattern: text, ignoreCase: true, limit: mostFound, ...(where.plan !== null && { plan: where.plan }), ...(where.repository !== null && { repository: where.repository }), ...(where.kind !== 'any' && { type: where.kind }) }), [text, where]);
  const asked = useTaskAnswer('find', [text, where], text === '' ? undefined : (engine) => engine.names.find(question));
  const page = useCallback(
    async (after: string): Promise<FindResult> => {
      const ended = await board.follow((await client.names.find({ ...question, after })).taskId);
      if (ended.result?.kind === 'find') return ended.result.names;
      throw ended.error ?? new Error('find ended without a result');
    },
    [board, client, question]
  );
  const names = asked.result?.names;
  const stop = (): void => {
    if (asked.task) client.system.tasks.cancel({ id: asked.task.id }).catch(() => undefined);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const wanted = typed.trim();
    if (wanted === '') return;
    if (wanted === text) return asked.again();
    // Nobody waits for what was asked before.
    stop();
    navigate(findAddress(wanted), { replace: text !== '' });
  };
  const narrow = (change: Partial<Where>): void => {
    stop();
    setWhere({ ...where, ...change });
  };
  const intoList = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    document.querySelector<HTMLElement>('[data-testid=find-list]')?.focus();
  };
  const read = asked.task?.progress.filesDone ?? 0;
  return (
    <div className={styles.files}>
      <header className={styles.head}>
        <h1>{t('find.title')}</h1>
        <span className="grow" />
        {asked.old && (
          <>
            <span className="muted">{t('files.changedBefore')}</span>
            <Button variant="default" onClick={asked.again}>
              {t('compare.again')}
            </Button>
          </>
        )}
      </header>
      <form className={styles.search} role="search" onSubmit={submit}>
        <TextInput ref={field} type="search" className={styles.field} aria-label={t('find.label')} placeholder={t('find.label')} leftSection={<IconSearch size={14} />} value={typed} maxLength={4096} onChange={(event) => setTyped(event.currentTarget.value)} onKeyDown={intoList} data-testid="find-field" />
        <Select aria-label={t('snap.plan')} w={170} allowDeselect={false} data={[{ value: '', label: t('snap.anyPlan') }, ...plans.map((plan) => ({ value: plan.id, label: visibleText(plan.title || plan.name, true) }))]} value={where.plan ?? ''} onChange={(value) => narrow({ plan: value || null })} />
        {repositories.length > 1 && <Select aria-label={t('snap.repository')} w={170} allowDeselect={false} data={[{ value: '', label: t('snap.anyRepository') }, ...repositories.map(({ id, name }) => ({ value: id, label: name }))]} value={where.repository ?? ''} onChange={(value) => narrow({ repository: value || null })} />}
        <Select aria-label={t('find.kind')} w={170} allowDeselect={false} data={[{ value: 'any', label: t('find.anyKind') }, { value: 'file', label: t('find.onlyFiles') }, { value: 'dir', label: t('find.onlyFolders') }]} value={where.kind} onChange={(value) => narrow({ kind: (value ?? 'any') as Where['kind'] })} />
        <Button type="submit" disabled={typed.trim() === ''}>
          {t('find.do')}
        </Button>
      </form>
      {asked.error !== undefined && <ErrorNotice error={asked.error} onRetry={asked.again} />}
      {asked.asking && <Running task={asked.task} sentence={read > 0 ? t('find.reading', { count: read }) : t('find.running')} sub={read > 0 ? t('find.readingSub') : undefined} />}
      {names && <NotLooked absent={names.absent} unreadable={names.unreadable} />}
      {names ? <Found names={names} text={text} eager={text === arrivedWith} page={page} /> : text === '' && <EmptyState sentence={t('find.hint')} example="draft*.tex" />}
    </div>
  );
}
