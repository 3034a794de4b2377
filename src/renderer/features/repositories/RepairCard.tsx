// Repairs: the index, then packs, then snapshots; each a dry run first, then the question.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button, Checkbox } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { RepairReport, RepairWhat } from '../../../contract/maintenance.ts';
import type { Repository } from '../../../contract/repository.ts';
import { useWork } from '../../api/work.ts';
import { Dismiss } from '../../ui/Dismiss.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { useWords } from '../../ui/words.tsx';
import { Card, WorkLine } from './Card.tsx';
import styles from './Repositories.module.css';

const shownSteps = 200;
const sentences = { index: 'repos.repairIndexSub', packs: 'repos.repairPacksSub', snapshots: 'repos.repairSnapshotsSub' } as const;

function Steps({ report, onDismiss }: { report: RepairReport; onDismiss(): void }): ReactNode {
  const { t, reason } = useWords();
  const { steps, count, dryRun, gaps } = report;
  return (
    <div className={styles.report} role="status" data-testid={`${dryRun ? 'repair-plan' : 'repair-report'}-${report.what}`} data-count={count}>
      <p className="row">
        <Shape tone={count === 0 ? 'good' : gaps ? 'attention' : dryRun ? 'info' : 'good'} />
        <span className="grow">{count === 0 ? t('repos.repairNothing') : t(dryRun ? 'repos.repairWould' : 'repos.repairDone', { count })}</span>
        <Dismiss onDismiss={onDismiss} />
      </p>
      {count > 0 && (
        <ul className={styles.lines} tabIndex={0} aria-label={t('repos.stepsOf')}>
          {steps.slice(0, shownSteps).map(({ step, id, to, kept = 0, lost = 0, reason: why = '' }, index) => (
            <li key={index}>{t(`repos.step.${step}`, { id: id.slice(0, 8), to: to?.slice(0, 8) ?? t('repos.repairNew'), kept, lost, reason: reason(why) })}</li>
          ))}
          {count > shownSteps && <li>{t('repos.more', { count: count - shownSteps })}</li>}
        </ul>
      )}
    </div>
  );
}

function One({ repository, what }: { repository: Repository; what: RepairWhat }): ReactNode {
  const { t } = useWords();
  const trial = useWork('repair', repository.name, ({ report }) => report.what === what && report.dryRun);
  const real = useWork('repair', repository.name, ({ report }) => report.what === what && !report.dryRun);
  const [shown, setShown] = useState<'trial' | 'real'>();
  const [forget, setForget] = useState(false);
  const [asking, setAsking] = useState(false);
  // What a repair did is shown also when this page was left meanwhile.
  const active = shown ?? (real.result ? 'real' : undefined);
  const work = active === 'real' ? real : trial;
  const plan = shown === 'trial' && trial.result && !trial.running ? trial.result.report : undefined;
  const begin = (which: 'trial' | 'real'): void => {
    setShown(which);
    (which === 'trial' ? trial : real).begin((client) => client.maintenance.repair({ repository: repository.id, what, dryRun: which === 'trial', forget }));
  };
  return (
    <li className={styles.repair}>
      <div className={styles.repairHead}>
        <div className="grow">
          <h3>{t(`repos.repair.${what}`)}</h3>
          <p className="muted">{t(sentences[what])}</p>
          {what === 'snapshots' && (
            <Checkbox
              mt={6}
              label={t('repos.repairForget')}
              checked={forget}
              onChange={(event) => {
                setForget(event.currentTarget.checked);
                setShown(undefined);
              }}
            />
          )}
        </div>
        <Button variant="default" aria-label={`${t('repos.repairSee')}: ${t(`repos.repair.${what}`)}`} disabled={trial.running || real.running || repository.appendOnly} onClick={() => begin('trial')} data-testid={`repair-see-${what}`}>
          {t('repos.repairSee')}
        </Button>
      </div>
      {active !== undefined && (
        <>
          <WorkLine task={work.task} failure={work.failure} onDismiss={work.dismiss} />
          {work.result && !work.running && <Steps report={work.result.report} onDismiss={work.dismiss} />}
          {plan && plan.count > 0 && (
            <div>
              <Button onClick={() => setAsking(true)} data-testid={`repair-do-${what}`}>
                {t('repos.repairDo')}
              </Button>
            </div>
          )}
        </>
      )}
      {asking && plan && (
        <Sure
          title={t('repos.repairSure', { name: repository.name, count: plan.count })}
          sub={t('repos.repairSureSub')}
          yes={t('repos.repairYes')}
          onClose={() => setAsking(false)}
          onYes={() => {
            setAsking(false);
            begin('real');
          }}
        />
      )}
    </li>
  );
}

export function RepairCard({ repository }: { repository: Repository }): ReactNode {
  const { t } = useWords();
  return (
    <Card id="repair" title={t('repos.repair')} sub={t('repos.repairSub')}>
      <ol className={`plain-list ${styles.repairs}`}>
        {(['index', 'packs', 'snapshots'] as const).map((what) => (
          <One key={what} repository={repository} what={what} />
        ))}
      </ol>
    </Card>
  );
}
