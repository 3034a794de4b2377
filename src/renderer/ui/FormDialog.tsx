// A form in a window: what it asks, what went wrong, one button named after what it does.
import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorNotice } from './ErrorNotice.tsx';
import { useWords } from './words.tsx';
import styles from './Sure.module.css';

interface FormDialogProps {
  title: string;
  sub?: string;
  yes: string;
  ready: boolean;
  busy: boolean;
  error: unknown;
  onYes(): void;
  onClose(): void;
  children: ReactNode;
  size?: number;
}

export function FormDialog({ title, sub, yes, ready, busy, error, onYes, onClose, children, size = 540 }: FormDialogProps): ReactNode {
  const { t } = useWords();
  return (
    <Modal opened onClose={onClose} title={title} size={size} closeButtonProps={{ 'aria-label': t('word.close') }} data-testid="form-dialog">
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) onYes();
        }}
      >
        {sub !== undefined && <p>{sub}</p>}
        {children}
        {error !== null && error !== undefined && <ErrorNotice error={error} compact />}
        <div className="row">
          <Button type="submit" disabled={!ready} loading={busy} data-testid="form-do">
            {yes}
          </Button>
          <Button variant="default" onClick={onClose}>
            {t('word.cancel')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
