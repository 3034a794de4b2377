// A folder as text, always typable, with a button to choose it: the system's dialog in the desktop app, our own in a browser.
// The dialog was just opened to type into this field.
/* oxlint-disable jsx-a11y/no-autofocus */
import { Button, Checkbox, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { IconArrowUp, IconFolder } from '@tabler/icons-react';
import { useEngine } from '../api/engine.tsx';
import { useClient } from '../api/queries.ts';
import { ErrorNotice } from './ErrorNotice.tsx';
import { useWords } from './words.tsx';
import styles from './FolderField.module.css';

function joinPath(folder: string, name: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return folder.endsWith(separator) ? folder + name : folder + separator + name;
}

function FolderDialog({ start, onChoose, onClose }: { start: string; onChoose(path: string): void; onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const [path, setPath] = useState<string | undefined>(start === '' ? undefined : start);
  const [typed, setTyped] = useState<string | undefined>();
  const [hidden, setHidden] = useState(false);
  const [newName, setNewName] = useState<string | undefined>();
  const folder = useQuery({ queryKey: ['folders', path, hidden], queryFn: ({ signal }) => client.system.folders.list({ ...(path === undefined ? {} : { path }), hidden }, { signal }), staleTime: 0, retry: false });
  const create = useMutation({
    mutationFn: (name: string) => client.system.folders.create({ path: joinPath(folder.data?.path ?? '/', name) }),
    onSuccess: ({ path: made }) => {
      setNewName(undefined);
      setPath(made);
      setTyped(undefined);
    }
  });
  const here = folder.data?.path ?? path ?? '';
  const go = (to: string): void => {
    setPath(to);
    setTyped(undefined);
  };
  return (
    <Modal opened onClose={onClose} title={t('folder.title')} size={560} closeButtonProps={{ 'aria-label': t('word.close') }} data-testid="folder-dialog">
      <div className={styles.dialog}>
        <form
          className={styles.line}
          onSubmit={(event) => {
            event.preventDefault();
            if (typed !== undefined) go(typed);
          }}
        >
          <Button variant="default" px={8} aria-label={t('folder.up')} disabled={!folder.data?.parent} onClick={() => folder.data?.parent && go(folder.data.parent)}>
            <IconArrowUp size={15} />
          </Button>
          <TextInput className="grow" aria-label={t('folder.path')} value={typed ?? here} onChange={(event) => setTyped(event.currentTarget.value)} />
        </form>
        {folder.isError ? (
          <ErrorNotice error={folder.error} compact />
        ) : (
          <ul className={`plain-list ${styles.list}`} aria-label={t('folder.list', { path: here })}>
            {folder.data?.entries.map((entry) => (
              <li key={entry.path}>
                <button type="button" disabled={!entry.readable} onClick={() => go(entry.path)}>
                  <IconFolder size={15} stroke={1.6} aria-hidden />
                  <span className="ellipsis">{entry.label}</span>
                  {!entry.readable && <span className="muted">{t('folder.unreadable')}</span>}
                </button>
              </li>
            ))}
            {folder.data?.entries.length === 0 && <li className={styles.none}>{t('folder.empty')}</li>}
            {folder.data?.truncated && <li className={styles.none}>{t('folder.truncated')}</li>}
          </ul>
        )}
        {create.isError && <ErrorNotice error={create.error} compact />}
        {newName === undefined ? (
          <div className="row">
            <Checkbox label={t('folder.hidden')} checked={hidden} onChange={(event) => setHidden(event.currentTarget.checked)} />
            <span className="grow" />
            <Button variant="default" onClick={() => setNewName('')}>
              {t('folder.new')}
            </Button>
            <Button disabled={folder.data === undefined} onClick={() => onChoose(here)}>
              {t('folder.choose')}
            </Button>
          </div>
        ) : (
          <form
            className={styles.line}
            onSubmit={(event) => {
              event.preventDefault();
              create.mutate(newName);
            }}
          >
            <TextInput className="grow" aria-label={t('folder.newName')} placeholder={t('folder.newName')} value={newName} onChange={(event) => setNewName(event.currentTarget.value)} autoFocus />
            <Button variant="default" onClick={() => setNewName(undefined)}>
              {t('word.cancel')}
            </Button>
            <Button type="submit" disabled={newName.trim() === ''} loading={create.isPending}>
              {t('folder.create')}
            </Button>
          </form>
        )}
      </div>
    </Modal>
  );
}

/** Opens the fitting dialog; resolves through `onChoose`. */
export function BrowseButton({ start, onChoose, label }: { start: string; onChoose(path: string): void; label?: string }): ReactNode {
  const { t } = useWords();
  const { line } = useEngine();
  const [open, setOpen] = useState(false);
  const browse = (): void => {
    if (line.host === 'browser') return setOpen(true);
    line.client.desktop.pickFolder({ title: t('folder.title'), ...(start === '' ? {} : { defaultPath: start }) }).then(
      ({ path }) => path !== null && onChoose(path),
      () => setOpen(true)
    );
  };
  return (
    <>
      <Button variant="default" onClick={browse}>
        {label ?? t('restore.browse')}
      </Button>
      {open && (
        <FolderDialog
          start={start}
          onClose={() => setOpen(false)}
          onChoose={(path) => {
            setOpen(false);
            onChoose(path);
          }}
        />
      )}
    </>
  );
}

interface FolderFieldProps {
  label: string;
  value: string;
  onChange(path: string): void;
  description?: string;
  error?: string;
}

export function FolderField({ label, value, onChange, description, error }: FolderFieldProps): ReactNode {
  return (
    <div className={styles.field}>
      <TextInput className="grow" label={label} value={value} onChange={(event) => onChange(event.currentTarget.value)} description={description} error={error} inputWrapperOrder={['label', 'input', 'error', 'description']} spellCheck={false} />
      <div className={styles.browse}>
        <BrowseButton start={value} onChoose={onChange} />
      </div>
    </div>
  );
}
