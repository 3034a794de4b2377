// Asks for a password of a repository: one more, another, or the right one.
import { Button, Modal, PasswordInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Repository } from '../../../contract/repository.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Repositories.module.css';

export type Wish = 'add' | 'change' | 'use';

const words = {
  add: { title: 'repos.keyAddTitle', sub: 'repos.passwordsSub', yes: 'repos.keySave' },
  change: { title: 'repos.keyChangeTitle', sub: 'repos.keyChangeSub', yes: 'repos.keyChangeDo' },
  use: { title: 'repos.keyUseTitle', sub: 'repos.keyUseSub', yes: 'repos.keyUseDo' }
} as const;

/** Asks for a password; a new one twice. `onDone` gets what to say. */
export function PasswordDialog({ repository, wish, onDone, onClose }: { repository: Repository; wish: Wish; onDone(said: string): void; onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [text, setText] = useState('');
  const [again, setAgain] = useState('');
  const differs = wish !== 'use' && again !== '' && again !== text;
  const save = useMutation({
    mutationFn: async (): Promise<string> => {
      const input = { repository: repository.id, password: { kind: 'value' as const, password: text } };
      if (wish === 'add') return t('repos.keyAdded', { id: (await client.keeping.keys.add(input)).id.slice(0, 8) });
      if (wish === 'change') return t((await client.keeping.keys.change(input)).removed === null ? 'repos.keyOldStays' : 'repos.keyChanged');
      await client.repositories.usePassword(input);
      return t('repos.keyUsed');
    },
    onSuccess: onDone
  });
  const ready = text !== '' && (wish === 'use' || again === text);
  return (
    <Modal opened onClose={onClose} title={t(words[wish].title, { name: repository.name })} size={520} closeButtonProps={{ 'aria-label': t('word.close') }}>
      <form
        className={styles.dialog}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save.mutate();
        }}
      >
        <p>{t(words[wish].sub)}</p>
        <PasswordInput label={t('repos.password')} value={text} onChange={(event) => setText(event.currentTarget.value)} autoComplete="off" data-autofocus data-testid="password" />
        {wish !== 'use' && <PasswordInput label={t('repos.passwordAgain')} value={again} onChange={(event) => setAgain(event.currentTarget.value)} autoComplete="off" error={differs ? t('repos.passwordDiffers') : undefined} data-testid="password-again" />}
        {save.isError && <ErrorNotice error={save.error} compact />}
        <div>
          <Button type="submit" disabled={!ready} loading={save.isPending} data-testid="password-do">
            {t(words[wish].yes)}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
