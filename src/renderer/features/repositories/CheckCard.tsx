// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button, NumberInput, Radio } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { CheckReport, Repository } from '../../../contract/repository.ts';
import { useWork } from '../../api/work.ts';
import { Dismiss } from '../../ui/Dismiss.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { Card, WorkLine } from './Card.tsx';
import { ReadBack } from './StateFacts.tsx';
import styles from './Repositories.module.css';

type HowMuch = 'structure' | 'all' | 'share' | 'rolling';

/** Of a thousand findings the first are enough to decide what to do. */
const shownFindings = 200;

function Report({ report, onDismiss }: { report: CheckReport; onDismiss(): void }): ReactNode {
  const { t, bytes, reason } = useWords();
  const { findings, errors, hints } = report;
  const all = errors + hints;
  return (
    <div className={styles.report} role="status" data-testid="check-report" data-ok={report.ok}>
      <p className="row">
        <Shape tone={report.ok ? 'good' : 'bad'} />
        <span className="grow">
          {report.ok ? t('repos.checkWell', { snapshots: t('word.snapshots', { count: report.snapshots }), packs: report.packs }) : t('repos.checkBad', { count: errors })} {report.bytesRead > 0 && t('repos.checkRead', { size: bytes(report.bytesRead) })}{' '}
          {hints > 0 && t('repos.hints', { count: hints })}
        </span>
        <Dismiss onDismiss={onDismiss} />
      </p>
      {report.coverage.packs > 0 && (
        <p className="muted">
          {t('repos.readBack')}: <ReadBack coverage={report.coverage} />
        </p>
      )}
      {findings.length > 0 && (
        <details>
          <summary>{t('repos.findings')}</summary>
          <ul className={styles.lines} tabIndex={0} aria-label={t('repos.findings')}>
            {findings.slice(0, shownFindings).map((finding, index) => (
              <li key={index}>
                <b className="strong">{t(`repos.finding.${finding.code}`)}</b> ({t(`repos.${finding.severity}`)}){': '}
                <span className="mono">
                  {reason(finding.what)} {reason(finding.detail)}
                </span>
              </li>
            ))}
            {all > shownFindings && <li>{t('repos.more', { count: all - Math.min(shownFindings, findings.length) })}</li>}
          </ul>
        </details>
      )}
    </div>
  );
}

export function CheckCard({ repository }: { repository: Repository }): ReactNode {
  const { t } = useWords();
  const work = useWork('check', repository.name);
  const [howMuch, setHowMuch] = useState<HowMuch>('structure');
  const [percent, setPercent] = useState(10);
  const [days, setDays] = useState(30);
  const check = (): void => {
    const read = howMuch === 'all' ? { readData: true } : howMuch === 'share' ? { readPercent: percent } : howMuch === 'rolling' ? { readWithinDays: days } : {};
    work.begin((client) => client.repositories.check({ repository: repository.id, ...read }));
  };
  return (
    <Card id="check" title={t('repos.check')} sub={t('repos.checkSub')}>
      <Radio.Group label={t('repos.checkWhat')} value={howMuch} onChange={(value) => setHowMuch(value as HowMuch)}>
        <div className={styles.choices}>
          <Radio value="structure" label={t('repos.checkStructure')} />
          <Radio value="all" label={t('repos.checkAll')} />
          <Radio value="share" label={t('repos.checkShare')} />
          {howMuch === 'share' && <NumberInput size="xs" w={120} label={t('repos.sharePercent')} min={1} max={100} value={percent} onChange={(value) => setPercent(clamp(value, 1, 100))} />}
          <Radio value="rolling" label={t('repos.checkRolling')} />
          {howMuch === 'rolling' && <NumberInput size="xs" w={120} label={t('repos.rollingDays')} min={1} max={3650} value={days} onChange={(value) => setDays(clamp(value, 1, 3650))} />}
        </div>
      </Radio.Group>
      <div>
        <Button disabled={work.running} onClick={check}>
          {t('repos.checkDo')}
        </Button>
      </div>
      <WorkLine task={work.task} failure={work.failure} onDismiss={work.dismiss} />
      {work.result && <Report report={work.result.report} onDismiss={work.dismiss} />}
    </Card>
  );
}

function clamp(value: string | number, least: number, most: number): number {
  const number = Math.round(Number(value));
  return Number.isFinite(number) ? Math.min(most, Math.max(least, number)) : least;
}
