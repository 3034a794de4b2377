// The question before what cannot be undone: what it is about, what follows, and a button named after it. Nothing dangerous is chosen beforehand.
import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { DangerButton } from './DangerButton.tsx';
import { ErrorNotice } from './ErrorNotice.tsx';
import { useWords } from './words.tsx';
import styles from './Sure.module.css';

interface SureProps {
  title: string;
  sub: string;
  yes: string;
  onYes(): void;
  onClose(): void;
  loading?: boolean;
  error?: unknown;
  children?: ReactNode;
  /** Of the way back; "Cancel" when not said. */
  no?: string;
}

export function Sure({ title, sub, yes, onYes, onClose, loading = false, error, children, no }: SureProps): ReactNode {
  const { t } = useWords();
  return (
    <Modal opened onClose={onClose} title={title} size={520} closeButtonProps={{ 'aria-label': t('word.close') }} data-testid="sure">
      <div className={styles.dialog}>
        <p>{sub}</p>
        {children}
        {error !== undefined && error !== null && <ErrorNotice error={error} compact />}
        <div className="row">
          <DangerButton loading={loading} onClick={onYes} data-testid="sure-yes">
            {yes}
          </DangerButton>
          <Button variant="default" onClick={onClose} data-autofocus>
            {no ?? t('word.cancel')}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
