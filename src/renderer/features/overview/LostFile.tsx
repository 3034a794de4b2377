// The quick way for whoever has lost a file: its name, and on to what was found in the snapshots.
import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState, type FormEvent, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { findAddress } from '../../ui/files-address.ts';
import { useWords } from '../../ui/words.tsx';
import styles from './Overview.module.css';

export function LostFile(): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  const [text, setText] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    navigate(findAddress(text.trim()));
  };
  return (
    <form role="search" className={styles.lost} onSubmit={submit} aria-labelledby="lost">
      <h2 id="lost" className="heading">
        {t('overview.lost')}
      </h2>
      <div className="row">
        <TextInput type="search" className={styles.lostField} aria-label={t('overview.lostField')} placeholder={t('overview.lostField')} leftSection={<IconSearch size={14} />} value={text} maxLength={4096} onChange={(event) => setText(event.currentTarget.value)} data-testid="lost-field" />
        <Button type="submit" variant="default">
          {t('overview.lostDo')}
        </Button>
      </div>
    </form>
  );
}
