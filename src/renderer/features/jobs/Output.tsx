// What a try printed: opened at the first error, read in pages where the eye is, searched by the engine, followed while it runs.
// The output takes the focus so that it can be read by the keys that scroll.
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
// The virtual list's functions change with each render; nothing memoized is given them.
/* oxlint-disable react/incompatible-library */
import { Button, TextInput } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { formatBytes, formatClock, formatExact, formatNumber } from '../../../contract/copy/values.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { OutputLine, OutputRow } from '../../../contract/runs.ts';
import { useClient } from '../../api/queries.ts';
import { downloadText } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { readColours } from './ansi.ts';
import { createOutputLines, pageLines, type OutputLines } from './output-lines.ts';
import styles from './Output.module.css';

const lineHeight = 19;
const askAgainMs = 1_000;

interface OutputProps {
  run: string;
  attempt: number;
  /** Whether the run ended badly: then the first error is pointed at. */
  failed: boolean;
  name: string;
}

/** `atEnd`: no error was found, so it opens at the end. */
type Loaded = { state: 'loading' } | { state: 'failed'; error: unknown } | { state: 'ready'; openAt: number; atEnd: boolean; live: boolean };

/** The lines, and what has been heard of them. `drawn` counts what was added. */
function useOutput(run: string, attempt: number): { lines: OutputLines; loaded: Loaded; drawn: number; want(from: number): void; again(): void } {
  const client = useClient();
  const [lines, setLines] = useState(createOutputLines);
  const [loaded, setLoaded] = useState<Loaded>({ state: 'loading' });
  const [drawn, setDrawn] = useState(0);
  const [tries, setTries] = useState(0);
  const asked = useRef(new Set<number>());

  useEffect(() => {
    const stop = new AbortController();
    const fresh = createOutputLines();
    asked.current = new Set();
    setLines(fresh);
    setLoaded({ state: 'loading' });
    const follow = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        try {
          for await (const { rows } of await client.runs.output.follow({ run, attempt, from: fresh.total() }, { signal: stop.signal })) {
            fresh.add(rows);
            setDrawn((count) => count + 1);
          }
          // It has ended: now it is known where its first error is.
          return await open();
        } catch {
          // The line broke; what is shown stays, and it is asked again.
          await new Promise((resolve) => setTimeout(resolve, askAgainMs));
        }
      }
    };
    const open = async (): Promise<void> => {
      const { rows, total, openAt, live } = await client.runs.output.page({ run, attempt, count: pageLines }, { signal: stop.signal });
      fresh.add(rows);
      fresh.grow(total);
      setDrawn((count) => count + 1);
      setLoaded({ state: 'ready', openAt, atEnd: openAt >= total - 1, live });
      if (live) void follow();
    };
    open().catch((error: unknown) => {
      if (!stop.signal.aborted) setLoaded({ state: 'failed', error });
    });
    return () => stop.abort();
  }, [client, run, attempt, tries]);

  const want = useCallback(
    (from: number): void => {
      if (asked.current.has(from)) return;
      asked.current.add(from);
      client.runs.output.page({ run, attempt, from, count: pageLines }).then(
        ({ rows, total }) => {
          asked.current.delete(from);
          lines.add(rows);
          lines.grow(total);
          setDrawn((count) => count + 1);
        },
        () => setTimeout(() => asked.current.delete(from), askAgainMs)
      );
    },
    [client, run, attempt, lines]
  );
  return { lines, loaded, drawn, want, again: () => setTries((count) => count + 1) };
}

function Marked({ text, find }: { text: string; find: string }): ReactNode {
  if (find === '') return text;
  const at = text.toLowerCase().indexOf(find.toLowerCase());
  if (at === -1) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + find.length)}</mark>
      <Marked text={text.slice(at + find.length)} find={find} />
    </>
  );
}

