// Opening an existing restic repository: where, what to call it, its password.
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { useClient, useRepositories } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FolderField } from '../../ui/FolderField.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { baseName, makeName } from '../../ui/naming.ts';
import { ensureHome } from './first-run.ts';
import { StoreNote, useSecretStores } from './PasswordPage.tsx';
import styles from './Welcome.module.css';

export function OpenPage({ hasHome, onBack, onDone }: { hasHome: boolean; onBack(): void; onDone(): void }): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const stores = useSecretStores().data;
  const taken = useRepositories(hasHome).data?.map((repository) => repository.name) ?? [];
  const [path, setPath] = useState('');
  const [name, setName] = useState<string>();
  const [password, setPassword] = useState('');
  const [vaultPassphrase, setVault] = useState('');
  const [askedPath] = useDebouncedValue(path.trim(), 300);
  const probe = useQuery({ queryKey: ['probe', askedPath], queryFn: ({ signal }) => client.repositories.probe({ path: askedPath }, { signal }), enabled: askedPath !== '', retry: false, staleTime: 0 });
  const isRestic = probe.data?.kind === 'restic' && askedPath === path.trim();
  const shownName = name ?? (path.trim() === '' ? '' : makeName(baseName(path), 'repository', taken));
  const open = useMutation({
    mutationFn: async () => {
      await ensureHome(client, vaultPassphrase, language);
      return client.repositories.add({ name: shownName, path: path.trim(), mode: 'open', password: { kind: 'value', password } });
    },
    onSuccess: () => queries.invalidateQueries()
  });
  const needsVault = !hasHome && stores !== undefined && !stores.keyring.available;
  if (open.data) {
    return (
      <>
        <p className="row strong">
          <Shape tone="good" size={20} /> {t('hi.openDone', { count: open.data.snapshots })}
        </p>
        <div className={styles.buttons}>
          <Button onClick={onDone} data-testid="finish">
            {t('nav.snapshots')}
          </Button>
        </div>
      </>
    );
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        open.mutate();
      }}
    >
      <FolderField label={t('hi.openWhere')} value={path} onChange={setPath} {...(probe.data && !isRestic && askedPath === path.trim() ? { error: t('hi.openNot') } : {})} />
      {probe.isError && <ErrorNotice error={probe.error} compact />}
      <TextInput label={t('hi.openName')} description={t('hi.openNameHint')} value={shownName} onChange={(event) => setName(event.currentTarget.value)} />
      <PasswordInput label={t('hi.openPass')} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="off" />
      {!hasHome && <StoreNote vaultPassphrase={vaultPassphrase} onVault={setVault} />}
      {open.isError && <ErrorNotice error={open.error} />}
      <div className={styles.buttons}>
        <Button type="submit" disabled={!isRestic || shownName === '' || password === '' || (needsVault && vaultPassphrase.length < 8)} loading={open.isPending}>
          {t('hi.openDo')}
        </Button>
        <span className="grow" />
        <Button variant="default" onClick={onBack}>
          {t('word.back')}
        </Button>
      </div>
    </form>
  );
}
