// Which package: its path, chosen or typed, and the passphrase of a sealed one; then the work of checking it, which can be stopped.
import { Button, PasswordInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEngine } from '../api/engine.tsx';
import { toFailure } from '../api/failure.ts';
import type { Asked } from '../api/use-asked.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import styles from './Package.module.css';
import { isSealedName } from './package-words.ts';
import { CancelTask, TaskBar, taskNumbers } from './TaskLine.tsx';
import { useWords } from './words.tsx';

interface PackageFileProps {
  path: string;
  passphrase: string;
  check: Asked<'package-check'>;
  onPath(path: string): void;
  onPassphrase(passphrase: string): void;
  onCheck(): void;
  /** Beside the button that checks. */
  children?: ReactNode;
}

export function PackageFile({ path, passphrase, check, onPath, onPassphrase, onCheck, children }: PackageFileProps): ReactNode {
  const words = useWords();
  const { t } = words;
  const { line } = useEngine();
  const failure = check.error === undefined ? undefined : toFailure(check.error).code;
  const locked = failure === 'PACKAGE_LOCKED';
  const wrong = failure === 'PACKAGE_WRONG_PASSPHRASE';
  const sealed = isSealedName(path) || locked || wrong || passphrase !== '';
  const choose = async (): Promise<void> => {
    const { path: picked } = await line.client.desktop.pickFile({ title: t('packages.choose'), extensions: ['gz', 'zip', 'age'] });
    if (picked !== null) onPath(picked);
  };
  return (
    <form
      className={styles.fields}
      onSubmit={(event) => {
        event.preventDefault();
        if (path.trim() !== '' && !check.asking) onCheck();
      }}
    >
      <div className="row">
        <TextInput className="grow" label={t('packages.file')} description={t('packages.fileSub')} inputWrapperOrder={['label', 'input', 'error', 'description']} value={path} onChange={(event) => onPath(event.currentTarget.value)} spellCheck={false} styles={{ input: { fontFamily: 'var(--mono)' } }} data-testid="package-file" />
        {line.host === 'desktop' && (
          <Button variant="default" onClick={() => void choose()}>
            {t('packages.choose')}
          </Button>
        )}
      </div>
      {sealed && <PasswordInput label={t('packages.passphrase')} value={passphrase} onChange={(event) => onPassphrase(event.currentTarget.value)} autoComplete="off" error={locked ? t('packages.locked') : undefined} data-testid="package-passphrase" />}
      {check.error !== undefined && !locked && <ErrorNotice error={check.error} />}
      <div className={styles.work}>
        <Button type="submit" disabled={path.trim() === ''} loading={check.asking} data-testid="package-check">
          {t('packages.checkDo')}
        </Button>
        {check.task && (
          <>
            <TaskBar task={check.task} wide />
            <span className="muted num">{taskNumbers(words, check.task)}</span>
            <CancelTask id={check.task.id} />
          </>
        )}
        {children}
      </div>
    </form>
  );
}
