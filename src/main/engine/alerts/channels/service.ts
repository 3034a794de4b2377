// Channels as a person keeps them. A password given as a value goes to the secret store before anything is committed; state.db never sees it.
import type { ChannelSecret } from '../../../../contract/alerts.ts';
import type { EngineApi } from '../../../../contract/index.ts';
import { fail } from '../../kit/errors.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { Clock, Random } from '../../ports.ts';
import type { OutboxEvent } from '../../store/index.ts';
import type { ChannelRow } from '../model.ts';
import { channelView, deliveryView } from '../views.ts';
import type { Deliveries } from './outbox.ts';
import type { ChannelStore } from './store.ts';

type Api = EngineApi['alerts']['channels'];
type Input = Parameters<Api['add']>[0];

/** What this domain needs of the secret store. */
export interface KeptSecrets {
  get(name: { kind: string; id: string }): Promise<Uint8Array | undefined>;
  set(name: { kind: string; id: string }, value: Uint8Array): Promise<void>;
  delete(name: { kind: string; id: string }): Promise<boolean>;
}

export interface ChannelServiceDeps {
  clock: Pick<Clock, 'now'>;
  random: Random;
  store: ChannelStore;
  secrets: KeptSecrets;
  /** The value of `secret:NAME`. */
  readSecret(reference: string): Promise<string>;
  commit(change: () => void, events: readonly OutboxEvent[]): void;
  onChanged(): void;
}

const keptAs = (id: string): { kind: string; id: string } => ({ kind: 'channel-secret', id });

/** The password of the mail server, or the key that signs. Throws SECRET_MISSING. */
export async function secretOfChannel({ secrets, readSecret }: Pick<ChannelServiceDeps, 'secrets' | 'readSecret'>, { id, secretFrom, secretReference }: ChannelRow): Promise<string | undefined> {
  if (secretFrom === 'none') return undefined;
  if (secretFrom === 'reference') return readSecret(secretReference ?? '');
  const value = await secrets.get(keptAs(id));
  return value === undefined ? fail('SECRET_MISSING', 'the password of a channel is not in the store', { name: 'channel-secret' }) : Buffer.from(value).toString('utf8');
}

export function createChannels(deps: ChannelServiceDeps, deliveries: () => Pick<Deliveries, 'test'>): Api {
  const { store, secrets } = deps;
  const find = (name: string): ChannelRow => store.named(name) ?? fail('NOT_FOUND', `no channel ${name}`, { kind: 'channel', name });
  const view = (row: ChannelRow): ReturnType<typeof channelView> => channelView(row, store.waiting(row.id).length);

  const refuse = ({ name, target, secret, fallback }: Input, id: string): void => {
    if (store.list().some((other) => other.name === name && other.id !== id)) fail('CONFLICT', `there is a channel ${name}`, { kind: 'channel', name });
    if (fallback !== null && (fallback === name || store.named(fallback) === undefined)) fail('BAD_INPUT', 'no such fallback', { field: 'fallback', reason: 'must be the name of another channel' });
    if (secret && target.kind === 'desktop') fail('BAD_INPUT', 'a desktop channel has no secret', { field: 'secret', reason: 'a desktop channel needs none' });
    if (target.kind === 'email' && target.security === 'none' && target.user !== null && !isLocal(target.host)) fail('BAD_INPUT', 'a password in the clear', { field: 'security', reason: 'a name and password are sent to another computer only with tls or starttls' });
  };

  /** What the row says of the secret; the value is stored on the way. */
  const keep = async (id: string, secret: ChannelSecret | null, before: ChannelRow | undefined): Promise<Pick<ChannelRow, 'secretFrom' | 'secretReference'>> => {
    if (secret?.kind === 'value') {
      await secrets.set(keptAs(id), Buffer.from(secret.value, 'utf8'));
      return { secretFrom: 'kept', secretReference: null };
    }
    if (before?.secretFrom === 'kept') await secrets.delete(keptAs(id));
    return secret === null ? { secretFrom: 'none', secretReference: null } : { secretFrom: 'reference', secretReference: secret.secret };
  };

  const event = (action: string, { name, target }: Pick<ChannelRow, 'name' | 'target'>, actor: string): OutboxEvent => ({ action, category: 'alert', actor, payload: { channel: name, kind: target.kind } });

  return {
    list: async () => store.list().map(view),
    add: async (input, { actor }) => {
      const id = createUuid7(deps.clock, deps.random);
      refuse(input, id);
      const { name, enabled, target, fallback } = input;
      const row: ChannelRow = { id, name, enabled, target, fallback, ...(await keep(id, input.secret ?? null, undefined)), lastDelivery: null, deadSince: null, buckets: {} };
      deps.commit(() => store.put(row), [event('alert.channel-added', row, actor)]);
      deps.onChanged();
      return view(row);
    },
    edit: async (input, { actor }) => {
      const before = find(input.channel);
      refuse(input, before.id);
      const { name, enabled, target, fallback, secret } = input;
      const kept = secret === undefined ? { secretFrom: before.secretFrom, secretReference: before.secretReference } : await keep(before.id, secret, before);
      const row: ChannelRow = { ...before, name, enabled, target, fallback, ...kept, deadSince: null };
      deps.commit(() => {
        store.put(row);
        for (const other of store.list()) if (other.fallback === before.name && before.name !== name) store.put({ ...other, fallback: name });
      }, [event('alert.channel-changed', row, actor)]);
      deps.onChanged();
      return view(row);
    },
    remove: async ({ channel }, { actor }) => {
      const row = find(channel);
      deps.commit(() => {
        store.remove(row.id);
        for (const other of store.list()) if (other.fallback === row.name) store.put({ ...other, fallback: null });
      }, [event('alert.channel-removed', row, actor)]);
      if (row.secretFrom === 'kept') await secrets.delete(keptAs(row.id));
      deps.onChanged();
    },
    test: async ({ channel }) => deliveryView(await deliveries().test(find(channel)))
  };
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