function Line({ row, find }: { row: OutputRow | undefined; find: string }): ReactNode {
  const { t, language } = useWords();
  if (row === undefined) return <span className={styles.pending} />;
  if ('gap' in row) return <span className={styles.gap}>{row.gap.bytes > 0 ? t('output.gapBytes', { count: row.gap.lines, bytes: formatBytes(language, row.gap.bytes) }) : t('output.gap', { count: row.gap.lines })}</span>;
  return (
    <>
      <span className={styles.number}>{row.seq + 1}</span>
      <time className={styles.time} dateTime={row.t} title={formatExact(language, new Date(row.t))}>
        {formatClock(language, new Date(row.t))}
      </time>
      <span className={styles.stream} title={row.stream === 'err' ? t('output.err') : row.stream === 'sys' ? t('output.sys') : undefined}>
        {row.stream === 'err' ? '!' : row.stream === 'sys' ? '›' : ''}
        {row.stream !== 'out' && <span className="visually-hidden">{row.stream === 'err' ? t('output.err') : t('output.sys')}</span>}
      </span>
      <code className={styles.text}>
        {readColours(row.text).map(({ text, ink, bold, faint, italic, underline }, index) => (
          // oxlint-disable-next-line react/no-array-index-key
          <span key={index} data-ink={ink} data-bold={bold} data-faint={faint} data-italic={italic} data-underline={underline}>
            <Marked text={visibleText(text)} find={find} />
          </span>
        ))}
      </code>
    </>
  );
}

const hitsAtOnce = 200;

