// Where passwords are kept, and the encrypted keys as a file.
import { Button, Modal, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useClient, useStatus } from '../../api/queries.ts';
import { downloadText } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { UnlockVault } from '../../ui/UnlockVault.tsx';
import { useWords } from '../../ui/words.tsx';
import { Section } from './Section.tsx';
import styles from './Settings.module.css';

function ExportKeys({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [passphrase, setPassphrase] = useState('');
  const save = useMutation({
    mutationFn: () => client.system.exportKeys({ passphrase }),
    onSuccess: ({ fileName, content }) => {
      downloadText(fileName, content);
      onClose();
    }
  });
  return (
    <Modal opened onClose={onClose} title={t('set.exportKeys')} closeButtonProps={{ 'aria-label': t('word.close') }}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <p>{t('set.exportKeysSub')}</p>
        <PasswordInput label={t('hi.vaultPass')} value={passphrase} onChange={(event) => setPassphrase(event.currentTarget.value)} data-autofocus autoComplete="off" />
        {save.isError && <ErrorNotice error={save.error} compact />}
        <Button type="submit" disabled={passphrase.length < 8} loading={save.isPending}>
          {t('hi.keysFile')}
        </Button>
      </form>
    </Modal>
  );
}

const stateWords = { open: 'set.storeOpen', locked: 'set.storeLocked', unavailable: 'set.storeUnavailable' } as const;

export function Secrets(): ReactNode {
  const { t, reason } = useWords();
  const store = useStatus().data?.secretStore;
  const [dialog, setDialog] = useState<'export' | 'unlock'>();
  if (!store) return null;
  return (
    <Section id="secrets" title={t('set.secrets')}>
      <div className={`card ${styles.rows}`}>
        <div className={styles.row}>
          <Shape tone={store.state === 'open' ? 'good' : store.state === 'locked' ? 'attention' : 'bad'} />
          <div className="grow">
            <p>
              {t(store.kind === 'keyring' ? 'set.keyring' : 'set.vault')} <span className="muted">{t(stateWords[store.state])}</span>
            </p>
            {store.detail !== '' && <p className="muted">{reason(store.detail)}</p>}
          </div>
          {store.state === 'locked' && <Button onClick={() => setDialog('unlock')}>{t('unlock.do')}</Button>}
          <Button variant="default" disabled={store.state !== 'open'} onClick={() => setDialog('export')}>
            {t('set.exportKeys')}
          </Button>
        </div>
      </div>
      {dialog === 'export' && <ExportKeys onClose={() => setDialog(undefined)} />}
      {dialog === 'unlock' && <UnlockVault onClose={() => setDialog(undefined)} />}
    </Section>
  );
}
