// Locks of others on a real folder: who holds them, which are stale, and what goes only when a person says so.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalBackend } from '../backend/local.ts';
import { encodeLock, type LockFile } from '../format/lock.ts';
import { utcTime } from '../format/time.ts';
import type { Repository } from '../repository.ts';
import { clock, createOn, files, random, temporaryFolder } from '../testing/index.ts';
import { judgeLocks, removeLocks, type UnlockDeps } from './judge.ts';

let folder: ReturnType<typeof temporaryFolder>;
let repository: Repository;
let deps: UnlockDeps;
const alive = new Set([100, 200]);

beforeEach(async () => {
  folder = temporaryFolder();
  const path = join(folder.path, 'repository');
  mkdirSync(path);
  const backend = createLocalBackend({ files, random, path });
  repository = await createOn(backend, 'secret');
  deps = { backend, files: repository.files, clock, machine: { hostname: 'here', pid: 100, processExists: (pid) => alive.has(pid) } };
});
afterEach(() => folder[Symbol.dispose]());

async function lock(over: Partial<LockFile> & { minutesAgo?: number }): Promise<string> {
  const { minutesAgo = 1, ...given } = over;
  return repository.files.save('locks', encodeLock({ time: utcTime(clock.nowNs() - BigInt(minutesAgo) * 60_000_000_000n), exclusive: false, hostname: 'here', username: 'ana', pid: 200, ...given }));
}

const stored = (): string[] => readdirSync(join(folder.path, 'repository', 'locks')).sort();

describe('locks', () => {
  it.each([
    ['a living process here', {}, { alive: true, mine: false, stale: false }],
    ['this process', { pid: 100 }, { alive: true, mine: true, stale: false }],
    ['a process that is gone', { pid: 300 }, { alive: false, mine: false, stale: true }],
    ['another computer, fresh', { hostname: 'there', pid: 300 }, { alive: undefined, mine: false, stale: false }],
    ['another computer, 29 minutes old', { hostname: 'there', minutesAgo: 29 }, { alive: undefined, stale: false }],
    ['another computer, 31 minutes old', { hostname: 'there', minutesAgo: 31 }, { alive: undefined, stale: true }],
    ['a living process here, 31 minutes old', { minutesAgo: 31 }, { alive: true, stale: true }],
    ['a clock ahead of ours', { hostname: 'there', minutesAgo: -90 }, { alive: undefined, stale: false }]
  ])('of %s are judged as restic does', async (_what, over, expected) => {
    const id = await lock(over);
    expect(await judgeLocks(deps)).toMatchObject([{ id, ...expected, reason: undefined, lock: { username: 'ana' } }]);
  });

  it('that are stale go, others stay', async () => {
    const gone = await lock({ pid: 300 });
    const old = await lock({ hostname: 'there', minutesAgo: 45 });
    const living = await lock({});
    const elsewhere = await lock({ hostname: 'there', exclusive: true });
    const { removed, left } = await removeLocks(deps, 'stale');
    expect(removed.map(({ id }) => id).sort()).toEqual([gone, old].sort());
    expect(left.map(({ id }) => id).sort()).toEqual([living, elsewhere].sort());
    expect(stored()).toEqual([living, elsewhere].sort());
  });

  it('that cannot be read are named and go only with all, this process’s own not even then', async () => {
    const empty = 'aa'.repeat(32);
    const nonsense = 'bb'.repeat(32);
    writeFileSync(join(folder.path, 'repository', 'locks', empty), '');
    writeFileSync(join(folder.path, 'repository', 'locks', nonsense), 'something that is no lock at all, though long enough');
    const mine = await lock({ pid: 100 });
    const living = await lock({});
    expect((await judgeLocks(deps)).filter(({ lock: file }) => file === undefined)).toMatchObject([
      { id: empty, stale: false, reason: 'is empty; it keeps nobody out' },
      { id: nonsense, stale: false, reason: 'content does not match its name' }
    ]);
    expect((await removeLocks(deps, 'stale')).removed).toEqual([]);
    const { removed } = await removeLocks(deps, 'all');
    expect(removed.map(({ id }) => id).sort()).toEqual([empty, living, nonsense].sort());
    expect(stored()).toEqual([mine]);
  });
});
