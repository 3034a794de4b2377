// Giving back space: always a dry run first, then the question that names what goes.
import { Button, Select } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { MaxUnused, PruneReport } from '../../../contract/maintenance.ts';
import type { Repository } from '../../../contract/repository.ts';
import { useWork } from '../../api/work.ts';
import { Dismiss } from '../../ui/Dismiss.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { useWords } from '../../ui/words.tsx';
import { Card, WorkLine } from './Card.tsx';
import styles from './Repositories.module.css';

const amounts = {
  none: { kind: 'bytes', bytes: 0 },
  five: { kind: 'percent', percent: 5 },
  twenty: { kind: 'percent', percent: 20 },
  all: { kind: 'unlimited' }
} as const satisfies Record<string, MaxUnused>;
type Amount = keyof typeof amounts;

function Report({ report, onDismiss }: { report: PruneReport; onDismiss(): void }): ReactNode {
  const { t, bytes } = useWords();
  const { freed, after, written, unusedAfter } = report.bytes;
  const nothing = report.reasons.length === 0;
  const sizes = { freed: bytes(freed), after: bytes(after), unused: bytes(unusedAfter), snapshots: t('word.snapshots', { count: report.snapshots }) };
  return (
    <div className={styles.report} role="status" data-testid={report.dryRun ? 'prune-plan' : 'prune-report'} data-freed={freed}>
      <p className="row">
        <Shape tone={report.dryRun && !nothing ? 'info' : 'good'} />
        <span className="grow">{nothing ? t('repos.pruneNothing', sizes) : t(report.dryRun ? 'repos.pruneWould' : 'repos.pruneDone', sizes)}</span>
        <Dismiss onDismiss={onDismiss} />
      </p>
      {!nothing && (
        <>
          <p className="muted">{t('repos.prunePacks', { ...report.packs, written: bytes(written) })}</p>
          <details>
            <summary>{t('repos.pruneWhy')}</summary>
            <ul className={styles.lines}>
              {report.reasons.map(({ reason, packs, bytes: size }) => (
                <li key={reason}>{t(`repos.reason.${reason}`, { packs, bytes: bytes(size) })}</li>
              ))}
            </ul>
          </details>
        </>
      )}
    </div>
  );
}

export function PruneCard({ repository }: { repository: Repository }): ReactNode {
  const { t, bytes } = useWords();
  const trial = useWork('prune', repository.name, ({ report }) => report.dryRun);
  const real = useWork('prune', repository.name, ({ report }) => !report.dryRun);
  const [amount, setAmount] = useState<Amount>('five');
  const [shown, setShown] = useState<'trial' | 'real'>();
  const [asking, setAsking] = useState(false);
  // One that was begun before this page was opened: whichever it is, its bar is shown, and what came of it.
  const active = shown ?? (real.task ? 'real' : undefined);
  const work = active === 'real' ? real : trial;
  const plan = active === 'trial' && trial.result && !trial.running ? trial.result.report : undefined;
  const freed = bytes(plan?.bytes.freed ?? 0);
  const begin = (which: 'trial' | 'real'): void => {
    setShown(which);
    (which === 'trial' ? trial : real).begin((client) => client.maintenance.prune({ repository: repository.id, dryRun: which === 'trial', maxUnused: amounts[amount] }));
  };
  return (
    <Card id="prune" title={t('repos.prune')} sub={t('repos.pruneSub')}>
      {!repository.appendOnly && (
        <Select
          w={420}
          maw="100%"
          label={t('repos.maxUnused')}
          data={[
            { value: 'none', label: t('repos.unusedNone') },
            { value: 'five', label: t('repos.unused5') },
            { value: 'twenty', label: t('repos.unused20') },
            { value: 'all', label: t('repos.unusedAll') }
          ]}
          value={amount}
          onChange={(value) => {
            setAmount(value as Amount);
            setShown(undefined);
          }}
        />
      )}
      <div>
        <Button variant={plan ? 'default' : 'filled'} disabled={trial.running || real.running || repository.appendOnly} onClick={() => begin('trial')}>
          {t('repos.pruneSee')}
        </Button>
      </div>
      {active !== undefined && (
        <>
          <WorkLine task={work.task} failure={work.failure} onDismiss={work.dismiss} />
          {work.result && !work.running && <Report report={work.result.report} onDismiss={work.dismiss} />}
          {plan && plan.reasons.length > 0 && (
            <div>
              <Button onClick={() => setAsking(true)}>{t('repos.pruneDo', { freed })}</Button>
            </div>
          )}
        </>
      )}
      {asking && plan && (
        <Sure
          title={t('repos.pruneSure', { freed, name: repository.name })}
          sub={t('repos.pruneSureSub', { removed: plan.packs.removed, repacked: plan.packs.repacked })}
          yes={t('repos.pruneYes', { freed })}
          onClose={() => setAsking(false)}
          onYes={() => {
            setAsking(false);
            begin('real');
          }}
        />
      )}
    </Card>
  );
}