export function Output({ run, attempt, failed, name }: OutputProps): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const { lines, loaded, drawn, want, again } = useOutput(run, attempt);
  const scroller = useRef<HTMLDivElement>(null);
  const [stick, setStick] = useState(false);
  const [typed, setTyped] = useState('');
  const [search, setSearch] = useState<{ text: string; hits: OutputLine[]; next: number | null; at: number; error?: unknown }>();
  const [saving, setSaving] = useState(false);
  const [saveError, setSaveError] = useState<unknown>();
  const count = lines.count();
  const virtual = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => lineHeight, overscan: 30 });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? -1];
  const ready = loaded.state === 'ready' ? loaded : undefined;
  const openAt = ready?.openAt;

  // Opened where the first error is, or at the end; once, and again when it has ended while somebody followed it.
  const opened = useRef<{ lines: OutputLines; live: boolean }>(undefined);
  useEffect(() => {
    if (ready === undefined || count === 0) return;
    const before = opened.current?.lines === lines ? opened.current : undefined;
    if (before !== undefined && (before.live === ready.live || !stick)) return;
    opened.current = { lines, live: ready.live };
    setStick(ready.atEnd && ready.live);
    if (ready.atEnd) virtual.scrollToIndex(count - 1, { align: 'end' });
    else virtual.scrollToIndex(lines.indexOf(ready.openAt), { align: 'center' });
  }, [lines, count, ready, stick, virtual]);
  useEffect(() => {
    const from = lines.missing(first, last);
    if (from !== undefined) want(from);
  }, [first, last, lines, want, drawn]);
  useEffect(() => {
    if (stick && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [stick, count, virtual]);

  // Whoever scrolls up reads; whoever comes back to the end follows.
  const shown = ready !== undefined && count > 0;
  const isLive = ready?.live === true;
  useEffect(() => {
    const box = scroller.current;
    if (!shown || !isLive || box === null) return;
    let lastTop = box.scrollTop;
    const onScroll = (): void => {
      const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < lineHeight * 2;
      if (atEnd) setStick(true);
      else if (box.scrollTop < lastTop) setStick(false);
      lastTop = box.scrollTop;
    };
    box.addEventListener('scroll', onScroll);
    return () => box.removeEventListener('scroll', onScroll);
  }, [shown, isLive]);

  const goTo = (seq: number): void => {
    setStick(false);
    virtual.scrollToIndex(lines.indexOf(seq), { align: 'center' });
  };
  const look = async (text: string): Promise<void> => {
    if (text === '') return setSearch(undefined);
    try {
      const { hits, next } = await client.runs.output.search({ run, attempt, text, limit: hitsAtOnce });
      setSearch({ text, hits, next, at: 0 });
      if (hits[0]) goTo(hits[0].seq);
    } catch (error) {
      setSearch({ text, hits: [], next: null, at: 0, error });
    }
  };
  const step = async (by: number): Promise<void> => {
    if (search === undefined || search.hits.length === 0) return;
    let { hits, next } = search;
    let at = search.at + by;
    if (at >= hits.length && next !== null) {
      const more = await client.runs.output.search({ run, attempt, text: search.text, from: next, limit: hitsAtOnce });
      hits = [...hits, ...more.hits];
      next = more.next;
    }
    at = (at + hits.length) % hits.length;
    setSearch({ ...search, hits, next, at });
    const hit = hits[at];
    if (hit) goTo(hit.seq);
  };
  const save = async (): Promise<void> => {
    setSaving(true);
    setSaveError(undefined);
    try {
      const pieces: string[] = [];
      for await (const { text } of await client.runs.output.text({ run, attempt })) pieces.push(text);
      downloadText(`${name}-${run.slice(0, 8)}-${attempt}.txt`, pieces.join(''));
    } catch (error) {
      setSaveError(error);
    }
    setSaving(false);
  };

  if (loaded.state === 'failed') return <ErrorNotice error={loaded.error} onRetry={again} />;
  const hit = search?.hits[search.at]?.seq;
  return (
    <section className={`card ${styles.output}`} aria-label={t('output.title')} data-testid="output" data-state={loaded.state}>
      <div className={styles.tools}>
        <TextInput
          type="search"
          className={styles.search}
          aria-label={t('output.search')}
          placeholder={t('output.search')}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            if (event.currentTarget.value === '') setSearch(undefined);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            void (search !== undefined && search.text === typed ? step(event.shiftKey ? -1 : 1) : look(typed));
          }}
          data-testid="output-search"
        />
        <span className="muted num" role="status" data-testid="output-hits">
          {search === undefined ? '' : search.hits.length === 0 ? t('output.noHits') : t(search.next === null ? 'output.hitOf' : 'output.hitOfMore', { at: search.at + 1, count: search.hits.length })}
        </span>
        {search !== undefined && search.hits.length > 0 && (
          <>
            <Button variant="default" onClick={() => void step(-1)}>
              {t('output.previous')}
            </Button>
            <Button variant="default" onClick={() => void step(1)}>
              {t('output.next')}
            </Button>
          </>
        )}
        <span className="grow" />
        <span className="muted num">{t('output.lines', { count: lines.total() })}</span>
        {failed && openAt !== undefined && ready?.atEnd === false && (
          <Button variant="default" onClick={() => goTo(openAt)}>
            {t('output.firstError')}
          </Button>
        )}
        <Button variant="default" onClick={() => (ready?.live ? setStick(true) : goTo(lines.total() - 1))} aria-pressed={ready?.live ? stick : undefined}>
          {ready?.live ? t('output.follow') : t('output.end')}
        </Button>
        <Button variant="default" loading={saving} onClick={() => void save()}>
          {t('output.save')}
        </Button>
      </div>
      {search?.error !== undefined && <ErrorNotice error={search.error} compact />}
      {saveError !== undefined && <ErrorNotice error={saveError} compact />}
      {ready && count === 0 ? (
        <p className={`muted ${styles.none}`}>{t(ready.live ? 'output.noneYet' : 'output.none')}</p>
      ) : (
        <div ref={scroller} className={styles.lines} style={ready?.live === false ? { height: `min(62vh, 620px, ${count * lineHeight + 16}px)` } : undefined} role="log" aria-live="off" tabIndex={0} aria-label={t('output.linesLabel', { lines: formatNumber(language, lines.total()) })} data-testid="output-lines">
          <div style={{ height: virtual.getTotalSize() }} className={styles.canvas}>
            {items.map(({ index, start }) => {
              const row = lines.row(index);
              const seq = row?.seq;
              return (
                <div key={index} className={styles.line} style={{ transform: `translateY(${start}px)`, height: lineHeight }} data-stream={row && 'stream' in row ? row.stream : undefined} data-hit={(seq !== undefined && seq === hit) || undefined} data-first-error={(failed && row !== undefined && 'stream' in row && row.seq === openAt && (row.stream === 'err' || ready?.atEnd === false)) || undefined}>
                  <Line row={row} find={search?.text ?? ''} />
                </div>
              );
            })}
          </div>
        </div>
      )}
    </section>
  );
}
