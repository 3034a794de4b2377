// What was asked for by an address and is not here.
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { useWords } from '../../ui/words.tsx';

export function Gone({ sentence }: { sentence: string }): ReactNode {
  const { t } = useWords();
  const [, navigate] = useLocation();
  return <EmptyState sentence={sentence} action={<Button onClick={() => navigate('/jobs')}>{t('jobs.all')}</Button>} />;
}
