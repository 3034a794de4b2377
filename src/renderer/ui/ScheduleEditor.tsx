// When a job runs: the usual choices first, expression and zone folded away, and what comes of it at once.
import { Autocomplete, Radio, Select, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import { refusalSentence } from '../../contract/copy/schedule-notes.ts';
import { visibleText } from '../../contract/copy/text.ts';
import type { DayMatch, Schedule, ScheduleRefusal } from '../../contract/schedule.ts';
import { useClient } from '../api/queries.ts';
import { ChoiceFields } from './ScheduleEditorFields.tsx';
import { ScheduleRuns } from './ScheduleEditorRuns.tsx';
import { choiceKinds, choiceOf, scheduleOf, startOf, type Choice, type ChoiceKind } from './schedule-choice.ts';
import { useWords } from './words.tsx';
import styles from './ScheduleEditor.module.css';

interface ScheduleEditorProps {
  value: Schedule;
  onChange(schedule: Schedule): void;
}

const mono = { input: { fontFamily: 'var(--mono)' } };
const shownRuns = 5;

export function ScheduleEditor({ value, onChange }: ScheduleEditorProps): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const [preferred, setPreferred] = useState<ChoiceKind>();
  const [unfolded, setUnfolded] = useState(false);
  const [zone, setZone] = useState(() => (value.kind === 'cron' ? value.zone : Intl.DateTimeFormat().resolvedOptions().timeZone));
  const choice = choiceOf(value, preferred);
  const preview = useQuery({
    queryKey: ['schedules', 'preview', value],
    queryFn: ({ signal }) => client.schedules.preview({ schedule: value, count: shownRuns }, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 30_000,
    retry: false
  });
  const refusal = preview.isPlaceholderData ? null : (preview.data?.refusal ?? null);

  const take = (next: Choice): void => {
    const around = { zone: value.kind === 'cron' ? value.zone : zone, now: value.kind === 'interval' ? value.anchor : new Date().toISOString(), dayMatch: value.kind === 'cron' ? value.dayMatch : 'or' } as const;
    const schedule = scheduleOf(next, around) ?? (value.kind === 'cron' ? value : scheduleOf(startOf('day', next), around));
    setPreferred(next.kind);
    if (next.kind === 'cron') setUnfolded(true);
    if (schedule !== undefined) onChange(schedule);
  };
  const write = (change: Partial<Extract<Schedule, { kind: 'cron' }>>): void => {
    if (value.kind !== 'cron') return;
    if (change.zone !== undefined) setZone(change.zone);
    onChange({ ...value, ...change });
  };
  const errorAt = (fields: 'zone' | 'every' | 'expression'): string | undefined => (refusal && placeOf(refusal) === fields ? visibleText(refusalSentence(language, refusal), true) : undefined);

  return (
    <div className={styles.editor} data-testid="schedule-editor">
      <div className={styles.line}>
        <Select className={styles.kind} label={t('schedule.runs')} data={choiceKinds.map((kind) => ({ value: kind, label: t(`schedule.kind.${kind}`) }))} value={choice.kind} onChange={(kind) => kind !== null && take(startOf(kind as ChoiceKind, choice))} maxDropdownHeight={340} data-testid="schedule-kind" />
        <ChoiceFields key={choice.kind} choice={choice} onChange={take} error={errorAt('every')} />
      </div>
      {value.kind === 'cron' && (
        <details open={unfolded || errorAt('expression') !== undefined || errorAt('zone') !== undefined} onToggle={(event) => setUnfolded(event.currentTarget.open)}>
          <summary>{t('schedule.advanced')}</summary>
          <div className={styles.advanced}>
            <TextInput label={t('schedule.expression')} description={t('schedule.expressionSub')} value={value.expression} error={errorAt('expression')} onChange={(event) => write({ expression: event.currentTarget.value })} maxLength={500} spellCheck={false} autoCapitalize="off" styles={mono} data-testid="schedule-expression" />
            <ZoneField zone={value.zone} error={errorAt('zone')} onChange={(next) => write({ zone: next })} />
            {preview.data?.warnings.some(({ kind }) => kind === 'both-days') && (
              <Radio.Group label={t('schedule.dayMatch')} value={value.dayMatch} onChange={(next) => write({ dayMatch: next as DayMatch })}>
                <div className={styles.radios}>
                  <Radio value="or" label={t('schedule.dayMatchOr')} />
                  <Radio value="and" label={t('schedule.dayMatchAnd')} />
                </div>
              </Radio.Group>
            )}
          </div>
        </details>
      )}
      <ScheduleRuns schedule={value} preview={preview.data} busy={preview.isPlaceholderData} error={preview.error} />
    </div>
  );
}

function ZoneField({ zone, error, onChange }: { zone: string; error: string | undefined; onChange(zone: string): void }): ReactNode {
  const { t } = useWords();
  const zones = useMemo(() => [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])], []);
  return <Autocomplete size="xs" label={t('schedule.zone')} description={t('schedule.zoneSub')} data={zones} limit={20} value={zone} error={error} onChange={onChange} maxLength={100} spellCheck={false} data-testid="schedule-zone" />;
}

/** Where a refusal stands: at the zone, at the interval, or at the expression that holds the field. */
function placeOf({ field }: ScheduleRefusal): 'zone' | 'every' | 'expression' {
  return field === 'zone' || field === 'every' ? field : 'expression';
}
