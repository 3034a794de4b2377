// Saved views: some that everybody needs, and the person's own.
import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { LogFilter } from '../../../contract/log.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import { isFiltering, sameFilter } from './filter.ts';
import { useViews } from './queries.ts';
import styles from './Log.module.css';

const builtIn = [
  { key: 'review.viewAttention', filter: { level: ['warn', 'error'], reviewed: false } },
  { key: 'review.viewNoted', filter: { noted: true } },
  { key: 'review.viewAccess', filter: { category: ['access'] } }
] as const satisfies readonly { key: string; filter: unknown }[];

function SaveForm({ filter, onSaved }: { filter: LogFilter; onSaved(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const save = useMutation({
    mutationFn: () => client.review.views.save({ name, filter }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['log', 'views'] });
      setName('');
      onSaved();
    }
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() !== '') save.mutate();
  };
  return (
    <form onSubmit={submit} className={styles.facet}>
      <TextInput aria-label={t('review.viewName')} placeholder={t('review.viewName')} description={t('review.viewReplace')} inputWrapperOrder={['input', 'description', 'error']} value={name} maxLength={80} onChange={(event) => setName(event.currentTarget.value)} />
      <div>
        <Button type="submit" disabled={name.trim() === ''} loading={save.isPending}>
          {t('review.viewDo')}
        </Button>
      </div>
      {save.isError && <ErrorNotice error={save.error} compact />}
    </form>
  );
}

export function Views({ filter, onChange }: { filter: LogFilter; onChange(filter: LogFilter): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [open, setOpen] = useState(false);
  const views = useViews();
  const remove = useMutation({ mutationFn: (name: string) => client.review.views.remove({ name }), onSettled: () => void queries.invalidateQueries({ queryKey: ['log', 'views'] }) });
  const choose = (wanted: LogFilter): void => {
    onChange(wanted);
    setOpen(false);
  };
  const item = (label: string, wanted: LogFilter): ReactNode => (
    <button type="button" className={styles.menuItem} aria-pressed={sameFilter(filter, wanted)} onClick={() => choose(wanted)}>
      <span className="ellipsis">{label}</span>
    </button>
  );
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={320} shadow="md" trapFocus returnFocus transitionProps={{ duration: 80 }}>
      <Popover.Target>
        <Button variant="default" onClick={() => setOpen(!open)}>
          {t('review.views')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={10} aria-label={t('review.views')}>
        <ul className="plain-list">
          {builtIn.map(({ key, filter: wanted }) => (
            <li key={key}>{item(t(key), { ...wanted } as unknown as LogFilter)}</li>
          ))}
        </ul>
        {(views.data?.length ?? 0) > 0 && <h3 className={`heading ${styles.menuHeading}`}>{t('review.viewsOwn')}</h3>}
        {views.data?.length === 0 && !isFiltering(filter) && <p className={`muted ${styles.menuNote}`}>{t('review.viewsNone')}</p>}
        <ul className="plain-list">
          {views.data?.map((view) => (
            <li key={view.id} className="row">
              {item(visibleText(view.name, true), view.filter)}
              <ActionIcon variant="subtle" color="gray" aria-label={t('review.viewRemove', { name: visibleText(view.name, true) })} onClick={() => remove.mutate(view.name)}>
                <IconTrash size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        {(views.isError || remove.isError) && <ErrorNotice error={views.error ?? remove.error} compact />}
        {isFiltering(filter) && (
          <>
            <h3 className={`heading ${styles.menuHeading}`}>{t('review.viewSave')}</h3>
            <SaveForm filter={filter} onSaved={() => undefined} />
          </>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
