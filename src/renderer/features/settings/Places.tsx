// Repositories with their state and checks, and the plans.
// What scrolls must be reachable by keyboard (WCAG 2.1.1).
/* oxlint-disable jsx-a11y/no-noninteractive-tabindex */
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Repository } from '../../../contract/repository.ts';
import { usePlans, useRepositories } from '../../api/queries.ts';
import { useWork } from '../../api/work.ts';
import { Dismiss } from '../../ui/Dismiss.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import { Section } from './Section.tsx';
import styles from './Settings.module.css';

const tones: Record<Repository['state'], Tone> = { ready: 'good', absent: 'unknown', other: 'attention', unreadable: 'bad' };

function LastCheck({ repository }: { repository: Repository }): ReactNode {
  const { t } = useWords();
  const check = repository.lastCheck;
  if (check === null) return t('set.neverChecked');
  const slots = { when: <Moment at={check.at} /> };
  return check.ok ? <Sentence of="set.lastCheck" slots={slots} /> : <Sentence of="set.lastCheckErrors" params={{ count: check.errors }} slots={slots} />;
}

function RepositoryRow({ repository }: { repository: Repository }): ReactNode {
  const { t, bytes, reason } = useWords();
  const work = useWork('check', repository.name);
  const report = work.result?.report;
  const busy = work.running;
  const check = (readData: boolean): void => work.begin((client) => client.repositories.check({ repository: repository.id, readData }));
  return (
    <li data-testid="repository" data-name={repository.name}>
      <div className={styles.row}>
        <Shape tone={tones[repository.state]} />
        <div className="grow">
          <p>
            <b className="strong">{repository.name}</b> <span className="muted">{t(`set.${repository.state}`)}</span>
          </p>
          <p className="muted ellipsis mono">{visibleText(repository.path, true)}</p>
          <p className="muted">
            {repository.freeBytes !== null && `${t('set.free', { size: bytes(repository.freeBytes) })}; `}
            <LastCheck repository={repository} />
          </p>
        </div>
        <Link href={`/repositories/${repository.name}`} aria-label={t('repos.openNamed', { name: repository.name })}>
          {t('repos.open')}
        </Link>
        <Button variant="default" disabled={busy || repository.state === 'absent'} onClick={() => check(false)}>
          {t('set.checkStructure')}
        </Button>
        <Button variant="default" disabled={busy || repository.state === 'absent'} onClick={() => check(true)}>
          {t('set.checkData')}
        </Button>
      </div>
      {work.failure !== undefined && work.failure !== null && (
        <div className="row">
          <div className="grow">
            <ErrorNotice error={work.failure} compact />
          </div>
          <Dismiss onDismiss={work.dismiss} />
        </div>
      )}
      {report && (
        <div className={styles.report} role="status" data-testid="check-result">
          <p className="row">
            <Shape tone={report.ok ? 'good' : 'bad'} />
            <span className="grow">{report.ok ? t('set.checkWell', { snapshots: t('word.snapshots', { count: report.snapshots }), packs: report.packs }) : t('set.checkBad', { count: report.errors })}</span>
            <Dismiss onDismiss={work.dismiss} />
          </p>
          {report.findings.length > 0 && (
            <details>
              <summary>{t('word.details')}</summary>
              <ul className={styles.findings} tabIndex={0}>
                {report.findings.map((finding, index) => (
                  <li key={index} className="mono">
                    {finding.severity} {finding.code} {reason(finding.what)} {reason(finding.detail)}
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
      )}
    </li>
  );
}

export function Repositories(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const repositories = useRepositories();
  return (
    <Section
      id="repositories"
      title={t('set.repositories')}
      {...(repositories.data?.length === 0 ? { sub: t('set.repositoriesEmpty') } : {})}
      action={
        <Button variant="default" onClick={() => navigate('/welcome/open')}>
          {t('set.addRepository')}
        </Button>
      }
    >
      {repositories.isError && <ErrorNotice error={repositories.error} onRetry={() => void repositories.refetch()} />}
      {(repositories.data?.length ?? 0) > 0 && (
        <ul className={`card plain-list ${styles.rows}`}>
          {repositories.data?.map((repository) => (
            <RepositoryRow key={repository.id} repository={repository} />
          ))}
        </ul>
      )}
    </Section>
  );
}

export function Plans(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const plans = usePlans();
  return (
    <Section
      id="plans"
      title={t('set.plans')}
      {...(plans.data?.length === 0 ? { sub: t('set.plansEmpty') } : {})}
      action={
        <div className="row">
          {(plans.data?.length ?? 0) > 0 && <Link href="/settings/plans">{t('plans.all')}</Link>}
          <Button variant="default" onClick={() => navigate('/settings/plans/new')}>
            {t('set.addPlan')}
          </Button>
        </div>
      }
    >
      {plans.isError && <ErrorNotice error={plans.error} onRetry={() => void plans.refetch()} />}
      {(plans.data?.length ?? 0) > 0 && (
        <ul className={`card plain-list ${styles.rows}`}>
          {plans.data?.map((plan) => (
            <li key={plan.id}>
              <div className={styles.row}>
                <div className="grow">
                  <p>
                    <Link href={`/settings/plans/${plan.id}`} className="strong">{visibleText(plan.title || plan.name, true)}</Link> <span className="muted">{t('overview.goesTo', { repository: plan.repositoryName })}</span>
                  </p>
                  <p className="muted mono">{plan.paths.map((path) => visibleText(path, true)).join(', ')}</p>
                  {plan.excludes.length > 0 && (
                    <details className="muted">
                      <summary>{t('set.excludes', { count: plan.excludes.length })}</summary>
                      <span className="mono">{visibleText(plan.excludes.join('  '), true)}</span>
                    </details>
                  )}
                </div>
              </div>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
