// What comes of a schedule: in words, its next runs with what the clocks do to them, and what not to expect.
import type { ReactNode } from 'react';
import { describeSchedule } from '../../contract/copy/schedule.ts';
import { describeNote, describeWarning, formatLocal, offsetOf } from '../../contract/copy/schedule-notes.ts';
import { visibleText } from '../../contract/copy/text.ts';
import { formatExact } from '../../contract/copy/values.ts';
import type { Schedule, SchedulePreview } from '../../contract/schedule.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { Shape } from './Shape.tsx';
import { useWords } from './words.tsx';
import styles from './ScheduleEditor.module.css';

interface ScheduleRunsProps {
  schedule: Schedule;
  preview: SchedulePreview | undefined;
  /** `preview` is of the schedule before. */
  busy: boolean;
  error: unknown;
}

export function ScheduleRuns({ schedule, preview, busy, error }: ScheduleRunsProps): ReactNode {
  const { t, language } = useWords();
  if (schedule.kind === 'startup') return <p className="muted">{t('schedule.startupSub')}</p>;
  if (schedule.kind === 'manual') return <p className="muted">{t('schedule.manualSub')}</p>;
  if (error !== null && error !== undefined) return <ErrorNotice error={error} compact />;
  const refused = preview?.refusal !== null && preview?.refusal !== undefined;
  const words = describeSchedule(language, schedule);
  return (
    <div className={styles.runs} aria-busy={busy}>
      <p className={refused ? 'muted' : `strong ${styles.words}`} role="status" data-testid="schedule-words">
        {refused ? t('schedule.refused') : visibleText(schedule.kind === 'cron' ? t('schedule.inZone', { words, zone: schedule.zone }) : words, true)}
      </p>
      {!refused && preview && (
        <>
          {preview.warnings.map((warning) => (
            <p key={describeWarning(language, warning)} className={styles.warning}>
              <Shape tone="attention" />
              <span>{visibleText(describeWarning(language, warning), true)}</span>
            </p>
          ))}
          <p className={styles.title} aria-hidden>
            {t('schedule.next')}
          </p>
          <ol className={`plain-list ${styles.list}`} aria-label={t('schedule.next')} data-testid="schedule-runs">
            {preview.occurrences.map((run) => {
              const note = describeNote(language, run);
              return (
                <li key={run.at}>
                  {/* An interval has no zone of its own: its runs are shown on this computer's clock. */}
                  <time dateTime={run.at}>{schedule.kind === 'interval' ? formatExact(language, new Date(run.at)) : formatLocal(language, run)}</time>
                  <span className="muted num">{schedule.kind === 'interval' ? '' : offsetOf(run)}</span>
                  {note !== undefined && (
                    <span className={styles.note}>
                      <Shape tone="info" />
                      {note}
                    </span>
                  )}
                </li>
              );
            })}
          </ol>
        </>
      )}
    </div>
  );
}
