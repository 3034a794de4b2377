// The doctor's round: one line per check, shape and word, details on demand.
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { describeCheck } from '../../../contract/copy/doctor.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { DoctorCheck } from '../../../contract/system.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { Section } from './Section.tsx';
import styles from './Settings.module.css';

const tones: Record<DoctorCheck['state'], Tone> = { well: 'good', attention: 'attention', broken: 'bad', unknown: 'unknown' };
const urgency: Record<DoctorCheck['state'], number> = { broken: 0, attention: 1, unknown: 2, well: 3 };

export function Doctor({ atOnce }: { atOnce: boolean }): ReactNode {
  const { t, language, reason } = useWords();
  const client = useClient();
  const doctor = useQuery({ queryKey: ['doctor'], queryFn: ({ signal }) => client.system.doctor({}, { signal }), enabled: false });
  const { refetch } = doctor;
  useEffect(() => {
    if (!atOnce) return;
    void refetch();
    document.getElementById('doctor')?.scrollIntoView({ block: 'start' });
  }, [atOnce, refetch]);
  const checks = [...(doctor.data?.checks ?? [])].sort((a, b) => urgency[a.state] - urgency[b.state]);
  return (
    <Section
      id="doctor"
      title={t('set.doctor')}
      sub={t('set.doctorSub')}
      action={
        <Button variant="default" loading={doctor.isFetching} onClick={() => void refetch()}>
          {t('set.doctorRun')}
        </Button>
      }
    >
      {doctor.isError && <ErrorNotice error={doctor.error} />}
      {checks.length > 0 && (
        <ul className={`card plain-list ${styles.rows}`} data-testid="doctor-checks">
          {checks.map((check, index) => {
            const { name, sentence } = describeCheck(language, check);
            return (
              <li key={`${check.id}-${index}`}>
                <div className={styles.row}>
                  <Shape tone={tones[check.state]} />
                  <div className="grow">
                    <p>
                      <b className="strong">{visibleText(name, true)}</b> <span className="muted">{t(`set.state.${check.state}`)}</span>
                    </p>
                    <p className="muted">{visibleText(sentence, true)}</p>
                    {check.detail !== '' && (
                      <details className="muted">
                        <summary>{t('word.details')}</summary>
                        <span className="mono">{reason(check.detail)}</span>
                      </details>
                    )}
                  </div>
                </div>
              </li>
            );
          })}
        </ul>
      )}
    </Section>
  );
}
