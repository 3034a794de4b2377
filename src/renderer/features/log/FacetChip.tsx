// One facet: its values with counts, several at once, found by typing when there are many. Counts are those within the other filters.
// The group only passes arrow keys on between its own checkboxes.
/* oxlint-disable jsx-a11y/no-noninteractive-element-interactions */
import { Checkbox, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState, type KeyboardEvent, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatNumber, formatWhen } from '../../../contract/copy/values.ts';
import type { LogFilter } from '../../../contract/log.ts';
import type { LogFacets } from '../../../contract/review.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useNow, useWords, type Words } from '../../ui/words.tsx';
import { Chip } from './Chip.tsx';
import { chosenIn, toggleIn, without, type Facet } from './filter.ts';
import { useFacets } from './queries.ts';
import styles from './Log.module.css';

interface Value {
  value: string;
  label: string;
  count: number;
}

/** From this many values on there is a field to find one. */
const searchFrom = 9;

function valuesOf(facet: Facet, facets: LogFacets, { t, language }: Words, now: Date): Value[] {
  switch (facet) {
    case 'category':
      return facets.category.values.map(({ value, count }) => ({ value, label: t(`category.${value}`), count }));
    case 'level':
      return facets.level.values.map(({ value, count }) => ({ value, label: t(`level.${value}`), count }));
    case 'action':
      return facets.action.values.map(({ value, count }) => ({ value, label: value, count }));
    case 'actor':
    case 'subject':
      return facets[facet].values.map(({ id, name, count }) => ({ value: name ?? id, label: name === null ? `${t('log.erasedName')} ${id}` : visibleText(name, true), count }));
    case 'session':
      return facets.session.values.map(({ value, from, to, count }) => ({ value, label: t('review.chosenTime', { from: formatWhen(language, new Date(from), now), to: formatWhen(language, new Date(to), now) }), count }));
  }
}

/** A chosen value that is not among those shown keeps its place, so that it can be unchosen. */
function withChosen(values: Value[], chosen: readonly string[], words: Words, facet: Facet): Value[] {
  const missing = chosen.filter((value) => !values.some((each) => each.value === value));
  return [...missing.map((value) => ({ value, label: labelOf(facet, value, words), count: 0 })), ...values];
}

function labelOf(facet: Facet, value: string, { t }: Words): string {
  if (facet === 'category') return t(`category.${value}` as 'category.app');
  if (facet === 'level') return t(`level.${value}` as 'level.info');
  return visibleText(value, true);
}

export function chosenText(filter: LogFilter, facet: Facet, words: Words): string | undefined {
  const [first, ...more] = chosenIn(filter, facet);
  if (first === undefined) return undefined;
  const label = labelOf(facet, first, words);
  return more.length === 0 ? label : words.t('review.several', { first: label, count: more.length });
}

/** Up and down go through the values, as in any list. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>('input')];
  const at = boxes.indexOf(document.activeElement as HTMLInputElement);
  boxes[Math.max(0, Math.min(boxes.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
  event.preventDefault();
}

interface FacetProps {
  facet: Facet;
  label: string;
  filter: LogFilter;
  upTo: number | null | undefined;
  onChange(filter: LogFilter): void;
}

export function FacetValues({ facet, label, filter, upTo, onChange }: FacetProps): ReactNode {
  const words = useWords();
  const { t, language } = words;
  const now = useNow();
  const [part, setPart] = useState('');
  const [search] = useDebouncedValue(part.trim(), 200);
  const facets = useFacets(filter, upTo, true, search === '' ? undefined : { facet, part: search });
  const chosen = chosenIn(filter, facet);
  if (facets.isError) return <ErrorNotice error={facets.error} onRetry={() => void facets.refetch()} compact />;
  if (!facets.data) return <p className="muted">{t('word.loading')}…</p>;
  const { distinct } = facets.data[facet];
  const values = withChosen(valuesOf(facet, facets.data, words, now), search === '' ? chosen : [], words, facet);
  return (
    <div onKeyDown={moveFocus} className={styles.facet} role="group" aria-label={label}>
      {distinct >= searchFrom && <TextInput data-autofocus aria-label={t('review.facetFind')} placeholder={t('review.facetFind')} value={part} onChange={(event) => setPart(event.currentTarget.value)} />}
      <div className={styles.facetValues}>
        {values.map(({ value, label: text, count }, index) => (
          <Checkbox
            key={value}
            data-autofocus={(index === 0 && distinct < searchFrom) || undefined}
            checked={chosen.includes(value)}
            onChange={() => onChange(toggleIn(filter, facet, value))}
            label={
              <span className={styles.facetLabel}>
                <span className="ellipsis" title={text}>
                  {text}
                </span>
                <span className="muted num">{formatNumber(language, count)}</span>
              </span>
            }
          />
        ))}
        {values.length === 0 && <p className="muted">{t('review.facetNone')}</p>}
      </div>
      {distinct > facets.data[facet].values.length && search === '' && <p className={`muted ${styles.small}`}>{t('review.facetMore', { shown: facets.data[facet].values.length, distinct })}</p>}
      {chosen.length > 0 && (
        <button type="button" className={styles.link} onClick={() => onChange(without(filter, facet))}>
          {t('review.facetAny')}
        </button>
      )}
    </div>
  );
}

export function FacetChip(props: FacetProps): ReactNode {
  const words = useWords();
  return (
    <Chip label={props.label} value={chosenText(props.filter, props.facet, words)}>
      {() => <FacetValues {...props} />}
    </Chip>
  );
}
