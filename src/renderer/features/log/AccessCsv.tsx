// The access list as a file. Saving it is an export: it asks for the purpose and is recorded.
import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { LogFilter } from '../../../contract/log.ts';
import { useClient } from '../../api/queries.ts';
import { downloadText } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Log.module.css';

export function AccessCsv({ filter }: { filter: LogFilter }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [open, setOpen] = useState(false);
  const [purpose, setPurpose] = useState('');
  const save = useMutation({
    mutationFn: () => client.review.accessCsv({ filter, purpose: purpose.trim() }),
    onSuccess: ({ fileName, content }) => {
      downloadText(fileName, content);
      setOpen(false);
    }
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (purpose.trim() !== '') save.mutate();
  };
  return (
    <>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('review.accessCsv')}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={t('review.accessCsvTitle')} closeButtonProps={{ 'aria-label': t('word.close') }}>
        <form onSubmit={submit} className={styles.facet}>
          <p>{t('review.accessCsvSub')}</p>
          <TextInput data-autofocus label={t('review.purpose')} description={t('review.purposeHint')} value={purpose} maxLength={500} onChange={(event) => setPurpose(event.currentTarget.value)} />
          {save.isError && <ErrorNotice error={save.error} compact />}
          <div>
            <Button type="submit" disabled={purpose.trim() === ''} loading={save.isPending}>
              {t('review.download')}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
