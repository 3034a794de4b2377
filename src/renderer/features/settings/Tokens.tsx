// API tokens: made once, shown once, revoked by name.
import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { Scope, Token } from '../../../contract/gateway.ts';
import { useClient } from '../../api/queries.ts';
import { DangerButton } from '../../ui/DangerButton.tsx';
import { CopyButton, ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import { Section } from './Section.tsx';
import styles from './Settings.module.css';

const scopes: readonly Scope[] = ['owner', 'read', 'append'];
const lifetimes = [7, 30, 90, 365] as const;

function NewToken({ onClose }: { onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const [label, setLabel] = useState('');
  const [scope, setScope] = useState<Scope>('read');
  const [days, setDays] = useState('90');
  const create = useMutation({
    mutationFn: () => client.gateway.tokens.create({ label: label.trim(), scope, ...(days === '' ? {} : { expiresInDays: Number(days) }) }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] })
  });
  const value = create.data?.value;
  return (
    <Modal opened onClose={onClose} title={t('set.tokenNew')} closeButtonProps={{ 'aria-label': t('word.close') }}>
      {value !== undefined ? (
        <div className={styles.form}>
          <p className="strong">{t('set.tokenOnce')}</p>
          <TextInput label={t('set.tokenValue')} value={value} readOnly styles={{ input: { fontFamily: 'var(--mono)' } }} onFocus={(event) => event.currentTarget.select()} data-testid="token-value" />
          <div className="row">
            <CopyButton text={() => value} label={t('word.copy')} />
            <span className="grow" />
            <Button onClick={onClose}>{t('word.close')}</Button>
          </div>
        </div>
      ) : (
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <TextInput label={t('set.tokenLabel')} description={t('set.tokenLabelHint')} value={label} maxLength={100} onChange={(event) => setLabel(event.currentTarget.value)} data-autofocus />
          <Select label={t('set.tokenScope')} data={scopes.map((item) => ({ value: item, label: t(`set.scope.${item}`) }))} value={scope} onChange={(next) => next && setScope(next as Scope)} comboboxProps={{ withinPortal: true }} />
          <Select label={t('set.tokenExpires')} data={[...lifetimes.map((item) => ({ value: String(item), label: t('set.days', { count: item }) })), { value: '', label: t('set.noExpiry') }]} value={days} onChange={(next) => setDays(next ?? '')} />
          {create.isError && <ErrorNotice error={create.error} compact />}
          <Button type="submit" disabled={label.trim() === ''} loading={create.isPending}>
            {t('set.tokenCreate')}
          </Button>
        </form>
      )}
    </Modal>
  );
}

function RevokeToken({ token, onClose }: { token: Token; onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => client.gateway.tokens.revoke({ id: token.id }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['tokens'] });
      onClose();
    }
  });
  return (
    <Modal opened onClose={onClose} title={t('set.tokenRevokeAsk', { label: visibleText(token.label, true) })} closeButtonProps={{ 'aria-label': t('word.close') }}>
      <div className={styles.form}>
        <p>{t('set.tokenRevokeSub')}</p>
        {revoke.isError && <ErrorNotice error={revoke.error} compact />}
        <div className="row">
          <span className="grow" />
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('word.cancel')}
          </Button>
          <DangerButton onClick={() => revoke.mutate()} loading={revoke.isPending}>
            {t('set.tokenRevoke')}
          </DangerButton>
        </div>
      </div>
    </Modal>
  );
}

export function Tokens(): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => client.gateway.tokens.list({}, { signal }) });
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<Token>();
  return (
    <Section id="tokens" title={t('set.tokens')} sub={tokens.data?.length === 0 ? t('set.tokensEmpty') : t('set.tokensSub')} action={<Button variant="default" onClick={() => setMaking(true)}>{t('set.tokenNew')}</Button>}>
      {tokens.isError && <ErrorNotice error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {(tokens.data?.length ?? 0) > 0 && (
        <ul className={`card plain-list ${styles.rows}`}>
          {tokens.data?.map((token) => (
            <li key={token.id} data-testid="token">
              <div className={styles.row} data-off={token.revokedAt !== null || undefined}>
                <div className="grow">
                  <p>
                    <b className="strong">{visibleText(token.label, true)}</b> <span className="muted">{t(`set.scope.${token.scope}`)}</span>
                  </p>
                  <p className="muted">
                    {token.revokedAt !== null ? (
                      <Sentence of="set.tokenRevoked" slots={{ when: <Moment at={token.revokedAt} /> }} />
                    ) : (
                      <>
                        {token.lastUsedAt === null ? t('set.tokenUnused') : <Sentence of="set.tokenUsed" slots={{ when: <Moment at={token.lastUsedAt} /> }} />}
                        {token.expiresAt !== null && (
                          <>
                            {'; '}
                            <Sentence of="set.tokenUntil" slots={{ when: <Moment at={token.expiresAt} form="when" /> }} />
                          </>
                        )}
                      </>
                    )}
                  </p>
                </div>
                {token.revokedAt === null && (
                  <Button variant="default" onClick={() => setRevoking(token)}>
                    {t('set.tokenRevoke')}
                  </Button>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {making && <NewToken onClose={() => setMaking(false)} />}
      {revoking && <RevokeToken token={revoking} onClose={() => setRevoking(undefined)} />}
    </Section>
  );
}
