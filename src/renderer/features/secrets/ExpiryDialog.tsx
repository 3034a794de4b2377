// Another last day, or none.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { NamedSecret } from '../../../contract/secrets.ts';
import { useClient } from '../../api/queries.ts';
import { useWords } from '../../ui/words.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { dayOf, endOfDay } from './dates.ts';
import { ExpiryField } from './ExpiryField.tsx';

export function ExpiryDialog({ secret: { name, expiresAt }, onClose }: { secret: NamedSecret; onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [day, setDay] = useState(() => dayOf(expiresAt));
  const save = useMutation({
    mutationFn: () => client.secrets.setExpiry({ name, expiresAt: endOfDay(day) }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['secrets'] });
      onClose();
    }
  });
  return (
    <FormDialog title={t('secrets.setExpiryTitle', { name })} yes={t('secrets.setExpiryDo')} ready busy={save.isPending} error={save.error} onYes={() => save.mutate()} onClose={onClose}>
      <ExpiryField day={day} onChange={setDay} first />
    </FormDialog>
  );
}
