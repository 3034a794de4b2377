// What a person puts on a snapshot: tags, a pin, a note; and the way to let it go. Tags and pins are part of the snapshot's file, so each
// change is work on the repository, and the snapshot gets another id.
import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core';
import { IconPin, IconPinnedOff, IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent, type KeyboardEvent, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { visibleText } from '../../../contract/copy/text.ts';
import { Tag } from '../../../contract/ids.ts';
import type { VarveClient } from '../../../contract/index.ts';
import type { Snapshot } from '../../../contract/snapshots.ts';
import { useTasks } from '../../api/engine.tsx';
import { useClient, useStartTask } from '../../api/queries.ts';
import { isPinned, ownTags } from '../../ui/CoreSample.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { ForgetDialog } from '../../ui/ForgetDialog.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Snapshots.module.css';

/** Starts a change of tags and follows it; `busy` until it has ended. */
function useChange() {
  const start = useStartTask();
  const [taskId, setTaskId] = useState<string>();
  const task = useTasks().get(taskId ?? '');
  return {
    busy: start.isPending || task?.state === 'running',
    error: start.error ?? (task?.state === 'failed' ? task.error : null),
    run: (call: (client: VarveClient) => Promise<{ taskId: string }>): void => {
      setTaskId(undefined);
      start.mutate(call, { onSuccess: setTaskId });
    }
  };
}

export function PinButton({ snapshots, pinned }: { snapshots: readonly Snapshot[]; pinned: boolean }): ReactNode {
  const { t } = useWords();
  const change = useChange();
  return (
    <>
      <Button
        variant="default"
        leftSection={pinned ? <IconPinnedOff size={15} aria-hidden /> : <IconPin size={15} aria-hidden />}
        title={t('keep.pinSub')}
        loading={change.busy}
        disabled={snapshots.length === 0}
        onClick={() => change.run((client) => client.keeping.tags.pin({ snapshots: snapshots.map(({ id }) => id), pinned: !pinned }))}
      >
        {t(pinned ? 'keep.unpin' : 'keep.pin')}
      </Button>
      {change.error !== null && <ErrorNotice error={change.error} compact />}
    </>
  );
}

function tagProblem(tag: string): 'keep.tagReserved' | 'keep.tagComma' | undefined {
  if (tag.startsWith('varve-')) return 'keep.tagReserved';
  return tag === '' || Tag.safeParse(tag).success ? undefined : 'keep.tagComma';
}

export function Tags({ snapshot }: { snapshot: Snapshot }): ReactNode {
  const { t } = useWords();
  const change = useChange();
  const [typed, setTyped] = useState('');
  const tag = typed.trim();
  const problem = tagProblem(tag);
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (tag === '' || problem !== undefined || change.busy) return;
    change.run((client) => client.keeping.tags.change({ snapshots: [snapshot.id], add: [tag] }));
    setTyped('');
  };
  return (
    <div className={styles.tagging}>
      {ownTags(snapshot).length > 0 && (
        <ul className={`plain-list ${styles.tagList}`} data-testid="tags">
          {ownTags(snapshot).map((each) => (
            <li key={each}>
              {visibleText(each, true)}
              <ActionIcon variant="subtle" color="gray" size={18} aria-label={t('keep.tagRemove', { tag: visibleText(each, true) })} disabled={change.busy} onClick={() => change.run((client) => client.keeping.tags.change({ snapshots: [snapshot.id], remove: [each] }))}>
                <IconX size={12} />
              </ActionIcon>
            </li>
          ))}
        </ul>
      )}
      <form className="row" onSubmit={add}>
        <TextInput className={styles.tagField} aria-label={t('keep.tagAdd')} placeholder={t('keep.tagAdd')} value={typed} error={problem && t(problem)} maxLength={200} onChange={(event) => setTyped(event.currentTarget.value)} data-testid="tag-field" />
        <Button type="submit" variant="default" loading={change.busy} disabled={tag === '' || problem !== undefined}>
          {t('word.add')}
        </Button>
      </form>
      {change.error !== null && <ErrorNotice error={change.error} compact />}
    </div>
  );
}

export function Note({ snapshot }: { snapshot: Snapshot }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [text, setText] = useState<string>();
  const save = useMutation({
    mutationFn: (words: string) => client.keeping.notes.set({ snapshot: snapshot.id, text: words }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['snapshots'] });
      setText(undefined);
    }
  });
  const done = (): void => {
    if (text !== undefined && !save.isPending) save.mutate(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) done();
    else if (event.key === 'Escape') setText(undefined);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (text === undefined) {
    return (
      <div className={styles.note}>
        {snapshot.note !== undefined && <p data-testid="note">{visibleText(snapshot.note)}</p>}
        <Button variant="subtle" size="compact-xs" onClick={() => setText(snapshot.note ?? '')}>
          {t(snapshot.note === undefined ? 'keep.noteAdd' : 'keep.noteEdit')}
        </Button>
      </div>
    );
  }
  return (
    <form
      className={styles.note}
      onSubmit={(event) => {
        event.preventDefault();
        done();
      }}
    >
      <Textarea ref={(element) => element?.focus()} size="xs" aria-label={t('keep.note')} autosize minRows={2} maxRows={8} maxLength={10_000} value={text} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={onKeyDown} data-testid="note-field" />
      <div className="row">
        <Button type="submit" loading={save.isPending}>
          {t('keep.noteSave')}
        </Button>
        <Button variant="subtle" onClick={() => setText(undefined)}>
          {t('word.cancel')}
        </Button>
      </div>
      {save.isError && <ErrorNotice error={save.error} compact />}
    </form>
  );
}

/** For the chosen ones together. Forgetting is one change of one repository. */
export function ChosenBar({ chosen, hidden, onClear }: { chosen: readonly Snapshot[]; hidden: number; onClear(): void }): ReactNode {
  const { t } = useWords();
  const [forgetting, setForgetting] = useState(false);
  const [, navigate] = useLocation();
  // As the list has them, newest first.
  const [first, second] = chosen;
  if (!first) return null;
  const oneRepository = chosen.every(({ repositoryId }) => repositoryId === first.repositoryId);
  const unpinned = chosen.filter((snapshot) => !isPinned(snapshot));
  return (
    <div className={`card ${styles.chosenBar}`} role="region" aria-label={t('keep.chosen', { count: chosen.length })} data-testid="chosen-bar">
      <span className="strong" role="status">
        {t('keep.chosen', { count: chosen.length })}
      </span>
      {hidden > 0 && <span className="muted">{t('keep.chosenHidden', { count: hidden })}</span>}
      <span className="grow" />
      {second && chosen.length === 2 && (
        <Button variant="default" onClick={() => navigate(`/compare/${second.id}/${first.id}`)}>
          {t('compare.title')}
        </Button>
      )}
      {unpinned.length > 0 ? <PinButton key="pin" snapshots={unpinned} pinned={false} /> : <PinButton key="unpin" snapshots={chosen} pinned />}
      <Button variant="default" disabled={!oneRepository} onClick={() => setForgetting(true)}>
        {t('keep.forgetChosen', { count: chosen.length })}
      </Button>
      <Button variant="subtle" onClick={onClear}>
        {t('word.clear')}
      </Button>
      {!oneRepository && <span className="muted">{t('keep.chooseMore')}</span>}
      {forgetting && <ForgetDialog input={{ repository: first.repositoryId, snapshots: chosen.map(({ id }) => id) }} name={first.repositoryName} onClose={() => setForgetting(false)} onDone={onClear} />}
    </div>
  );
}
