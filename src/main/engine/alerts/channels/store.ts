// Channels, what waits to be sent, and what was told where, in state.db.
import { ChannelTarget } from '../../../../contract/alerts.ts';
import type { Database } from '../../store/index.ts';
import type { ChannelRow, DeliveryRow } from '../model.ts';

export type ChannelStore = ReturnType<typeof createChannelStore>;
type Raw = Record<string, unknown>;

export function createChannelStore(db: Pick<Database, 'prepare' | 'transaction'>) {
  const list = (): ChannelRow[] => db.prepare('SELECT * FROM alert_channels ORDER BY name').all().map(channelOf);
  return {
    transaction: <T>(work: () => T): T => db.transaction(work),
    list,
    byId: (id: string): ChannelRow | undefined => list().find((channel) => channel.id === id),
    named: (name: string): ChannelRow | undefined => list().find((channel) => channel.name === name || channel.id === name),
    put: ({ id, name, enabled, target, secretFrom, secretReference, fallback, lastDelivery, deadSince, buckets }: ChannelRow): void =>
      void db
        .prepare(
          `INSERT INTO alert_channels (id, name, enabled, target, secret_from, secret_reference, fallback, last_delivery, dead_since, buckets) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET name = excluded.name, enabled = excluded.enabled, target = excluded.target, secret_from = excluded.secret_from, secret_reference = excluded.secret_reference, fallback = excluded.fallback, last_delivery = excluded.last_delivery, dead_since = excluded.dead_since, buckets = excluded.buckets`
        )
        .run(id, name, enabled ? 1 : 0, JSON.stringify(target), secretFrom, secretReference, fallback, lastDelivery && JSON.stringify(lastDelivery), deadSince, JSON.stringify(buckets)),
    /** With all that waits for it. */
    remove: (id: string): void => {
      db.prepare('DELETE FROM alert_channels WHERE id = ?').run(id);
      db.prepare('DELETE FROM alert_deliveries WHERE channel_id = ?').run(id);
      db.prepare('DELETE FROM alert_told WHERE channel_id = ?').run(id);
    },

    /** Oldest first. */
    waiting: (channelId: string): DeliveryRow[] => db.prepare('SELECT * FROM alert_deliveries WHERE channel_id = ? ORDER BY created_at, rowid').all(channelId).map(deliveryOf),
    /** When the next one is due; undefined: nothing waits. */
    nextDue: (): number | undefined => db.prepare('SELECT min(due_at) AS due FROM alert_deliveries WHERE channel_id IN (SELECT id FROM alert_channels WHERE enabled = 1)').get<{ due: number | null }>()?.due ?? undefined,
    countWaiting: (): number => db.prepare('SELECT count(*) AS count FROM alert_deliveries').get<{ count: number }>()?.count ?? 0,
    putDelivery: (row: DeliveryRow): void =>
      void db
        .prepare(
          `INSERT INTO alert_deliveries (id, channel_id, kind, alert_ids, critical, created_at, due_at, attempts, held, error, stands_in, handed_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, attempts = excluded.attempts, held = excluded.held, error = excluded.error, handed_on = excluded.handed_on`
        )
        .run(row.id, row.channelId, row.kind, JSON.stringify(row.alertIds), row.critical ? 1 : 0, row.createdAt, row.dueAt, row.attempts, row.held ? 1 : 0, row.error, row.standsIn ? 1 : 0, row.handedOn ? 1 : 0),
    removeDelivery: (id: string): void => void db.prepare('DELETE FROM alert_deliveries WHERE id = ?').run(id),

    /** Channel by channel, whether a message about the alert got through, and about its end. */
    told: (alertId: string): { channelId: string; at: number; resolved: boolean }[] => db.prepare('SELECT channel_id, at, resolved FROM alert_told WHERE alert_id = ?').all<{ channel_id: string; at: number; resolved: number }>(alertId).map(({ channel_id, at, resolved }) => ({ channelId: channel_id, at, resolved: resolved === 1 })),
    tell: (alertId: string, channelId: string, at: number, resolved: boolean): void =>
      void db.prepare('INSERT INTO alert_told (alert_id, channel_id, at, resolved) VALUES (?, ?, ?, ?) ON CONFLICT (alert_id, channel_id) DO UPDATE SET at = excluded.at, resolved = excluded.resolved').run(alertId, channelId, at, resolved ? 1 : 0)
  };
}

function channelOf(row: Raw): ChannelRow {
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    enabled: row['enabled'] === 1,
    target: ChannelTarget.parse(JSON.parse(row['target'] as string)),
    secretFrom: row['secret_from'] as ChannelRow['secretFrom'],
    secretReference: row['secret_reference'] as string | null,
    fallback: row['fallback'] as string | null,
    lastDelivery: row['last_delivery'] === null ? null : (JSON.parse(row['last_delivery'] as string) as ChannelRow['lastDelivery']),
    deadSince: row['dead_since'] as number | null,
    buckets: JSON.parse(row['buckets'] as string) as ChannelRow['buckets']
  };
}

function deliveryOf(row: Raw): DeliveryRow {
  return {
    id: row['id'] as string,
    channelId: row['channel_id'] as string,
    kind: row['kind'] as DeliveryRow['kind'],
    alertIds: JSON.parse(row['alert_ids'] as string) as string[],
    critical: row['critical'] === 1,
    createdAt: row['created_at'] as number,
    dueAt: row['due_at'] as number,
    attempts: row['attempts'] as number,
    held: row['held'] === 1,
    error: row['error'] as string | null,
    standsIn: row['stands_in'] === 1,
    handedOn: row['handed_on'] === 1
  };
}
