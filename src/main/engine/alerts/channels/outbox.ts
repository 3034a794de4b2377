// 11.14: messages wait in state.db until their channel has taken them: at least once, under an id by which whoever gets one twice can tell. What a stop after each
// step leaves:
//   1. the delivery with the alert's `told`, in one transaction   -> found at the next start
//   2. handed to the channel                                      -> sent again under the same id
//   3. delivery gone, `alert_told` written, in one transaction    -> done
// A message says what is so when it leaves, not what was so when it was made: what ended meanwhile is told as over.
import type { Clock, Logger, Random } from '../../ports.ts';
import { chanceOf, retryDelayMs, usualRetryDelay } from '../../kit/retry-delay.ts';
import { createUuid7 } from '../../kit/uuid7.ts';
import type { OutboxEvent } from '../../store/index.ts';
import { isoOf } from '../../kit/iso.ts';
import { type AlertRow, type ChannelRow, type DeliveryRow } from '../model.ts';
import { quietUntil, roomIn, takeOne, type RateClass } from './rate.ts';
import type { Message, Send } from './send.ts';
import type { ChannelStore } from './store.ts';
import type { AlertSettings } from '../../../../contract/alerts.ts';

export const giveUpAfterMs = 24 * 3_600_000;
/** So many tries in a row failed, or for so long: the channel counts as dead and its fallback is used. */
const deadAfterTries = 4;
const deadAfterMs = 600_000;

export interface DeliveriesDeps {
  clock: Pick<Clock, 'now' | 'zone'>;
  random: Random;
  logger: Pick<Logger, 'warn'>;
  store: ChannelStore;
  /** Commits a change with its events. */
  commit(change: () => void, events: readonly OutboxEvent[]): void;
  alertsOf(ids: readonly string[]): AlertRow[];
  settings(): AlertSettings;
  send: Send;
  onChanged(): void;
}

export interface Deliveries {
  /** Inside a transaction: a message about these for each channel that is to hear of it. */
  queue(about: { firing: readonly AlertRow[]; resolved: readonly AlertRow[]; critical: boolean }): void;
  /** Sends what is due. One at a time per channel; a second call while one runs waits for it. */
  pump(): Promise<void>;
  /** Sends a trial message at once. Never rejects: how it went is in the answer. */
  test(channel: ChannelRow): Promise<NonNullable<ChannelRow['lastDelivery']>>;
  stop(): Promise<void>;
}

