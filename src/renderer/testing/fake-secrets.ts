// Secrets of the made-up world: one of each need.
import type { EngineEvent } from '../../contract/events.ts';
import { revealSeconds, type NamedSecret, type SecretAccess, type SecretUser } from '../../contract/secrets.ts';
import type { World } from './fake-data.ts';

const dayMs = 86_400_000;

export function createFakeSecrets({ world, announce }: { world: World; announce(event: EngineEvent): void }) {
  const days = (count: number): string => new Date(world.now.getTime() + count * dayMs).toISOString();
  const access = (at: string): SecretAccess => ({ id: 1, version: 1, at, by: 'job:nightly', purpose: 'TOKEN', outcome: 'given', code: null });
  const make = (name: string, expiresAt: string | null, used: number | null, usedBy: SecretUser[] = []): NamedSecret => ({
    name, version: 1, createdAt: days(-200), changedAt: days(-200), expiresAt, place: 'keyring', maskable: true, usedBy, uses: used === null ? 0 : 214, lastUsed: used === null ? null : access(days(used)),
    expiry: expiresAt === null ? 'none' : expiresAt < days(0) ? 'expired' : expiresAt < days(30) ? 'soon' : 'later',
    versions: [{ version: 1, createdAt: days(-200), state: 'current', keepUntil: null, expiresAt, maskable: true }]
  });
  let secrets = [make('github', days(12), -0.2, [{ kind: 'job', id: 'j', name: 'nightly' }]), make('old-token', days(-3), -120), make('forgotten', null, null), make('mail.password', null, -1, [{ kind: 'channel', id: 'c', name: 'mail' }])];
  const change = (name: string, next: (secret: NamedSecret) => NamedSecret): NamedSecret => {
    secrets = secrets.map((secret) => (secret.name === name ? next(secret) : secret));
    announce({ kind: 'changed', what: 'secrets' });
    return secrets.find((secret) => secret.name === name) as NamedSecret;
  };
  return {
    list: async () => ({ secrets, storage: { kind: 'keyring' as const, state: 'open' as const, detail: 'secret-service', passphraseFrom: null } }),
    set: async ({ name, expiresAt }: { name: string; expiresAt: string | null }) => {
      secrets = [...secrets, make(name, expiresAt, null)];
      return change(name, (secret) => secret);
    },
    rotate: async ({ name, expiresAt }: { name: string; expiresAt: string | null }) => change(name, (secret) => ({ ...secret, version: secret.version + 1, changedAt: days(0), expiresAt, expiry: 'none' })),
    switchBack: async ({ name }: { name: string }) => change(name, (secret) => secret),
    setExpiry: async ({ name, expiresAt }: { name: string; expiresAt: string | null }) => change(name, (secret) => ({ ...secret, expiresAt })),
    remove: async ({ name }: { name: string }) => {
      secrets = secrets.filter((secret) => secret.name !== name);
      return { removed: true as const };
    },
    reveal: async () => ({ value: 'a made-up value', version: 1, seconds: revealSeconds }),
    uses: async ({ name }: { name: string }) => secrets.flatMap((secret) => (secret.name === name && secret.lastUsed !== null ? [secret.lastUsed] : []))
  };
}
