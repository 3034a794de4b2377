// The form of a new channel.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { makeName } from '../../ui/naming.ts';
import { useWords } from '../../ui/words.tsx';
import { blankChannel, secretOfDraft, targetOf } from './channel-draft.ts';
import { ChannelFields } from './ChannelFields.tsx';
import { useSay } from './queries.ts';
import styles from './Alerts.module.css';

export function AddChannel({ taken }: { taken: readonly string[] }): ReactNode {
  const { t } = useWords();
  const add = useSay();
  const [draft, setDraft] = useState(blankChannel);
  const send = (): void => {
    const name = draft.name.trim() === '' ? makeName(t(`channels.${draft.kind}`), draft.kind, taken) : draft.name.trim();
    add.mutate((client) => client.alerts.channels.add({ name, target: targetOf(draft), secret: secretOfDraft(draft) ?? null, fallback: draft.fallback === '' ? null : draft.fallback }), { onSuccess: () => setDraft(blankChannel) });
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <ChannelFields draft={draft} onChange={(change) => setDraft((before) => ({ ...before, ...change }))} others={taken} />
      {add.isError && <ErrorNotice error={add.error} compact />}
      <div className={styles.actions}>
        <Button type="submit" loading={add.isPending}>
          {t('word.add')}
        </Button>
      </div>
    </form>
  );
}
