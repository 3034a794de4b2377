// The search field and the chips.
import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import type { LogFilter } from '../../../contract/log.ts';
import { useWords } from '../../ui/words.tsx';
import { FacetChip } from './FacetChip.tsx';
import { isFiltering, tidy } from './filter.ts';
import { ContentChip, LooseChips, MarksChip, SessionChip, TimeChip } from './OtherChips.tsx';
import styles from './Log.module.css';

interface FiltersProps {
  filter: LogFilter;
  upTo: number | null | undefined;
  onChange(filter: LogFilter): void;
}

export function Filters({ filter, upTo, onChange }: FiltersProps): ReactNode {
  const { t } = useWords();
  const [text, setText] = useState(filter.text ?? '');
  const search = useDebouncedCallback((value: string) => onChange(tidy({ ...filter, text: value.trim() })), 250);
  useEffect(() => setText(filter.text ?? ''), [filter.text]);
  const facet = { filter, upTo, onChange };
  return (
    <div className={styles.filters}>
      <TextInput
        type="search"
        className={styles.search}
        aria-label={t('log.search')}
        placeholder={t('log.search')}
        leftSection={<IconSearch size={14} />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          search(event.currentTarget.value);
        }}
      />
      <TimeChip filter={filter} onChange={onChange} />
      <FacetChip facet="category" label={t('log.category')} {...facet} />
      <FacetChip facet="level" label={t('log.level')} {...facet} />
      <FacetChip facet="actor" label={t('log.actor')} {...facet} />
      <FacetChip facet="action" label={t('log.action')} {...facet} />
      <FacetChip facet="subject" label={t('review.subject')} {...facet} />
      <SessionChip {...facet} />
      <ContentChip filter={filter} onChange={onChange} />
      <MarksChip filter={filter} onChange={onChange} />
      <LooseChips filter={filter} onChange={onChange} />
      {isFiltering(filter) && (
        <Button variant="subtle" onClick={() => onChange({})}>
          {t('log.clear')}
        </Button>
      )}
    </div>
  );
}
