// The history of a file: every version over the snapshots of its plan, when it was not there, and each version to look at, to compare and to bring back.
import { Button } from '@mantine/core';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useParams } from 'wouter';
import type { FileHistory } from '../../../contract/history.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { usePlans, useRepositories } from '../../api/queries.ts';
import { useTaskAnswer } from '../../api/task-answer.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { readHistoryAddress, type HistoryOf } from '../../ui/files-address.ts';
import { Instead } from '../../ui/Instead.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';
import { Moment, Sentence, useNow, useWords } from '../../ui/words.tsx';
import { NotLooked, Running } from './Looked.tsx';
import { useRestoreOf } from './restore-of.ts';
import { kindOrSize } from './Facts.tsx';
import { NotHeldPanel, SideBySide, VersionPanel } from './VersionPanel.tsx';
import { chooseTwo, placeOf, rowsOf, type HistoryRow } from './versions.ts';
import styles from './Files.module.css';

const rowHeight = 30;

function Row({ row: { stretch, version, cameBack, place } }: { row: HistoryRow }): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const remarks = [...(cameBack ? [t('history.back')] : []), ...(place !== undefined && version ? [t('history.moved', { path: place })] : [])];
  return (
    <>
      {version ? <i data-box aria-hidden="true" /> : <Shape tone={stretch.state === 'absent' ? 'unknown' : stretch.state === 'unsure' ? 'attention' : 'bad'} size={15} />}
      <span className="num ellipsis">{formatWhen(language, new Date(stretch.newest.at), now)}</span>
      <span className="num muted ellipsis">{formatWhen(language, new Date(stretch.oldest.at), now)}</span>
      <span className={`ellipsis ${version ? 'num' : 'muted'}`}>{version ? kindOrSize(words, version) : stretch.state === 'held' ? '' : t(`history.${stretch.state}`)}</span>
      <span className={`muted num ${styles.number}`}>{words.t('word.snapshots', { count: stretch.snapshotCount })}</span>
      <span className="muted ellipsis" title={remarks.join(', ')}>
        {remarks.join(', ')}
      </span>
    </>
  );
}

/** What a person wants to know first: is it still there, and if not, since when. */
function Verdict({ history, rows }: { history: FileHistory; rows: readonly HistoryRow[] }): ReactNode {
  const { t } = useWords();
  const restore = useRestoreOf();
  const newest = rows[0]?.stretch;
  const last = rows.find(({ version }) => version !== undefined)?.version;
  return (
    <div className={styles.verdict} data-testid="history-verdict">
      <span>{t('files.versionsIn', { versions: t('files.versions', { count: history.versionCount }), snapshots: t('word.snapshots', { count: history.looked }) })}</span>
      {last && newest && newest.state !== 'held' && (
        <>
          <Shape tone="attention" size={16} />
          <span className="strong">{newest.state === 'absent' ? <Sentence of="history.gone" slots={{ when: <Moment at={newest.oldest.at} form="when" /> }} /> : newest.state === 'unsure' ? t('history.goneMaybe') : t('history.unreadable')}</span>
          <Button onClick={() => restore(last.newest.id, placeOf(last).path)}>{t('history.restoreLast')}</Button>
        </>
      )}
    </div>
  );
}

function Lost({ lost }: Pick<FileHistory, 'lost'>): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  return lost.map(({ why, in: { id, at }, labels }) => (
    <p key={id} className={styles.notice}>
      <Shape tone="info" size={16} /> {t(why === 'several' ? 'history.lostSeveral' : 'history.lostUnreadable', { when: formatWhen(language, new Date(at), now), list: labels.join(', ') })}
    </p>
  ));
}

