// Snapshots: the core sample beside the table; opening one shows it in a panel with an address of its own. Space, or a click on a row's box,
// chooses rows to pin or forget together.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
// The virtual list's functions change with each render; nothing memoized is given them.
/* oxlint-disable react/incompatible-library */
import { Button } from '@mantine/core';
import { IconNote, IconPinFilled } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import type { Plan, Snapshot } from '../../../contract/snapshots.ts';
import { usePlans, useSnapshots } from '../../api/queries.ts';
import { changesInWords, CoreSample, isPinned, ownTags } from '../../ui/CoreSample.tsx';
import { fromAddress } from '../../ui/address.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { ForgetDialog } from '../../ui/ForgetDialog.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { listMove } from '../../ui/list-keys.ts';
import { useRoom } from '../../ui/room.ts';
import { Shape } from '../../ui/Shape.tsx';
import { planTitle } from '../../ui/plan-title.ts';
import { CancelTask, TaskBar } from '../../ui/TaskLine.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { anySnapshot, passes } from './filter.ts';
import { Filters } from './Filters.tsx';
import { ChosenBar } from './Keeping.tsx';
import { useHolders, useMetrics } from './known.ts';
import { SnapshotPanel } from './SnapshotPanel.tsx';
import styles from './Snapshots.module.css';

const rowHeight = 30;

function Row({ snapshot, title }: { snapshot: Snapshot; title: string }): ReactNode {
  const words = useWords();
  const now = useNow();
  const { summary } = snapshot;
  return (
    <>
      <i className={styles.box} data-box aria-hidden="true" />
      <span className="ellipsis num">{formatWhen(words.language, new Date(snapshot.at), now)}</span>
      <span className={`row ${styles.title}`}>
        <span className="ellipsis">{title}</span>
        {isPinned(snapshot) && (
          <span className={styles.pin} title={words.t('keep.pinSub')}>
            <IconPinFilled size={13} aria-hidden />
            <span className="visually-hidden">{words.t('keep.pinned')}</span>
          </span>
        )}
        {snapshot.note !== undefined && (
          <span className={styles.noted} title={visibleText(snapshot.note)}>
            <IconNote size={13} aria-hidden />
            <span className="visually-hidden">{`${words.t('keep.note')}: ${visibleText(snapshot.note)}`}</span>
          </span>
        )}
      </span>
      <span className={`muted ellipsis ${styles.changes}`}>
        {snapshot.incomplete && <Shape tone="attention" size={13} />}
        <span className="ellipsis">{changesInWords(words, summary === null ? snapshot : { ...snapshot, summary: { ...summary, dataAdded: 0 } })}</span>
      </span>
      <span className={`muted num ${styles.number}`}>{summary === null ? '' : words.bytes(summary.dataAdded)}</span>
      <span className={styles.tags}>
        {ownTags(snapshot).map((tag) => (
          <span key={tag}>{visibleText(tag, true)}</span>
        ))}
      </span>
    </>
  );
}

