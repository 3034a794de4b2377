import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSystemClock } from './clock.ts';
import { acquireLease, isHeld, readOwner, type OwnerFacts } from './lease.ts';

let home: string;
const children: ChildProcess[] = [];
const clock = createSystemClock();
const facts: OwnerFacts = { pid: process.pid, kind: 'desktop', since: '2026-11-21T10:00:00.000Z', socketPath: '/run/x.sock', token: 'test-token', contractVersion: '1' };
const ownerFile = () => join(home, 'run', 'owner.json');

beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'varve-lease-'))));
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

/** Another process that holds the home. */
async function holder(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./testing/hold-lease.ts', import.meta.url)), home], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', (code) => reject(new Error(`the holder ended with ${code}`)));
  });
  return child;
}

it('holds a home, says so, and gives it free', async () => {
  expect(isHeld(home)).toBe(false);
  const lease = await acquireLease(home, { waitMs: 0, clock });
  expect(isHeld(home)).toBe(true);
  lease.writeOwner(facts);
  expect(readOwner(home)).toEqual({ ...facts, stale: false, lastBeatMs: expect.any(Number) as unknown });
  expect(statSync(ownerFile()).mode & 0o777).toBe(0o600);
  lease.release();
  lease.release();
  expect(isHeld(home)).toBe(false);
  expect(readOwner(home)).toBeUndefined();
  (await acquireLease(home, { waitMs: 0, clock })).release();
});

it.skipIf(process.platform === 'win32')('notices that its lock file was taken away, so that somebody else could own the home', async () => {
  const lease = await acquireLease(home, { waitMs: 0, clock });
  expect(lease.held()).toBe(true);
  renameSync(join(home, 'run', 'lease.db'), join(home, 'run', 'away.db'));
  expect(lease.held()).toBe(false);
  writeFileSync(join(home, 'run', 'lease.db'), '');
  expect(lease.held()).toBe(false);
  lease.release();
});

it('a second one in the same process is refused too, with the owner’s facts', async () => {
  const lease = await acquireLease(home, { waitMs: 0, clock });
  lease.writeOwner(facts);
  await expect(acquireLease(home, { waitMs: 0, clock })).rejects.toMatchObject({ code: 'HOME_BUSY', data: { path: home, owner: 'desktop', pid: process.pid } });
  lease.release();
});

it('another process is refused while the owner lives, and the refusal does not disturb the owner', async () => {
  const child = await holder();
  await expect(acquireLease(home, { waitMs: 150, clock })).rejects.toMatchObject({ code: 'HOME_BUSY', data: { owner: 'serve', pid: child.pid } });
  expect(isHeld(home)).toBe(true);
  expect(readOwner(home)).toMatchObject({ kind: 'serve', pid: child.pid, stale: false });
});

it('looking at our own lock does not drop it for other processes', async () => {
  const lease = await acquireLease(home, { waitMs: 0, clock });
  lease.writeOwner(facts);
  expect(isHeld(home)).toBe(true);
  expect(readOwner(home)).toMatchObject({ stale: false });
  await expect(acquireLease(home, { waitMs: 0, clock })).rejects.toMatchObject({ code: 'HOME_BUSY' });
  const look = `import { isHeld } from ${JSON.stringify(new URL('./lease.ts', import.meta.url).href)}; process.stdout.write(String(isHeld(${JSON.stringify(home)})));`;
  const ask = () => execFileSync(process.execPath, ['--input-type=module', '--eval', look], { encoding: 'utf8' });
  expect(ask()).toBe('true');
  lease.release();
  expect(ask()).toBe('false');
});

it('a killed owner frees the home at once; what it said is stale until the next one removes it', async () => {
  const child = await holder();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  expect(isHeld(home)).toBe(false);
  expect(readOwner(home)).toMatchObject({ kind: 'serve', stale: true });
  const lease = await acquireLease(home, { waitMs: 0, clock });
  expect(existsSync(ownerFile())).toBe(false);
  lease.release();
});

