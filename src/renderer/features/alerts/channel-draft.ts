// A channel as it is typed, and what it means. Pure.
import type { Channel, ChannelSecret, ChannelTarget } from '../../../contract/alerts.ts';

export type Security = 'tls' | 'starttls' | 'none';
export const ports: Record<Security, number> = { tls: 465, starttls: 587, none: 25 };

export interface ChannelDraft {
  kind: ChannelTarget['kind'];
  name: string;
  enabled: boolean;
  url: string;
  host: string;
  port: number;
  security: Security;
  user: string;
  password: string;
  /** The one that is kept is to go. */
  withoutPassword: boolean;
  from: string;
  to: string;
  fallback: string;
}

export const blankChannel: ChannelDraft = { kind: 'email', name: '', enabled: true, url: '', host: '', port: ports.tls, security: 'tls', user: '', password: '', withoutPassword: false, from: '', to: '', fallback: '' };

/** Without its password, which never comes back. */
export function draftOfChannel({ name, enabled, target, fallback }: Channel): ChannelDraft {
  const draft = { ...blankChannel, kind: target.kind, name, enabled, fallback: fallback ?? '' };
  if (target.kind === 'webhook') return { ...draft, url: target.url };
  if (target.kind === 'desktop') return draft;
  const { host, port, security, user, from, to } = target;
  return { ...draft, host, port, security, user: user ?? '', from, to: to.join(', ') };
}

export function targetOf({ kind, url, host, port, security, user, from, to }: ChannelDraft): ChannelTarget {
  if (kind === 'desktop') return { kind };
  if (kind === 'webhook') return { kind, url: url.trim() };
  const recipients = to.split(/[,;\s]+/).filter((each) => each !== '');
  return { kind, host: host.trim(), port, security, user: user.trim() === '' ? null : user.trim(), from: from.trim() === '' ? (recipients[0] ?? '') : from.trim(), to: recipients };
}

/** undefined: the one that is kept stays; null: none. */
export function secretOfDraft({ kind, password, withoutPassword }: ChannelDraft): ChannelSecret | null | undefined {
  if (kind === 'desktop' || withoutPassword) return null;
  return password === '' ? undefined : { kind: 'value', value: password };
}
