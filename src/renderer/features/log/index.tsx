// The log: verdict, what stands out, histogram, filters, rows as sentences, and one entry in a panel with an address of its own. The list is
// that of one moment; new entries announce themselves and wait.
import { Button } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useLocation, useParams } from 'wouter';
import type { LogFilter } from '../../../contract/log.ts';
import { createCell, useCell } from '../../api/cell.ts';
import { useClient } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { AccessCsv } from './AccessCsv.tsx';
import { EntryPanel } from './EntryPanel.tsx';
import { ExportDialog } from './ExportDialog.tsx';
import { chosenIn, isFiltering, sameFilter, tidy, without } from './filter.ts';
import { Filters } from './Filters.tsx';
import { GoTo } from './GoTo.tsx';
import { Hints } from './Hints.tsx';
import { Histogram } from './Histogram.tsx';
import { useLetterKeys, useLetters } from './letters.ts';
import { useAnnotating, useHistogram, useNewer, useRows } from './queries.ts';
import { Row } from './Row.tsx';
import { RowList, type RowListHandle } from './RowList.tsx';
import { Verdict } from './Verdict.tsx';
import { Views } from './Views.tsx';
import styles from './Log.module.css';

/** Stays while other screens are looked at. */
const filterCell = createCell<LogFilter>({});
const bars = 120;

/** Where the chosen entry stands in the list: looked up when it was not chosen there. */
function usePlaceOf(seq: number | undefined, filter: LogFilter, upTo: number | null | undefined, known: { seq: number; index: number } | undefined): { index: number | null | undefined } {
  const client = useClient();
  const [found, setFound] = useState<{ seq: number; filter: LogFilter; index: number | null }>();
  const isKnown = seq === undefined || known?.seq === seq;
  useEffect(() => {
    if (isKnown || typeof upTo !== 'number') return undefined;
    const stop = new AbortController();
    const look = async (): Promise<void> => {
      try {
        for (;;) {
          const { offset, complete } = await client.review.locate({ filter, upTo, seq }, { signal: stop.signal });
          if (offset !== null || complete) return setFound({ seq, filter, index: offset });
        }
      } catch {
        // The line is gone or another entry was chosen; the list stays where it is.
      }
    };
    void look();
    return () => stop.abort();
  }, [client, filter, isKnown, seq, upTo]);
  if (seq === undefined) return { index: undefined };
  if (known?.seq === seq) return { index: known.index };
  return { index: found?.seq === seq && found.filter === filter ? found.index : undefined };
}

