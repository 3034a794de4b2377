// The signature picture: a column of sediment, one layer per snapshot. A list box, so that arrows travel and each layer speaks.
// Rows are reached through their list (aria-activedescendant), which has the focus and the keys.
/* oxlint-disable jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { visibleText } from '../../contract/copy/text.ts';
import { formatDay, formatWhen } from '../../contract/copy/values.ts';
import type { Snapshot } from '../../contract/snapshots.ts';
import { dayMarks, layOut, type LayerKind } from './strata.ts';
import { useNow, useWords, type Words } from './words.tsx';
import styles from './CoreSample.module.css';

const mostLayers = 500;

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

/** The person's own tags; Varve's marks (`varve-…`) are not for reading. */
export function ownTags(snapshot: Snapshot): string[] {
  return snapshot.tags.filter((tag) => !tag.startsWith('varve-'));
}

/** No rule takes it away (the engine's mark; any restic respects it, too). */
export function isPinned(snapshot: Snapshot): boolean {
  return snapshot.tags.includes('varve-pin');
}

interface CoreSampleProps {
  snapshots: readonly Snapshot[];
  /** Pixels the column may take. */
  height: number;
  selected: string | null;
  onSelect(snapshot: Snapshot): void;
  legend?: boolean;
  planTitle(snapshot: Snapshot): string;
}

const legendKinds: readonly { kind: LayerKind; key: 'core.legendNew' | 'core.legendChanged' | 'core.legendFirst' | 'core.legendSame' }[] = [
  { kind: 'new', key: 'core.legendNew' },
  { kind: 'changed', key: 'core.legendChanged' },
  { kind: 'first', key: 'core.legendFirst' },
  { kind: 'same', key: 'core.legendSame' }
];

export function CoreSample({ snapshots, height, selected, onSelect, legend = true, planTitle }: CoreSampleProps): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const [active, setActive] = useState<number | null>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => snapshots.slice(0, mostLayers), [snapshots]);
  const layers = useMemo(() => layOut(shown, height), [shown, height]);
  const marks = useMemo(() => dayMarks(layers, 34), [layers]);
  const chosen = layers.findIndex((layer) => layer.snapshot.id === selected);
  const current = active ?? (chosen >= 0 ? chosen : null);
  const columnHeight = layers.reduce((total, layer) => total + layer.height, 0);

  useEffect(() => setActive(null), [selected]);
  useEffect(() => {
    if (active !== null) box.current?.querySelector(`[data-layer="${active}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const last = layers.length - 1;
    const from = current ?? -1;
    const moves: Record<string, number> = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: last, PageDown: from + 10, PageUp: from - 10 };
    const target = moves[event.key];
    if (target !== undefined) {
      event.preventDefault();
      setActive(Math.max(0, Math.min(last, target)));
    } else if ((event.key === 'Enter' || event.key === ' ') && current !== null) {
      const layer = layers[current];
      if (!layer) return;
      event.preventDefault();
      onSelect(layer.snapshot);
    }
  };

  if (layers.length === 0) return <p className={styles.empty}>{t('core.empty')}</p>;
  const label = (index: number): string => {
    const snapshot = layers[index]?.snapshot;
    if (!snapshot) return '';
    const parts = [changesInWords(words, snapshot)];
    const tags = ownTags(snapshot);
    if (tags.length > 0) parts.push(t('core.tagged', { tags: visibleText(tags.join(', '), true) }));
    if (isPinned(snapshot)) parts.push(t('keep.pinned'));
    if (snapshot.incomplete) parts.push(t('core.incomplete'));
    return t('core.layer', { when: formatWhen(language, new Date(snapshot.at), now), plan: planTitle(snapshot), what: parts.join('; ') });
  };
  const currentLayer = current === null ? undefined : layers[current];

  return (
    <div className={styles.core}>
      <div className={styles.scroll} style={{ maxHeight: height + 8 }}>
        <div className={styles.scale} aria-hidden="true" style={{ height: columnHeight }}>
          {marks.map((mark) => (
            <span key={mark.at} style={{ top: mark.top }}>
              {formatDay(language, new Date(mark.at), now)}
            </span>
          ))}
        </div>
        <div
          ref={box}
          className={styles.column}
          style={{ height: columnHeight }}
          role="listbox"
          tabIndex={0}
          aria-label={t('core.label')}
          aria-activedescendant={current === null ? undefined : `layer-${current}`}
          onKeyDown={onKeyDown}
          onFocus={() => setActive((before) => before ?? (chosen >= 0 ? chosen : 0))}
          onBlur={() => setActive(null)}
          onPointerLeave={() => setPointed(null)}
        >
          {layers.map((layer, index) => (
            <div
              key={layer.snapshot.id}
              id={`layer-${index}`}
              data-layer={index}
              role="option"
              aria-selected={index === chosen}
              aria-label={label(index)}
              className={styles.layer}
              data-kind={layer.kind}
              data-chosen={index === chosen || undefined}
              data-crack={layer.snapshot.incomplete || undefined}
              style={{ top: layer.top, height: layer.height }}
              onPointerEnter={() => setPointed(index)}
              onClick={() => onSelect(layer.snapshot)}
            >
              {ownTags(layer.snapshot).length > 0 && <i className={styles.ring} />}
              {isPinned(layer.snapshot) && <i className={styles.pin} />}
            </div>
          ))}
          {currentLayer && <div className={styles.frame} style={{ top: currentLayer.top - 3, height: currentLayer.height + 6 }} aria-hidden="true" />}
        </div>
      </div>
      {columnHeight < height / 3 && <p className={styles.bedrock}>{t('core.empty')}</p>}
      {snapshots.length > mostLayers && <p className="muted">{t('core.older', { count: snapshots.length - mostLayers })}</p>}
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
          {layers.some((layer) => ownTags(layer.snapshot).length > 0) && (
            <li>
              <i className={styles.ringKey} /> {t('core.legendTag')}
            </li>
          )}
          {layers.some((layer) => isPinned(layer.snapshot)) && (
            <li>
              <i className={styles.pinKey} /> {t('keep.pinned')}
            </li>
          )}
          {layers.some((layer) => layer.snapshot.incomplete) && (
            <li>
              <i data-kind="changed" data-crack /> {t('core.legendGap')}
            </li>
          )}
        </ul>
      )}
    </div>
  );
}
