// Secrets: names, what uses them, last used, expires, where kept; never values. The one chosen has an address: /secrets/NAME.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { Link, useLocation, useParams } from 'wouter';
import { storageWords } from '../../../contract/copy/storage.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import type { NamedSecret, SecretStorage } from '../../../contract/secrets.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape } from '../../ui/Shape.tsx';
import { UnlockVault } from '../../ui/UnlockVault.tsx';
import { Moment, Sentence, useNow, useWords } from '../../ui/words.tsx';
import { AddDialog } from './AddDialog.tsx';
import { byNeed, needOf, needTones } from './need.ts';
import { useSecrets } from './queries.ts';
import { SecretPanel } from './SecretPanel.tsx';
import styles from './Secrets.module.css';
import { useUserWords } from './users.ts';

function Storage({ storage }: { storage: SecretStorage }): ReactNode {
  const { t, language, reason } = useWords();
  const [unlocking, setUnlocking] = useState(false);
  const { place, protects, weak } = storageWords(language, { ...storage, store: storage.detail });
  return (
    <section className={`card ${styles.storage}`} data-testid="storage" data-weak={weak || undefined}>
      <Shape tone={storage.state === 'unavailable' ? 'bad' : storage.state === 'locked' || weak ? 'attention' : 'good'} size={18} />
      <div className="grow">
        <p className="strong">{storage.state === 'open' ? t('secrets.keptIn', { place }) : storage.state === 'locked' ? t('secrets.storeLocked', { place }) : t('secrets.storeGone', { place, reason: reason(storage.detail) })}</p>
        <p className="muted">{protects}</p>
      </div>
      {storage.state === 'locked' && <Button onClick={() => setUnlocking(true)}>{t('unlock.do')}</Button>}
      <Link href="/settings/secrets">{t('secrets.kit')}</Link>
      {unlocking && <UnlockVault onClose={() => setUnlocking(false)} />}
    </section>
  );
}

function Expires({ secret }: { secret: NamedSecret }): ReactNode {
  const { t } = useWords();
  if (secret.expiresAt === null) return <span className="muted">{t('secrets.expiresNever')}</span>;
  return <Sentence of={secret.expiry === 'expired' ? 'secrets.expiredAt' : 'secrets.expiresAt'} slots={{ when: <Moment at={secret.expiresAt} form={secret.expiry === 'later' ? 'when' : 'relative'} /> }} />;
}

function Row({ secret, chosen }: { secret: NamedSecret; chosen: boolean }): ReactNode {
  const { t } = useWords();
  const userWords = useUserWords();
  const now = useNow();
  const need = needOf(secret, now.getTime());
  return (
    <li className={styles.row} data-testid="secret-row" data-name={secret.name} data-need={need} data-chosen={chosen || undefined}>
      <span className={styles.need}>
        <Shape tone={needTones[need]} size={16} />
        <span className={need === 'none' ? 'visually-hidden' : undefined}>{t(`secrets.need.${need}`)}</span>
      </span>
      <div className={styles.names}>
        <Link href={`/secrets/${secret.name}`} className="strong mono" aria-current={chosen ? 'true' : undefined}>
          {secret.name}
        </Link>
        <p className="muted">{secret.usedBy.length === 0 ? t('secrets.usedByNone') : t('secrets.usedByList', { list: userWords(secret.usedBy) })}</p>
      </div>
      <div className={styles.when}>
        <p>
          <Expires secret={secret} />
        </p>
        <p className="muted">{secret.lastUsed === null ? t('secrets.neverUsed') : <Sentence of="secrets.lastUsedAt" slots={{ when: <Moment at={secret.lastUsed.at} /> }} />}</p>
      </div>
      <span className={`muted ${styles.place}`}>{t(`secrets.place.${secret.place}`)}</span>
    </li>
  );
}

export function SecretsScreen(): ReactNode {
  const { t } = useWords();
  const { name } = useParams<{ name?: string }>();
  const [, navigate] = useLocation();
  const answer = useSecrets();
  const now = useNow();
  const [adding, setAdding] = useState(false);
  // What was said of an action stays until another place is gone to.
  const [saying, setSaid] = useState<{ at: string | undefined; text: string }>();
  const said = saying !== undefined && saying.at === name ? saying.text : undefined;
  const { secrets, storage } = answer.data ?? {};
  const chosen = secrets?.find((each) => each.name === name);
  const add = (
    <Button disabled={storage?.state !== 'open'} onClick={() => setAdding(true)}>
      {t('secrets.add')}
    </Button>
  );
  return (
    <div className={styles.screen}>
      <header className={styles.head}>
        <div className="row">
          <h1 className="grow">{t('secrets.title')}</h1>
          {(secrets?.length ?? 0) > 0 && add}
        </div>
        <p className={`muted ${styles.lead}`}>{t('secrets.lead')}</p>
      </header>
      {answer.isError && <ErrorNotice error={answer.error} onRetry={() => void answer.refetch()} />}
      {storage && <Storage storage={storage} />}
      {said !== undefined && (
        <p className="row" role="status" data-testid="secrets-said">
          <Shape tone="good" size={16} /> {said}
        </p>
      )}
      {name !== undefined && secrets !== undefined && chosen === undefined && said === undefined && <p role="status">{t('secrets.unknown', { name: visibleText(name, true) })}</p>}
      {secrets?.length === 0 && <EmptyState sentence={t('secrets.empty')} action={add} example="varve secret set github --expires 2027-03-01" />}
      {secrets !== undefined && secrets.length > 0 && (
        <div className={styles.body} data-panel={chosen !== undefined || undefined}>
          <ul className={`card plain-list ${styles.list}`} aria-label={t('secrets.list')} data-testid="secret-list">
            {byNeed(secrets, now.getTime()).map((secret) => (
              <Row key={secret.name} secret={secret} chosen={secret === chosen} />
            ))}
          </ul>
          {chosen && storage && (
            <SecretPanel
              key={chosen.name}
              secret={chosen}
              storage={storage}
              onClose={() => navigate('/secrets')}
              onRemoved={() => {
                setSaid({ at: undefined, text: t('secrets.removed', { name: chosen.name }) });
                navigate('/secrets');
              }}
            />
          )}
        </div>
      )}
      {adding && (
        <AddDialog
          taken={secrets?.map((each) => each.name) ?? []}
          onClose={() => setAdding(false)}
          onDone={(added) => {
            setAdding(false);
            setSaid({ at: added, text: t('secrets.saved', { name: added }) });
            navigate(`/secrets/${added}`);
          }}
        />
      )}
    </div>
  );
}
