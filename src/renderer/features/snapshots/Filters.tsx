// What narrows the list: words, plan, repository, days, a file that must be there, a metric.
import { Button, Select, TextInput } from '@mantine/core';
import { IconFile, IconSearch } from '@tabler/icons-react';
import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { usePlans, useRepositories } from '../../api/queries.ts';
import { planTitle } from '../../ui/plan-title.ts';
import { useWords } from '../../ui/words.tsx';
import { anySnapshot, isFiltering, type SnapshotFilter } from './filter.ts';
import { readMetricQuestion } from './metrics.ts';
import styles from './Snapshots.module.css';

interface FiltersProps {
  filter: SnapshotFilter;
  snapshots: readonly Snapshot[];
  onChange(filter: SnapshotFilter): void;
}

/** Looked for when it is sent: names are in the repositories, not in the list. */
function FileField({ file, onFile }: { file: string; onFile(file: string): void }): ReactNode {
  const { t } = useWords();
  const [typed, setTyped] = useState(file);
  useEffect(() => setTyped(file), [file]);
  const wrong = typed.includes('/');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!wrong) onFile(typed.trim());
  };
  return (
    <form onSubmit={submit}>
      <TextInput w={190} aria-label={t('snap.file')} placeholder={t('snap.file')} title={t('snap.fileHint')} leftSection={<IconFile size={14} />} value={typed} error={wrong && t('snap.fileWrong')} maxLength={1000} onChange={(event) => (setTyped(event.currentTarget.value), event.currentTarget.value === '' && onFile(''))} onBlur={() => !wrong && onFile(typed.trim())} data-testid="file-filter" />
    </form>
  );
}

export function Filters({ filter, snapshots, onChange }: FiltersProps): ReactNode {
  const words = useWords();
  const { t } = words;
  const plans = usePlans().data ?? [];
  const repositories = useRepositories().data ?? [];
  const gone = new Map(snapshots.flatMap((snapshot) => (snapshot.planId !== null && snapshot.removedPlan ? [[snapshot.planId, planTitle(words, new Map(), snapshot)] as const] : [])));
  return (
    <div className={styles.filters}>
      <TextInput type="search" className={styles.search} aria-label={t('snap.filter')} placeholder={t('snap.filter')} leftSection={<IconSearch size={14} />} value={filter.text} onChange={(event) => onChange({ ...filter, text: event.currentTarget.value })} />
      <Select aria-label={t('snap.plan')} w={160} data={[{ value: '', label: t('snap.anyPlan') }, ...plans.map((plan) => ({ value: plan.id, label: visibleText(plan.title || plan.name, true) })), ...[...gone].map(([value, label]) => ({ value, label }))]} value={filter.planId ?? ''} onChange={(value) => onChange({ ...filter, planId: value || null })} />
      {repositories.length > 1 && (
        <Select aria-label={t('snap.repository')} w={160} data={[{ value: '', label: t('snap.anyRepository') }, ...repositories.map((repository) => ({ value: repository.id, label: repository.name }))]} value={filter.repositoryId ?? ''} onChange={(value) => onChange({ ...filter, repositoryId: value || null })} />
      )}
      <FileField file={filter.file} onFile={(file) => file !== filter.file && onChange({ ...filter, file })} />
      <TextInput w={195} aria-label={t('snap.metric')} placeholder={t('snap.metric')} value={filter.metric} error={readMetricQuestion(filter.metric) === undefined && t('snap.metricWrong')} maxLength={200} onChange={(event) => onChange({ ...filter, metric: event.currentTarget.value })} data-testid="metric-filter" />
      <span className={styles.days}>
        {(['since', 'until'] as const).map((end) => (
          <label key={end}>
            <span className="muted">{t(`snap.${end}`)}</span>
            <input type="date" value={filter[end]} onChange={(event) => onChange({ ...filter, [end]: event.currentTarget.value })} />
          </label>
        ))}
      </span>
      {isFiltering(filter) && (
        <Button variant="subtle" onClick={() => onChange(anySnapshot)}>
          {t('snap.clear')}
        </Button>
      )}
    </div>
  );
}