export function createDeliveries(deps: DeliveriesDeps): Deliveries {
  const { clock, random, store } = deps;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  const fresh = (channelId: string, about: Pick<DeliveryRow, 'alertIds' | 'critical' | 'kind'>, change: Partial<DeliveryRow> = {}): DeliveryRow => ({ id: createUuid7(clock, random), channelId, kind: about.kind, alertIds: about.alertIds, critical: about.critical, createdAt: clock.now(), dueAt: clock.now(), attempts: 0, held: false, error: null, standsIn: false, handedOn: false, ...change });

  const messageOf = ({ id, kind, alertIds, createdAt }: DeliveryRow): Message => {
    const rows = deps.alertsOf(alertIds);
    return { id, kind, at: isoOf(createdAt), firing: rows.filter(({ state }) => state !== 'resolved'), resolved: rows.filter(({ state }) => state === 'resolved') };
  };

  async function pumpChannel(id: string): Promise<void> {
    for (const which of ['critical', 'normal'] as const) while (!stopping.signal.aborted && (await sendNext(id, which)));
  }

  /** False when nothing of this class can go now. */
  async function sendNext(id: string, which: RateClass): Promise<boolean> {
    const channel = store.byId(id);
    if (channel === undefined || !channel.enabled) return false;
    const nowMs = clock.now();
    const due = store.waiting(id).filter((row) => row.critical === (which === 'critical') && row.dueAt <= nowMs);
    const [first] = due;
    if (first === undefined) return false;
    const waitUntil = blockedUntil(channel, which, nowMs);
    if (waitUntil !== undefined) {
      store.transaction(() => {
        for (const row of due) store.putDelivery({ ...row, held: true, dueAt: waitUntil });
      });
      return false;
    }
    await deliver(channel, which, due.some(({ held }) => held) && due.length > 1 ? digestOf(channel, which, due) : first);
    return true;
  }

  /** The morning, or when the rate has room again; undefined: now. */
  function blockedUntil(channel: ChannelRow, which: RateClass, nowMs: number): number | undefined {
    const morning = which === 'normal' ? quietUntil(deps.settings().quietHours, nowMs, clock.zone()) : undefined;
    if (morning !== undefined) return morning;
    const { left, nextMs } = roomIn(channel.buckets, which, nowMs);
    return left >= 1 ? undefined : nextMs;
  }

  /** All that waited becomes one; nothing of it is dropped. */
  function digestOf(channel: ChannelRow, which: RateClass, due: readonly DeliveryRow[]): DeliveryRow {
    const oldest = Math.min(...due.map(({ createdAt }) => createdAt));
    const digest = fresh(channel.id, { kind: 'digest', alertIds: [...new Set(due.flatMap(({ alertIds }) => alertIds))], critical: which === 'critical' }, { createdAt: oldest, standsIn: due.every(({ standsIn }) => standsIn), handedOn: due.every(({ handedOn }) => handedOn) });
    store.transaction(() => {
      for (const { id } of due) store.removeDelivery(id);
      store.putDelivery(digest);
    });
    return digest;
  }

  async function deliver(channel: ChannelRow, which: RateClass, row: DeliveryRow): Promise<void> {
    const message = messageOf(row);
    const attempts = row.attempts + 1;
    let failed: string | undefined;
    try {
      await deps.send(channel, message, stopping.signal);
    } catch (error) {
      if (stopping.signal.aborted) return; // sent again at the next start
      failed = error instanceof Error ? error.message : String(error);
    }
    // It may have been edited or removed meanwhile.
    const now = store.byId(channel.id);
    if (now === undefined) return;
    if (failed === undefined) succeed(now, which, { ...row, attempts }, message);
    else failOnce(now, { ...row, attempts, error: failed });
    deps.onChanged();
  }

  function succeed(channel: ChannelRow, which: RateClass, row: DeliveryRow, { firing, resolved }: Message): void {
    const nowMs = clock.now();
    store.transaction(() => {
      store.removeDelivery(row.id);
      for (const { id } of firing) store.tell(id, channel.id, nowMs, false);
      for (const { id } of resolved) store.tell(id, channel.id, nowMs, true);
      store.put({ ...channel, lastDelivery: { id: row.id, at: nowMs, ok: true, attempts: row.attempts, error: null }, deadSince: null, buckets: takeOne(channel.buckets, which, nowMs) });
    });
  }

  function failOnce(channel: ChannelRow, row: DeliveryRow): void {
    const nowMs = clock.now();
    const givenUp = nowMs - row.createdAt >= giveUpAfterMs;
    const dead = channel.deadSince !== null || row.attempts >= deadAfterTries || nowMs - row.createdAt >= deadAfterMs;
    const fallback = dead && !row.standsIn && !row.handedOn && channel.fallback !== null ? store.named(channel.fallback) : undefined;
    const error = row.error ?? '';
    const died = dead && channel.deadSince === null;
    deps.logger.warn('a message could not be delivered', { channel: channel.name, attempts: row.attempts, reason: error });
    deps.commit(() => {
      if (givenUp) store.removeDelivery(row.id);
      else store.putDelivery({ ...row, handedOn: row.handedOn || fallback !== undefined, dueAt: nowMs + retryDelayMs(usualRetryDelay, row.attempts, chanceOf(random)) });
      if (fallback?.enabled === true) store.putDelivery(fresh(fallback.id, row, { standsIn: true }));
      store.put({ ...channel, lastDelivery: { id: row.id, at: nowMs, ok: false, attempts: row.attempts, error }, deadSince: dead ? (channel.deadSince ?? nowMs) : null });
    }, died || givenUp ? [{ action: 'alert.delivery-failed', category: 'alert', payload: { channel: channel.name, kind: channel.target.kind, attempts: row.attempts, reason: error, gaveUp: givenUp, ...(fallback && { fallback: fallback.name }) } }] : []);
    if (fallback?.enabled === true) pumpAgain = true;
  }

  let pumpAgain = false;

  async function pumpAll(): Promise<void> {
    do {
      pumpAgain = false;
      await Promise.all(store.list().map(({ id }) => pumpChannel(id)));
    } while (pumpAgain && !stopping.signal.aborted);
  }

  return {
    queue({ firing, resolved, critical }) {
      for (const channel of store.list()) {
        if (!channel.enabled) continue;
        // 11.13: the end is told only where the beginning was.
        const over = resolved.filter(({ id }) => store.told(id).some((told) => told.channelId === channel.id && !told.resolved));
        const alertIds = [...firing, ...over].map(({ id }) => id);
        if (alertIds.length > 0) store.putDelivery(fresh(channel.id, { kind: 'message', alertIds, critical }));
      }
    },
    async pump() {
      while (running !== undefined) await running;
      running = pumpAll().finally(() => (running = undefined));
      await running;
    },
    async test(channel) {
      const id = createUuid7(clock, random);
      let error: string | null = null;
      try {
        await deps.send(channel, { id, kind: 'test', at: isoOf(clock.now()), firing: [], resolved: [] }, stopping.signal);
      } catch (thrown) {
        error = thrown instanceof Error ? thrown.message : String(thrown);
      }
      const delivery = { id, at: clock.now(), ok: error === null, attempts: 1, error };
      const now = store.byId(channel.id);
      if (now !== undefined) store.put({ ...now, lastDelivery: delivery, deadSince: error === null ? null : now.deadSince });
      deps.onChanged();
      return delivery;
    },
    async stop() {
      stopping.abort();
      await running;
    }
  };
}
