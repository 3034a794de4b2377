// The field for a value: several lines, hidden unless the person wants to see what they paste, and never remembered by the browser.
import { Checkbox, Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useWords } from '../../ui/words.tsx';
import styles from './Secrets.module.css';

const shortest = 6;

export function ValueField({ label, value, onChange, first = false }: { label: string; value: string; onChange(value: string): void; first?: boolean }): ReactNode {
  const { t } = useWords();
  const [shown, setShown] = useState(false);
  const short = value !== '' && [...value.trim()].length < shortest;
  return (
    <div className={styles.value}>
      <Textarea
        label={label}
        description={t('secrets.valueHint')}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
        autosize
        minRows={2}
        maxRows={8}
        autoComplete="off"
        autoCorrect="off"
        spellCheck={false}
        classNames={{ input: shown ? styles.shown : styles.masked }}
        data-testid="secret-value"
        {...(first && { 'data-autofocus': true })}
      />
      <Checkbox label={t('secrets.valueShow')} checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
      {short && (
        <p className={styles.hint} role="status">
          {t('secrets.tooShort')}
        </p>
      )}
    </div>
  );
}
