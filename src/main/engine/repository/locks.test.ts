import { describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.ts';
import { MemoryBackend } from './backend/memory.ts';
import { createMasterKey, Sealer } from './format/seal.ts';
import { encodeLock, parseLock } from './format/lock.ts';
import { utcTime } from './format/time.ts';
import { acquireLock, type LockHandle, type LockOptions } from './locks.ts';
import { identity, random } from './testing/index.ts';
import { UnpackedFiles } from './unpacked-files.ts';

const minutes = 60_000;
const sealer = new Sealer(createMasterKey((length) => random.bytes(length)), (length) => random.bytes(length));

class World {
  readonly clock: FakeClock = createFakeClock();
  readonly backend = new MemoryBackend('the repository');
  readonly files = new UnpackedFiles({ backend: this.backend, sealer, version: 2 });
  lost = 0;
  readonly noted = new Set<string>();

  options(over: Partial<LockOptions> = {}): LockOptions {
    return { exclusive: false, identity, onLost: () => void (this.lost += 1), onWrite: (id) => void this.noted.add(id), onRemove: (id) => void this.noted.delete(id), retryMs: 0, ...over };
  }

  acquire(over: Partial<LockOptions> = {}): Promise<LockHandle> {
    return this.run(acquireLock({ backend: this.backend, files: this.files, clock: this.clock }, this.options(over)));
  }

  /** Lets time pass until the work has settled. */
  async run<R>(work: Promise<R>, stepMs = 100, limitMs = 10 * minutes): Promise<R> {
    let settled = false;
    work.then(() => (settled = true), () => (settled = true));
    for (let passed = 0; !settled && passed < limitMs; passed += stepMs) {
      await turn();
      if (!settled) this.clock.advance(stepMs);
    }
    return work;
  }

  /** Lets time pass in seconds, with room for what each second starts. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1000) {
      this.clock.advance(1000);
      await turn();
    }
  }

  get names(): string[] {
    return [...this.backend.stored.keys()].filter((key) => key.startsWith('locks/')).map((key) => key.slice(6));
  }

  foreign(over: { exclusive?: boolean; ageMs?: number } = {}): Promise<string> {
    const time = utcTime(this.clock.nowNs() - BigInt(over.ageMs ?? 0) * 1_000_000n);
    return this.files.save('locks', encodeLock({ ...identity, hostname: 'other', username: 'ana', pid: 77, exclusive: over.exclusive ?? false, time }));
  }
}

async function turn(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a lock that is noted elsewhere', () => {
  it('is not on disk before its note is confirmed', async () => {
    const world = new World();
    let confirm = (): void => undefined;
    const taking = world.acquire({ onWrite: () => new Promise((resolve) => (confirm = resolve)) });
    await turn();
    expect(world.names).toEqual([]);
    confirm();
    const lock = await taking;
    expect(world.names).toEqual([lock.id]);
    await lock.release();
  });

  it('is not taken when it cannot be noted, and its note is taken back', async () => {
    const world = new World();
    const gone: string[] = [];
    await expect(world.acquire({ onWrite: () => Promise.reject(new Error('no note')), onRemove: (id) => void gone.push(id) })).rejects.toThrow('no note');
    expect(world.names).toEqual([]);
    expect(gone).toHaveLength(1);
  });
});

describe('taking a lock', () => {
  it('shares with the shared, and refuses everybody when exclusive', async () => {
    const world = new World();
    const first = await world.acquire();
    const second = await world.acquire();
    expect(world.names).toHaveLength(2);
    await expect(world.acquire({ exclusive: true })).rejects.toMatchObject({ code: 'REPOSITORY_LOCKED' });
    await first.release();
    await second.release();
    const alone = await world.acquire({ exclusive: true });
    await expect(world.acquire()).rejects.toMatchObject({ code: 'REPOSITORY_LOCKED' });
    await alone.release();
    expect(world.names).toEqual([]);
    expect(world.noted.size).toBe(0);
  });

  it('names the holder and since when', async () => {
    const world = new World();
    await world.foreign({ exclusive: true });
    await expect(world.acquire()).rejects.toMatchObject({ data: { path: 'the repository', holder: 'ana@other (PID 77)', since: '2026-11-21T12:00:00Z' } });
    expect(world.names).toHaveLength(1);
  });

  it('gives way to one that appeared while it wrote its own, and leaves no file', async () => {
    const world = new World();
    const taking = acquireLock({ backend: world.backend, files: world.files, clock: world.clock }, world.options({ exclusive: true }));
    taking.catch(() => undefined);
    await turn();
    expect(world.names).toHaveLength(1);
    const other = await world.foreign();
    await expect(world.run(taking)).rejects.toMatchObject({ code: 'REPOSITORY_LOCKED' });
    expect(world.names).toEqual([other]);
  });

  it('is stopped by a stale lock too, and does not remove it', async () => {
    const world = new World();
    const stale = await world.foreign({ exclusive: true, ageMs: 31 * minutes });
    await expect(world.acquire()).rejects.toMatchObject({ code: 'REPOSITORY_LOCKED' });
    expect(world.names).toEqual([stale]);
  });

  it('ignores a lock file of no bytes', async () => {
    const world = new World();
    world.backend.stored.set(`locks/${'ab'.repeat(32)}`, new Uint8Array(0));
    await (await world.acquire({ exclusive: true })).release();
  });

  it('waits for a lock that is being written, and fails when it stays unreadable', async () => {
    const world = new World();
    const key = `locks/${'ab'.repeat(32)}`;
    world.backend.stored.set(key, new Uint8Array(200));
    const startedAt = world.clock.now();
    await expect(world.acquire()).rejects.toMatchObject({ code: 'REPOSITORY_DAMAGED' });
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(35_000);

    const taking = acquireLock({ backend: world.backend, files: world.files, clock: world.clock }, world.options());
    world.clock.setTimer(7000, () => world.backend.stored.delete(key));
    await (await world.run(taking)).release();
  });

  it('waits for a conflict to go away for as long as it was told', async () => {
    const world = new World();
    const other = await world.foreign({ exclusive: true });
    const startedAt = world.clock.now();
    await expect(world.acquire({ retryMs: 60_000 })).rejects.toMatchObject({ code: 'REPOSITORY_LOCKED' });
    expect(world.clock.now() - startedAt).toBeGreaterThanOrEqual(60_000);
    world.clock.setTimer(20_000, () => world.backend.stored.delete(`locks/${other}`));
    await (await world.acquire({ retryMs: 60_000 })).release();
  });

  it('leaves nothing when it is cancelled in the middle', async () => {
    const world = new World();
    const stop = new AbortController();
    const taking = acquireLock({ backend: world.backend, files: world.files, clock: world.clock }, world.options({ signal: stop.signal }));
    taking.catch(() => undefined);
    await turn();
    expect(world.names).toHaveLength(1);
    stop.abort();
    await expect(world.run(taking)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(world.names).toEqual([]);
  });
});

describe('keeping a lock', () => {
  it('is refreshed every five minutes, the new file before the old one goes', async () => {
    const world = new World();
    const lock = await world.acquire();
    const first = lock.id;
    await world.pass(5 * minutes + 2000);
    expect(lock.id).not.toBe(first);
    expect(world.names).toEqual([lock.id]);
    const { time } = parseLock(await world.files.load('locks', lock.id));
    expect(world.clock.nowNs() - time.ns).toBeLessThan(BigInt(5 * minutes) * 1_000_000n);
    await world.pass(30 * minutes);
    await lock.ready();
    expect(world.lost).toBe(0);
    expect(world.names).toHaveLength(1);
    await lock.release();
    expect(world.names).toEqual([]);
    await expect(lock.ready()).rejects.toMatchObject({ code: 'LOCK_LOST' });
  });

  it('is lost after 22.5 minutes without a refresh, and nothing may be written any more', async () => {
    const world = new World();
    const lock = await world.acquire();
    const write = world.backend.write.bind(world.backend);
    world.backend.write = () => Promise.reject(Object.assign(new Error('gone'), { code: 'EIO' }));
    await world.pass(22 * minutes);
    expect(world.lost).toBe(0);
    await world.pass(minutes);
    expect(world.lost).toBe(1);
    await expect(lock.ready()).rejects.toMatchObject({ code: 'LOCK_LOST', data: { path: 'the repository' } });
    world.backend.write = write;
    await lock.release();
    expect(world.names).toEqual([]);
  });

  it('survives a long sleep when its file was there all the time', async () => {
    const world = new World();
    const lock = await world.acquire();
    const first = lock.id;
    // Timers stood still; the wall clock did not.
    let jumpMs = 0;
    const { now, nowNs } = world.clock;
    world.clock.now = () => now() + jumpMs;
    world.clock.nowNs = () => nowNs() + BigInt(jumpMs) * 1_000_000n;
    jumpMs = 8 * 60 * minutes;
    await world.run(lock.ready());
    expect(lock.id).not.toBe(first);
    expect(world.names).toEqual([lock.id]);
    expect(world.lost).toBe(0);
    await lock.release();
  });

  it('is lost after a long sleep when somebody removed it meanwhile', async () => {
    const world = new World();
    const lock = await world.acquire();
    let jumpMs = 0;
    const { now } = world.clock;
    world.clock.now = () => now() + jumpMs;
    jumpMs = 8 * 60 * minutes;
    world.backend.stored.clear();
    await expect(world.run(lock.ready())).rejects.toMatchObject({ code: 'LOCK_LOST' });
    expect(world.lost).toBe(1);
    expect(world.names).toEqual([]);
  });

  it('is refreshed when the clock was set back', async () => {
    const world = new World();
    const lock = await world.acquire();
    const first = lock.id;
    let jumpMs = 0;
    const { now } = world.clock;
    world.clock.now = () => now() + jumpMs;
    jumpMs = -60 * minutes;
    await world.pass(2000);
    expect(lock.id).not.toBe(first);
    await lock.release();
  });
});
