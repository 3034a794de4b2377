// The reviewed mark and the notes of one entry.
import { ActionIcon, Button, Textarea } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useState, type FormEvent, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { LogNote } from '../../../contract/review.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import { useAnnotations, type useAnnotating } from './queries.ts';
import styles from './Log.module.css';

type Annotating = ReturnType<typeof useAnnotating>;

function Note({ note, onRemove, removing }: { note: LogNote; onRemove(): void; removing: boolean }): ReactNode {
  const { t } = useWords();
  return (
    <li className={styles.note}>
      <p className={styles.text}>{note.text === null ? <span className="muted">{t(note.state === 'locked' ? 'review.noteLocked' : 'review.noteErased')}</span> : visibleText(note.text)}</p>
      <div className={`row muted ${styles.small}`}>
        <span className="grow">
          <Sentence of="review.noteBy" params={{ who: visibleText(note.actorName ?? t('log.erasedName'), true) }} slots={{ when: <Moment at={note.at} /> }} />
        </span>
        <ActionIcon variant="subtle" color="gray" size={20} aria-label={t('review.noteRemove')} title={t('review.noteRemove')} loading={removing} onClick={onRemove}>
          <IconX size={13} />
        </ActionIcon>
      </div>
    </li>
  );
}

function NoteForm({ seq, annotating, onDone, field }: { seq: number; annotating: Annotating; onDone(): void; field: Ref<HTMLTextAreaElement> }): ReactNode {
  const { t } = useWords();
  const [text, setText] = useState('');
  const { note } = annotating;
  const save = (): void => {
    if (text.trim() === '' || note.isPending) return;
    note.mutate({ seq, text: text.trim() }, { onSuccess: () => (setText(''), onDone()) });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save();
    else if (event.key === 'Escape') onDone();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form
      className={styles.facet}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        save();
      }}
    >
      <Textarea ref={field} aria-label={t('review.noteAdd')} placeholder={t('review.notePlaceholder')} description={t('review.noteHint')} inputWrapperOrder={['input', 'description', 'error']} autosize minRows={2} maxRows={8} maxLength={10_000} size="xs" value={text} onChange={(event) => setText(event.currentTarget.value)} onKeyDown={onKeyDown} data-testid="note-field" />
      <div className="row">
        <Button type="submit" disabled={text.trim() === ''} loading={note.isPending}>
          {t('review.noteSave')}
        </Button>
        <Button variant="subtle" onClick={onDone}>
          {t('word.cancel')}
        </Button>
      </div>
      {note.isError && <ErrorNotice error={note.error} compact />}
    </form>
  );
}

interface NotesProps {
  seq: number;
  annotating: Annotating;
  writing: boolean;
  onWriting(writing: boolean): void;
}

export function Notes({ seq, annotating, writing, onWriting }: NotesProps): ReactNode {
  const { t } = useWords();
  const annotations = useAnnotations(seq);
  const { mark, removeNote } = annotating;
  const { data } = annotations;
  const reviewed = data?.reviewed ?? null;
  return (
    <section aria-label={t('review.notes')} className={styles.section}>
      {annotations.isError && <ErrorNotice error={annotations.error} onRetry={() => void annotations.refetch()} compact />}
      <div className={`row ${styles.wrap}`}>
        <Button
          variant={reviewed === null ? 'default' : 'light'}
          leftSection={<IconCheck size={15} aria-hidden />}
          aria-pressed={reviewed !== null}
          aria-keyshortcuts="x"
          title={reviewed === null ? undefined : t('review.unmarkTitle')}
          loading={mark.isPending}
          disabled={!data}
          onClick={() => mark.mutate({ seqs: [seq], reviewed: reviewed === null })}
          data-testid="mark"
        >
          {t(reviewed === null ? 'review.mark' : 'review.unmark')}
        </Button>
        {!writing && (
          <Button variant="default" aria-keyshortcuts="n" onClick={() => onWriting(true)}>
            {t('review.noteAdd')}
          </Button>
        )}
      </div>
      {reviewed !== null && (
        <p className={`muted ${styles.small}`} data-testid="reviewed-by">
          <Sentence of="review.markedBy" params={{ who: visibleText(reviewed.actorName ?? t('log.erasedName'), true) }} slots={{ when: <Moment at={reviewed.at} /> }} />
        </p>
      )}
      {(mark.isError || removeNote.isError) && <ErrorNotice error={mark.error ?? removeNote.error} compact />}
      {data && data.notes.length > 0 && (
        <ul className="plain-list" data-testid="notes">
          {data.notes.map((note) => (
            <Note key={note.seq} note={note} removing={removeNote.isPending && removeNote.variables.note === note.seq} onRemove={() => removeNote.mutate({ seq, note: note.seq })} />
          ))}
        </ul>
      )}
      {writing && <NoteForm seq={seq} annotating={annotating} onDone={() => onWriting(false)} field={(element) => element?.focus()} />}
    </section>
  );
}
