// Witnesses: who is known, how far each has followed, and the three ways to ask: over the network, or with a request and an answer as files.
import { Button, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import type { Witness, WitnessResult } from '../../../contract/anchors.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { useClient } from '../../api/queries.ts';
import { downloadText } from '../../ui/download.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { FileButton } from '../../ui/FileButton.tsx';
import { useWords } from '../../ui/words.tsx';
import { Answer } from './Answer.tsx';
import { useRefreshAnchors, useSigningKeys, useWitnesses } from './queries.ts';
import styles from './Anchors.module.css';

function ResultOf({ result }: { result: WitnessResult }): ReactNode {
  const { t } = useWords();
  return result.anchor ? <Answer anchor={result.anchor} /> : <p role="status">{t('anchors.answerSize', { size: result.size })}</p>;
}

function WitnessRow({ witness }: { witness: Witness }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const refresh = useRefreshAnchors();
  const send = useMutation({ mutationFn: () => client.anchors.witnesses.send({ witness: witness.vkey }), onSuccess: refresh });
  const accept = useMutation({ mutationFn: (text: string) => client.anchors.witnesses.accept({ text, witness: witness.vkey }), onSuccess: refresh });
  const request = useMutation({
    mutationFn: () => client.anchors.witnesses.request({ witness: witness.vkey }),
    onSuccess: ({ fileName, text }) => downloadText(fileName, text)
  });
  const remove = useMutation({ mutationFn: () => client.anchors.witnesses.remove({ witness: witness.vkey }), onSuccess: refresh });
  const failed = [send, accept, request, remove].find((each) => each.isError);
  const name = visibleText(witness.name, true);
  return (
    <li className={styles.witness} data-testid="witness">
      <p>
        <b className="strong">{name}</b> <span className="muted">{witness.size === 0 ? t('anchors.witnessNew') : t('anchors.witnessSize', { count: witness.size })}</span>
        {witness.url !== null && <span className="muted"> · {visibleText(witness.url, true)}</span>}
      </p>
      <div className={styles.buttons}>
        {witness.url !== null && (
          <Button onClick={() => send.mutate()} loading={send.isPending}>
            {t('anchors.ask')}
          </Button>
        )}
        <Button variant="default" onClick={() => request.mutate()} loading={request.isPending}>
          {t('anchors.request')}
        </Button>
        <FileButton label={t('anchors.answer')} testId="answer-file" disabled={accept.isPending} onText={(text) => accept.mutate(text)} />
        <Button variant="default" onClick={() => remove.mutate()} loading={remove.isPending} aria-label={`${t('anchors.witnessRemove')} ${name}`}>
          {t('anchors.witnessRemove')}
        </Button>
      </div>
      {failed && <ErrorNotice error={failed.error} compact />}
      {send.data && !send.isPending && <ResultOf result={send.data} />}
      {accept.data && !accept.isPending && <ResultOf result={accept.data} />}
    </li>
  );
}

function AddWitness(): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const refresh = useRefreshAnchors();
  const [vkey, setVkey] = useState('');
  const [url, setUrl] = useState('');
  const add = useMutation({
    mutationFn: () => client.anchors.witnesses.add({ vkey: vkey.trim(), ...(url.trim() === '' ? {} : { url: url.trim() }) }),
    onSuccess: () => {
      setVkey('');
      setUrl('');
      return refresh();
    }
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate();
      }}
    >
      <TextInput label={t('anchors.witnessKey')} description={t('anchors.witnessKeyHint')} value={vkey} maxLength={4096} spellCheck={false} onChange={(event) => setVkey(event.currentTarget.value)} styles={{ input: { fontFamily: 'var(--mono)' } }} data-testid="witness-key" />
      <TextInput label={t('anchors.witnessUrl')} description={t('anchors.witnessUrlHint')} placeholder="http://192.168.1.20:7341/" value={url} maxLength={2000} spellCheck={false} onChange={(event) => setUrl(event.currentTarget.value)} data-testid="witness-url" />
      {add.isError && <ErrorNotice error={add.error} compact />}
      <div className={styles.buttons}>
        <Button type="submit" variant="default" disabled={vkey.trim() === ''} loading={add.isPending}>
          {t('anchors.witnessAddDo')}
        </Button>
      </div>
    </form>
  );
}

export function Witnesses(): ReactNode {
  const { t } = useWords();
  const witnesses = useWitnesses();
  const key = useSigningKeys().data?.find(({ current }) => current)?.vkey;
  return (
    <section className={`card ${styles.way}`} aria-labelledby="anchor-witnesses">
      <h2 id="anchor-witnesses">{t('anchors.witnesses')}</h2>
      <p className="muted">{t('anchors.witnessesSub')}</p>
      {witnesses.isError && <ErrorNotice error={witnesses.error} onRetry={() => void witnesses.refetch()} compact />}
      {witnesses.data?.length === 0 && <p>{t('anchors.noWitness')}</p>}
      {(witnesses.data?.length ?? 0) > 0 && (
        <ul className="plain-list">
          {witnesses.data?.map((witness) => (
            <WitnessRow key={witness.vkey} witness={witness} />
          ))}
        </ul>
      )}
      <details>
        <summary>{t('anchors.addWitness')}</summary>
        <AddWitness />
        {key !== undefined && (
          <p className="muted">
            {t('anchors.ownKey')} <code className={`mono ${styles.key}`}>{key}</code>
          </p>
        )}
      </details>
    </section>
  );
}
