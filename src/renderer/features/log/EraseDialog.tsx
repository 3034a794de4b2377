// Erasing what an entry holds, or everything about one thing: says first what goes and what stays, asks for reason and legal basis, and names
// object and count on the button.
import { Button, Modal, Radio, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { basisWords, reasonWords } from '../../../contract/copy/erasure.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { erasureReasons, legalBases, RequestId, type ErasureReason, type ErasureResult, type LegalBasis } from '../../../contract/erasure.ts';
import { useClient } from '../../api/queries.ts';
import { downloadText } from '../../ui/download.ts';
import { DangerButton } from '../../ui/DangerButton.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { useWords } from '../../ui/words.tsx';
import styles from './Log.module.css';

export interface EraseSubject {
  seq: number;
  /** The thing that the entry is about, by name. */
  subject: string | null;
}

type What = 'entry' | 'subject';

function EraseForm({ of, onErased }: { of: EraseSubject; onErased(result: ErasureResult): void }): ReactNode {
  const { t, language } = useWords();
  const client = useClient();
  const [what, setWhat] = useState<What>('entry');
  const [reason, setReason] = useState<ErasureReason | null>(null);
  const [basis, setBasis] = useState<LegalBasis | null>(null);
  const [request, setRequest] = useState('');
  const target = what === 'subject' && of.subject !== null ? { subject: of.subject } : { seqs: [of.seq] };
  // A dry run writes nothing; its reason is never recorded.
  const trial = useQuery({ queryKey: ['log', 'erase-trial', target], queryFn: ({ signal }) => client.erasure.erase({ ...target, reason: 'own-wish', basis: 'none', dryRun: true }, { signal }), retry: false, gcTime: 0 });
  const erase = useMutation({
    mutationFn: (grounds: { reason: ErasureReason; basis: LegalBasis }) => client.erasure.erase({ ...target, ...grounds, language, ...(request.trim() !== '' && { request: request.trim() }) }),
    onSuccess: onErased
  });
  const requestFits = request.trim() === '' || RequestId.safeParse(request.trim()).success;
  const count = trial.data?.entries ?? 0;
  return (
    <div className={styles.dialog}>
      <p>{t('erase.intro')}</p>
      {of.subject !== null && (
        <Radio.Group label={t('erase.what')} value={what} onChange={(next) => setWhat(next as What)}>
          <div className={styles.choices}>
            <Radio value="entry" label={t('erase.onlyThis')} />
            <Radio value="subject" label={t('erase.subject', { subject: visibleText(of.subject, true) })} />
          </div>
        </Radio.Group>
      )}
      {trial.isPending && <p className="muted">{t('erase.counting')}</p>}
      {trial.isError && <ErrorNotice error={trial.error} compact />}
      {trial.data && (
        <div className={styles.outside} data-testid="erase-trial">
          <Shape tone="attention" size={16} />
          <span>
            {t('erase.count', { count })}
            {trial.data.names > 0 && ` ${t('erase.countNames', { count: trial.data.names })}`}. {count > 1 && t('erase.notes')} {trial.data.kept.length > 0 && t('erase.kept', { count: trial.data.kept.length })}
          </span>
        </div>
      )}
      {trial.data && (
        <>
          <Select label={t('erase.reason')} data={erasureReasons.map((value) => ({ value, label: reasonWords[language][value] }))} value={reason} onChange={(value) => setReason(value as ErasureReason | null)} comboboxProps={{ withinPortal: true }} />
          <Select label={t('erase.basis')} data={legalBases.map((value) => ({ value, label: basisWords[language][value] }))} value={basis} onChange={(value) => setBasis(value as LegalBasis | null)} searchable comboboxProps={{ withinPortal: true }} />
          <TextInput label={t('erase.request')} description={t('erase.requestSub')} value={request} maxLength={64} error={requestFits ? undefined : t('erase.requestSub')} onChange={(event) => setRequest(event.currentTarget.value)} />
          {erase.isError && <ErrorNotice error={erase.error} compact />}
          <div>
            <DangerButton disabled={reason === null || basis === null || !requestFits} loading={erase.isPending} onClick={() => reason !== null && basis !== null && erase.mutate({ reason, basis })} data-testid="erase-do">
              {t('erase.do', { count })}
            </DangerButton>
          </div>
        </>
      )}
    </div>
  );
}

function Erased({ result, onClose }: { result: ErasureResult; onClose(): void }): ReactNode {
  const { t } = useWords();
  return (
    <div className={styles.dialog} data-testid="erased">
      <p className="row">
        <Shape tone="good" size={18} /> <span>{t('erase.done', { count: result.entries, seq: result.events.at(-1) ?? 0 })}</span>
      </p>
      {result.residue === 'waiting' && (
        <p className="row">
          <Shape tone="attention" size={16} /> <span>{t('erase.waiting')}</span>
        </p>
      )}
      <p className="muted">{t('erase.reachSub')}</p>
      <div className="row">
        <Button variant="default" onClick={() => downloadText(`varve-erasure-${result.events.at(-1) ?? 0}.md`, result.report.text)}>
          {t('erase.report')}
        </Button>
        <Button onClick={onClose}>{t('word.close')}</Button>
      </div>
    </div>
  );
}

export function EraseDialog({ of, onErased, onClose }: { of: EraseSubject; onErased(seqs: readonly number[]): void; onClose(): void }): ReactNode {
  const { t } = useWords();
  const queries = useQueryClient();
  const [result, setResult] = useState<ErasureResult>();
  const erased = (done: ErasureResult): void => {
    setResult(done);
    onErased(done.seqs);
    // Nothing of it stays in this page either.
    queries.removeQueries({ queryKey: ['log'], type: 'inactive' });
    void queries.invalidateQueries({ queryKey: ['log'] });
  };
  return (
    <Modal opened onClose={onClose} size={560} title={t('erase.title', { seq: of.seq })} closeButtonProps={{ 'aria-label': t('word.close') }}>
      {result === undefined ? <EraseForm of={of} onErased={erased} /> : <Erased result={result} onClose={onClose} />}
    </Modal>
  );
}
