// Shows a value for twenty seconds after asking again. It lies in the state of this window alone, in no cache, and is gone with it, when the time is
// over, or when the page is looked away from.
import { Button, Modal, PasswordInput } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { revealSeconds, type NamedSecret, type SecretStorage } from '../../../contract/secrets.ts';
import { useClient } from '../../api/queries.ts';
import { CopyButton, ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Secrets.module.css';

interface Shown {
  value: string;
  untilMs: number;
}

function Countdown({ untilMs, onOver }: { untilMs: number; onOver(): void }): ReactNode {
  const { t } = useWords();
  const [left, setLeft] = useState(() => Math.ceil((untilMs - Date.now()) / 1000));
  useEffect(() => {
    const look = (): void => {
      const seconds = Math.ceil((untilMs - Date.now()) / 1000);
      if (seconds <= 0 || document.hidden) onOver();
      else setLeft(seconds);
    };
    const timer = setInterval(look, 250);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, [untilMs, onOver]);
  return (
    <span className="muted num" role="timer" data-testid="reveal-left">
      {t('secrets.revealLeft', { count: left })}
    </span>
  );
}

export function RevealDialog({ secret: { name }, storage, onClose }: { secret: NamedSecret; storage: SecretStorage; onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [passphrase, setPassphrase] = useState('');
  const [state, setState] = useState<{ busy?: true; error?: unknown; shown?: Shown; gone?: true }>({});
  const [hide] = useState(() => () => setState({ gone: true }));
  const asksAgain = storage.passphraseFrom === 'person';
  const show = async (): Promise<void> => {
    setState({ busy: true });
    try {
      const { value, seconds } = await client.secrets.reveal({ name, ...(asksAgain && { passphrase }) });
      setPassphrase('');
      setState({ shown: { value, untilMs: Date.now() + seconds * 1000 } });
    } catch (error) {
      setState({ error });
    }
  };
  const { shown } = state;
  return (
    <Modal opened onClose={onClose} title={t(shown ? 'secrets.revealedTitle' : 'secrets.revealTitle', { name })} size={540} closeButtonProps={{ 'aria-label': t('word.close') }} data-testid="reveal">
      {shown !== undefined ? (
        <div className={styles.dialog}>
          {/* Long values scroll, also by keyboard. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <pre className={styles.revealed} tabIndex={0} aria-label={t('secrets.revealedTitle', { name })} data-testid="revealed">
            {shown.value}
          </pre>
          <div className="row">
            <Countdown untilMs={shown.untilMs} onOver={hide} />
            <span className="grow" />
            <CopyButton text={() => shown.value} label={t('word.copy')} />
            <Button onClick={hide}>{t('secrets.revealHide')}</Button>
          </div>
        </div>
      ) : state.gone ? (
        <div className={styles.dialog}>
          <p role="status">{t('secrets.revealGone')}</p>
          <div>
            <Button onClick={onClose} data-autofocus>
              {t('word.close')}
            </Button>
          </div>
        </div>
      ) : (
        <form
          className={styles.dialog}
          onSubmit={(event) => {
            event.preventDefault();
            void show();
          }}
        >
          <p>{t('secrets.revealSub', { count: revealSeconds })}</p>
          {asksAgain && <PasswordInput label={t('secrets.revealPassphrase')} value={passphrase} onChange={(event) => setPassphrase(event.currentTarget.value)} autoComplete="off" data-autofocus data-testid="reveal-passphrase" />}
          {state.error !== undefined && <ErrorNotice error={state.error} compact />}
          <div className="row">
            <Button type="submit" loading={state.busy === true} disabled={asksAgain && passphrase === ''} data-testid="reveal-do">
              {t('secrets.revealDo', { count: revealSeconds })}
            </Button>
            <Button variant="default" onClick={onClose}>
              {t('word.cancel')}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
