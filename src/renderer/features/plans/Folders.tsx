// The folders of a plan: typed or chosen, each with a way out of the plan.
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconFolder, IconX } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import { BrowseButton } from '../../ui/FolderField.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Plans.module.css';

export function Folders({ paths, error, onChange }: { paths: readonly string[]; error: string | undefined; onChange(paths: readonly string[]): void }): ReactNode {
  const { t } = useWords();
  const [typed, setTyped] = useState('');
  const add = (path: string): void => {
    const clean = path.trim();
    if (clean === '') return;
    onChange([...new Set([...paths, clean])]);
    setTyped('');
  };
  return (
    <div className={styles.group}>
      {paths.length > 0 && (
        <ul className={`plain-list ${styles.folders}`} aria-label={t('plans.folders')} data-testid="plan-folders">
          {paths.map((path) => (
            <li key={path}>
              <IconFolder size={15} stroke={1.6} aria-hidden />
              <span className="mono grow">{visibleText(path, true)}</span>
              <ActionIcon variant="subtle" color="gray" size={22} aria-label={t('plans.removeFolder', { folder: visibleText(path, true) })} onClick={() => onChange(paths.filter((each) => each !== path))}>
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <form
        className={styles.adding}
        onSubmit={(event) => {
          event.preventDefault();
          add(typed);
        }}
      >
        <TextInput className="grow" aria-label={t('hi.ownFolder')} placeholder={t('hi.ownFolder')} value={typed} error={error} onChange={(event) => setTyped(event.currentTarget.value)} spellCheck={false} />
        <Button type="submit" variant="default" disabled={typed.trim() === ''}>
          {t('word.add')}
        </Button>
        <BrowseButton start={typed} onChoose={add} label={t('hi.addFolder')} />
      </form>
    </div>
  );
}
