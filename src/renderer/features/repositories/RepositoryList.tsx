import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Repository } from '../../../contract/repository.ts';
import { useRepositories } from '../../api/queries.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { useUsage } from './queries.ts';
import { LastCheck, ReadBack, StateWord } from './StateFacts.tsx';
import styles from './Repositories.module.css';

function Row({ repository }: { repository: Repository }): ReactNode {
  const { t, bytes } = useWords();
  const asked = useUsage(repository).data;
  const usage = repository.state === 'ready' ? asked : undefined;
  return (
    <li className={styles.row} data-testid="repository" data-name={repository.name}>
      <div className={styles.rowName}>
        <p>
          <Link href={`/repositories/${repository.name}`} className="strong" aria-label={t('repos.openNamed', { name: repository.name })}>
            {repository.name}
          </Link>
        </p>
        <p className="muted ellipsis mono">{visibleText(repository.path, true)}</p>
      </div>
      <StateWord repository={repository} locks={usage?.locks ?? 0} />
      <span className="num">{usage ? bytes(usage.bytes) : ''}</span>
      <span className="muted">
        <LastCheck check={repository.lastCheck} />
        {usage && (
          <>
            {'; '}
            <ReadBack coverage={usage.coverage} />
          </>
        )}
      </span>
    </li>
  );
}

export function RepositoryList(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const repositories = useRepositories();
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <h1>{t('repos.title')}</h1>
        <p className={`muted ${styles.lead}`}>{t('repos.lead')}</p>
      </header>
      {repositories.isError && <ErrorNotice error={repositories.error} onRetry={() => void repositories.refetch()} />}
      {repositories.data?.length === 0 && <EmptyState sentence={t('repos.empty')} action={<Button onClick={() => navigate('/welcome/folders')}>{t('repos.emptyDo')}</Button>} />}
      {(repositories.data?.length ?? 0) > 0 && (
        <ul className={`card plain-list ${styles.rows}`} aria-label={t('repos.title')}>
          {repositories.data?.map((repository) => (
            <Row key={repository.id} repository={repository} />
          ))}
        </ul>
      )}
      <div>
        <Button variant="default" onClick={() => navigate('/welcome/open')}>
          {t('set.addRepository')}
        </Button>
      </div>
    </div>
  );
}
