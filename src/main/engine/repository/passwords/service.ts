// The passwords of a repository, seen from the engine's thread. A change of the home's own password, step by step, and what a stop leaves:
//   1. the new key file               -> two passwords open the repository; the home uses the old one
//   2. the home's note of where its password is, with the event   -> two passwords; the home uses the new one
//   3. the old key file goes          -> done
import type { EngineApi } from '../../../../contract/index.ts';
import type { PasswordSource } from '../../../../contract/repository.ts';
import { toWire } from '../../kit/errors.ts';
import type { Ports } from '../../ports.ts';
import type { Outbox } from '../../store/index.ts';
import { takeLockNote } from '../lock-notes.ts';
import { runThread } from '../../kit/run-thread.ts';
import type { PasswordPlace, Repositories, RepositoryRow, UnlockedRepository } from '../model.ts';
import type { PlaceFacts } from '../place.ts';
import type { ListedKey } from './key-changes.ts';
import type { KeyChangeInput, KeyChangeMessage } from './task.ts';

export interface KeyServiceDeps {
  ports: Pick<Ports, 'workers' | 'logger'>;
  outbox: Pick<Outbox, 'commit'>;
  secrets: { get(name: { kind: string; id: string }): Promise<Uint8Array | undefined>; set(name: { kind: string; id: string }, value: Uint8Array): Promise<void>; delete(name: { kind: string; id: string }): Promise<unknown> };
  repositories: Pick<Repositories, 'find' | 'queue' | 'unlockKey' | 'placeOf'>;
  /** Reads the password a person means. */
  passwordFrom(source: PasswordSource, repository: string): Promise<{ place: PasswordPlace; password: Uint8Array }>;
  refuseAbsent(place: PlaceFacts): void;
  setPassword(id: string, place: PasswordPlace): void;
  setKey(id: string, key: UnlockedRepository): void;
  noteLock(repositoryId: string, lockId: string, written: boolean): void;
  announceChanged(): void;
}

export function createKeyService(deps: KeyServiceDeps): EngineApi['keeping']['keys'] {
  const { ports, outbox, secrets, repositories } = deps;

  /** Resolves with the key file's name after the thread has ended, so that its lock is gone. */
  const change = ({ path, masterKey }: UnlockedRepository, row: RepositoryRow, wish: KeyChangeInput['change'], signal: AbortSignal | undefined): Promise<string> =>
    runThread<KeyChangeMessage, string>({
      workers: ports.workers,
      name: 'repository.change-keys',
      input: { path, masterKey, change: wish } satisfies KeyChangeInput,
      signal,
      onMessage: (message, reply) => {
        if (message.kind === 'changed') return { result: message.id };
        takeLockNote(message, (lockId, written) => deps.noteLock(row.id, lockId, written), reply);
        return undefined;
      }
    });

  const record = (row: RepositoryRow, actor: string, action: string, more: Record<string, unknown>, work: () => void = () => undefined): void => {
    outbox.commit(work, [{ action, category: 'repository', actor, subject: `repository:${row.name}`, payload: { repository: row.name, repositoryId: row.id, ...more } }]);
  };

  /** The secret store takes the password before the row says so, and gets the old one back when the row cannot be written. */
  const usePassword = async (row: RepositoryRow, place: PasswordPlace, password: Uint8Array, key: string, actor: string): Promise<void> => {
    const secret = { kind: 'repository', id: row.id };
    const before = place.from === 'store' && row.password.from === 'store' ? await secrets.get(secret) : undefined;
    if (place.from === 'store') await secrets.set(secret, password);
    try {
      record(row, actor, 'repository.password-changed', { key, passwordFrom: place.from }, () => deps.setPassword(row.id, place));
    } catch (error) {
      if (before) await secrets.set(secret, before);
      throw error;
    }
    if (place.from !== 'store' && row.password.from === 'store') await secrets.delete(secret).catch((reason: unknown) => ports.logger.warn('a password nobody needs could not be taken out of the secret store', { code: toWire(reason).code }));
  };

  return {
    list: async ({ repository }, { signal }) => {
      const row = repositories.find(repository);
      deps.refuseAbsent(await repositories.placeOf(row, { fresh: true, signal }));
      const { keyId } = await repositories.unlockKey(row.id, signal);
      const keys = await ports.workers.run<ListedKey[]>('repository.list-keys', { path: row.path }, signal && { signal });
      return keys.map(({ id, file, damage }) => ({
        id,
        current: id === keyId,
        username: file?.username ?? '',
        hostname: file?.hostname ?? '',
        createdAt: file ? instantOf(file.created.ns) : null,
        damage: damage ?? null
      }));
    },

    add: async ({ repository, password: source }, { actor, signal }) => {
      const row = repositories.find(repository);
      const { password } = await deps.passwordFrom(source, row.name);
      const unlocked = await repositories.unlockKey(row.id, signal);
      return repositories.queue(row.id).run({ exclusive: false, what: `keys of ${row.name}`, signal }, async () => {
        const id = await change(unlocked, row, { kind: 'add', password }, signal);
        record(row, actor, 'repository.key-added', { key: id });
        return { id };
      });
    },

    change: async ({ repository, password: source }, { actor, signal }) => {
      const row = repositories.find(repository);
      const { place, password } = await deps.passwordFrom(source, row.name);
      const unlocked = await repositories.unlockKey(row.id, signal);
      return repositories.queue(row.id).run({ exclusive: true, what: `keys of ${row.name}`, signal }, async () => {
        const id = await change(unlocked, row, { kind: 'add', password }, signal); // 1
        try {
          await usePassword(row, place, password, id, actor); // 2
        } catch (error) {
          await change(unlocked, row, { kind: 'remove', key: id, inUse: unlocked.keyId }, undefined).catch((reason: unknown) => ports.logger.warn('a key nobody uses could not be removed', { repository: row.name, key: id, code: toWire(reason).code }));
          throw error;
        }
        deps.setKey(row.id, { ...unlocked, keyId: id });
        deps.announceChanged();
        try {
          const removed = await change(unlocked, row, { kind: 'remove', key: unlocked.keyId, inUse: id }, undefined); // 3
          record(row, actor, 'repository.key-removed', { key: removed });
          return { id, removed };
        } catch (error) {
          // The new password is in use; the old one still opens, and the caller is told so.
          ports.logger.warn('the old key could not be removed', { repository: row.name, key: unlocked.keyId, code: toWire(error).code });
          return { id, removed: null };
        }
      });
    },

    remove: async ({ repository, key }, { actor, signal }) => {
      const row = repositories.find(repository);
      const unlocked = await repositories.unlockKey(row.id, signal);
      return repositories.queue(row.id).run({ exclusive: true, what: `keys of ${row.name}`, signal }, async () => {
        const id = await change(unlocked, row, { kind: 'remove', key, inUse: unlocked.keyId }, signal);
        record(row, actor, 'repository.key-removed', { key: id });
        return { id };
      });
    }
  };
}

/** Outside the years 0 to 9999 nothing that could be shown. */
export function instantOf(ns: bigint): string | null {
  const ms = Number(ns / 1_000_000n);
  return ms >= -62_167_219_200_000 && ms <= 253_402_300_799_999 ? new Date(ms).toISOString() : null;
}
