// The fields of a channel, a new one or one that is changed. A password typed here goes to the engine once and is never shown again.
import { Checkbox, NativeSelect, NumberInput, PasswordInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Channel } from '../../../contract/alerts.ts';
import { useWords } from '../../ui/words.tsx';
import { ports, type ChannelDraft, type Security } from './channel-draft.ts';
import styles from './Alerts.module.css';

interface ChannelFieldsProps {
  draft: ChannelDraft;
  onChange(change: Partial<ChannelDraft>): void;
  /** Names of the others. */
  others: readonly string[];
  /** The one that is changed. */
  before?: Channel;
}

export function ChannelFields({ draft, onChange, others, before }: ChannelFieldsProps): ReactNode {
  const { t } = useWords();
  const field = (name: 'name' | 'url' | 'host' | 'user' | 'from' | 'to', label: string, description?: string): ReactNode => (
    <TextInput label={label} description={description} value={draft[name]} maxLength={2000} spellCheck={false} onChange={(event) => onChange({ [name]: event.currentTarget.value })} data-testid={`channel-${name}`} />
  );
  const kept = before !== undefined && before.secretFrom !== 'none';
  const hint = !kept ? t('channels.passwordHint') : before.secretReference === null ? t('channels.passwordKept') : t('channels.passwordReferenced', { secret: before.secretReference });
  return (
    <>
      <div className={styles.fields}>
        {before === undefined && <NativeSelect label={t('channels.kind')} value={draft.kind} onChange={(event) => onChange({ kind: event.currentTarget.value as ChannelDraft['kind'] })} data={(['email', 'webhook', 'desktop'] as const).map((value) => ({ value, label: t(`channels.${value}`) }))} data-testid="channel-kind" />}
        {field('name', t('channels.name'), t('channels.nameHint'))}
        {draft.kind === 'webhook' && field('url', t('channels.url'), t('channels.urlHint'))}
        {draft.kind === 'email' && (
          <>
            {field('to', t('channels.to'), t('channels.toHint'))}
            {field('from', t('channels.from'))}
            {field('host', t('channels.server'))}
            <NativeSelect label={t('channels.security')} value={draft.security} onChange={(event) => onChange({ security: event.currentTarget.value as Security, port: ports[event.currentTarget.value as Security] })} data={(['tls', 'starttls', 'none'] as const).map((value) => ({ value, label: t(`channels.${value}`) }))} data-testid="channel-security" />
            <NumberInput label={t('channels.port')} value={draft.port} min={1} max={65_535} hideControls onChange={(value) => onChange({ port: Number(value) })} data-testid="channel-port" />
            {field('user', t('channels.user'))}
          </>
        )}
        {draft.kind !== 'desktop' && <PasswordInput label={t(draft.kind === 'email' ? (kept ? 'channels.passwordNew' : 'channels.password') : kept ? 'channels.keyNew' : 'channels.key')} description={hint} value={draft.password} maxLength={10_000} autoComplete="off" disabled={draft.withoutPassword} onChange={(event) => onChange({ password: event.currentTarget.value })} visibilityToggleButtonProps={{ 'aria-hidden': true }} data-testid="channel-password" />}
        <NativeSelect label={t('channels.fallbackLabel')} value={draft.fallback} onChange={(event) => onChange({ fallback: event.currentTarget.value })} data={[{ value: '', label: t('channels.fallbackNone') }, ...others]} data-testid="channel-fallback" />
      </div>
      {kept && <Checkbox label={t(draft.kind === 'email' ? 'channels.withoutPassword' : 'channels.withoutKey')} checked={draft.withoutPassword} onChange={(event) => onChange({ withoutPassword: event.currentTarget.checked, password: '' })} data-testid="channel-without" />}
      {before !== undefined && <Checkbox label={t('channels.enabled')} checked={draft.enabled} onChange={(event) => onChange({ enabled: event.currentTarget.checked })} data-testid="channel-enabled" />}
    </>
  );
}
