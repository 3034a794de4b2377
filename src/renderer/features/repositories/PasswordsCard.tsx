import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { KeyInfo } from '../../../contract/keeping.ts';
import type { Repository } from '../../../contract/repository.ts';
import { isFailure } from '../../api/failure.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { UnlockVault } from '../../ui/UnlockVault.tsx';
import { Moment, useWords } from '../../ui/words.tsx';
import { Card } from './Card.tsx';
import { PasswordDialog, type Wish } from './PasswordDialog.tsx';
import { isSealed, useKeys } from './queries.ts';
import styles from './Repositories.module.css';

function KeyRow({ repository, entry, onRemove }: { repository: Repository; entry: KeyInfo; onRemove(): void }): ReactNode {
  const { t, reason } = useWords();
  const { id, current, username, hostname, createdAt, damage } = entry;
  return (
    <li className={styles.line} data-testid="key" data-current={current}>
      <Shape tone={damage !== null ? 'attention' : current ? 'good' : 'info'} />
      <span className="grow">
        <span className="mono">{id.slice(0, 8)}</span> {username === '' && hostname === '' ? t('repos.keyUnknown') : t('repos.keyBy', { user: visibleText(username, true), host: visibleText(hostname, true) })}
        {createdAt !== null && (
          <>
            {', '}
            <Moment at={createdAt} form="when" />
          </>
        )}
        {current && <b className="strong">{`, ${t('repos.keyInUse')}`}</b>}
        {damage !== null && `, ${t('repos.keyDamaged', { reason: reason(damage) })}`}
      </span>
      {!current && !repository.appendOnly && (
        <Button variant="default" size="compact-xs" aria-label={t('repos.keyRemoveNamed', { id: id.slice(0, 8) })} onClick={onRemove}>
          {t('repos.keyRemove')}
        </Button>
      )}
    </li>
  );
}

export function PasswordsCard({ repository }: { repository: Repository }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const keys = useKeys(repository);
  const [wish, setWish] = useState<Wish>();
  const [unlocking, setUnlocking] = useState(false);
  const [going, setGoing] = useState<string>();
  const [said, setSaid] = useState<string>();
  const refresh = (text: string): void => {
    setSaid(text);
    setWish(undefined);
    setGoing(undefined);
    void queries.invalidateQueries({ queryKey: ['repositories'] });
  };
  const remove = useMutation({ mutationFn: (key: string) => client.keeping.keys.remove({ repository: repository.id, key }), onSuccess: ({ id }) => refresh(t('repos.keyRemoved', { id: id.slice(0, 8) })) });
  const locked = keys.isError && isFailure(keys.error, 'VAULT_LOCKED');
  const wrong = keys.isError && isSealed(keys.error) && !locked;
  return (
    <Card id="passwords" title={t('repos.passwords')} sub={`${t('repos.passwordsSub')} ${t(`repos.passwordFrom.${repository.passwordFrom}`)}`}>
      {keys.isError && <ErrorNotice error={keys.error} compact {...(!isSealed(keys.error) && { onRetry: () => void keys.refetch() })} />}
      {keys.data && (
        <ul className={`plain-list ${styles.rows}`} aria-label={t('repos.passwords')}>
          {keys.data.map((entry) => (
            <KeyRow key={entry.id} repository={repository} entry={entry} onRemove={() => setGoing(entry.id)} />
          ))}
        </ul>
      )}
      {said !== undefined && (
        <p className="row" role="status" data-testid="password-said">
          <Shape tone="good" /> {said}
        </p>
      )}
      <div className={styles.buttons}>
        {locked && <Button onClick={() => setUnlocking(true)}>{t('need.vaultDo')}</Button>}
        {wrong && <Button onClick={() => setWish('use')}>{t('repos.keyUse')}</Button>}
        {keys.data && (
          <>
            <Button variant="default" onClick={() => setWish('add')}>
              {t('repos.keyAdd')}
            </Button>
            {!repository.appendOnly && (
              <Button variant="default" onClick={() => setWish('change')}>
                {t('repos.keyChange')}
              </Button>
            )}
          </>
        )}
      </div>
      {unlocking && <UnlockVault onClose={() => setUnlocking(false)} />}
      {wish && <PasswordDialog repository={repository} wish={wish} onDone={refresh} onClose={() => setWish(undefined)} />}
      {going !== undefined && (
        <Sure
          title={t('repos.keyRemoveSure', { id: going.slice(0, 8), name: repository.name })}
          sub={t('repos.keyRemoveSub')}
          yes={t('repos.keyRemove')}
          loading={remove.isPending}
          error={remove.error}
          onClose={() => {
            remove.reset();
            setGoing(undefined);
          }}
          onYes={() => remove.mutate(going)}
        />
      )}
    </Card>
  );
}
