// The checkpoints that snapshots carried along, read out of a repository and compared.
import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useClient, useRepositories } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { Answer } from './Answer.tsx';
import { useRefreshAnchors } from './queries.ts';
import styles from './Anchors.module.css';

export function FromRepository(): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const refresh = useRefreshAnchors();
  const repositories = useRepositories().data ?? [];
  const [picked, setPicked] = useState<string | null>(null);
  const name = picked ?? repositories[0]?.name ?? null;
  const read = useMutation({ mutationFn: (repository: string) => client.anchors.fromRepository({ repository }), onSuccess: refresh });
  if (repositories.length === 0) return null;
  return (
    <section className={`card ${styles.way}`} aria-labelledby="anchor-repository">
      <h2 id="anchor-repository">{t('anchors.repository')}</h2>
      <p className="muted">{t('anchors.repositorySub')}</p>
      <Select label={t('anchors.repositoryPick')} data={repositories.map((repository) => repository.name)} value={name} onChange={setPicked} allowDeselect={false} />
      <div className={styles.buttons}>
        <Button variant="default" disabled={name === null} loading={read.isPending} onClick={() => name !== null && read.mutate(name)}>
          {t('anchors.repositoryDo')}
        </Button>
      </div>
      {read.isError && <ErrorNotice error={read.error} compact />}
      {read.data?.anchors.length === 0 && <p role="status">{t('anchors.repositoryNone', { count: read.data.looked })}</p>}
      {read.data?.anchors.map((anchor) => (
        <Answer key={anchor.no} anchor={anchor} />
      ))}
    </section>
  );
}