export function SnapshotsScreen(): ReactNode {
  const words = useWords();
  const { t } = words;
  const [, navigate] = useLocation();
  const { id, '*': rest } = useParams<{ id?: string; '*'?: string }>();
  const reveal = rest ? `/${fromAddress(rest)}` : undefined;
  const list = useSnapshots();
  const plans = usePlans().data;
  const [filter, setFilter] = useState(anySnapshot);
  const [active, setActive] = useState(0);
  const [coreBox, coreRoom] = useRoom<HTMLDivElement>();
  const titles = useMemo(() => new Map(plans?.map((plan) => [plan.id, plan.title || plan.name])), [plans]);
  const titleOf = (snapshot: Snapshot): string => planTitle(words, titles, snapshot);
  const all = list.data?.snapshots;
  // Metrics lie in the snapshots: they are read when somebody asks for them.
  const measured = useMemo(() => (filter.metric.trim() === '' ? [] : [...new Set((all ?? []).flatMap(({ planId, planName }) => (planId !== null && planName !== null ? [planId] : [])))]), [all, filter.metric]);
  const metricsRead = useMetrics(measured);
  const metrics = filter.metric.trim() === '' ? undefined : metricsRead.table;
  const { asked, lineages: holders } = useHolders(filter.file, all);
  const rows = useMemo(() => (all ?? []).filter((snapshot) => passes(snapshot, filter, { metrics, holders })), [all, filter, metrics, holders]);
  const [opened, setOpened] = useState<{ id: string; lineage: string }>();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [applying, setApplying] = useState<Plan>();
  // Other tags give a snapshot another id; the panel stays with it, and the address follows.
  const chosen = id === undefined ? undefined : (all?.find((snapshot) => snapshot.id.startsWith(id)) ?? (opened?.id === id ? all?.find((snapshot) => snapshot.lineage === opened.lineage) : undefined));
  useEffect(() => {
    if (chosen === undefined || id === undefined) return;
    if (chosen.id.startsWith(id)) setOpened({ id, lineage: chosen.lineage });
    else navigate(`/snapshots/${chosen.id}`, { replace: true });
  }, [chosen, id, navigate]);
  const markedSnapshots = (all ?? []).filter(({ lineage }) => marked.has(lineage));
  const toggle = (index: number): void => {
    const lineage = rows[index]?.lineage;
    if (lineage === undefined) return;
    setMarked((before) => new Set(before.has(lineage) ? [...before].filter((each) => each !== lineage) : [...before, lineage]));
  };
  // Whose rules can be carried out: of the plan that is filtered for, or of the only one that has any.
  const ruled = (plans ?? []).filter((plan) => plan.retention !== undefined && (filter.planId === null || plan.id === filter.planId));
  const ruledPlan = ruled.length === 1 ? ruled[0] : undefined;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 16 });
  const items = virtual.getVirtualItems();
  const chosenIndex = rows.findIndex((snapshot) => snapshot.id === chosen?.id);
  useEffect(() => {
    if (chosenIndex < 0) return;
    setActive(chosenIndex);
    virtual.scrollToIndex(chosenIndex);
  }, [chosenIndex, virtual]);

  const open = (index: number): void => {
    const snapshot = rows[index];
    if (snapshot) navigate(`/snapshots/${snapshot.id}`, { replace: id !== undefined });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ') {
      event.preventDefault();
      return toggle(active);
    }
    const move = listMove(event.key, active, rows.length, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 1);
    if (!move) return;
    event.preventDefault();
    if (move.kind === 'to') {
      setActive(move.index);
      virtual.scrollToIndex(move.index);
    } else if (move.kind === 'open') open(active);
    else if (id !== undefined) navigate('/snapshots');
  };

  if (list.isError && !list.data) return <Instead title={t('snap.title')}><ErrorNotice error={list.error} onRetry={() => void list.refetch()} /></Instead>;
  const nothing = list.data?.snapshots.length === 0;
  return (
    <div className={styles.snapshots}>
      <header className={styles.head}>
        <h1>{t('snap.title')}</h1>
        {list.data && <span className="muted">{t('word.snapshots', { count: rows.length })}</span>}
        <span className="grow" />
        {ruledPlan && (
          <Button variant="default" onClick={() => setApplying(ruledPlan)}>
            {t('keep.applyRules', { plan: visibleText(ruledPlan.title || ruledPlan.name, true) })}
          </Button>
        )}
        <Link href="/find">{t('find.title')}</Link>
        <Link href="/repositories">{t('repos.title')}</Link>
      </header>
      {!nothing && <Filters filter={filter} snapshots={all ?? []} onChange={setFilter} />}
      {metricsRead.reading && <p role="status">{t('metric.reading')}</p>}
      {metricsRead.error !== undefined && <ErrorNotice error={metricsRead.error} compact />}
      {asked.asking && (
        <div className="row">
          <span role="status">{t('find.running')}</span>
          {asked.task && (
            <>
              <TaskBar task={asked.task} />
              <CancelTask id={asked.task.id} />
            </>
          )}
        </div>
      )}
      {asked.error !== undefined && <ErrorNotice error={asked.error} onRetry={asked.again} compact />}
      {(list.data?.absent.length ?? 0) > 0 && (
        <p className={styles.gaps}>
          <Shape tone="unknown" size={16} /> {t('snap.absent', { repositories: list.data?.absent.join(', ') ?? '' })}
        </p>
      )}
      {(list.data?.unreadable.length ?? 0) > 0 && (
        <p className={styles.gaps}>
          <Shape tone="bad" size={16} /> {t('snap.unreadable', { count: list.data?.unreadable.length ?? 0 })}
        </p>
      )}
      <ChosenBar chosen={markedSnapshots} hidden={markedSnapshots.filter((snapshot) => !passes(snapshot, filter, { metrics, holders })).length} onClear={() => setMarked(new Set())} />
      {applying && <ForgetDialog input={{ plan: applying.id }} name={applying.title || applying.name} onClose={() => setApplying(undefined)} />}
      <p id="snap-hint" className="visually-hidden">
        {t('keep.chooseHint')}
      </p>
      {nothing ? (
        <EmptyState sentence={t('snap.empty')} action={<Button onClick={() => navigate(plans?.length ? '/' : '/welcome/folders')}>{plans?.length ? t('nav.overview') : t('overview.emptyButton')}</Button>} />
      ) : (
        <div className={styles.body} data-panel={chosen !== undefined || undefined}>
          <div className={`card ${styles.core}`} ref={coreBox}>
            <CoreSample snapshots={rows} events height={Math.max(120, coreRoom.height - 182)} selected={chosen?.id ?? null} onSelect={(snapshot) => navigate(`/snapshots/${snapshot.id}`, { replace: id !== undefined })} legend={false} planTitle={titleOf} />
          </div>
          <div className={`card ${styles.table}`}>
            <div className={`${styles.row} ${styles.columns}`} aria-hidden="true">
              <span />
              <span>{t('snap.colTime')}</span>
              <span>{t('snap.colPlan')}</span>
              <span>{t('snap.colChanges')}</span>
              <span className={styles.number}>{t('snap.colAdded')}</span>
              <span>{t('snap.colTags')}</span>
            </div>
            {rows.length === 0 && list.data ? (
              <EmptyState sentence={t('snap.emptyFilter')} action={<Button variant="default" onClick={() => setFilter(anySnapshot)}>{t('snap.clear')}</Button>} />
            ) : (
              <div ref={scroller} className={styles.list} role="listbox" tabIndex={0} aria-multiselectable="true" aria-label={t('snap.list')} aria-describedby="snap-hint" aria-activedescendant={items.some((item) => item.index === active) ? `snap-${active}` : undefined} onKeyDown={onKeyDown} data-testid="snapshot-list">
                <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
                  {items.map(({ index, start }) => {
                    const snapshot = rows[index];
                    return snapshot ? (
                      <div key={snapshot.id} id={`snap-${index}`} role="option" aria-selected={snapshot.id === chosen?.id} aria-checked={marked.has(snapshot.lineage)} aria-posinset={index + 1} aria-setsize={rows.length} className={styles.row} data-active={index === active || undefined} data-id={snapshot.id} style={{ position: 'absolute', top: 0, left: 0, right: 0, transform: `translateY(${start}px)`, height: rowHeight }} onClick={(event) => (setActive(index), event.target instanceof Element && event.target.closest('[data-box]') ? toggle(index) : open(index))}>
                        <Row snapshot={snapshot} title={titleOf(snapshot)} />
                      </div>
                    ) : null;
                  })}
                </div>
              </div>
            )}
          </div>
          {chosen && <SnapshotPanel snapshot={chosen} title={titleOf(chosen)} reveal={reveal} all={all ?? []} onClose={() => navigate('/snapshots')} />}
        </div>
      )}
    </div>
  );
}
