// Asks for the vault's passphrase and opens it for the engine's process.
import { Button, Modal, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useClient } from '../api/queries.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { useWords } from './words.tsx';

export function UnlockVault({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [passphrase, setPassphrase] = useState('');
  const unlock = useMutation({
    mutationFn: () => client.system.unlock({ passphrase }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      onClose();
    }
  });
  return (
    <Modal opened onClose={onClose} title={t('unlock.title')} closeButtonProps={{ 'aria-label': t('word.close') }}>
      <form
        style={{ display: 'grid', gap: 12 }}
        onSubmit={(event) => {
          event.preventDefault();
          unlock.mutate();
        }}
      >
        <PasswordInput label={t('unlock.passphrase')} value={passphrase} onChange={(event) => setPassphrase(event.currentTarget.value)} data-autofocus autoComplete="off" />
        {unlock.isError && <ErrorNotice error={unlock.error} compact />}
        <Button type="submit" loading={unlock.isPending} disabled={passphrase === ''}>
          {t('unlock.do')}
        </Button>
      </form>
    </Modal>
  );
}
