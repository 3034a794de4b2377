// "I hold this": pasted, typed from paper or from a file, compared at once.
import { Button, Select, Textarea, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { heldKinds } from '../../../contract/anchors.ts';
import { anchorKind } from '../../../contract/copy/anchors.ts';
import { useClient } from '../../api/queries.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FileButton } from '../../ui/FileButton.tsx';
import { useWords } from '../../ui/words.tsx';
import { Answer } from './Answer.tsx';
import { useRefreshAnchors } from './queries.ts';
import styles from './Anchors.module.css';

type HeldKind = (typeof heldKinds)[number];

export function HoldForm(): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const refresh = useRefreshAnchors();
  const [text, setText] = useState('');
  const [kind, setKind] = useState<HeldKind>('paper');
  const [label, setLabel] = useState('');
  const hold = useMutation({
    mutationFn: (held: { text: string; kind: HeldKind }) => client.anchors.hold({ ...held, ...(label.trim() === '' ? {} : { label: label.trim() }) }),
    onSuccess: refresh
  });
  return (
    <section className={`card ${styles.way}`} aria-labelledby="anchor-hold">
      <h2 id="anchor-hold">{t('anchors.hold')}</h2>
      <p className="muted">{t('anchors.holdSub')}</p>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          hold.mutate({ text, kind });
        }}
      >
        <Textarea label={t('anchors.holdText')} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={3} maxRows={10} maxLength={200_000} spellCheck={false} styles={{ input: { fontFamily: 'var(--mono)' } }} data-testid="anchor-text" />
        <div className={styles.pair}>
          <Select label={t('anchors.holdKind')} data={heldKinds.map((each) => ({ value: each, label: anchorKind(language, each) }))} value={kind} onChange={(next) => next && setKind(next as HeldKind)} allowDeselect={false} />
          <TextInput label={t('anchors.holdLabel')} placeholder={t('anchors.holdLabelExample')} value={label} maxLength={500} onChange={(event) => setLabel(event.currentTarget.value)} />
        </div>
        <div className={styles.buttons}>
          <Button type="submit" disabled={text.trim() === ''} loading={hold.isPending}>
            {t('anchors.compare')}
          </Button>
          <FileButton
            label={t('anchors.holdFile')}
            testId="anchor-file"
            disabled={hold.isPending}
            onText={(content) => {
              setText(content);
              setKind('file');
              hold.mutate({ text: content, kind: 'file' });
            }}
          />
        </div>
      </form>
      {hold.isError && <ErrorNotice error={hold.error} compact />}
      {hold.data && !hold.isPending && <Answer anchor={hold.data} />}
    </section>
  );
}
