// `run/owner.json`, mode 0600: who owns the home, where it listens, and the token that a client must show it. Hostile until checked: a
// forged one would send clients, with their token, to somebody else's socket.
import { join } from 'node:path';
import { writeFileDurable } from '../engine/kit/durable.ts';
import type { Files, Random } from '../engine/ports.ts';

export type OwnerKind = 'desktop' | 'serve' | 'cli';

export interface OwnerFacts {
  pid: number;
  kind: OwnerKind;
  /** Start of the ownership, ISO 8601 UTC. */
  since: string;
  /** Local socket or named pipe; absent for a short command, which has none. */
  socketPath?: string;
  /** Random secret; whoever can read this file may talk to the owner. Never logged. */
  token?: string;
  contractVersion: string;
}

const limitBytes = 16 * 1024;
const kinds: readonly string[] = ['desktop', 'serve', 'cli'];

export function ownerPath(homePath: string): string {
  return join(homePath, 'run', 'owner.json');
}

export function writeOwnerFile(files: Files, homePath: string, facts: OwnerFacts, random: Random): void {
  writeFileDurable(files, ownerPath(homePath), Buffer.from(`${JSON.stringify(facts)}\n`, 'utf8'), { random, mode: 0o600 });
}

/** undefined for anything but a private plain file of ours in the right form. */
export function readOwnerFile(files: Files, homePath: string): (OwnerFacts & { lastBeatMs: number }) | undefined {
  const path = ownerPath(homePath);
  const stat = files.lstat(path);
  if (!stat || stat.type !== 'file' || !isPrivate(stat)) return undefined;
  try {
    const facts = parseOwner(Buffer.from(files.readFile(path, limitBytes)).toString('utf8'));
    return facts && { ...facts, lastBeatMs: Number(stat.mtimeNs / 1_000_000n) };
  } catch {
    return undefined; // gone since we looked, too large, or not JSON: there is no owner to speak of
  }
}

function isPrivate(stat: { uid: number; mode: number }): boolean {
  const uid = process.getuid?.();
  if (uid === undefined) return true; // Windows: the user's own folder decides
  return (stat.uid === uid || uid === 0) && (stat.mode & 0o077) === 0;
}

function parseOwner(text: string): OwnerFacts | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { pid, kind, since, socketPath, token, contractVersion } = value as Record<string, unknown>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (typeof kind !== 'string' || !kinds.includes(kind)) return undefined;
  if (typeof since !== 'string' || Number.isNaN(Date.parse(since)) || typeof contractVersion !== 'string') return undefined;
  if (socketPath !== undefined && typeof socketPath !== 'string') return undefined;
  if (token !== undefined && typeof token !== 'string') return undefined;
  return { pid, kind: kind as OwnerKind, since, contractVersion, ...(socketPath !== undefined && { socketPath }), ...(token !== undefined && { token }) };
}
