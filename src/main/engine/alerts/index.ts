// The public face of the alerts domain.
import type { AlertSettings } from '../../../contract/alerts.ts';
import type { EngineApi } from '../../../contract/index.ts';
import type { EngineEvent } from '../../../contract/events.ts';
import type { Language } from '../../../contract/ids.ts';
import type { Ports } from '../ports.ts';
import { findReferences, type SecretReference } from '../secrets/index.ts';
import type { Database, Outbox } from '../store/index.ts';
import { createDeliveries } from './channels/outbox.ts';
import { createSend } from './channels/send.ts';
import { createChannels, secretOfChannel, type KeptSecrets } from './channels/service.ts';
import { createChannelStore } from './channels/store.ts';
import type { Sources } from './facts.ts';
import { createGather } from './gather.ts';
import type { AlertRow } from './model.ts';
import { createPings } from './pings.ts';
import { createAlertService } from './service.ts';
import { createAlertStore } from './store.ts';
import { createWatch } from './watch.ts';

export { guardJobs, type Complaint } from './guard.ts';
export { alertMigrations } from './migrations.ts';
export type { JobsFacts, RepositoryFacts, Sources } from './facts.ts';
export type { KeptSecrets } from './channels/service.ts';

export interface AlertsDeps {
  ports: Pick<Ports, 'clock' | 'random' | 'net' | 'mail' | 'machine' | 'logger'>;
  /** state.db with the migrations of this domain applied. */
  db: Database;
  outbox: Pick<Outbox, 'commit'>;
  sources: Sources;
  secrets: KeptSecrets;
  /** The value of `secret:NAME`; records that it was read. Throws SECRET_MISSING, NOT_FOUND. */
  readSecret(reference: string): Promise<string>;
  language(): Language;
  /** Takes what is known of secrets out of what leaves, and out of why it did not. */
  mask: <T>(value: T) => T;
  announce(event: EngineEvent): void;
}

export interface Alerts {
  api: EngineApi['alerts'];
  /** Looks now and sends what is due; for tests, and for a command that wants the newest state. */
  look(): Promise<void>;
  /** Firing ones by severity, and messages that wait, for metrics. */
  counts(): { critical: number; warning: number; info: number; waiting: number };
  /** Runs that open tickets name. */
  ticketRuns(): string[];
  /** Who uses which secret: channels and the outside checker. */
  secretUsers(): SecretReference[];
  /** Looks by itself from now on. For a host that stays. */
  keepWatching(): void;
  close(): Promise<void>;
}

export function createAlerts({ ports, db, outbox, sources, secrets, readSecret, language, mask, announce }: AlertsDeps): Alerts {
  const { clock, random, net, mail, machine, logger } = ports;
  const store = createAlertStore(db);
  const channelStore = createChannelStore(db);
  const onChanged = (): void => announce({ kind: 'changed', what: 'alerts' });
  const commit = (change: () => void, events: Parameters<Outbox['commit']>[1]): void => void outbox.commit(change, events as Parameters<Outbox['commit']>[1] & []);
  const settings = (): AlertSettings => store.settings();
  const send = createSend({ net, mail, announce, now: () => clock.now(), language, computer: machine.hostname, secretOf: (channel) => secretOfChannel({ secrets, readSecret }, channel), readSecret, mask });
  const alertsOf = (ids: readonly string[]): AlertRow[] => ids.flatMap((id) => store.byId(id) ?? []);
  const deliveries = createDeliveries({ clock, random, logger, store: channelStore, commit, alertsOf, settings, send, onChanged });
  const pings = createPings({ db, net, clock, random, logger, readSecret, mask });
  const gather = createGather(sources, logger);
  const watch = createWatch({ clock, random, logger, jobs: sources.jobs, gather, store, channels: channelStore, deliveries, pings, commit: (change, events) => outbox.commit(change, events), onChanged });
  const channels = createChannels({ clock, random, store: channelStore, secrets, readSecret, commit, onChanged }, () => deliveries);
  const service = createAlertService({ clock, random, store, pings, jobs: sources.jobs, watch, commit, onChanged });
  return {
    api: { ...service, channels },
    look: watch.look,
    counts: () => {
      const firing = store.open().filter(({ state }) => state === 'firing');
      const of = (wanted: AlertRow['severity']): number => firing.filter(({ severity }) => severity === wanted).length;
      return { critical: of('critical'), warning: of('warning'), info: of('info'), waiting: channelStore.countWaiting() };
    },
    ticketRuns: () => store.openTickets().flatMap(({ runId, updates }) => [runId, ...updates.map((update) => update.runId)]),
    secretUsers: () => [
      ...channelStore.list().flatMap(({ id, name, target, secretReference }) => findReferences([target, secretReference]).map((secret) => ({ secret, kind: 'channel' as const, id, name }))),
      ...findReferences(store.settings().ping).map((secret) => ({ secret, kind: 'channel' as const, id: 'ping', name: 'ping' }))
    ],
    keepWatching: watch.start,
    close: watch.stop
  };
}