it('owners contending for one home have it one after the other, also when one is killed while it has it', async () => {
  const file = join(home, 'turns');
  const contend = (): ChildProcess => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./testing/contend-lease.ts', import.meta.url)), home, file, '4'], { stdio: ['ignore', 'ignore', 'inherit'] });
    children.push(child);
    return child;
  };
  const [first, second, third] = [contend(), contend(), contend()];
  const turns = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '') : []);
  await expect.poll(() => turns().includes(`+${first.pid}`), { timeout: 60_000, interval: 5 }).toBe(true);
  first.kill('SIGKILL');
  await Promise.all([first, second, third].map((child) => new Promise<void>((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', () => resolve()) : resolve()))));
  expect([second.exitCode, third.exitCode]).toEqual([0, 0]);
  const said = turns();
  for (const [at, turn] of said.entries()) if (turn.startsWith('+') && turn !== `+${first.pid}`) expect([turn, said[at + 1]]).toEqual([turn, `-${turn.slice(1)}`]);
  expect([second, third].map(({ pid }) => said.filter((turn) => turn === `-${pid}`).length)).toEqual([4, 4]);
  expect(isHeld(home)).toBe(false);
});

it('who waits gets the home when the owner leaves', async () => {
  const lease = await acquireLease(home, { waitMs: 0, clock });
  const waiting = acquireLease(home, { waitMs: 30_000, clock });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isHeld(home)).toBe(true);
  lease.release();
  const second = await waiting;
  expect(isHeld(home)).toBe(true);
  second.release();
  expect(isHeld(home)).toBe(false);
});

it('waiting can be cancelled', async () => {
  const lease = await acquireLease(home, { waitMs: 0, clock });
  const stop = new AbortController();
  const waiting = acquireLease(home, { waitMs: 30_000, clock, signal: stop.signal });
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  lease.release();
});

it('a look at the lock never makes a starter give up', async () => {
  for (let round = 0; round < 20; round++) {
    const taking = acquireLease(home, { waitMs: 0, clock });
    isHeld(home);
    const lease = await taking;
    expect(isHeld(home)).toBe(true);
    lease.release();
  }
});

it('no home, and a lock file that is none, are told apart', async () => {
  await expect(acquireLease(join(home, 'missing'), { waitMs: 0, clock })).rejects.toMatchObject({ code: 'HOME_MISSING' });
  (await acquireLease(home, { waitMs: 0, clock })).release();
  writeFileSync(join(home, 'run', 'lease.db'), 'this is not a database, whatever its name says'.repeat(100));
  await expect(acquireLease(home, { waitMs: 0, clock })).rejects.toMatchObject({ code: 'HOME_DAMAGED' });
});

it('the beat moves the shown time only', async () => {
  const lease = await acquireLease(home, { waitMs: 0, clock: { ...clock, nowNs: () => 5_000_000_000_000_000n } });
  lease.beat(); // nothing written yet: nothing to do
  lease.writeOwner(facts);
  lease.beat();
  expect(readOwner(home)?.lastBeatMs).toBe(5_000_000_000);
  lease.release();
});

it.each<[string, () => void]>([
  ['readable by others', () => chmodSync(ownerFile(), 0o644)],
  ['a link', () => { rmSync(ownerFile()); writeFileSync(join(home, 'o'), JSON.stringify(facts), { mode: 0o600 }); symlinkSync('../o', ownerFile()); }],
  ['not JSON', () => writeFileSync(ownerFile(), '{')],
  ['a list', () => writeFileSync(ownerFile(), '[]')],
  ['too large', () => writeFileSync(ownerFile(), JSON.stringify({ ...facts, more: 'x'.repeat(20_000) }))],
  ['of an unknown kind', () => writeFileSync(ownerFile(), JSON.stringify({ ...facts, kind: 'king' }))],
  ['with a process that cannot be', () => writeFileSync(ownerFile(), JSON.stringify({ ...facts, pid: -1 }))],
  ['with a socket that is no text', () => writeFileSync(ownerFile(), JSON.stringify({ ...facts, socketPath: 7 }))]
])('an owner file that is %s is not believed', async (_name, spoil) => {
  const lease = await acquireLease(home, { waitMs: 0, clock });
  lease.writeOwner(facts);
  expect(JSON.parse(readFileSync(ownerFile(), 'utf8'))).toEqual(facts);
  spoil();
  expect(readOwner(home)).toBeUndefined();
  lease.release();
});
