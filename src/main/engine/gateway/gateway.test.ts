import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodeFiles } from '../../adapters/files.ts';
import { openLog, type EventLog } from '../log/index.ts';
import { createOutbox, openDatabase, outboxMigrations, mergeMigrations, type Database } from '../store/index.ts';
import { createFakeClock, createSeededRandom, type FakeClock } from '../testing/fake-clock.ts';
import { createInlineWorkers } from '../testing/task-workers.ts';
import { createGateway, createOnce, gatewayMigrations, type Gateway, type Once } from './index.ts';

let folder: string;
let clock: FakeClock;
let db: Database;
let log: EventLog;
let gateway: Gateway;

function build(withHome = true): Gateway {
  const random = createSeededRandom('gateway');
  const outbox = createOutbox({ db, log, random, clock });
  return createGateway({ clock, random, home: () => (withHome ? { db, outbox } : undefined), onChanged: () => {} });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'varve-gateway-'));
  clock = createFakeClock();
  const files = createNodeFiles();
  db = openDatabase({ path: join(folder, 'state.db'), files, migrations: mergeMigrations(outboxMigrations, gatewayMigrations), kind: 'state' });
  log = openLog({ files, clock, random: createSeededRandom('log'), workers: createInlineWorkers(), path: join(folder, 'log.db'), homeId: 'a'.repeat(32), session: 's', actorName: 'me' });
  gateway = build();
});
afterEach(() => {
  log.close();
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const day = 86_400_000;

describe('tokens', () => {
  it('let their holder in with their scope, and nobody with anything else', () => {
    const { token, value } = gateway.create({ label: 'lab notebook', scope: 'append' }, 'me');
    expect(value).toMatch(/^varve_[A-Za-z0-9_-]{43}$/);
    expect(gateway.authenticate(value)).toEqual({ kind: 'token', id: token.id, label: 'lab notebook', scope: 'append' });
    for (const wrong of ['', 'varve_', value.slice(0, -1), `${value}x`, value.toUpperCase(), `${value}\0`, 'x'.repeat(100_000)]) expect(gateway.authenticate(wrong)).toBeUndefined();
  });

  it('are nowhere on the disk in a form that lets anyone in, and their making and end are recorded', () => {
    const { token, value } = gateway.create({ label: 'x', scope: 'owner' }, 'me');
    gateway.revoke(token.id, 'me');
    gateway.revoke(token.id, 'me');
    expect(log.list({ limit: 10 }).entries.filter((entry) => entry.category === 'gateway').map((entry) => [entry.action, entry.payload])).toEqual([
      ['gateway.token-revoked', { tokenId: token.id, label: 'x' }],
      ['gateway.token-created', { tokenId: token.id, label: 'x', scope: 'owner', expiresAt: null }]
    ]);
    for (const file of readdirSync(folder)) expect(readFileSync(join(folder, file)).includes(value.slice(6, 30))).toBe(false);
    expect(JSON.stringify(gateway.list())).not.toContain('hash');
  });

  it('end when they expire or are revoked', () => {
    const short = gateway.create({ label: 'a', scope: 'read', expiresInDays: 1 }, 'me');
    const revoked = gateway.create({ label: 'b', scope: 'read' }, 'me');
    gateway.revoke(revoked.token.id, 'me');
    expect(gateway.authenticate(revoked.value)).toBeUndefined();
    clock.advance(day - 1);
    expect(gateway.authenticate(short.value)?.label).toBe('a');
    expect(gateway.hasTokens()).toBe(true);
    clock.advance(1);
    expect(gateway.authenticate(short.value)).toBeUndefined();
    expect(gateway.hasTokens()).toBe(false);
    expect(() => gateway.revoke('nothing', 'me')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('note their last use at most once an hour', () => {
    const { value } = gateway.create({ label: 'a', scope: 'read' }, 'me');
    const lastUse = (): string | null | undefined => gateway.list()[0]?.lastUsedAt;
    expect(lastUse()).toBeNull();
    gateway.authenticate(value);
    const first = lastUse();
    clock.advance(3_599_999);
    gateway.authenticate(value);
    expect(lastUse()).toBe(first);
    clock.advance(1);
    gateway.authenticate(value);
    expect(lastUse()).not.toBe(first);
  });

  it('survive a restart', () => {
    const { value } = gateway.create({ label: 'a', scope: 'read' }, 'me');
    expect(build().authenticate(value)?.scope).toBe('read');
  });
});

describe('login codes', () => {
  it('are good once, for five minutes, and give a bearer for twelve hours', () => {
    const early = build(false);
    const code = early.createLoginCode();
    const session = early.exchangeLoginCode(code);
    expect(early.exchangeLoginCode(code)).toBeUndefined();
    expect(early.authenticate(session?.value as string)).toMatchObject({ label: 'browser', scope: 'owner' });
    clock.advance(12 * 3_600_000 - 1);
    expect(early.hasTokens()).toBe(true);
    clock.advance(1);
    expect(early.authenticate(session?.value as string)).toBeUndefined();
    const late = early.createLoginCode();
    clock.advance(5 * 60_000);
    expect(early.exchangeLoginCode(late)).toBeUndefined();
    expect(early.exchangeLoginCode('guess')).toBeUndefined();
  });

  it('leave nothing behind: another process does not know the bearer', () => {
    const session = gateway.exchangeLoginCode(gateway.createLoginCode());
    expect(build().authenticate(session?.value as string)).toBeUndefined();
  });

  it('keep two browsers apart', () => {
    const [a, b] = [gateway.exchangeLoginCode(gateway.createLoginCode()), gateway.exchangeLoginCode(gateway.createLoginCode())];
    expect(gateway.authenticate(a?.value as string)).toBeDefined();
    expect(gateway.authenticate(b?.value as string)).toBeDefined();
  });
});

describe('the token of the environment', () => {
  it('lets the owner in, and is refused when it could be guessed', () => {
    gateway.addEnvironmentToken('a-long-enough-token-1');
    expect(gateway.authenticate('a-long-enough-token-1')).toEqual({ kind: 'environment', id: 'environment', label: 'VARVE_TOKEN', scope: 'owner' });
    for (const weak of ['', 'short', 'has spaces in it, quite long']) expect(() => gateway.addEnvironmentToken(weak)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
  });
});

describe('without a home', () => {
  it('tokens are refused clearly and nobody comes in', () => {
    const early = build(false);
    expect(() => early.create({ label: 'a', scope: 'read' }, 'me')).toThrow(expect.objectContaining({ code: 'HOME_MISSING' }));
    expect(early.authenticate('varve_0123456789012345678901234567890123456789012')).toBeUndefined();
    expect(early.hasTokens()).toBe(false);
  });
});

describe('calls that are to have an effect once', () => {
  let once: Once;
  const random = createSeededRandom('once');
  const started = (): Once => createOnce({ clock, random, db: () => db });
  beforeEach(() => {
    once = started();
  });
  const first = (call: string, body = 'b'): string => {
    const begun = once.begin(call, body);
    return begun?.kind === 'first' ? begun.id : expect.fail(`the call ${call} is not the first: ${begun?.kind}`);
  };

  it('8.2: the first answer is given again for a day, also after a restart; another body is told apart', () => {
    once.end(first('a'), { status: 200, body: { json: 1 } });
    once = started();
    expect(once.begin('a', 'b')).toEqual({ kind: 'again', answer: { status: 200, body: { json: 1 } } });
    expect(once.begin('a', 'other')).toEqual({ kind: 'other' });
    clock.advance(day - 1);
    expect(once.begin('a', 'b')?.kind).toBe('again');
    clock.advance(1);
    expect(once.begin('a', 'other')?.kind).toBe('first');
  });

  it('8.2: while the first is under way a second is told so; one that had no answer is carried out again as the same call', () => {
    const id = first('a');
    expect(once.begin('a', 'b')).toEqual({ kind: 'working' });
    once.end(id, undefined);
    expect(first('a')).toBe(id);
    once = started(); // cut off in the middle
    expect(first('a')).toBe(id);
    expect(first('another')).not.toBe(id);
  });

  it('without a home nothing is kept', () => {
    expect(createOnce({ clock, random: createSeededRandom('once'), db: () => undefined }).begin('a', 'b')).toBeUndefined();
  });
});