function Found({ history }: { history: FileHistory }): ReactNode {
  const { t } = useWords();
  const rows = useMemo(() => rowsOf(history), [history]);
  const [opened, setOpened] = useState<number>();
  const [chosen, setChosen] = useState<number[]>([]);
  useEffect(() => {
    setOpened(Math.max(0, rows.findIndex(({ version }) => version !== undefined)));
    setChosen([]);
  }, [rows]);
  if (history.versionCount === 0) return <EmptyState sentence={t('history.none')} />;
  const row = opened === undefined ? undefined : rows[opened];
  const [newer, older] = chosen.toSorted((a, b) => a - b).map((index) => rows[index]);
  const before = row?.number === undefined ? -1 : rows.findIndex(({ number }) => number !== undefined && number < (row.number ?? 0));
  const choose = (index: number): void => {
    if (rows[index]?.version) setChosen((two) => chooseTwo(two, index));
  };
  return (
    <>
      <Verdict history={history} rows={rows} />
      <Lost lost={history.lost} />
      {history.stretchCount > rows.length && <p className="muted">{t('history.cut', { shown: rows.length, count: history.stretchCount })}</p>}
      <p id="history-hint" className="visually-hidden">
        {t('history.hint')}
      </p>
      <div className={styles.body} data-wide={chosen.length === 2 || undefined}>
        <div className={`card ${styles.table}`}>
          <div className={`${styles.columns} ${styles.versions}`} aria-hidden="true">
            <span />
            <span>{t('files.lastSeen')}</span>
            <span>{t('files.firstSeen')}</span>
            <span>{t('files.size')}</span>
            <span className={styles.number}>{t('files.heldBy')}</span>
            <span>{t('history.colRemarks')}</span>
          </div>
          <VirtualList count={rows.length} rowHeight={rowHeight} label={t('history.list')} describedBy="history-hint" testId="history-list" rowClass={styles.versions} opened={opened} chosen={new Set(chosen)} onOpen={(index) => (setOpened(index), setChosen([]))} onChoose={choose} row={(index) => (rows[index] ? <Row row={rows[index]} /> : null)} nameOf={(index) => rows[index]?.stretch.state ?? ''} />
        </div>
        <aside className={`card ${styles.panel}`} aria-label={t('history.panel')} data-testid="history-panel">
          {chosen.length === 1 && (
            <p className="muted" role="status">
              {t('history.chosen', { count: 1 })}
            </p>
          )}
          {older?.version && newer?.version ? (
            <SideBySide older={older.version} newer={newer.version} numbers={[older.number ?? 0, newer.number ?? 0]} count={history.versionCount} onClose={() => setChosen([])} />
          ) : row === undefined ? (
            <p className="muted">{t('history.choose')}</p>
          ) : row.version && row.number !== undefined ? (
            <VersionPanel key={row.number} version={row.version} number={row.number} count={history.versionCount} onBeside={before < 0 ? undefined : () => setChosen([opened ?? 0, before])} />
          ) : (
            <NotHeldPanel stretch={row.stretch} />
          )}
        </aside>
      </div>
    </>
  );
}

function History({ of, path }: { of: HistoryOf; path: string }): ReactNode {
  const { t } = useWords();
  const plans = usePlans().data;
  const repositories = useRepositories().data;
  const asked = useTaskAnswer('history', [of, path], (client) => client.history.start({ path, ...of }));
  const history = asked.result?.history;
  const label = history?.label ?? visibleText(path, true);
  const plan = 'plan' in of ? plans?.find(({ id, name }) => id === of.plan || name === of.plan) : undefined;
  const whose = 'plan' in of ? t('history.ofPlan', { plan: visibleText(plan?.title || plan?.name || history?.plan || '…', true) }) : t('history.ofRepository', { repository: repositories?.find(({ id }) => id === of.repository)?.name ?? of.repository });
  return (
    <div className={styles.files}>
      <header className={styles.head}>
        <h1 className="ellipsis">{t('history.title', { name: label.slice(label.lastIndexOf('/') + 1) })}</h1>
        <span className="muted">{whose}</span>
        <span className="grow" />
        {asked.old && <span className="muted">{t('files.changedBefore')}</span>}
        {history && (
          <Button variant="default" loading={asked.asking} onClick={asked.again}>
            {t('compare.again')}
          </Button>
        )}
      </header>
      <p className={`mono muted ${styles.path}`}>{label}</p>
      {asked.error !== undefined && <ErrorNotice error={asked.error} onRetry={asked.again} />}
      {asked.asking && <Running task={asked.task} sentence={t('history.running')} />}
      {history && <NotLooked absent={history.absent} unreadable={history.unreadable} />}
      {history && <Found history={history} />}
    </div>
  );
}

export function HistoryScreen(): ReactNode {
  const { t } = useWords();
  const { of, '*': rest } = useParams<{ of: string; '*': string }>();
  const asked = readHistoryAddress(of, rest);
  if (asked === undefined) return <Instead title={t('find.title')}><EmptyState sentence={t('history.badAddress')} /></Instead>;
  return <History key={`${of}/${rest}`} of={asked.of} path={asked.path} />;
}
