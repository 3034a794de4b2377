// Puts a result away. The focus goes to the first control of what it belongs to, so that the keyboard does not start anew at the top of the page.
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useWords } from './words.tsx';

export function Dismiss({ onDismiss }: { onDismiss(): void }): ReactNode {
  const { t } = useWords();
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={22}
      aria-label={t('task.putAway')}
      title={t('task.putAway')}
      data-testid="put-away"
      onClick={(event) => {
        event.currentTarget.closest('section, li')?.querySelector<HTMLElement>('button:not(:disabled), input:not(:disabled)')?.focus();
        onDismiss();
      }}
    >
      <IconX size={14} />
    </ActionIcon>
  );
}
