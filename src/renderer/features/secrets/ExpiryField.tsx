// The last day a secret is good.
import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useWords } from '../../ui/words.tsx';

export function ExpiryField({ day, onChange, first = false }: { day: string; onChange(day: string): void; first?: boolean }): ReactNode {
  const { t } = useWords();
  return <TextInput type="date" label={t('secrets.expiry')} description={t('secrets.expiryHint')} value={day} onChange={(event) => onChange(event.currentTarget.value)} data-testid="secret-expiry" {...(first && { 'data-autofocus': true })} />;
}
