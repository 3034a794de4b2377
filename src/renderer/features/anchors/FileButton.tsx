// A button that picks a text file from the person's computer; what is too large to be one of ours is not read.
import { Button } from '@mantine/core';
import { useRef, useState, type ReactNode } from 'react';
import { useWords } from '../../ui/words.tsx';
import styles from './Anchors.module.css';

const limitBytes = 200_000;

export function FileButton({ label, onText, disabled = false, testId }: { label: string; onText(text: string): void; disabled?: boolean; testId?: string }): ReactNode {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const [tooLarge, setTooLarge] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    setTooLarge(file !== undefined && file.size > limitBytes);
    if (file && file.size <= limitBytes) onText(await file.text());
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        className={styles.hidden}
        tabIndex={-1}
        aria-label={label}
        data-testid={testId}
        onChange={(event) => {
          void take(event.currentTarget.files?.[0]);
          event.currentTarget.value = '';
        }}
      />
      <Button variant="default" disabled={disabled} onClick={() => input.current?.click()}>
        {label}
      </Button>
      {tooLarge && <p role="alert">{t('anchors.tooLarge')}</p>}
    </>
  );
}
