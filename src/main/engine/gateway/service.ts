// Who may come in over HTTP: tokens kept hashed in state.db, one from the environment, and short-lived sessions made from single-use login
// codes, the last two in memory only. Exists before there is a home: the first-run page in a browser logs in with a code.
import type { Token } from '../../../contract/gateway.ts';
import { fail } from '../kit/errors.ts';
import { isoOf } from '../kit/iso.ts';
import type { Clock, Random } from '../ports.ts';
import type { Database, Outbox } from '../store/index.ts';
import { dayMs, hashOf, lastUseEveryMs, loginCodeMs, looksLikeValue, newValue, sameHash, sessionMs, stillGood, type Caller, type TokenRow } from './model.ts';
import { findToken, insertToken, listTokens, setLastUsed, setRevoked } from './store.ts';

export interface GatewayDeps {
  clock: Clock;
  random: Random;
  /** The open home's database; undefined while there is no home. */
  home(): { db: Database; outbox: Outbox } | undefined;
  onChanged(): void;
}

interface Volatile {
  hash: Buffer;
  expiresAtMs: number;
  caller: Caller;
}

/** Codes and sessions that can be open at once; the oldest goes. */
const volatileLimit = 1_000;

export class Gateway {
  readonly #deps: GatewayDeps;
  #codes: { hash: Buffer; expiresAtMs: number }[] = [];
  #volatile: Volatile[] = [];

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  /** The value is in the answer and nowhere else. */
  create(input: { label: string; scope: Token['scope']; expiresInDays?: number | undefined }, actor: string): { token: Token; value: string } {
    const { db, outbox } = this.#home();
    const nowMs = this.#deps.clock.now();
    const value = newValue(this.#deps.random.bytes(32));
    const row: TokenRow = {
      id: Buffer.from(this.#deps.random.bytes(8)).toString('hex'),
      label: input.label,
      scope: input.scope,
      hash: hashOf(value),
      createdAt: isoOf(nowMs),
      expiresAt: input.expiresInDays === undefined ? null : isoOf(nowMs + input.expiresInDays * dayMs),
      lastUsedAt: null,
      revokedAt: null
    };
    outbox.commit(() => insertToken(db, row), [
      { action: 'gateway.token-created', category: 'gateway', actor, subject: `token:${row.id}`, payload: { tokenId: row.id, label: row.label, scope: row.scope, expiresAt: row.expiresAt } }
    ]);
    this.#deps.onChanged();
    return { token: withoutHash(row), value };
  }

  list(): Token[] {
    return listTokens(this.#home().db).map(withoutHash);
  }

  /** Revoking a revoked token changes nothing and records nothing. Throws NOT_FOUND. */
  revoke(id: string, actor: string): Token {
    const { db, outbox } = this.#home();
    const row = findToken(db, id) ?? fail('NOT_FOUND', `no token ${id}`, { kind: 'token', name: id });
    if (row.revokedAt === null) {
      outbox.commit(() => setRevoked(db, id, isoOf(this.#deps.clock.now())), [{ action: 'gateway.token-revoked', category: 'gateway', actor, subject: `token:${id}`, payload: { tokenId: id, label: row.label } }]);
      this.#deps.onChanged();
    }
    return withoutHash(findToken(db, id) as TokenRow);
  }

  /** Who holds this value now; undefined for an unknown, expired or revoked one. Compares against all without stopping at a match. */
  authenticate(value: string): Caller | undefined {
    if (!looksLikeValue(value)) return undefined;
    const hash = hashOf(value);
    const nowMs = this.#deps.clock.now();
    let found: Caller | undefined;
    for (const entry of this.#volatile) if (sameHash(entry.hash, hash) && entry.expiresAtMs > nowMs) found = entry.caller;
    const home = this.#deps.home();
    let used: TokenRow | undefined;
    for (const row of home ? listTokens(home.db) : []) if (sameHash(row.hash, hash) && stillGood(row, nowMs)) used = row;
    if (!used || !home) return found;
    if (used.lastUsedAt === null || nowMs - Date.parse(used.lastUsedAt) >= lastUseEveryMs) setLastUsed(home.db, used.id, isoOf(nowMs));
    return { kind: 'token', id: used.id, label: used.label, scope: used.scope };
  }

  /** Whether anything could come in at all; without it the gateway does not start. */
  hasTokens(): boolean {
    const nowMs = this.#deps.clock.now();
    const home = this.#deps.home();
    return this.#volatile.some((entry) => entry.expiresAtMs > nowMs) || (home !== undefined && listTokens(home.db).some((row) => stillGood(row, nowMs)));
  }

  /** For the URL fragment of the page that `npm start` opens: 5 minutes, once. */
  createLoginCode(): string {
    const code = Buffer.from(this.#deps.random.bytes(32)).toString('base64url');
    this.#codes = [...this.#codes.filter((entry) => entry.expiresAtMs > this.#deps.clock.now()), { hash: hashOf(code), expiresAtMs: this.#deps.clock.now() + loginCodeMs }].slice(-volatileLimit);
    return code;
  }

  /** A bearer for 12 hours, in memory only; undefined when the code is unknown, used or too old. The code is used up either way. */
  exchangeLoginCode(code: string): { value: string; expiresAt: string } | undefined {
    const hash = hashOf(code.slice(0, 512));
    const nowMs = this.#deps.clock.now();
    const found = this.#codes.find((entry) => sameHash(entry.hash, hash));
    this.#codes = this.#codes.filter((entry) => entry !== found && entry.expiresAtMs > nowMs);
    if (!found || found.expiresAtMs <= nowMs) return undefined;
    const value = newValue(this.#deps.random.bytes(32));
    const expiresAtMs = nowMs + sessionMs;
    this.#remember({ hash: hashOf(value), expiresAtMs, caller: { kind: 'session', id: `browser-${Buffer.from(this.#deps.random.bytes(4)).toString('hex')}`, label: 'browser', scope: 'owner' } });
    return { value, expiresAt: isoOf(expiresAtMs) };
  }

  /** The token of `VARVE_TOKEN`: owner, for this process. Throws BAD_INPUT when it is too easy to guess. */
  addEnvironmentToken(value: string): void {
    if (!looksLikeValue(value)) fail('BAD_INPUT', 'VARVE_TOKEN is not usable', { field: 'VARVE_TOKEN', reason: 'needs 16 to 512 letters, digits, "-" or "_"' });
    this.#remember({ hash: hashOf(value), expiresAtMs: Number.POSITIVE_INFINITY, caller: { kind: 'environment', id: 'environment', label: 'VARVE_TOKEN', scope: 'owner' } });
  }

  #remember(entry: Volatile): void {
    const nowMs = this.#deps.clock.now();
    const others = this.#volatile.filter((other) => other.expiresAtMs > nowMs && other.caller.id !== entry.caller.id);
    // The environment's token lasts as long as the process; sessions make room for newer ones.
    const lasting = others.filter((other) => other.expiresAtMs === Number.POSITIVE_INFINITY);
    const passing = others.filter((other) => other.expiresAtMs !== Number.POSITIVE_INFINITY).slice(1 - volatileLimit);
    this.#volatile = [...lasting, ...passing, entry];
  }

  #home(): { db: Database; outbox: Outbox } {
    return this.#deps.home() ?? fail('HOME_MISSING', 'there is no home yet', { path: '' });
  }
}

function withoutHash({ hash: _hash, ...token }: TokenRow): Token {
  return token;
}
