// Named secrets: facts in state.db, values in the store of the home. Steps of each change, and what a stop after each leaves:
//   set, rotate   1. the value into the store   -> a value nobody refers to, removed by the next sweep
//                 2. facts and event together   -> done
//   remove, sweep 1. facts and event together   -> a value nobody refers to, removed by the next sweep
//                 2. the value out of the store -> done
//   a reading     1. its record                 -> a reading that has begun; whether the value came is not known
//                 2. the value                  3. how it ended
import type { CallContext } from '../../../../contract/index.ts';
import { longestSecret, revealSeconds, usualKeepHours, type NamedSecret, type SecretAccess, type SecretStorage, type SecretUser } from '../../../../contract/secrets.ts';
import { Semaphore } from '../../kit/async.ts';
import { fail, isVarveError, toWire } from '../../kit/errors.ts';
import type { Clock, Logger, Programs } from '../../ports.ts';
import type { Database, Outbox, OutboxEvent } from '../../store/index.ts';
import { isMaskable, type NamedValue } from '../redact/index.ts';
import type { Secrets } from '../service.ts';
import { expiryState, expiryStep } from './expiry.ts';
import { namedKind, type ExpiringSecret, type SecretReference, type SecretTester, type UsedSecret } from './model.ts';
import { createNamedStore, type NamedStore, type SecretRow, type VersionRow } from './store.ts';
import { commandTester } from './test-command.ts';

export interface NamedSecretsDeps {
  clock: Clock;
  logger: Pick<Logger, 'warn'>;
  programs: Programs;
  db: Database;
  outbox: Pick<Outbox, 'commit'>;
  secrets: Pick<Secrets, 'get' | 'set' | 'delete' | 'known' | 'state' | 'unlock' | 'open' | 'passphraseFrom'>;
  environment: Readonly<Record<string, string | undefined>>;
  onChanged(): void;
}

interface NewValue {
  name: string;
  value: string;
  expiresAt: string | null;
}

const hourMs = 3_600_000;
const sweepEveryMs = 10 * 60_000;

export class NamedSecrets {
  readonly #deps: NamedSecretsDeps;
  readonly #store: NamedStore;
  readonly #changes = new Semaphore(1);
  readonly #users: (() => readonly SecretReference[])[] = [];

  constructor(deps: NamedSecretsDeps) {
    this.#deps = deps;
    this.#store = createNamedStore(deps.db);
  }

  /** Another domain says, whenever asked, what it has that refers to secrets. */
  addUsers(list: () => readonly SecretReference[]): void {
    this.#users.push(list);
  }

