// Is it there, what does it take, when was it checked, how far was it read back: in the list and at the head of a repository's page.
import type { ReactNode } from 'react';
import type { Repository, RepositoryUsage } from '../../../contract/repository.ts';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';

export const stateTones: Record<Repository['state'], Tone> = { ready: 'good', absent: 'unknown', other: 'attention', unreadable: 'bad' };

export function StateWord({ repository: { state, appendOnly }, locks = 0 }: { repository: Repository; locks?: number }): ReactNode {
  const { t } = useWords();
  const more = [appendOnly ? t('repos.appendOnly') : '', locks > 0 ? t('repos.locked', { count: locks }) : ''].filter((part) => part !== '');
  return (
    <span className="row">
      <Shape tone={stateTones[state]} /> <span data-testid="repository-state">{[t(`set.${state}`), ...more].join(', ')}</span>
    </span>
  );
}

export function LastCheck({ check }: { check: Repository['lastCheck'] }): ReactNode {
  const { t } = useWords();
  if (check === null) return t('set.neverChecked');
  const slots = { when: <Moment at={check.at} /> };
  return check.ok ? <Sentence of="set.lastCheck" slots={slots} /> : <Sentence of="set.lastCheckErrors" params={{ count: check.errors }} slots={slots} />;
}

export function ReadBack({ coverage: { packs, never, oldestAt } }: { coverage: RepositoryUsage['coverage'] }): ReactNode {
  const { t } = useWords();
  if (packs === 0) return t('repos.readNothing');
  if (never > 0 || oldestAt === null) return t('repos.readNever', { count: never, packs });
  return <Sentence of="repos.readOldest" slots={{ when: <Moment at={oldestAt} /> }} />;
}
