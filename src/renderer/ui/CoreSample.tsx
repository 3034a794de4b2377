// The signature picture: a column of sediment, one layer per snapshot. A list box, so that arrows travel and each layer speaks. A long one is drawn in part:
// dragging over layers, or plus and minus, zoom; the wheel and the arrows travel.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { Button } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { visibleText } from '../../contract/copy/text.ts';
import { formatDay, formatWhen } from '../../contract/copy/values.ts';
import type { Snapshot } from '../../contract/snapshots.ts';
import { including, perLayer, zoomed } from './core-window.ts';
import { reachOf, useGrain } from './grain.ts';
import { dayMarks, isPinned, layOut, ownTags, type Layer, type LayerKind } from './strata.ts';
import { useCoreWindow } from './use-core-window.ts';
import { useNow, useWords, type Words } from './words.tsx';
import styles from './CoreSample.module.css';

export function changesInWords({ t, bytes }: Words, snapshot: Snapshot): string {
  const { summary } = snapshot;
  if (summary === null) return t('snap.noSummary');
  if (summary.filesNew === 0 && summary.filesChanged === 0) return t('core.nothing');
  const parts: string[] = [];
  if (summary.filesNew > 0) parts.push(t('core.new', { count: summary.filesNew }));
  if (summary.filesChanged > 0) parts.push(t('core.changed', { count: summary.filesChanged }));
  if (summary.dataAdded > 0) parts.push(t('core.added', { size: bytes(summary.dataAdded) }));
  return parts.join(', ');
}

export { isPinned, ownTags };

interface CoreSampleProps {
  snapshots: readonly Snapshot[];
  /** Pixels the column may take. */
  height: number;
  selected: string | null;
  onSelect(snapshot: Snapshot): void;
  legend?: boolean;
  /** How many events of the log lie between snapshots is drawn beside the column. */
  events?: boolean;
  planTitle(snapshot: Snapshot): string;
}

const legendKinds: readonly { kind: LayerKind; key: 'core.legendNew' | 'core.legendChanged' | 'core.legendFirst' | 'core.legendSame' }[] = [
  { kind: 'new', key: 'core.legendNew' },
  { kind: 'changed', key: 'core.legendChanged' },
  { kind: 'first', key: 'core.legendFirst' },
  { kind: 'same', key: 'core.legendSame' }
];

