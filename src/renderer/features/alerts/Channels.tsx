// Where a person is told: each channel with how its last delivery went, a real test message, and a form for another one.
import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { Channel, Delivery } from '../../../contract/alerts.ts';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatWhen } from '../../../contract/copy/values.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { Shape, type Tone } from '../../ui/Shape.tsx';
import { Sure } from '../../ui/Sure.tsx';
import { useNow, useWords } from '../../ui/words.tsx';
import { AddChannel } from './AddChannel.tsx';
import { EditChannel } from './EditChannel.tsx';
import { QuietHours } from './QuietHours.tsx';
import { useChannels, useSay } from './queries.ts';
import styles from './Alerts.module.css';

function stateOf({ enabled, deadSince, lastDelivery }: Channel): Tone {
  if (!enabled) return 'unknown';
  if (deadSince !== null) return 'bad';
  if (lastDelivery === null) return 'unknown';
  return lastDelivery.ok ? 'good' : 'attention';
}

function StateText({ channel: { enabled, deadSince, lastDelivery } }: { channel: Channel }): ReactNode {
  const { t, language, reason } = useWords();
  const now = useNow();
  const when = (at: string): string => formatWhen(language, new Date(at), now);
  if (!enabled) return t('channels.off');
  if (deadSince !== null) return t('channels.dead', { when: when(deadSince), reason: reason(lastDelivery?.error ?? '') });
  if (lastDelivery === null) return t('channels.unused');
  return lastDelivery.ok ? t('channels.well', { when: when(lastDelivery.at) }) : t('channels.failed', { reason: reason(lastDelivery.error ?? '') });
}

function RemoveChannel({ name, onClose }: { name: string; onClose(): void }): ReactNode {
  const { t } = useWords();
  const remove = useSay();
  return <Sure title={t('channels.removeAsk', { name })} sub={t('channels.removeSub')} yes={t('word.remove')} loading={remove.isPending} error={remove.error} onClose={onClose} onYes={() => remove.mutate(async (client) => client.alerts.channels.remove({ channel: name }), { onSuccess: onClose })} />;
}

function ChannelRow({ channel, others }: { channel: Channel; others: readonly string[] }): ReactNode {
  const { t, reason } = useWords();
  const test = useSay<Delivery>();
  const [open, setOpen] = useState<'edit' | 'remove'>();
  const { name, target, fallback, waiting } = channel;
  const where = target.kind === 'email' ? target.to.join(', ') : target.kind === 'webhook' ? target.url : '';
  return (
    <li className={styles.channel} data-testid="channel" data-name={name}>
      <Shape tone={stateOf(channel)} />
      <div className={styles.body}>
        <p>
          <b className="strong">{name}</b> <span className="muted">{[t(`channels.${target.kind}`), visibleText(where, true)].filter((text) => text !== '').join(' · ')}</span>
        </p>
        <p className="muted">
          <StateText channel={channel} />
          {waiting > 0 && ` · ${t('channels.waiting', { count: waiting })}`}
          {fallback !== null && ` · ${t('channels.fallback', { name: fallback })}`}
        </p>
        {test.isError && <ErrorNotice error={test.error} compact />}
        {test.data && !test.isPending && <p role="status">{test.data.ok ? t('channels.testOk') : t('channels.testFailed', { reason: reason(test.data.error ?? '') })}</p>}
      </div>
      <div className={styles.actions}>
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate((client) => client.alerts.channels.test({ channel: name }))} aria-label={`${t('channels.test')}: ${name}`}>
          {t('channels.test')}
        </Button>
        <Button variant="default" onClick={() => setOpen('edit')} aria-label={`${t('alerts.edit')}: ${name}`}>
          {t('alerts.edit')}
        </Button>
        <Button variant="default" onClick={() => setOpen('remove')} aria-label={`${t('word.remove')}: ${name}`}>
          {t('word.remove')}
        </Button>
      </div>
      {open === 'edit' && <EditChannel channel={channel} others={others} onClose={() => setOpen(undefined)} />}
      {open === 'remove' && <RemoveChannel name={name} onClose={() => setOpen(undefined)} />}
    </li>
  );
}

export function Channels(): ReactNode {
  const { t } = useWords();
  const channels = useChannels();
  const names = channels.data?.map(({ name }) => name) ?? [];
  return (
    <section className={`card ${styles.channels}`} aria-labelledby="channels-title">
      <h2 id="channels-title">{t('channels.title')}</h2>
      <p className="muted">{t('channels.sub')}</p>
      {channels.isError && <ErrorNotice error={channels.error} onRetry={() => void channels.refetch()} compact />}
      <ul className="plain-list">
        {channels.data?.map((channel) => (
          <ChannelRow key={channel.id} channel={channel} others={names.filter((name) => name !== channel.name)} />
        ))}
      </ul>
      <details>
        <summary>{t('channels.add')}</summary>
        <AddChannel taken={names} />
      </details>
      <QuietHours />
    </section>
  );
}
