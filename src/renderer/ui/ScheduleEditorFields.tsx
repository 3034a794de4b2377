// What each choice of a schedule asks for. A field keeps what is being typed; only what can be used goes on.
import { Checkbox, Select, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { dateText } from '../../contract/copy/intl.ts';
import { readTime, type Choice } from './schedule-choice.ts';
import { useWords } from './words.tsx';
import styles from './ScheduleEditor.module.css';

const minuteOnly = matching(/^[1-5]?\d$/);
const countOnly = matching(/^[1-9]\d{0,5}$/);

interface ChoiceFieldsProps {
  choice: Choice;
  onChange(choice: Choice): void;
  /** What is wrong with the interval, in words. */
  error: string | undefined;
}

export function ChoiceFields({ choice, onChange, error }: ChoiceFieldsProps): ReactNode {
  const { t } = useWords();
  const time = (of: Extract<Choice, { time: string }>): ReactNode => <HeldField label={t('schedule.time')} value={of.time} read={readTime} wrong={t('schedule.timeError')} onChange={(next) => onChange({ ...of, time: next })} testId="schedule-time" />;
  switch (choice.kind) {
    case 'day':
    case 'weekdays':
      return time(choice);
    case 'week':
      return (
        <>
          {time(choice)}
          <Weekdays days={choice.days} onChange={(days) => onChange({ ...choice, days })} />
        </>
      );
    case 'month':
      return (
        <>
          <Select className={styles.small} label={t('schedule.dayOfMonth')} data={[...Array.from({ length: 31 }, (_, i) => ({ value: String(i + 1), label: String(i + 1) })), { value: 'last', label: t('schedule.lastDay') }]} value={String(choice.day)} onChange={(day) => onChange({ ...choice, day: day === 'last' ? 'last' : Number(day) })} data-testid="schedule-day" />
          {time(choice)}
        </>
      );
    case 'hour':
      return <HeldField label={t('schedule.minute')} type="number" value={String(choice.minute)} read={minuteOnly} wrong={t('schedule.minuteError')} onChange={(minute) => onChange({ ...choice, minute: Number(minute) })} testId="schedule-minute" />;
    case 'every':
      return (
        <>
          <HeldField label={t('schedule.count')} type="number" value={String(choice.count)} read={countOnly} wrong={t('schedule.countError')} error={error} onChange={(count) => onChange({ ...choice, count: Number(count) })} testId="schedule-count" />
          <Select className={styles.small} label={t('schedule.unit')} data={[{ value: 'minute', label: t('schedule.minutes') }, { value: 'hour', label: t('schedule.hours') }]} value={choice.unit} onChange={(unit) => onChange({ ...choice, unit: unit === 'hour' ? 'hour' : 'minute' })} data-testid="schedule-unit" />
        </>
      );
    case 'startup':
    case 'manual':
    case 'cron':
      return null;
  }
}

interface HeldFieldProps {
  label: string;
  type?: 'text' | 'number';
  value: string;
  /** What is typed as a value; undefined while it cannot be used. */
  read(text: string): string | undefined;
  wrong: string;
  error?: string | undefined;
  onChange(value: string): void;
  testId: string;
}

/** A time that is half typed is no time: it stays on screen and is not passed on; left like that, it is said to be wrong. */
function HeldField({ label, type = 'text', value, read, wrong, error, onChange, testId }: HeldFieldProps): ReactNode {
  const [typed, setTyped] = useState<string>();
  const [left, setLeft] = useState(false);
  const unusable = typed !== undefined && read(typed) === undefined;
  return (
    <TextInput
      className={styles.small}
      label={label}
      type={type}
      inputMode="numeric"
      value={typed ?? value}
      error={unusable && left ? wrong : error}
      onFocus={() => setLeft(false)}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        const good = read(next);
        if (good !== undefined) onChange(good);
      }}
      onBlur={() => {
        if (!unusable) setTyped(undefined);
        setLeft(true);
      }}
      data-testid={testId}
    />
  );
}

function matching(pattern: RegExp): (text: string) => string | undefined {
  return (text) => (pattern.test(text) ? text : undefined);
}

/** Monday first; the last one that is ticked stays. */
function Weekdays({ days, onChange }: { days: readonly number[]; onChange(days: number[]): void }): ReactNode {
  const { t, language } = useWords();
  // 7 January 2024 was a Sunday.
  const name = (day: number): string => dateText(language, { weekday: 'long', timeZone: 'UTC' }, new Date(Date.UTC(2024, 0, 7 + day)));
  return (
    <fieldset className={styles.weekdays}>
      <legend>{t('schedule.days')}</legend>
      {[1, 2, 3, 4, 5, 6, 0].map((day) => (
        <Checkbox key={day} label={name(day)} checked={days.includes(day)} disabled={days.length === 1 && days[0] === day} onChange={(event) => onChange(event.currentTarget.checked ? [...days, day] : days.filter((each) => each !== day))} />
      ))}
    </fieldset>
  );
}
