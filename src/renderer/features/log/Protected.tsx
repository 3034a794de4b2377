// The content of an encrypted entry: closed until somebody opens it for a purpose, which is recorded before anything is shown.
import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { isFailure } from '../../api/failure.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { UnlockVault } from '../../ui/UnlockVault.tsx';
import { useWords } from '../../ui/words.tsx';
import { PayloadTree } from './PayloadTree.tsx';
import styles from './Log.module.css';

export function Protected({ seq }: { seq: number }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [purpose, setPurpose] = useState('');
  const [asking, setAsking] = useState(false);
  const [unlocking, setUnlocking] = useState(false);
  const open = useMutation({ mutationFn: () => client.sealed.open({ seqs: [seq], purpose: purpose.trim() }) });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (purpose.trim() !== '') open.mutate();
  };
  const entry = open.data?.entries[0]?.entry;
  const close = (): void => {
    open.reset();
    setAsking(false);
    setPurpose('');
  };
  if (open.data && entry?.payloadState === 'intact') {
    return (
      <div className={styles.section} data-testid="opened">
        <PayloadTree value={entry.payload} />
        {open.data.event !== null && <p className={`muted ${styles.small}`}>{t('protected.opened', { purpose: visibleText(purpose.trim(), true), seq: open.data.event })}</p>}
        <button type="button" className={styles.link} onClick={close}>
          {t('protected.close')}
        </button>
      </div>
    );
  }
  return (
    <div className={styles.section}>
      <p>{open.data ? t('protected.withoutKey') : t('log.payload.locked')}</p>
      {!asking && (
        <div>
          <Button variant="default" onClick={() => setAsking(true)}>
            {t('protected.open')}
          </Button>
        </div>
      )}
      {asking && !open.data && (
        <form onSubmit={submit} className={styles.facet}>
          <TextInput ref={(element) => element?.focus()} label={t('protected.purpose')} description={t('protected.sub')} value={purpose} maxLength={500} onChange={(event) => setPurpose(event.currentTarget.value)} />
          {open.isError && <ErrorNotice error={open.error} compact />}
          <div className="row">
            <Button type="submit" disabled={purpose.trim() === ''} loading={open.isPending}>
              {t('protected.do')}
            </Button>
            {open.isError && isFailure(open.error, 'VAULT_LOCKED') && (
              <Button variant="default" onClick={() => setUnlocking(true)}>
                {t('unlock.do')}
              </Button>
            )}
          </div>
        </form>
      )}
      {unlocking && <UnlockVault onClose={() => setUnlocking(false)} />}
    </div>
  );
}