  async list(): Promise<{ secrets: NamedSecret[]; storage: SecretStorage }> {
    const { secrets } = this.#deps;
    await secrets.open();
    if (secrets.state()?.state === 'open') await this.sweep();
    const references = this.#references();
    return { secrets: this.#store.list().map((row) => this.#describe(row, references)), storage: this.#storage() };
  }

  /** Throws CONFLICT when the name is taken, BAD_INPUT for a value that cannot be kept. */
  set(input: NewValue, context: Pick<CallContext, 'actor'>): Promise<NamedSecret> {
    return this.#changes.run(async () => {
      const { name, expiresAt } = input;
      const before = this.#store.find(name);
      if (before !== undefined && !before.removed) fail('CONFLICT', `there is a secret ${name}`, { kind: 'secret', name });
      const version = (before?.lastVersion ?? 0) + 1;
      await this.#keep(version, input, () => this.#store.begin(name, version, this.#now()), { action: 'secret.set', payload: { secret: name, version, expiresAt } }, context);
      return this.#one(name);
    });
  }

  /** `test` may be one of a domain that knows how; SECRET_TEST_FAILED leaves everything as it was. */
  async rotate(input: NewValue & { keepHours?: number; test?: SecretTester | undefined }, context: Pick<CallContext, 'actor' | 'signal'>): Promise<NamedSecret> {
    const { name, value, expiresAt, keepHours = usualKeepHours, test } = input;
    this.#current(name);
    checkValue(value);
    // A test may take long: others go on meanwhile.
    const tried = (await test?.(value, context.signal)) ?? { ok: true };
    if (!tried.ok) fail('SECRET_TEST_FAILED', `the test of the new value of ${name} did not pass`, { name, reason: tried.reason });
    return this.#changes.run(async () => {
      const { row, current } = this.#current(name);
      const version = row.lastVersion + 1;
      const keepUntil = this.#after(keepHours);
      const replace = (): void => this.#store.setKeepUntil(name, current.version, keepUntil);
      await this.#keep(version, input, replace, { action: 'secret.rotated', payload: { secret: name, version, before: current.version, keepUntil, tested: test !== undefined, expiresAt } }, context);
      if (keepHours === 0) await this.#sweep();
      return this.#one(name);
    });
  }

  /** The test of a program, for `rotate`. */
  testerOf(name: string, test: Parameters<typeof commandTester>[2] | undefined): SecretTester | undefined {
    return test && commandTester(this.#deps, name, test);
  }

  /** Throws NOT_FOUND when no value is kept. */
  switchBack({ name }: { name: string }, context: Pick<CallContext, 'actor'>): Promise<NamedSecret> {
    return this.#changes.run(async () => {
      const { current } = this.#current(name);
      const kept = this.#store.versions(name).find(({ keepUntil }) => keepUntil !== null) ?? fail('NOT_FOUND', `no kept value of ${name}`, { kind: 'kept value', name });
      await this.#read(name, kept.version);
      const keepUntil = this.#after(usualKeepHours);
      this.#commit(
        () => {
          this.#store.setKeepUntil(name, current.version, keepUntil);
          this.#store.setKeepUntil(name, kept.version, null);
        },
        { action: 'secret.rotated', payload: { secret: name, version: kept.version, before: current.version, keepUntil, back: true, expiresAt: kept.expiresAt } },
        context
      );
      return this.#one(name);
    });
  }

  setExpiry({ name, expiresAt }: { name: string; expiresAt: string | null }, context: Pick<CallContext, 'actor'>): Promise<NamedSecret> {
    return this.#changes.run(async () => {
      const { current } = this.#current(name);
      const { version } = current;
      if (current.expiresAt !== expiresAt) this.#commit(() => this.#store.setExpiry(name, version, expiresAt), { action: 'secret.expiry-changed', payload: { secret: name, version, expiresAt } }, context);
      return this.#one(name);
    });
  }

  /** Throws SECRET_IN_USE, and what keeps the store from being asked: nothing is forgotten then. */
  remove({ name, evenIfUsed }: { name: string; evenIfUsed: boolean }, context: Pick<CallContext, 'actor'>): Promise<void> {
    return this.#changes.run(async () => {
      const { current } = this.#current(name);
      const users = this.#usersOf(name, this.#references());
      if (users.length > 0 && !evenIfUsed) fail('SECRET_IN_USE', `${name} is referred to`, { name, users: users.map(({ kind, name: user }) => ({ kind, name: user })) });
      await this.#read(name, current.version).catch((error: unknown) => {
        // A value that is gone already must not keep its name from going.
        if (!isVarveError(error) || error.code !== 'SECRET_MISSING') throw error;
      });
      this.#commit(() => this.#store.remove(name, this.#now()), { action: 'secret.removed', payload: { secret: name, version: current.version, users: users.length } }, context);
      await this.#sweep();
    });
  }

  /**
   * The current value, for a program of the engine. Recorded durably before it is read. Throws SECRET_REFUSED when that cannot be recorded, NOT_FOUND,
   * SECRET_MISSING, VAULT_LOCKED, SECRET_STORE_UNAVAILABLE. `by`: who or which run; `purpose`: what for, in a few words.
   */
  async use(name: string, { by, purpose }: { by: string; purpose: string }): Promise<UsedSecret> {
    const { current } = this.#current(name);
    const value = await this.#access(current, { by, purpose, action: 'secret.used' }, () => this.#read(name, current.version));
    return { value, version: current.version, masks: [{ name, value }, ...(await this.#keptValues(name))] };
  }

  async reveal({ name, version, passphrase }: { name: string; version?: number | undefined; passphrase?: string | undefined }, { actor }: Pick<CallContext, 'actor'>): Promise<{ value: string; version: number; seconds: number }> {
    const { current } = this.#current(name);
    const wanted = version === undefined ? current : (this.#store.versions(name).find((each) => each.version === version) ?? fail('NOT_FOUND', `no version ${version} of ${name}`, { kind: 'secret', name: `${name} v${version}` }));
    const value = await this.#access(wanted, { by: actor, purpose: 'reveal', action: 'secret.revealed' }, async () => {
      await this.#askAgain(passphrase);
      return this.#read(name, wanted.version);
    });
    return { value, version: wanted.version, seconds: revealSeconds };
  }

  /** There is a secret of this name, and it was not removed. */
  has(name: string): boolean {
    return this.#store.find(name)?.removed === false;
  }

  /** Throws NOT_FOUND for a name there never was. */
  uses({ name, limit }: { name: string; limit: number }): SecretAccess[] {
    if (this.#store.find(name) === undefined) fail('NOT_FOUND', `no secret ${name}`, { kind: 'secret', name });
    return this.#store.uses(name, limit);
  }

  /** When each secret that has an end comes to it. */
  expiries(): { name: string; expiresAt: string }[] {
    return this.#store.allVersions().flatMap(({ name, keepUntil, expiresAt }) => (keepUntil === null && expiresAt !== null ? [{ name, expiresAt }] : []));
  }

  /** Those within 30 days of their end, and those past it. */
  expiring(nowMs: number): ExpiringSecret[] {
    return this.#store.allVersions().flatMap(({ name, version, keepUntil, expiresAt }) => {
      const step = keepUntil === null ? expiryStep(expiresAt, nowMs) : undefined;
      return step === undefined || expiresAt === null ? [] : [{ name, version, expiresAt, step }];
    });
  }

  /** Forgets kept values whose time is over, and values nobody refers to. What cannot be removed now is tried again the next time. */
  sweep(): Promise<void> {
    return this.#changes.run(() => this.#sweep());
  }

  /** Sweeps now and then. Returns how to stop. */
  keepSweeping(): () => void {
    const { clock, logger } = this.#deps;
    let stop: (() => void) | undefined;
    const again = (): void => {
      stop = clock.setTimer(sweepEveryMs, () => {
        this.sweep()
          .catch((error: unknown) => logger.warn('kept values of secrets could not be looked through', { reason: toWire(error).message }))
          .finally(() => stop && again());
      });
    };
    again();
    return () => {
      stop?.();
      stop = undefined;
    };
  }

  async #sweep(): Promise<void> {
    const { secrets, logger } = this.#deps;
    const over = this.#store.kept(this.#now());
    for (const { name, version } of over) this.#commit(() => this.#store.removeVersion(name, version), { action: 'secret.version-removed', payload: { secret: name, version } }, {});
    const known = new Set(this.#store.allVersions().map(({ name, version }) => `${name}/${version}`));
    for (const { id, version } of secrets.known(namedKind)) {
      if (known.has(`${id}/${version}`)) continue;
      try {
        await secrets.delete({ kind: namedKind, id, version });
      } catch (error) {
        logger.warn('a value that is no longer used could not be removed from the secret store yet', { secret: id, version, reason: toWire(error).message });
      }
    }
  }

  /** Value first, then what says that it is there. */
  async #keep(version: number, { name, value, expiresAt }: NewValue, before: () => void, event: Pick<OutboxEvent, 'action' | 'payload'>, context: Pick<CallContext, 'actor'>): Promise<void> {
    checkValue(value);
    const full = { kind: namedKind, id: name, version };
    await this.#deps.secrets.set(full, Buffer.from(value));
    try {
      const change = (): void => {
        before();
        this.#store.addVersion({ name, version, createdAt: this.#now(), keepUntil: null, expiresAt, maskable: isMaskable(value) });
      };
      this.#commit(change, event, context);
    } catch (error) {
      await this.#deps.secrets.delete(full).catch(() => false); // the next sweep finds it
      throw error;
    }
  }

  #commit(change: () => void, { action, payload }: Pick<OutboxEvent, 'action' | 'payload'>, { actor }: Partial<Pick<CallContext, 'actor'>>): void {
    const { secret } = payload as { secret: string };
    this.#deps.outbox.commit(change, [{ action, category: 'settings', subject: `secret:${secret}`, payload, ...(actor !== undefined && { actor }) }]);
    this.#deps.onChanged();
  }

  async #access(version: VersionRow, { by, purpose, action }: { by: string; purpose: string; action: 'secret.used' | 'secret.revealed' }, read: () => Promise<string>): Promise<string> {
    const { outbox } = this.#deps;
    const facts = { secret: version.name, version: version.version, by, purpose };
    const event = { category: 'access' as const, actor: by, subject: `secret:${version.name}` };
    let id: number;
    try {
      id = outbox.commit(() => this.#store.addUse({ ...version, by, purpose, at: this.#now() }), [{ ...event, action, payload: facts }]);
    } catch (error) {
      return fail('SECRET_REFUSED', `a reading of ${version.name} could not be recorded`, { name: version.name, reason: toWire(error).message }, error);
    }
    try {
      const value = await read();
      this.#store.endUse(id, 'given', null);
      return value;
    } catch (error) {
      const { code } = toWire(error);
      outbox.commit(() => this.#store.endUse(id, 'failed', code), [{ ...event, action: 'secret.refused', payload: { ...facts, code } }]);
      throw error;
    } finally {
      this.#deps.onChanged();
    }
  }

  /** A vault that a person opened is asked for again: whoever sits at an unlocked screen need not be them. */
  async #askAgain(passphrase: string | undefined): Promise<void> {
    const { secrets } = this.#deps;
    if (secrets.passphraseFrom() !== 'person') return;
    await secrets.unlock(passphrase ?? fail('BAD_INPUT', 'the passphrase is asked again', { field: 'passphrase', reason: 'is needed to show a secret' }));
  }

  async #read(name: string, version: number): Promise<string> {
    const bytes = (await this.#deps.secrets.get({ kind: namedKind, id: name, version })) ?? fail('SECRET_MISSING', `${name} v${version} is not in the secret store`, { name });
    return Buffer.from(bytes).toString();
  }

  /** Running programs may still hold a value that was replaced. */
  async #keptValues(name: string): Promise<NamedValue[]> {
    const values: NamedValue[] = [];
    for (const { version, keepUntil } of this.#store.versions(name)) {
      if (keepUntil === null) continue;
      try {
        values.push({ name, value: await this.#read(name, version) });
      } catch (error) {
        if (!isVarveError(error) || error.code !== 'SECRET_MISSING') throw error;
      }
    }
    return values;
  }

  #current(name: string): { row: SecretRow; current: VersionRow } {
    const row = this.#store.find(name);
    const current = row && !row.removed ? this.#store.versions(name).find(({ keepUntil }) => keepUntil === null) : undefined;
    return row && current ? { row, current } : fail('NOT_FOUND', `no secret ${name}`, { kind: 'secret', name });
  }

  #one(name: string): NamedSecret {
    return this.#describe(this.#current(name).row, this.#references());
  }

  #describe(row: SecretRow, references: readonly SecretReference[]): NamedSecret {
    const { name } = row;
    const versions = this.#store.versions(name);
    const { current } = this.#current(name);
    const place = this.#deps.secrets.known(namedKind).find(({ id, version }) => id === name && version === current.version)?.place;
    return {
      name,
      version: current.version,
      createdAt: row.createdAt,
      changedAt: current.createdAt,
      expiresAt: current.expiresAt,
      expiry: expiryState(current.expiresAt, this.#deps.clock.now()),
      place: place ?? 'missing',
      maskable: current.maskable,
      lastUsed: this.#store.uses(name, 1)[0] ?? null,
      uses: row.uses,
      usedBy: this.#usersOf(name, references),
      versions: versions.map(({ version, createdAt, keepUntil, expiresAt, maskable }) => ({ version, createdAt, state: keepUntil === null ? ('current' as const) : ('kept' as const), keepUntil, expiresAt, maskable }))
    };
  }

  #references(): SecretReference[] {
    return this.#users.flatMap((list) => list());
  }

  #usersOf(name: string, references: readonly SecretReference[]): SecretUser[] {
    return references.filter(({ secret }) => secret === name).map(({ kind, id, name: user }) => ({ kind, id, name: user }));
  }

  #storage(): SecretStorage {
    const { secrets } = this.#deps;
    const { kind, state, detail } = secrets.state() ?? fail('SECRET_STORE_UNAVAILABLE', 'the secret store was not opened', { store: 'unknown', reason: 'was not opened' });
    return { kind, state, detail, passphraseFrom: secrets.passphraseFrom() };
  }

  #after(hours: number): string {
    return new Date(this.#deps.clock.now() + hours * hourMs).toISOString();
  }

  #now(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }
}

/** What a variable of a program can carry, on every system. */
function checkValue(value: string): void {
  const reason = value === '' ? 'is empty' : Buffer.byteLength(value) > longestSecret ? 'is longer than 64 KiB' : value.includes('\0') ? 'holds a zero character, which no program can be given' : value.isWellFormed() ? undefined : 'is no valid text';
  if (reason !== undefined) fail('BAD_INPUT', `a secret's value ${reason}`, { field: 'value', reason });
}
