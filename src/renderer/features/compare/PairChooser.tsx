// A file that is only new, or only gone, may be one that was moved and changed: the likeliest of the others are offered, any can be looked for, and the two are
// compared inside.
import { Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo, useState, type ReactNode } from 'react';
import type { Change } from '../../../contract/compare.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { endingOf, halfOf, ranked, type PairKind } from './likeness.ts';

/** Of those of the same ending, to choose the likeliest from; of what is looked for. */
const mostLooked = 1000;
const mostOffered = 50;

const otherKind: Readonly<Record<PairKind, PairKind>> = { added: 'removed', removed: 'added' };

/** Files of the other side, the likeliest first. `search`: a part of their paths; empty: those of the same ending, or any where there is none. */
function useHalves(comparison: string, kind: PairKind, path: string, search: string): { halves: Change[]; error: unknown; again(): void } {
  const client = useClient();
  const asked = useQuery({
    queryKey: ['compare', 'halves', comparison, kind, path, search],
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const list = async (part: string): Promise<Change[]> => (await client.compare.list({ comparison, kinds: [kind], limit: mostLooked, ...(part !== '' && { search: part }) }, { signal })).changes.filter((change) => halfOf(change) === kind);
      const found = await list(search === '' ? endingOf(path) : search);
      return ranked(path, found.length === 0 && search === '' ? await list('') : found).slice(0, mostOffered);
    }
  });
  return { halves: asked.data ?? [], error: asked.error ?? undefined, again: () => void asked.refetch() };
}

interface PairChooserProps {
  comparison: string;
  /** New, or gone. */
  change: Change;
  kind: PairKind;
  chosen: Change | undefined;
  onChoose(half: Change | undefined): void;
}

export function PairChooser({ comparison, change, kind, chosen, onChoose }: PairChooserProps): ReactNode {
  const { t } = useWords();
  const [search, setSearch] = useState('');
  const { halves, error, again } = useHalves(comparison, otherKind[kind], change.path, search);
  // The chosen one stays among them, whatever is typed.
  const data = useMemo(() => [...new Map([...halves, ...(chosen ? [chosen] : [])].map((half) => [half.path, { value: half.path, label: half.label }])).values()], [halves, chosen]);
  if (error !== undefined) return <ErrorNotice error={error} onRetry={again} compact />;
  if (data.length === 0 && search === '') return null;
  return (
    <Select
      mt={12}
      label={t(kind === 'added' ? 'compare.pair.added' : 'compare.pair.removed')}
      description={t('compare.pair.sub')}
      placeholder={t('compare.choose')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('compare.pair.clear') }}
      data={data}
      // What the engine found fits already, by rules of its own.
      filter={({ options }) => options}
      nothingFoundMessage={t('compare.noneFits')}
      value={chosen?.path ?? null}
      onSearchChange={(typed) => setSearch(typed === chosen?.label ? '' : typed.trim())}
      onChange={(path) => onChoose(halves.find((half) => half.path === path))}
      data-testid="pair"
    />
  );
}
