import { describe, expect, it } from 'vitest';
import type { NamedSecret } from '../../../contract/secrets.ts';
import { byNeed, needOf } from './need.ts';

const now = Date.parse('2026-11-21T12:00:00.000Z');
const days = (count: number): string => new Date(now + count * 86_400_000).toISOString();
const secret = (name: string, change: Partial<NamedSecret> = {}): NamedSecret => ({ name, version: 1, createdAt: days(-200), changedAt: days(-200), expiresAt: null, expiry: 'none', place: 'keyring', maskable: true, lastUsed: { id: 1, version: 1, at: days(-1), by: 'job:x', purpose: 'y', outcome: 'given', code: null }, uses: 1, usedBy: [], versions: [], ...change });

describe('secrets by need', () => {
  it('come missing first, then expired, soon to expire, unused, and the rest by name', () => {
    const all = [
      secret('b'),
      secret('a'),
      secret('idle', { lastUsed: null }),
      secret('later', { expiry: 'later', expiresAt: days(60) }),
      secret('soon-2', { expiry: 'soon', expiresAt: days(20) }),
      secret('soon-1', { expiry: 'soon', expiresAt: days(2) }),
      secret('over', { expiry: 'expired', expiresAt: days(-1) }),
      secret('gone', { place: 'missing' })
    ];
    expect(byNeed(all, now).map(({ name }) => name)).toEqual(['gone', 'over', 'soon-1', 'soon-2', 'idle', 'later', 'a', 'b']);
  });

  it('are unused only when nothing refers to them, and not while they are new', () => {
    expect(needOf(secret('new', { lastUsed: null, createdAt: days(-10) }), now)).toBe('none');
    expect(needOf(secret('named', { lastUsed: null, usedBy: [{ kind: 'job', id: 'j', name: 'nightly' }] }), now)).toBe('none');
  });
});
