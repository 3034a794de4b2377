// Repositories: the list, and a page of its own for each, with everything that keeps it small and whole.
import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Repository } from '../../../contract/repository.ts';
import { useRepositories, useWaiting } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Instead } from '../../ui/Instead.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { CheckCard } from './CheckCard.tsx';
import { CopyCard } from './CopyCard.tsx';
import { LocksCard } from './LocksCard.tsx';
import { PasswordDialog } from './PasswordDialog.tsx';
import { PasswordsCard } from './PasswordsCard.tsx';
import { PruneCard } from './PruneCard.tsx';
import { useUsage } from './queries.ts';
import { RepairCard } from './RepairCard.tsx';
import { RepositoryList } from './RepositoryList.tsx';
import { LastCheck, ReadBack, StateWord, stateTones } from './StateFacts.tsx';
import styles from './Repositories.module.css';

function Facts({ repository }: { repository: Repository }): ReactNode {
  const { t, bytes } = useWords();
  const asked = useUsage(repository).data;
  // Of a drive that is away nobody knows what is free on it.
  const usage = repository.state === 'ready' ? asked : undefined;
  return (
    <dl className={`card ${styles.facts}`} data-testid="facts">
      <dt>{t('repos.state')}</dt>
      <dd>
        <StateWord repository={repository} locks={usage?.locks ?? 0} />
      </dd>
      {usage && (
        <>
          <dt>{t('repos.size')}</dt>
          <dd>{t('repos.sizeValue', { size: bytes(usage.bytes), packs: usage.packs, snapshots: t('word.snapshots', { count: usage.snapshots }) })}</dd>
          {usage.freeBytes !== null && (
            <>
              <dt>{t('repos.free')}</dt>
              <dd>{usage.totalBytes === null ? bytes(usage.freeBytes) : t('repos.freeOf', { free: bytes(usage.freeBytes), total: bytes(usage.totalBytes) })}</dd>
            </>
          )}
        </>
      )}
      <dt>{t('repos.check')}</dt>
      <dd>
        <LastCheck check={repository.lastCheck} />
      </dd>
      {usage && (
        <>
          <dt>{t('repos.readBack')}</dt>
          <dd>
            <ReadBack coverage={usage.coverage} />
          </dd>
        </>
      )}
      {repository.version !== null && (
        <>
          <dt>{t('repos.format')}</dt>
          <dd>{t('repos.formatValue', { version: repository.version })}</dd>
        </>
      )}
    </dl>
  );
}

/** What stands in the way of everything else on the page. */
function Away({ repository }: { repository: Repository }): ReactNode {
  const { t, reason } = useWords();
  const queries = useQueryClient();
  const waits = useWaiting().data?.filter(({ repositoryId }) => repositoryId === repository.id).length ?? 0;
  const path = visibleText(repository.path, true);
  const [asking, setAsking] = useState(false);
  return (
    <div className={`card ${styles.notice}`} role="status" data-testid="away" data-state={repository.state}>
      <Shape tone={stateTones[repository.state]} size={20} />
      <div>
        <p>
          {repository.state === 'absent' ? t('repos.away', { path }) : repository.state === 'other' ? t('repos.otherThere', { path, name: repository.name }) : t('repos.unreadable', { path, reason: reason(repository.stateReason ?? '') })}{' '}
          {waits > 0 && t('repos.waits', { count: waits })}
        </p>
        <Button variant="default" onClick={() => void queries.invalidateQueries({ queryKey: ['repositories'] })}>
          {t('repos.lookAgain')}
        </Button>
        {repository.state === 'other' && (
          <>
            <p className="muted">{t('repos.otherSame')}</p>
            <Button variant="default" onClick={() => setAsking(true)}>
              {t('repos.otherSameDo')}
            </Button>
          </>
        )}
        {asking && <PasswordDialog repository={repository} wish="use" onDone={() => setAsking(false)} onClose={() => setAsking(false)} />}
      </div>
    </div>
  );
}

function RepositoryPage({ repository }: { repository: Repository }): ReactNode {
  const { t } = useWords();
  return (
    <div className={styles.screen} data-testid="repository-page" data-name={repository.name}>
      <header className={styles.head}>
        <Link href="/repositories">{`← ${t('repos.back')}`}</Link>
        <h1>{repository.name}</h1>
        <p className={`muted mono ${styles.lead}`}>{visibleText(repository.path, true)}</p>
      </header>
      <Facts repository={repository} />
      {repository.state !== 'ready' && <Away repository={repository} />}
      {repository.appendOnly && (
        <div className={`card ${styles.notice}`} data-testid="append-only">
          <Shape tone="info" size={20} />
          <p>{t('repos.appendOnlyNote')}</p>
        </div>
      )}
      {repository.state === 'ready' && (
        <>
          <CheckCard repository={repository} />
          <PruneCard repository={repository} />
          <CopyCard repository={repository} />
          <PasswordsCard repository={repository} />
          <LocksCard repository={repository} />
          <RepairCard repository={repository} />
        </>
      )}
    </div>
  );
}

export function RepositoriesScreen(): ReactNode {
  const { t } = useWords();
  const { name } = useParams<{ name?: string }>();
  const repositories = useRepositories();
  if (name === undefined) return <RepositoryList />;
  const repository = repositories.data?.find((each) => each.name === name || each.id === name);
  if (repository) return <RepositoryPage key={repository.id} repository={repository} />;
  if (repositories.isError) return <Instead title={name}><ErrorNotice error={repositories.error} onRetry={() => void repositories.refetch()} /></Instead>;
  if (!repositories.data) return <Instead title={name} />;
  return (
    <div className={styles.screen}>
      <Link href="/repositories">{`← ${t('repos.back')}`}</Link>
      <h1>{t('repos.unknown', { name: visibleText(name, true) })}</h1>
    </div>
  );
}