export function LogScreen(): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [, navigate] = useLocation();
  const { seq: seqText } = useParams<{ seq?: string }>();
  const seq = seqText !== undefined && /^\d{1,15}$/.test(seqText) ? Number(seqText) : undefined;
  const filter = useCell(filterCell);
  const [epoch, setEpoch] = useState(0);
  const { source, state } = useRows(filter, epoch);
  const { upTo, total } = state;
  const histogram = useHistogram(filter, upTo, bars);
  const newer = useNewer(filter, upTo);
  const letterKeys = useLetterKeys();
  const list = useRef<RowListHandle>(null);
  const [active, setActive] = useState(0);
  const [clicked, setClicked] = useState<{ seq: number; index: number }>();
  const [raw, setRaw] = useState(false);
  const [writing, setWriting] = useState(false);
  const [going, setGoing] = useState(false);
  const [exporting, setExporting] = useState(false);
  const place = usePlaceOf(seq, filter, upTo, clicked);

  const refresh = async (seqs: readonly number[]): Promise<void> => {
    for (const each of seqs) {
      const { notes, reviewed } = await client.review.annotations({ seq: each });
      source.patch([each], (row) => ({ ...row, notes: notes.length, reviewed: reviewed !== null }));
    }
  };
  // What stands on a row is a courtesy of the list: if it can't be asked for, the panel says why.
  const annotating = useAnnotating((seqs) => void refresh(seqs).catch(() => undefined));

  const change = (wanted: LogFilter): void => {
    const next = tidy(wanted);
    if (sameFilter(next, filter)) return;
    filterCell.set(next);
    setClicked(undefined);
    setActive(0);
  };
  const openEntry = (wanted: number): void => navigate(`/log/${wanted}`, { replace: seq !== undefined });
  const open = (index: number): void => {
    const row = source.row(index);
    if (!row) return;
    setActive(index);
    setClicked({ seq: row.seq, index });
    setWriting(false);
    openEntry(row.seq);
  };
  const close = (): void => {
    setWriting(false);
    navigate('/log');
    list.current?.focus();
  };
  const move = (index: number): void => {
    setActive(index);
    if (seq !== undefined) open(index);
  };
  const goToMoment = async (at: string): Promise<boolean> => {
    const found = await client.review.locate({ filter, at, ...(typeof upTo === 'number' ? { upTo } : {}) });
    if (found.seq === null || found.offset === null) return false;
    setClicked({ seq: found.seq, index: found.offset });
    setActive(found.offset);
    list.current?.show(found.offset, 'middle');
    openEntry(found.seq);
    return true;
  };
  const showNewer = (): void => {
    setEpoch(epoch + 1);
    setClicked(undefined);
    setActive(0);
  };

  // An entry that was not chosen in the list (a link, a neighbour) is shown there, when it is there.
  const { index } = place;
  const placedFor = useRef<number>(undefined);
  useEffect(() => {
    if (index === null || index === undefined || seq === undefined || placedFor.current === seq) return;
    placedFor.current = seq;
    setActive(index);
    if (clicked?.seq !== seq) list.current?.show(index, 'middle');
  }, [index, seq, clicked]);

  const activeSeq = seq ?? source.row(active)?.seq;
  useLetters(letterKeys, {
    r: () => {
      if (seq === undefined) open(active);
      setRaw(seq === undefined ? true : !raw);
    },
    n: () => {
      if (seq === undefined) open(active);
      setRaw(false);
      setWriting(true);
    },
    x: () => {
      const row = source.row(active);
      if (activeSeq === undefined || annotating.mark.isPending) return;
      if (row?.seq === activeSeq) return annotating.mark.mutate({ seqs: [activeSeq], reviewed: !row.reviewed });
      void client.review.annotations({ seq: activeSeq }).then(({ reviewed }) => annotating.mark.mutate({ seqs: [activeSeq], reviewed: reviewed === null }), () => undefined);
    },
    g: () => setGoing(true),
    j: () => (list.current?.focus(), move(Math.min(total - 1, active + 1)), list.current?.show(Math.min(total - 1, active + 1), 'near')),
    k: () => (list.current?.focus(), move(Math.max(0, active - 1)), list.current?.show(Math.max(0, active - 1), 'near'))
  });

  const access = chosenIn(filter, 'category').length === 1 && filter.category?.[0] === 'access';
  const nothing = state.complete && total === 0;
  return (
    <div className={styles.log}>
      <header className={styles.head}>
        <h1>{t('log.title')}</h1>
        <Verdict />
        {access && <AccessCsv filter={filter} />}
        <Views filter={filter} onChange={change} />
        <Button variant="default" onClick={() => setExporting(true)}>
          {t('export.open')}
        </Button>
        <GoTo open={going} onOpen={setGoing} onEntry={openEntry} onMoment={goToMoment} />
      </header>
      {exporting && <ExportDialog subject={{ seq, filter, upTo, total }} onClose={() => setExporting(false)} />}
      <Hints onShow={change} />
      {histogram.data && histogram.data.from !== null && <Histogram data={histogram.data} since={filter.since} until={filter.until} filtered={isFiltering(without(filter, 'since', 'until'))} onChoose={(since, until) => change({ ...filter, since, until })} />}
      <div className={styles.filterRow}>
        <Filters filter={filter} upTo={upTo} onChange={change} />
        <span className={`muted ${styles.total}`} data-testid="log-total" role="status">
          {upTo === undefined ? '' : state.complete ? t('word.entries', { count: total }) : t('review.scanning', { count: total, seq: state.scannedTo })}
          {state.sealed > 0 && `; ${t('review.sealed', { count: state.sealed })}`}
        </span>
      </div>
      {state.error !== undefined && <ErrorNotice error={state.error} onRetry={source.retry} />}
      {histogram.isError && state.error === undefined && <ErrorNotice error={histogram.error} onRetry={() => void histogram.refetch()} compact />}
      <div className={styles.body} data-panel={seq !== undefined || undefined}>
        <div className={`card ${styles.listBox}`} data-access={access || undefined}>
          <div role="status" className={styles.newer}>
            {newer > 0 && (
              <Button size="compact-sm" radius="xl" onClick={showNewer} aria-label={t('log.newerAnnounce', { count: newer })} data-testid="newer">
                {t('log.newer', { count: newer })}
              </Button>
            )}
          </div>
          {access && !nothing && (
            <div className={`${styles.rowHead} muted`} aria-hidden="true">
              <span>{t('log.when')}</span>
              <span>{t('log.actor')}</span>
              <span>{t('review.accessWhat')}</span>
              <span>{t('review.accessPurpose')}</span>
            </div>
          )}
          {nothing ? (
            isFiltering(filter) ? (
              <EmptyState
                sentence={t('log.emptyFilter')}
                action={
                  <Button variant="default" onClick={() => change({})}>
                    {t('log.clear')}
                  </Button>
                }
              />
            ) : (
              <EmptyState sentence={t('log.empty')} example={t('log.emptyExample')} />
            )
          ) : (
            <RowList
              ref={list}
              key={source.id}
              source={source}
              state={state}
              active={active}
              chosen={seq}
              letterKeys={letterKeys}
              onActive={move}
              onOpen={open}
              onLeave={() => seq !== undefined && close()}
              draw={(row) => <Row row={row} access={access} />}
            />
          )}
        </div>
        {seq !== undefined && (
          <EntryPanel
            key={seq}
            seq={seq}
            raw={raw}
            passes={index === undefined ? undefined : index !== null}
            annotating={annotating}
            writing={writing}
            onWriting={setWriting}
            onRaw={setRaw}
            onFilter={(wanted) => change({ ...filter, ...wanted })}
            onExport={() => setExporting(true)}
            onErased={(seqs) => source.patch(seqs, (row) => ({ ...row, entry: row.entry && { ...row.entry, payloadState: 'erased', payload: null }, notes: 0 }))}
            onShowAnyway={() => (placedFor.current = undefined, change({}))}
            onClose={close}
          />
        )}
      </div>
    </div>
  );
}
