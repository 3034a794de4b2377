// Paste, test, switch; the value before stays for a day unless one chooses otherwise.
import { Select, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { usualKeepHours, type NamedSecret } from '../../../contract/secrets.ts';
import { useClient } from '../../api/queries.ts';
import { useWords } from '../../ui/words.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { endOfDay } from './dates.ts';
import { ExpiryField } from './ExpiryField.tsx';
import { ValueField } from './ValueField.tsx';
import styles from './Secrets.module.css';

export function ReplaceDialog({ secret: { name }, onDone, onClose }: { secret: NamedSecret; onDone(said: string): void; onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [value, setValue] = useState('');
  const [day, setDay] = useState('');
  const [keep, setKeep] = useState(String(usualKeepHours));
  const [program, setProgram] = useState('');
  const argv = program.split('\n').map((line) => line.trim()).filter((line) => line !== '');
  const tested = argv.length > 0;
  const replace = useMutation({
    mutationFn: () => client.secrets.rotate({ name, value, expiresAt: endOfDay(day), keepHours: Number(keep), ...(tested && { test: { argv } }) }),
    gcTime: 0, // what was typed is not kept about
    onSuccess: async ({ version }) => {
      await queries.invalidateQueries({ queryKey: ['secrets'] });
      onDone(t('secrets.replaced', { version }));
    }
  });
  return (
    <FormDialog title={t('secrets.replaceTitle', { name })} sub={t('secrets.replaceSub')} yes={t(tested ? 'secrets.testAndSwitch' : 'secrets.switch')} ready={value !== ''} busy={replace.isPending} error={replace.error} onYes={() => replace.mutate()} onClose={onClose}>
      <ValueField label={t('secrets.newValue')} value={value} onChange={setValue} first />
      <ExpiryField day={day} onChange={setDay} />
      <Select
        label={t('secrets.keep')}
        data={[{ value: '0', label: t('secrets.keepNot') }, { value: String(usualKeepHours), label: t('secrets.keepHours', { count: usualKeepHours }) }, { value: '168', label: t('secrets.keepDays', { count: 7 }) }, { value: '720', label: t('secrets.keepDays', { count: 30 }) }]}
        value={keep}
        onChange={(next) => next !== null && setKeep(next)}
        allowDeselect={false}
      />
      <details>
        <summary>{t('secrets.test')}</summary>
        <Textarea className={styles.folded} label={t('secrets.testCommand')} description={t('secrets.testCommandHint')} value={program} onChange={(event) => setProgram(event.currentTarget.value)} autosize minRows={2} maxRows={8} spellCheck={false} styles={{ input: { fontFamily: 'var(--mono)' } }} data-testid="secret-test" />
      </details>
    </FormDialog>
  );
}
