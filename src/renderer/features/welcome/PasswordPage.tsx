// Question 3: a password to keep. Made here or one's own, printed, and checked that it was kept.
import { Button, PasswordInput, Radio, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { useClient } from '../../api/queries.ts';
import { isStrongEnough, makePassphrase, passphraseWords, pickTwo, secureBelow } from '../../ui/passphrase.ts';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import type { Answers } from './draft.ts';
import { PrintSheet } from './PrintSheet.tsx';
import styles from './Welcome.module.css';

export function useSecretStores() {
  const client = useClient();
  return useQuery({ queryKey: ['secret-stores'], queryFn: ({ signal }) => client.system.secretStores({}, { signal }) });
}

/** Where passwords will be kept, said honestly; asks for a vault passphrase where there is no keyring. */
export function StoreNote({ vaultPassphrase, onVault }: { vaultPassphrase: string; onVault(passphrase: string): void }): ReactNode {
  const { t, reason } = useWords();
  const stores = useSecretStores().data;
  if (!stores) return null;
  if (stores.keyring.available) return <p className="muted">{t('hi.storeKeyring', { backend: visibleText(stores.keyring.backend, true) })}</p>;
  return (
    <div className={styles.vault}>
      <p>{t('hi.storeVault')}</p>
      {stores.keyring.reason !== null && (
        <details>
          <summary>{t('word.details')}</summary>
          <p className="muted">{reason(stores.keyring.reason)}</p>
        </details>
      )}
      <PasswordInput label={t('hi.vaultPass')} value={vaultPassphrase} onChange={(event) => onVault(event.currentTarget.value)} autoComplete="new-password" data-testid="vault-passphrase" />
    </div>
  );
}

interface KeptCheckProps {
  password: string;
  made: boolean;
  onKept(kept: boolean): void;
}

function KeptCheck({ password, made, onKept }: KeptCheckProps): ReactNode {
  const { t } = useWords();
  const [places] = useState(() => pickTwo(passphraseWords, secureBelow));
  const [typed, setTyped] = useState<[string, string]>(['', '']);
  const words = password.split('-');
  const same = (index: 0 | 1): boolean => typed[index].trim().toLowerCase() === words[places[index] - 1];
  const right = made ? same(0) && same(1) : typed[0] === password && password !== '';
  const change = (index: 0 | 1, value: string): void => {
    const next: [string, string] = index === 0 ? [value, typed[1]] : [typed[0], value];
    setTyped(next);
    onKept(made ? next.every((text, position) => text.trim().toLowerCase() === words[(places[position] ?? 1) - 1]) : next[0] === password && password !== '');
  };
  const full = made ? typed[0] !== '' && typed[1] !== '' : typed[0].length >= password.length && typed[0] !== '';
  return (
    <fieldset className={styles.check}>
      <legend className="strong">{t('hi.passCheck')}</legend>
      <p className="muted">{made ? t('hi.passCheckSub', { first: places[0], second: places[1] }) : t('hi.passCheckOwn')}</p>
      <div className="row">
        {made ? (
          <>
            <TextInput aria-label={t('hi.passWord', { number: places[0] })} placeholder={t('hi.passWord', { number: places[0] })} value={typed[0]} onChange={(event) => change(0, event.currentTarget.value)} autoComplete="off" data-testid="word-1" data-place={places[0]} />
            <TextInput aria-label={t('hi.passWord', { number: places[1] })} placeholder={t('hi.passWord', { number: places[1] })} value={typed[1]} onChange={(event) => change(1, event.currentTarget.value)} autoComplete="off" data-testid="word-2" data-place={places[1]} />
          </>
        ) : (
          <PasswordInput className="grow" aria-label={t('hi.passCheckOwn')} value={typed[0]} onChange={(event) => change(0, event.currentTarget.value)} autoComplete="new-password" />
        )}
        <span role="status" className="row">
          {right ? (
            <>
              <Shape tone="good" size={16} /> {t('hi.passRight')}
            </>
          ) : full ? (
            <span className="muted">{t('hi.passWrong')}</span>
          ) : null}
        </span>
      </div>
    </fieldset>
  );
}

interface PasswordPageProps {
  answers: Answers;
  /** Ask where passwords are kept, and for a vault passphrase: only when the home is still to be made. */
  asksStore: boolean;
  onChange(change: Partial<Answers>): void;
  onNext(): void;
  onBack(): void;
}

export function PasswordPage({ answers, asksStore, onChange, onNext, onBack }: PasswordPageProps): ReactNode {
  const { t } = useWords();
  const stores = useSecretStores().data;
  const [made, setMade] = useState(() => answers.password || makePassphrase(secureBelow));
  const [mode, setMode] = useState<'made' | 'own'>(answers.opensExisting ? 'own' : 'made');
  const [own, setOwn] = useState('');
  const [kept, setKept] = useState(false);
  const [printed, setPrinted] = useState(false);
  const password = mode === 'made' ? made : own;
  const usable = mode === 'made' || answers.opensExisting ? password !== '' : isStrongEnough(own);
  const needsVault = asksStore && stores !== undefined && !stores.keyring.available;
  const vaultReady = !needsVault || answers.vaultPassphrase.length >= 8;
  const finish = (): void => {
    onChange({ password });
    onNext();
  };
  return (
    <>
      {!answers.opensExisting && (
        <Radio.Group
          value={mode}
          onChange={(value) => {
            setMode(value as 'made' | 'own');
            setKept(false);
          }}
          aria-label={t('hi.passHead')}
        >
          <div className={styles.modes}>
            <Radio value="made" label={t('hi.passMake')} />
            <Radio value="own" label={t('hi.passOwn')} />
          </div>
        </Radio.Group>
      )}
      {mode === 'made' ? (
        <div className={`card ${styles.password}`}>
          <code data-testid="passphrase">{made}</code>
          <div className="row">
            <Button
              variant="default"
              onClick={() => {
                setPrinted(true);
                window.print();
              }}
            >
              {t('hi.passPrint')}
            </Button>
            <Button
              variant="subtle"
              onClick={() => {
                setMade(makePassphrase(secureBelow));
                setKept(false);
              }}
            >
              {t('hi.passAgain')}
            </Button>
            {printed && <span className="muted">{t('hi.passPrinted')}</span>}
          </div>
        </div>
      ) : (
        <PasswordInput label={answers.opensExisting ? t('hi.openPass') : t('hi.passField')} value={own} onChange={(event) => setOwn(event.currentTarget.value)} error={!answers.opensExisting && own !== '' && !isStrongEnough(own) ? t('hi.passWeak') : undefined} autoComplete="new-password" data-testid="own-password" />
      )}
      {usable && !answers.opensExisting && <KeptCheck key={mode + password} password={password} made={mode === 'made'} onKept={setKept} />}
      {asksStore && <StoreNote vaultPassphrase={answers.vaultPassphrase} onVault={(vaultPassphrase) => onChange({ vaultPassphrase })} />}
      <div className={styles.buttons}>
        <Button disabled={!usable || !vaultReady || (!kept && !answers.opensExisting)} onClick={finish}>
          {t('hi.start')}
        </Button>
        {!answers.opensExisting && (
          <Button variant="subtle" disabled={!usable || !vaultReady} onClick={finish} title={t('hi.passSkipNote')}>
            {t('word.skip')}
          </Button>
        )}
        <span className="grow" />
        <Button variant="default" onClick={onBack}>
          {t('word.back')}
        </Button>
      </div>
      {!kept && !answers.opensExisting && <p className="muted">{t('hi.passSkipNote')}</p>}
      <PrintSheet password={password} path={answers.repositoryPath} vault={needsVault} />
    </>
  );
}
