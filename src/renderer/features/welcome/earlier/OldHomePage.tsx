// Step 3: the one question that nobody can answer for the person, and what each answer takes. Nothing is chosen beforehand.
import { Button, PasswordInput, Radio } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../../../contract/copy/text.ts';
import type { OldHome, PackageCheck } from '../../../../contract/packages.ts';
import { toFailure } from '../../../api/failure.ts';
import { ErrorNotice } from '../../../ui/ErrorNotice.tsx';
import { FileButton } from '../../../ui/FileButton.tsx';
import { Shape } from '../../../ui/Shape.tsx';
import { useWords } from '../../../ui/words.tsx';
import { StoreNote } from '../PasswordPage.tsx';
import styles from '../Welcome.module.css';
import { isReady, keysNeed, keysRefusal, type Answers } from './answers.ts';

interface OldHomePageProps {
  check: PackageCheck;
  answers: Answers;
  keyring: boolean;
  /** Of the try before. */
  error: unknown;
  onChange(change: Partial<Answers>): void;
  onMake(): void;
  onBack(): void;
}

export function OldHomePage({ check, answers, keyring, error, onChange, onMake, onBack }: OldHomePageProps): ReactNode {
  const { t } = useWords();
  const { oldHome } = answers;
  const ready = isReady(check, answers, keyring);
  const refusal = error === undefined || answers.keys === undefined ? undefined : keysRefusal(toFailure(error));
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onMake();
      }}
    >
      <Radio.Group value={oldHome ?? ''} onChange={(value) => onChange({ oldHome: value as OldHome })} aria-label={t('earlier.oldHead')}>
        <ul className={`card plain-list ${styles.rows}`}>
          {(['gone', 'unsure'] as const).map((value) => (
            <li key={value}>
              <Radio value={value} label={t(`earlier.${value}`)} description={t(`earlier.${value}Sub`)} data-testid={`old-${value}`} />
            </li>
          ))}
        </ul>
      </Radio.Group>
      {oldHome !== undefined && <Keys check={check} answers={answers} refusal={refusal} onChange={onChange} />}
      {oldHome !== undefined && (
        <section className={styles.part} aria-labelledby="earlier-store">
          <h2 id="earlier-store">{t('earlier.store')}</h2>
          <StoreNote vaultPassphrase={answers.vaultPassphrase} onVault={(vaultPassphrase) => onChange({ vaultPassphrase })} />
        </section>
      )}
      {error !== undefined && refusal === undefined && <ErrorNotice error={error} />}
      <div className={styles.buttons}>
        <Button type="submit" disabled={!ready} data-testid="earlier-make">
          {t('earlier.make')}
        </Button>
        {oldHome === undefined && <span className="muted">{t('earlier.choose')}</span>}
        <span className="grow" />
        <Button variant="default" onClick={onBack}>
          {t('word.back')}
        </Button>
      </div>
    </form>
  );
}

function Keys({ check, answers, refusal, onChange }: Pick<OldHomePageProps, 'check' | 'answers' | 'onChange'> & { refusal: ReturnType<typeof keysRefusal> }): ReactNode {
  const { t, reason } = useWords();
  const { keys, keysPassphrase, oldHome } = answers;
  const need = keysNeed(check, oldHome);
  return (
    <section className={styles.part} aria-labelledby="earlier-keys" data-testid="earlier-keys" data-need={need}>
      <h2 id="earlier-keys">{t('earlier.keysHead')}</h2>
      {need === 'in-package' ? (
        <p>{t('earlier.keysIn')}</p>
      ) : (
        <>
          <p>{t(need === 'needed' ? 'earlier.keysNeeded' : 'earlier.keysWanted')}</p>
          {need === 'needed' && <p className="muted">{t('earlier.keysMissing')}</p>}
          <div className="row">
            <FileButton label={t('earlier.keysChoose')} testId="keys-file" limit={{ bytes: 2_000_000, said: t('earlier.keysTooLarge') }} onText={(content, name) => onChange({ keys: { name, content } })} />
            <span role="status">{keys && t('earlier.keysChosen', { name: visibleText(keys.name, true) })}</span>
            {keys && need === 'wanted' && (
              <Button variant="subtle" onClick={() => onChange({ keys: undefined, keysPassphrase: '' })}>
                {t('word.remove')}
              </Button>
            )}
          </div>
          {typeof refusal === 'object' && (
            <p className={styles.said} role="alert">
              <Shape tone="bad" size={18} /> <span>{t('earlier.keysRefused', { reason: reason(refusal.reason) })}</span>
            </p>
          )}
          {keys && <PasswordInput label={t('earlier.keysPass')} value={keysPassphrase} onChange={(event) => onChange({ keysPassphrase: event.currentTarget.value })} autoComplete="off" error={refusal === 'passphrase' ? t('earlier.keysWrong') : undefined} data-testid="keys-passphrase" />}
        </>
      )}
    </section>
  );
}
