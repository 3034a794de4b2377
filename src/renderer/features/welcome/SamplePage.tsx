// Sample data in one click, or a home without anything in it; only where there is no keyring a vault passphrase is asked first.
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useEngine } from '../../api/engine.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { ensureHome } from './first-run.ts';
import { StoreNote, useSecretStores } from './PasswordPage.tsx';
import styles from './Welcome.module.css';

export function SamplePage({ hasHome, withSample, onBack, onDone }: { hasHome: boolean; withSample: boolean; onBack(): void; onDone(): void }): ReactNode {
  const { t, language } = useWords();
  const { line, board } = useEngine();
  const { client } = line;
  const queries = useQueryClient();
  const stores = useSecretStores().data;
  const [vaultPassphrase, setVault] = useState('');
  const create = useMutation({
    mutationFn: async () => {
      await ensureHome(client, vaultPassphrase, language);
      if (!withSample) return;
      const { planId } = await client.system.sample.create({});
      const { taskId } = await client.snapshots.take({ plan: planId });
      await board.follow(taskId);
    },
    onSuccess: async () => {
      await queries.invalidateQueries();
      onDone();
    }
  });
  // The home appears while this works; what was asked stays on the screen.
  const [hadHome] = useState(hasHome);
  const asks = !hadHome && stores !== undefined && !stores.keyring.available;
  const ready = hadHome || stores?.keyring.available === true;
  const begun = useRef(false);
  const { mutate } = create;
  const begin = (): void => {
    begun.current = true;
    mutate();
  };
  useEffect(() => {
    if (!ready || begun.current) return;
    begun.current = true;
    mutate();
  }, [mutate, ready]);
  return (
    <>
      {asks && <StoreNote vaultPassphrase={vaultPassphrase} onVault={setVault} />}
      {create.isPending && withSample && (
        <p className="muted" role="status">
          {t('hi.samplePrepare')}…
        </p>
      )}
      {create.isError && <ErrorNotice error={create.error} onRetry={() => mutate()} />}
      <div className={styles.buttons}>
        {asks && (
          <Button disabled={vaultPassphrase.length < 8} loading={create.isPending} onClick={begin}>
            {t(withSample ? 'set.sampleCreate' : 'hi.finishEmpty')}
          </Button>
        )}
        <Button variant="default" onClick={onBack} disabled={create.isPending}>
          {t('word.back')}
        </Button>
      </div>
    </>
  );
}
