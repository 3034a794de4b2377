// One message to one channel. Rejects with an Error whose message says in a few words why it was not taken; never with a password in it.
import { createHmac } from 'node:crypto';
import type { EngineEvent } from '../../../../contract/events.ts';
import type { Language } from '../../../../contract/ids.ts';
import { messageText } from '../../../../contract/copy/alerts.ts';
import type { Mail, Net } from '../../ports.ts';
import type { AlertRow, ChannelRow } from '../model.ts';
import { isoOf } from '../../kit/iso.ts';

export interface Message {
  /** By it whoever gets the message twice can tell. */
  id: string;
  kind: 'message' | 'digest' | 'test';
  at: string;
  firing: readonly AlertRow[];
  resolved: readonly AlertRow[];
}

export type Send = (channel: ChannelRow, message: Message, signal: AbortSignal) => Promise<void>;

export interface SendDeps {
  net: Net;
  mail: Mail;
  announce(event: EngineEvent): void;
  now(): number;
  language(): Language;
  /** Where this home is, for people with several computers. */
  computer: string;
  /** The mail password, or the key that signs; undefined: none. */
  secretOf(channel: ChannelRow): Promise<string | undefined>;
  /** The value of `secret:NAME`. */
  readSecret(reference: string): Promise<string>;
  /** Takes secrets out of what leaves (rule 10.6). */
  mask<T>(value: T): T;
}

const timeoutMs = 20_000;
const answerLimitBytes = 65_536;

export function createSend(deps: SendDeps): Send {
  const sendTo = createSendTo(deps);
  return async (channel, message, signal) => {
    try {
      await sendTo(channel, deps.mask(message), signal);
    } catch (error) {
      // A library may quote the address, or what the other side said to the password.
      throw new Error(deps.mask(error instanceof Error ? error.message : String(error)));
    }
  };
}

function createSendTo(deps: SendDeps): Send {
  return async (channel, message, signal) => {
    const { target } = channel;
    const text = messageText(deps.language(), { ...message, computer: deps.computer, now: new Date(deps.now()) });
    if (target.kind === 'desktop') return deps.announce({ kind: 'notify', id: message.id, severity: severityOf(message), title: text.title, body: text.short });
    if (target.kind === 'email') {
      const { host, port, security, user, from, to } = target;
      const password = await deps.secretOf(channel);
      return deps.mail.send({ host, port, security, ...(user !== null && { user }), ...(password !== undefined && { password }), from, to, subject: text.title, text: text.body, messageId: `<${message.id}@varve>`, timeoutMs, signal });
    }
    const url = target.url.startsWith('secret:') ? await deps.readSecret(target.url) : target.url;
    const body = JSON.stringify(webhookBody(message, text, deps.computer));
    const key = await deps.secretOf(channel);
    const signature: Record<string, string> = key === undefined ? {} : { 'x-varve-signature': `sha256=${createHmac('sha256', key).update(body).digest('hex')}` };
    const { status } = await deps.net.request({ method: 'POST', url, headers: { 'content-type': 'application/json', 'x-varve-delivery': message.id, ...signature }, body, timeoutMs, limitBytes: answerLimitBytes, signal });
    if (status < 200 || status > 299) throw new Error(`answered with status ${status}`);
  };
}

function severityOf({ firing }: Message): AlertRow['severity'] {
  return firing.some(({ severity }) => severity === 'critical') ? 'critical' : firing.length > 0 ? 'warning' : 'info';
}

/** What a webhook gets. Fields are only ever added. */
function webhookBody({ id, kind, at, firing, resolved }: Message, { title, body }: { title: string; body: string }, computer: string): object {
  const one = (row: AlertRow): object => ({
    id: row.id, fingerprint: row.fingerprint, rule: row.code, state: row.state, severity: row.severity, labels: row.labels, since: isoOf(row.since), openedAt: row.openedAt === null ? null : isoOf(row.openedAt), resolvedAt: row.resolvedAt === null ? null : isoOf(row.resolvedAt), facts: row.facts
  });
  return { format: 'varve-alert', version: 1, id, kind, at, computer, title, text: body, alerts: [...firing, ...resolved].map(one) };
}