export function CoreSample({ snapshots, height, selected, onSelect, legend = true, events = false, planTitle }: CoreSampleProps): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const [active, setActive] = useState<number | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const picture = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef<readonly Layer[]>([]);
  const chosenOfAll = useMemo(() => snapshots.findIndex(({ id }) => id === selected), [snapshots, selected]);
  const hands = useCoreWindow(snapshots.length, chosenOfAll, picture, box, drawn);
  const { from, count } = hands.window;
  const layers = useMemo(() => layOut(snapshots.slice(from, from + count), height, perLayer(count)), [snapshots, from, count, height]);
  useEffect(() => {
    drawn.current = layers;
  }, [layers]);
  const older = snapshots[from + count];
  const grain = useGrain(events ? layers : null, older);
  const most = Math.max(1, ...(grain.counts ?? []));
  const marks = useMemo(() => dayMarks(layers, 34, now.getFullYear()), [layers, now]);
  /** Among those that are drawn, as `active` and `pointed` are. */
  const chosen = layers.findIndex((layer) => chosenOfAll >= from + layer.index && chosenOfAll < from + layer.index + layer.count);
  const current = active ?? (chosen >= 0 ? chosen : null);
  const columnHeight = layers.reduce((total, layer) => total + layer.height, 0);

  useEffect(() => setActive(null), [selected]);
  useEffect(() => {
    if (active !== null) box.current?.querySelector(`[data-layer="${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  /** Of several in one layer none is meant: they are looked at more closely. */
  const open = (layer: Layer): void => {
    if (layer.count === 1) return onSelect(layer.snapshot);
    hands.setWindow({ from: from + layer.index, count: layer.count });
    setActive(0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const last = snapshots.length - 1;
    const step = perLayer(count);
    const here = current === null ? -step : from + (layers[current]?.index ?? 0);
    const moves: Record<string, number> = { ArrowDown: here + step, ArrowUp: here - step, Home: 0, End: last, PageDown: here + 10 * step, PageUp: here - 10 * step };
    const target = moves[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target !== undefined) {
      event.preventDefault();
      const to = Math.max(0, Math.min(last, target));
      const moved = including(hands.window, snapshots.length, to);
      if (moved !== hands.window) hands.setWindow(moved);
      setActive(Math.floor((to - moved.from) / perLayer(moved.count)));
    } else if (event.key === '+' || event.key === '-') {
      event.preventDefault();
      const around = Math.max(0, here);
      const to = zoomed(hands.window, snapshots.length, around, event.key === '+' ? 0.5 : 2);
      hands.setWindow(to);
      setActive(Math.floor((around - to.from) / perLayer(to.count)));
    } else if ((event.key === 'Enter' || event.key === ' ') && current !== null) {
      const layer = layers[current];
      if (!layer) return;
      event.preventDefault();
      open(layer);
    }
  };

  if (layers.length === 0) return <p className={styles.empty}>{t('core.empty')}</p>;
  const eventsIn = (index: number): string[] => {
    const between = grain.counts?.[index];
    if (between === undefined) return [];
    return [t(index === layers.length - 1 && older === undefined ? 'core.eventsBefore' : 'core.events', { count: between })];
  };
  const label = (index: number): string => {
    const layer = layers[index];
    if (!layer) return '';
    const { snapshot } = layer;
    if (layer.count > 1) {
      const oldest = snapshots[from + layer.index + layer.count - 1] ?? snapshot;
      return [t('core.several', { count: layer.count, from: formatWhen(language, new Date(oldest.at), now), to: formatWhen(language, new Date(snapshot.at), now) }), ...eventsIn(index)].join('; ');
    }
    const parts = [changesInWords(words, snapshot)];
    const tags = ownTags(snapshot);
    if (tags.length > 0) parts.push(t('core.tagged', { tags: visibleText(tags.join(', '), true) }));
    if (isPinned(snapshot)) parts.push(t('keep.pinned'));
    if (snapshot.incomplete) parts.push(t('core.incomplete'));
    if (snapshot.tested) parts.push(t(snapshot.tested.ok ? 'core.tested' : 'core.testFailed'));
    parts.push(...eventsIn(index));
    return t('core.layer', { when: formatWhen(language, new Date(snapshot.at), now), plan: planTitle(snapshot), what: parts.join('; ') });
  };
  const currentLayer = current === null ? undefined : layers[current];
  const [first, last] = hands.brush ? [layers[Math.min(hands.brush.start, hands.brush.end)], layers[Math.max(hands.brush.start, hands.brush.end)]] : [];
  const brushed = first && last && { top: first.top, height: last.top + last.height - first.top };

  return (
    <div ref={picture} className={styles.core} style={{ minHeight: hands.partial ? height : undefined }}>
      <div className={styles.scroll} data-grain={events || undefined} style={{ maxHeight: height + 8 }}>
        <div className={styles.scale} aria-hidden="true" style={{ height: columnHeight }}>
          {marks.map(({ at, top, year }) => (
            <span key={at} style={{ top }}>
              {formatDay(language, new Date(at), new Date(at))}
              {year !== undefined && <small>{year}</small>}
            </span>
          ))}
        </div>
        {events && (
          <div className={styles.grain} aria-hidden="true" style={{ height: columnHeight }} data-testid="grain">
            {grain.counts?.map((between, index) => {
              const layer = layers[index];
              return layer && between > 0 ? <i key={layer.snapshot.id} style={{ top: layer.top, height: layer.height, width: `${reachOf(between, most) * 100}%` }} data-count={between} /> : null;
            })}
          </div>
        )}
        <div
          ref={box}
          className={styles.column}
          style={{ height: columnHeight }}
          role="listbox"
          tabIndex={0}
          aria-label={t('core.label')}
          title={t('core.hint')}
          aria-activedescendant={current === null ? undefined : `layer-${current}`}
          onKeyDown={onKeyDown}
          onFocus={() => setActive((before) => before ?? (chosen >= 0 ? chosen : 0))}
          onBlur={() => setActive(null)}
          onPointerLeave={() => setPointed(null)}
          onPointerDown={hands.onPointerDown}
          onPointerMove={hands.onPointerMove}
          onPointerUp={hands.onPointerUp}
          onPointerCancel={hands.onPointerUp}
          data-testid="core"
        >
          {layers.map((layer, index) => (
            <div
              key={layer.snapshot.id}
              id={`layer-${index}`}
              data-layer={index}
              role="option"
              aria-selected={index === chosen}
              aria-posinset={Math.floor(from / perLayer(count)) + index + 1}
              aria-setsize={Math.ceil(snapshots.length / perLayer(count))}
              aria-label={label(index)}
              className={styles.layer}
              data-kind={layer.kind}
              data-chosen={index === chosen || undefined}
              data-crack={(layer.count === 1 && layer.cracked) || undefined}
              style={{ top: layer.top, height: layer.height }}
              onPointerEnter={() => setPointed(index)}
              onClick={() => !hands.wasDragged() && open(layer)}
            >
              {layer.count === 1 && layer.tagged && <i className={styles.ring} />}
              {layer.count === 1 && layer.tested && <i className={styles.notch} />}
              {layer.count === 1 && layer.pinned && <i className={styles.pin} />}
            </div>
          ))}
          {brushed && <div className={styles.brush} style={brushed} aria-hidden="true" />}
          {currentLayer && <div className={styles.frame} style={{ top: currentLayer.top - 3, height: currentLayer.height + 6 }} aria-hidden="true" />}
        </div>
      </div>
      {columnHeight < height / 3 && <p className={styles.bedrock}>{t('core.empty')}</p>}
      {hands.partial && (
        <div className={styles.part}>
          <span className="muted num" role="status">
            {t('core.part', { from: from + 1, to: from + count, total: snapshots.length })}
          </span>
          <Button variant="subtle" size="compact-xs" onClick={hands.reset}>
            {t('core.whole')}
          </Button>
        </div>
      )}
      {events && (grain.counts !== undefined || grain.failed) && (
        <p className={styles.grainKey}>
          {grain.failed ? t('core.grainFailed') : <><i aria-hidden="true" /> {t('core.grain', { most })}</>}
        </p>
      )}
      <p className={styles.reading} aria-hidden="true">
        {pointed !== null ? label(pointed) : active !== null ? label(active) : ''}
      </p>
      {legend && (
        <ul className={styles.legend}>
          {legendKinds
            .filter(({ kind }) => layers.some((layer) => layer.kind === kind))
            .map(({ kind, key }) => (
              <li key={kind}>
                <i data-kind={kind} /> {t(key)}
              </li>
            ))}
          {layers.some((layer) => layer.tagged) && (
            <li>
              <i className={styles.ringKey} /> {t('core.legendTag')}
            </li>
          )}
          {layers.some((layer) => layer.pinned) && (
            <li>
              <i className={styles.pinKey} /> {t('keep.pinned')}
            </li>
          )}
          {layers.some((layer) => layer.tested) && (
            <li>
              <i data-kind="changed" className={styles.notched} /> {t('core.tested')}
            </li>
          )}
          {layers.some((layer) => layer.cracked) && (
            <li>
              <i data-kind="changed" data-crack /> {t('core.legendGap')}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
