// Taking something out of the record: as evidence that others can check, or as data. It asks for the purpose, which becomes part of the record.
import { Button, Checkbox, Modal, Radio, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { VarveClient } from '../../../contract/index.ts';
import type { LogFilter } from '../../../contract/log.ts';
import { useClient } from '../../api/queries.ts';
import { downloadText } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import { isFiltering } from './filter.ts';
import { savePieces } from './save-pieces.ts';
import styles from './Log.module.css';

type Which = 'entry' | 'filtered' | 'all';
type Form = 'evidence' | 'jsonl' | 'csv';

export interface ExportSubject {
  /** The entry that is open, if one is. */
  seq: number | undefined;
  filter: LogFilter;
  upTo: number | null | undefined;
  total: number;
}

interface Wish {
  which: Which;
  form: Form;
  commitments: boolean;
  purpose: string;
}

/** Where the purpose was recorded is known for data; for evidence the record has it all the same. */
interface Saved {
  file: string;
  event: number | undefined;
}

function filterFor(which: Which, { seq, filter, upTo }: ExportSubject): LogFilter {
  if (which === 'entry' && seq !== undefined) return { fromSeq: seq, toSeq: seq };
  if (which === 'all') return {};
  // What is on the screen, and not what has come since.
  return typeof upTo === 'number' ? { ...filter, toSeq: Math.min(filter.toSeq ?? upTo, upTo) } : filter;
}

async function save(client: VarveClient, subject: ExportSubject, { which, form, commitments, purpose }: Wish, onBytes: (bytes: number) => void): Promise<Saved> {
  const day = new Date().toISOString().slice(0, 10);
  const disclosure = commitments ? 'commitments' : 'payloads';
  if (form === 'evidence' && which === 'entry' && subject.seq !== undefined) {
    const { fileName, text } = await client.evidence.prove({ seq: subject.seq, disclosure, purpose });
    downloadText(fileName, text);
    return { file: fileName, event: undefined };
  }
  const filter = filterFor(which, subject);
  if (form === 'evidence') {
    const file = `varve-${day}.varve-evidence`;
    await savePieces(await client.evidence.download({ disclosure, purpose, ...(isFiltering(filter) && { filter }) }), file, ({ text }) => ({ text }), onBytes);
    return { file, event: undefined };
  }
  const file = `varve-log-${day}.${form}`;
  const pieces = await client.intake.export({ format: form, purpose, filter });
  const event = await savePieces(pieces, file, (piece) => (piece.kind === 'text' ? { text: piece.text } : { end: piece.meta.event }), onBytes);
  return { file, event };
}

function ExportForm({ subject, onSaved }: { subject: ExportSubject; onSaved(saved: Saved): void }): ReactNode {
  const { t, bytes } = useWords();
  const client = useClient();
  const [wish, setWish] = useState<Wish>({ which: subject.seq !== undefined ? 'entry' : isFiltering(subject.filter) ? 'filtered' : 'all', form: 'evidence', commitments: false, purpose: '' });
  const [so, setSo] = useState(0);
  const change = (part: Partial<Wish>): void => setWish({ ...wish, ...part });
  const run = useMutation({ mutationFn: () => save(client, subject, { ...wish, purpose: wish.purpose.trim() }, setSo), onSuccess: onSaved });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (wish.purpose.trim() !== '') run.mutate();
  };
  return (
    <form onSubmit={submit} className={styles.dialog}>
      <Radio.Group label={t('export.which')} value={wish.which} onChange={(which) => change({ which: which as Which })}>
        <div className={styles.choices}>
          {subject.seq !== undefined && <Radio value="entry" label={t('export.entry', { seq: subject.seq })} />}
          {isFiltering(subject.filter) && <Radio value="filtered" label={t('export.filtered', { entries: t('word.entries', { count: subject.total }) })} />}
          <Radio value="all" label={t('export.all')} />
        </div>
      </Radio.Group>
      <Radio.Group label={t('export.as')} value={wish.form} onChange={(form) => change({ form: form as Form })}>
        <div className={styles.choices}>
          <Radio value="evidence" label={t('export.asEvidence')} description={t('export.asEvidenceSub')} />
          <Radio value="jsonl" label={t('export.asJsonl')} description={t('export.asJsonlSub')} />
          <Radio value="csv" label={t('export.asCsv')} description={t('export.asCsvSub')} />
        </div>
      </Radio.Group>
      {wish.form === 'evidence' && <Checkbox label={t('export.commitments')} checked={wish.commitments} onChange={(event) => change({ commitments: event.currentTarget.checked })} />}
      <TextInput data-autofocus label={t('export.purpose')} placeholder={t('review.purposeHint')} value={wish.purpose} maxLength={1000} onChange={(event) => change({ purpose: event.currentTarget.value })} />
      {run.isError && <ErrorNotice error={run.error} compact />}
      <div className="row">
        <Button type="submit" disabled={wish.purpose.trim() === ''} loading={run.isPending}>
          {t('export.do')}
        </Button>
        {run.isPending && so > 0 && (
          <span className="muted num" role="status">
            {t('export.running', { size: bytes(so) })}
          </span>
        )}
      </div>
    </form>
  );
}

export function ExportDialog({ subject, onClose }: { subject: ExportSubject; onClose(): void }): ReactNode {
  const { t } = useWords();
  const [saved, setSaved] = useState<Saved>();
  return (
    <Modal opened onClose={onClose} size={520} title={t('export.title')} closeButtonProps={{ 'aria-label': t('word.close') }}>
      {saved === undefined ? (
        <ExportForm subject={subject} onSaved={setSaved} />
      ) : (
        <div className={styles.dialog} data-testid="exported">
          <p className="row">
            <Shape tone="good" size={18} />
            <span>{saved.event === undefined ? t('export.doneEvidence', { file: saved.file }) : t('export.done', { file: saved.file, seq: saved.event })}</span>
          </p>
          <div>
            <Button onClick={onClose}>{t('word.close')}</Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
