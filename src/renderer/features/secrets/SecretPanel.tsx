// One secret: what is known of it, what can be done with it, its versions and who read it. Never its value.
import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { visibleText } from '../../../contract/copy/text.ts';
import type { NamedSecret, SecretStorage } from '../../../contract/secrets.ts';
import { useClient } from '../../api/queries.ts';
import { CopyButton, ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { Moment, Sentence, useWords } from '../../ui/words.tsx';
import { Access } from './Access.tsx';
import { ExpiryDialog } from './ExpiryDialog.tsx';
import { ReplaceDialog } from './ReplaceDialog.tsx';
import { RevealDialog } from './RevealDialog.tsx';
import styles from './Secrets.module.css';
import { useUserWords } from './users.ts';

function Facts({ secret }: { secret: NamedSecret }): ReactNode {
  const { t } = useWords();
  const userWords = useUserWords();
  const { lastUsed, expiresAt, usedBy } = secret;
  return (
    <dl className="fact-list" data-testid="secret-facts">
      <dt>{t('secrets.usedBy')}</dt>
      <dd>{usedBy.length === 0 ? t('secrets.usedByNone') : userWords(usedBy)}</dd>
      <dt>{t('secrets.lastUsed')}</dt>
      <dd>
        {lastUsed === null ? t('secrets.neverUsed') : <Sentence of="secrets.lastUsedValue" slots={{ when: <Moment at={lastUsed.at} />, by: visibleText(lastUsed.by, true) }} />}
        {secret.uses > 0 && <span className="muted"> ({t('secrets.uses', { count: secret.uses })})</span>}
      </dd>
      <dt>{t('secrets.expires')}</dt>
      <dd>{expiresAt === null ? t('secrets.expiresNever') : <Moment at={expiresAt} form="when" />}</dd>
      <dt>{t('secrets.where')}</dt>
      <dd>{t(`secrets.place.${secret.place}`)}</dd>
      <dt>{t('secrets.changed')}</dt>
      <dd>
        <Sentence of="secrets.changedValue" params={{ version: secret.version }} slots={{ when: <Moment at={secret.changedAt} /> }} />
      </dd>
      <dt>{t('secrets.reference')}</dt>
      <dd className={styles.reference}>
        <code className="mono">secret:{secret.name}</code> <CopyButton text={() => `secret:${secret.name}`} label={t('word.copy')} />
      </dd>
    </dl>
  );
}

function Versions({ secret }: { secret: NamedSecret }): ReactNode {
  const { t } = useWords();
  return (
    <ul className={`plain-list ${styles.versions}`}>
      {secret.versions.map(({ version, state, createdAt, keepUntil }) => (
        <li key={version}>
          <span className="strong">{t('secrets.version', { version })}</span> <span className="muted">{state === 'current' ? <Sentence of="secrets.versionCurrent" slots={{ when: <Moment at={createdAt} form="when" /> }} /> : <Sentence of="secrets.versionKept" slots={{ when: <Moment at={keepUntil ?? createdAt} form="when" /> }} />}</span>
        </li>
      ))}
    </ul>
  );
}

export function SecretPanel({ secret, storage, onRemoved, onClose }: { secret: NamedSecret; storage: SecretStorage; onRemoved(): void; onClose(): void }): ReactNode {
  const { t } = useWords();
  const client = useClient();
  const queries = useQueryClient();
  const userWords = useUserWords();
  const { name } = secret;
  const [dialog, setDialog] = useState<'reveal' | 'replace' | 'expiry' | 'remove'>();
  const [said, setSaid] = useState<string>();
  const close = (): void => setDialog(undefined);
  const kept = secret.versions.find(({ state }) => state === 'kept');
  const back = useMutation({
    mutationFn: () => client.secrets.switchBack({ name }),
    onSuccess: async ({ version }) => {
      await queries.invalidateQueries({ queryKey: ['secrets'] });
      setSaid(t('secrets.switchedBack', { version }));
    }
  });
  const remove = useMutation({
    mutationFn: () => client.secrets.remove({ name, evenIfUsed: true }),
    onSuccess: async () => {
      onRemoved();
      await queries.invalidateQueries({ queryKey: ['secrets', 'list'] });
    }
  });
  const usable = storage.state === 'open';
  return (
    <aside className={`card ${styles.panel}`} aria-label={t('secrets.panel')} data-testid="secret-panel" data-name={name}>
      <div className="row">
        <h2 className={`grow mono ${styles.title}`}>{name}</h2>
        <ActionIcon variant="subtle" color="gray" aria-label={t('word.close')} onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <Facts secret={secret} />
      {!secret.maskable && (
        <p className="row">
          <Shape tone="attention" size={16} /> <span>{t('secrets.tooShort')}</span>
        </p>
      )}
      {said !== undefined && (
        <p className="row" role="status" data-testid="secret-said">
          <Shape tone="good" /> {said}
        </p>
      )}
      {back.isError && <ErrorNotice error={back.error} compact />}
      <div className={styles.buttons}>
        <Button disabled={!usable} onClick={() => setDialog('replace')}>
          {t('secrets.replace')}
        </Button>
        <Button variant="default" disabled={!usable} onClick={() => setDialog('reveal')}>
          {t('secrets.reveal')}
        </Button>
        <Button variant="default" onClick={() => setDialog('expiry')}>
          {t('secrets.setExpiry')}
        </Button>
        {kept !== undefined && (
          <Button variant="default" disabled={!usable} loading={back.isPending} onClick={() => back.mutate()}>
            {t('secrets.switchBack', { version: kept.version })}
          </Button>
        )}
        <Button variant="default" disabled={!usable} onClick={() => setDialog('remove')}>
          {t('secrets.remove')}
        </Button>
      </div>
      <h3>{t('secrets.versions')}</h3>
      <Versions secret={secret} />
      <h3>{t('secrets.access')}</h3>
      <Access name={name} />
      {dialog === 'reveal' && <RevealDialog secret={secret} storage={storage} onClose={close} />}
      {dialog === 'expiry' && <ExpiryDialog secret={secret} onClose={close} />}
      {dialog === 'replace' && (
        <ReplaceDialog
          secret={secret}
          onClose={close}
          onDone={(words) => {
            setSaid(words);
            close();
          }}
        />
      )}
      {dialog === 'remove' && (
        <Sure title={t('secrets.removeTitle', { name })} sub={t('secrets.removeSub')} yes={t('secrets.removeDo')} loading={remove.isPending} error={remove.error} onYes={() => remove.mutate()} onClose={close}>
          {secret.usedBy.length > 0 && (
            <p className="strong" data-testid="remove-users">
              {t('secrets.removeUsed', { count: secret.usedBy.length })} {userWords(secret.usedBy)}
            </p>
          )}
        </Sure>
      )}
    </aside>
  );
}
