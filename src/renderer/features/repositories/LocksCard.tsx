import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { LockInfo } from '../../../contract/keeping.ts';
import type { Repository } from '../../../contract/repository.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { Moment, Sentence, useWords, type Words } from '../../ui/words.tsx';
import { Card } from './Card.tsx';
import { isSealed, useLocks } from './queries.ts';
import styles from './Repositories.module.css';

function stateOf({ t, reason }: Words, lock: LockInfo): { tone: Tone; words: string } {
  if (lock.damage !== null) return { tone: 'attention', words: t('repos.lockDamaged', { reason: reason(lock.damage) }) };
  if (lock.mine) return { tone: 'good', words: t('repos.lockMine') };
  if (lock.alive === false) return { tone: 'attention', words: t('repos.lockGone') };
  if (lock.stale) return { tone: 'attention', words: t('repos.lockOld') };
  return lock.alive === null ? { tone: 'unknown', words: t('repos.lockElsewhere') } : { tone: 'good', words: t('repos.lockAlive') };
}

function LockRow({ lock }: { lock: LockInfo }): ReactNode {
  const words = useWords();
  const { t } = words;
  const { tone, words: state } = stateOf(words, lock);
  return (
    <li className={styles.line} data-testid="lock" data-stale={lock.stale}>
      <Shape tone={tone} />
      <span className="grow">
        {lock.damage === null ? t('repos.lockBy', { user: visibleText(lock.username, true), host: visibleText(lock.hostname, true), pid: String(lock.pid) }) : <span className="mono">{lock.id.slice(0, 8)}</span>}
        {lock.since !== null && (
          <>
            {', '}
            <Sentence of="repos.lockSince" slots={{ when: <Moment at={lock.since} /> }} />
          </>
        )}
        {lock.damage === null && `, ${t(lock.exclusive ? 'repos.lockExclusive' : 'repos.lockShared')}`}
        <b className="strong">{`, ${state}`}</b>
      </span>
    </li>
  );
}

export function LocksCard({ repository }: { repository: Repository }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const locks = useLocks(repository);
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState<string>();
  const remove = useMutation({
    mutationFn: (which: 'stale' | 'all') => client.keeping.locks.remove({ repository: repository.id, which }),
    onSuccess: ({ removed, left }) => {
      setSaid(t('repos.unlocked', { count: removed.length, left: left.length }));
      setAsking(false);
      void queries.invalidateQueries({ queryKey: ['repositories'] });
    }
  });
  const held = locks.data ?? [];
  return (
    <Card id="locks" title={t('repos.locks')} sub={t('repos.locksSub')}>
      {locks.isError && (isSealed(locks.error) ? <p className="muted">{t('repos.locksSealed')}</p> : <ErrorNotice error={locks.error} compact onRetry={() => void locks.refetch()} />)}
      {locks.data && held.length === 0 && <p className="muted">{t('repos.locksNone')}</p>}
      {held.length > 0 && (
        <ul className={`plain-list ${styles.rows}`} aria-label={t('repos.locks')}>
          {held.map((lock) => (
            <LockRow key={lock.id} lock={lock} />
          ))}
        </ul>
      )}
      {said !== undefined && (
        <p className="row" role="status" data-testid="locks-said">
          <Shape tone="good" /> {said}
        </p>
      )}
      {remove.isError && !asking && <ErrorNotice error={remove.error} compact />}
      <div className={styles.buttons}>
        <Button variant="default" loading={locks.isFetching} onClick={() => void locks.refetch()}>
          {t('repos.lookAgain')}
        </Button>
        {held.some(({ stale }) => stale) && (
          <Button loading={remove.isPending && !asking} onClick={() => remove.mutate('stale')}>
            {t('repos.unlock')}
          </Button>
        )}
        {held.some(({ stale, mine }) => !stale && !mine) && (
          <Button variant="default" onClick={() => setAsking(true)}>
            {t('repos.unlockAll')}
          </Button>
        )}
      </div>
      {asking && (
        <Sure title={t('repos.unlockSure', { count: held.length, name: repository.name })} sub={t('repos.unlockSub')} yes={t('repos.unlockYes')} loading={remove.isPending} error={remove.error} onClose={() => setAsking(false)} onYes={() => remove.mutate('all')} />
      )}
    </Card>
  );
}
