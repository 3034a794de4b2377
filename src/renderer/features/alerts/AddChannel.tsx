// The form of a new channel. A password typed here goes to the engine once and is never shown again.
import { Button, NativeSelect, NumberInput, PasswordInput, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import type { ChannelTarget } from '../../../contract/alerts.ts';
import { ErrorNotice } from '../../ui/ErrorNotice.tsx';
import { makeName } from '../../ui/naming.ts';
import { useWords } from '../../ui/words.tsx';
import { useSay } from './queries.ts';
import styles from './Alerts.module.css';

type Kind = ChannelTarget['kind'];
type Security = 'tls' | 'starttls' | 'none';
const ports: Record<Security, number> = { tls: 465, starttls: 587, none: 25 };

interface Draft {
  kind: Kind;
  name: string;
  url: string;
  host: string;
  port: number;
  security: Security;
  user: string;
  password: string;
  from: string;
  to: string;
  fallback: string;
}

const blank: Draft = { kind: 'email', name: '', url: '', host: '', port: ports.tls, security: 'tls', user: '', password: '', from: '', to: '', fallback: '' };

function targetOf({ kind, url, host, port, security, user, from, to }: Draft): ChannelTarget {
  if (kind === 'desktop') return { kind };
  if (kind === 'webhook') return { kind, url: url.trim() };
  const recipients = to.split(/[,;\s]+/).filter((each) => each !== '');
  return { kind, host: host.trim(), port, security, user: user.trim() === '' ? null : user.trim(), from: from.trim() === '' ? (recipients[0] ?? '') : from.trim(), to: recipients };
}

export function AddChannel({ taken }: { taken: readonly string[] }): ReactNode {
  const { t } = useWords();
  const add = useSay();
  const [draft, setDraft] = useState(blank);
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const field = (name: 'name' | 'url' | 'host' | 'user' | 'from' | 'to', label: string, description?: string): ReactNode => (
    <TextInput label={label} description={description} value={draft[name]} maxLength={2000} spellCheck={false} onChange={(event) => set({ [name]: event.currentTarget.value })} data-testid={`channel-${name}`} />
  );
  const send = (): void => {
    const name = draft.name.trim() === '' ? makeName(t(`channels.${draft.kind}`), draft.kind, taken) : draft.name.trim();
    const secret = draft.password === '' || draft.kind === 'desktop' ? null : ({ kind: 'value', value: draft.password } as const);
    add.mutate((client) => client.alerts.channels.add({ name, target: targetOf(draft), secret, fallback: draft.fallback === '' ? null : draft.fallback }), { onSuccess: () => setDraft(blank) });
  };
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className={styles.fields}>
        <NativeSelect label={t('channels.kind')} value={draft.kind} onChange={(event) => set({ kind: event.currentTarget.value as Kind })} data={(['email', 'webhook', 'desktop'] as const).map((value) => ({ value, label: t(`channels.${value}`) }))} data-testid="channel-kind" />
        {field('name', t('channels.name'), t('channels.nameHint'))}
        {draft.kind === 'webhook' && field('url', t('channels.url'), t('channels.urlHint'))}
        {draft.kind === 'email' && (
          <>
            {field('to', t('channels.to'), t('channels.toHint'))}
            {field('from', t('channels.from'))}
            {field('host', t('channels.server'))}
            <NativeSelect label={t('channels.security')} value={draft.security} onChange={(event) => set({ security: event.currentTarget.value as Security, port: ports[event.currentTarget.value as Security] })} data={(['tls', 'starttls', 'none'] as const).map((value) => ({ value, label: t(`channels.${value}`) }))} data-testid="channel-security" />
            <NumberInput label={t('channels.port')} value={draft.port} min={1} max={65_535} hideControls onChange={(value) => set({ port: Number(value) })} data-testid="channel-port" />
            {field('user', t('channels.user'))}
          </>
        )}
        {draft.kind !== 'desktop' && <PasswordInput label={t(draft.kind === 'email' ? 'channels.password' : 'channels.key')} description={t('channels.passwordHint')} value={draft.password} maxLength={10_000} autoComplete="off" onChange={(event) => set({ password: event.currentTarget.value })} visibilityToggleButtonProps={{ 'aria-hidden': true }} data-testid="channel-password" />}
        <NativeSelect label={t('channels.fallbackLabel')} value={draft.fallback} onChange={(event) => set({ fallback: event.currentTarget.value })} data={[{ value: '', label: t('channels.fallbackNone') }, ...taken]} data-testid="channel-fallback" />
      </div>
      {add.isError && <ErrorNotice error={add.error} compact />}
      <div className={styles.actions}>
        <Button type="submit" loading={add.isPending}>
          {t('word.add')}
        </Button>
      </div>
    </form>
  );
}
