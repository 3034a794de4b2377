// Hours in which only what is important is told at once.
import { Button, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { useAlertSettings, useSay } from './queries.ts';
import styles from './Alerts.module.css';

export function QuietHours(): ReactNode {
  const { t } = useWords();
  const known = useAlertSettings().data;
  const save = useSay();
  const [typed, setTyped] = useState<{ from: string; to: string } | undefined>();
  if (known === undefined) return null;
  const { from, to } = typed ?? known.quietHours ?? { from: '', to: '' };
  const set = (change: { from?: string; to?: string }): void => {
    save.reset();
    setTyped({ from, to, ...change });
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate((client) => client.alerts.settings.set({ quietHours: from === '' && to === '' ? null : { from, to } }), { onSuccess: () => setTyped(undefined) });
      }}
    >
      <div className={styles.hours}>
        <TextInput type="time" label={t('channels.quietFrom')} value={from} onChange={(event) => set({ from: event.currentTarget.value })} data-testid="quiet-from" />
        <TextInput type="time" label={t('channels.quietTo')} value={to} onChange={(event) => set({ to: event.currentTarget.value })} data-testid="quiet-to" />
        <Button type="submit" variant="default" loading={save.isPending}>
          {t('channels.quietSave')}
        </Button>
      </div>
      <p className="muted">{t('channels.quietHint')}</p>
      {save.isError && <ErrorNotice error={save.error} compact />}
      {save.isSuccess && <p role="status">{t('channels.quietSaved')}</p>}
    </form>
  );
}
