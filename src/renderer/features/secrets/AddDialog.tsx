// A new secret.
import { TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { SecretNameText } from '../../../contract/ids.ts';
import { useClient } from '../../api/queries.ts';
import { useWords } from '../../ui/words.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { endOfDay } from './dates.ts';
import { ExpiryField } from './ExpiryField.tsx';
import { ValueField } from './ValueField.tsx';

export function AddDialog({ taken, onDone, onClose }: { taken: readonly string[]; onDone(name: string): void; onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [value, setValue] = useState('');
  const [day, setDay] = useState('');
  const save = useMutation({
    mutationFn: () => client.secrets.set({ name, value, expiresAt: endOfDay(day) }),
    gcTime: 0, // what was typed is not kept about
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['secrets'] });
      onDone(name);
    }
  });
  const wrong = name === '' || SecretNameText.safeParse(name).success ? (taken.includes(name) ? t('secrets.nameTaken') : undefined) : t('secrets.nameWrong');
  return (
    <FormDialog title={t('secrets.add')} yes={t('secrets.save')} ready={name !== '' && wrong === undefined && value !== ''} busy={save.isPending} error={save.error} onYes={() => save.mutate()} onClose={onClose}>
      <TextInput label={t('secrets.name')} description={t('secrets.nameHint')} value={name} error={wrong} onChange={(event) => setName(event.currentTarget.value)} autoComplete="off" spellCheck={false} data-autofocus data-testid="secret-name" />
      <ValueField label={t('secrets.value')} value={value} onChange={setValue} />
      <ExpiryField day={day} onChange={setDay} />
    </FormDialog>
  );
}
