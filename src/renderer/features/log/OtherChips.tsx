// The chips that are no facets: time, a condition on content, and the rest under "More".
import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import { formatWhen } from '../../../contract/copy/values.ts';
import { describeBadWhere } from '../../../contract/copy/where.ts';
import type { LogFilter } from '../../../contract/log.ts';
import { BadWhere, parseWhere } from '../../../contract/where.ts';
import { useNow, useWords, type Words } from '../../ui/words.tsx';
import { Chip } from './Chip.tsx';
import { chosenText, FacetValues } from './FacetChip.tsx';
import { instantOf, localOf, sinceDays, spanOf, spans, tidy, without, type Span } from './filter.ts';
import styles from './Log.module.css';

interface ChipProps {
  filter: LogFilter;
  onChange(filter: LogFilter): void;
}

function MomentField({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }): ReactNode {
  return (
    <label className={styles.moment}>
      <span>{label}</span>
      <input type="datetime-local" value={value} onChange={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}

export function TimeChip({ filter, onChange }: ChipProps): ReactNode {
  const { t, language } = useWords();
  const now = useNow();
  const span = spanOf(filter, now);
  const when = (at: string | undefined): string => (at === undefined ? '…' : formatWhen(language, new Date(at), now));
  const value = filter.since === undefined && filter.until === undefined ? undefined : span === undefined ? t('review.chosenTime', { from: when(filter.since), to: when(filter.until) }) : t(`log.${span}`);
  return (
    <Chip label={t('log.time')} value={value} width={260}>
      {(close) => (
        <div className={styles.facet}>
          <div className="row">
            {(Object.keys(spans) as Span[]).map((each, index) => (
              <Button
                key={each}
                variant={each === span ? 'filled' : 'default'}
                data-autofocus={index === 0 || undefined}
                onClick={() => {
                  onChange(tidy({ ...filter, since: sinceDays(spans[each], now), until: undefined }));
                  close();
                }}
              >
                {t(`log.${each}`)}
              </Button>
            ))}
          </div>
          <MomentField label={t('review.from')} value={localOf(filter.since)} onChange={(local) => onChange(tidy({ ...filter, since: instantOf(local) }))} />
          <MomentField label={t('review.until')} value={localOf(filter.until)} onChange={(local) => onChange(tidy({ ...filter, until: instantOf(local) }))} />
          {value !== undefined && (
            <button type="button" className={styles.link} onClick={() => onChange(without(filter, 'since', 'until'))}>
              {t('review.clearTime')}
            </button>
          )}
        </div>
      )}
    </Chip>
  );
}

const examples = ['payload.loss > 0.5', 'payload.tags ~ draft and not payload.epoch exists', 'payload.run = "r7" or payload["sensor id"] = 3'];

/** undefined: it can be read. */
function problemOf(text: string, { language }: Words): string | undefined {
  try {
    parseWhere(text);
    return undefined;
  } catch (error) {
    if (error instanceof BadWhere) return describeBadWhere(language, error);
    throw error;
  }
}

function ContentForm({ filter, onChange, onDone }: ChipProps & { onDone(): void }): ReactNode {
  const words = useWords();
  const { t } = words;
  const [text, setText] = useState(filter.where ?? '');
  const problem = text.trim() === '' ? undefined : problemOf(text, words);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (problem !== undefined) return;
    onChange(tidy({ ...filter, where: text.trim() }));
    onDone();
  };
  return (
    <form className={styles.facet} onSubmit={submit}>
      <TextInput data-autofocus label={t('review.content')} description={t('review.contentHelp')} value={text} error={problem} spellCheck={false} autoComplete="off" classNames={{ input: 'mono' }} onChange={(event) => setText(event.currentTarget.value)} />
      <p className={`muted ${styles.small}`}>{t('review.contentExamples')}</p>
      <ul className="plain-list">
        {examples.map((example) => (
          <li key={example}>
            <button type="button" className={`mono ${styles.link}`} onClick={() => setText(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      <div className="row">
        <Button type="submit" disabled={problem !== undefined}>
          {t('review.apply')}
        </Button>
        {filter.where !== undefined && (
          <button type="button" className={styles.link} onClick={() => (onChange(without(filter, 'where')), onDone())}>
            {t('review.facetAny')}
          </button>
        )}
      </div>
    </form>
  );
}

export function ContentChip({ filter, onChange }: ChipProps): ReactNode {
  const { t } = useWords();
  return (
    <Chip label={t('review.content')} value={filter.where} width={400}>
      {(close) => <ContentForm filter={filter} onChange={onChange} onDone={close} />}
    </Chip>
  );
}

function Choice({ label, value, words, onChange }: { label: string; value: boolean | undefined; words: readonly [any: string, yes: string, no: string]; onChange(value: boolean | undefined): void }): ReactNode {
  const [any, yes, no] = words;
  return (
    <SegmentedControl
      aria-label={label}
      orientation="vertical"
      fullWidth
      data={[
        { value: 'any', label: any },
        { value: 'yes', label: yes },
        { value: 'no', label: no }
      ]}
      value={value === undefined ? 'any' : value ? 'yes' : 'no'}
      onChange={(next) => onChange(next === 'any' ? undefined : next === 'yes')}
    />
  );
}

export function MarksChip({ filter, onChange }: ChipProps): ReactNode {
  const { t } = useWords();
  const chosen = [
    filter.reviewed === undefined ? undefined : t(filter.reviewed ? 'review.reviewedYes' : 'review.reviewedNo'),
    filter.noted === undefined ? undefined : t(filter.noted ? 'review.notedYes' : 'review.notedNo')
  ].filter((text) => text !== undefined);
  return (
    <Chip label={t('review.marks')} value={chosen.length === 0 ? undefined : chosen.join(', ')} width={240}>
      {() => (
        <div className={styles.facet}>
          <Choice label={t('review.isReviewed')} value={filter.reviewed} words={[t('review.reviewedAny'), t('review.reviewedYes'), t('review.reviewedNo')]} onChange={(reviewed) => onChange(tidy({ ...filter, reviewed }))} />
          <Choice label={t('review.notes')} value={filter.noted} words={[t('review.notedAny'), t('review.notedYes'), t('review.notedNo')]} onChange={(noted) => onChange(tidy({ ...filter, noted }))} />
        </div>
      )}
    </Chip>
  );
}

export function SessionChip({ filter, upTo, onChange }: ChipProps & { upTo: number | null | undefined }): ReactNode {
  const words = useWords();
  const { t } = words;
  return (
    <Chip label={t('review.session')} value={chosenText(filter, 'session', words)} width={330}>
      {() => <FacetValues facet="session" label={t('review.session')} filter={filter} upTo={upTo} onChange={onChange} />}
    </Chip>
  );
}

/** What was chosen by a link or a click and has no chip of its own. */
export function LooseChips({ filter, onChange }: ChipProps): ReactNode {
  const { t } = useWords();
  const loose: { key: string; text: string; clear: () => void }[] = [];
  if (filter.trace !== undefined) loose.push({ key: 'trace', text: `${t('review.trace')}: ${filter.trace.slice(0, 8)}…`, clear: () => onChange(without(filter, 'trace')) });
  if (filter.id !== undefined) loose.push({ key: 'id', text: `${t('log.id')}: ${filter.id}`, clear: () => onChange(without(filter, 'id')) });
  if (filter.fromSeq !== undefined || filter.toSeq !== undefined) loose.push({ key: 'range', text: t('review.range', { from: filter.fromSeq ?? 0, to: filter.toSeq ?? '…' }), clear: () => onChange(without(filter, 'fromSeq', 'toSeq')) });
  return loose.map(({ key, text, clear }) => (
    <button key={key} type="button" className={styles.chip} data-on onClick={clear}>
      <span className="ellipsis">{text}</span> <span aria-hidden="true">×</span>
    </button>
  ));
}
