// A button that picks a text file from the person's computer; what is too large to be one of ours is not read.
import { Button } from '@mantine/core';
import { useRef, useState, type ReactNode } from 'react';
import { useWords } from './words.tsx';

const checkpointBytes = 200_000;

interface FileButtonProps {
  label: string;
  onText(text: string, name: string): void;
  disabled?: boolean;
  testId?: string;
  /** What is said of a file that is too large to be what is asked for; not given: a checkpoint is. */
  limit?: { bytes: number; said: string };
}

export function FileButton({ label, onText, disabled = false, testId, limit }: FileButtonProps): ReactNode {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const { bytes, said } = limit ?? { bytes: checkpointBytes, said: t('anchors.tooLarge') };
  const [tooLarge, setTooLarge] = useState(false);
  const take = async (file: File | undefined): Promise<void> => {
    setTooLarge(file !== undefined && file.size > bytes);
    if (file && file.size <= bytes) onText(await file.text(), file.name);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
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
      {tooLarge && <p role="alert">{said}</p>}
    </>
  );
}
