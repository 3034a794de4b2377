// Shown in a browser without a valid token: why, and the two ways in.
import { Button, PasswordInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Brand } from '../ui/Shape.tsx';
import { useWords } from '../ui/words.tsx';
import styles from './shell.module.css';

export function SignIn({ onToken, reason }: { onToken(token: string): void; reason?: 'expired' | 'refused' }): ReactNode {
  const { t } = useWords();
  const [token, setToken] = useState('');
  return (
    <main className={styles.center}>
      <form
        className={`card ${styles.sign}`}
        onSubmit={(event) => {
          event.preventDefault();
          onToken(token.trim());
        }}
      >
        <Brand size={30} />
        <h1>{t('sign.title')}</h1>
        <p>{t('sign.meaning')}</p>
        {reason === 'expired' && <p className="strong">{t('sign.expired')}</p>}
        <p>{t('sign.next')}</p>
        <PasswordInput label={t('sign.token')} value={token} onChange={(event) => setToken(event.currentTarget.value)} error={reason === 'refused' ? t('sign.refused') : undefined} autoComplete="off" />
        <Button type="submit" disabled={token.trim() === ''}>
          {t('sign.enter')}
        </Button>
      </form>
    </main>
  );
}
