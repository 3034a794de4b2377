// Messages by e-mail, taken by a mail server that is not ours (Debian's aiosmtpd) into a Maildir: once, again after a failure, within the rate, as a digest, and
// instead of a channel that is dead.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMail } from '../../../adapters/mail.ts';
import { ana, createHouse, type House } from '../testing/house.ts';

const installed = spawnSync('aiosmtpd', ['--version']).status === 0;

let folder: string;
let port: number;
let server: ChildProcess | undefined;
let house: House;
beforeEach(async ({ skip }) => {
  skip(!installed, 'not installed: aiosmtpd');
  folder = mkdtempSync(join(tmpdir(), 'varve-mail-'));
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
  ({ port } = free.address() as AddressInfo);
  await new Promise<void>((resolve) => free.close(() => resolve()));
  house = await createHouse({ mail: createMail() });
});
afterEach(async () => {
  await house?.close();
  if (server !== undefined && server.exitCode === null) {
    const gone = new Promise((resolve) => server?.once('exit', resolve));
    server.kill('SIGKILL');
    await gone;
  }
  server = undefined;
  if (folder) rmSync(folder, { recursive: true, force: true });
});

async function startServer(): Promise<void> {
  server = spawn('aiosmtpd', ['--nosetuid', '--listen', `127.0.0.1:${port}`, '--class', 'aiosmtpd.handlers.Mailbox', join(folder, 'mail')], { stdio: 'ignore' });
  const answers = (): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () => resolve(true)).once('error', () => resolve(false)).once('close', () => socket.destroy());
    });
  await expect.poll(answers, { timeout: 60_000, interval: 50 }).toBe(true);
}

/** As the server keeps them, oldest first. */
function letters(): string[] {
  const at = join(folder, 'mail', 'new');
  return existsSync(at) ? readdirSync(at).toSorted((a, b) => Number.parseFloat(a) - Number.parseFloat(b)).map((name) => readFileSync(join(at, name), 'utf8')) : [];
}
const subjects = (): string[] => letters().map((letter) => /^Subject: (.*)$/m.exec(letter)?.[1] ?? '').toSorted();
const failing = (name: string): ReturnType<House['job']> => house.job({ definition: { name }, runs: [{ state: 'failed' }], change: { scheduleGapMs: null, longestGapMs: null } });
const add = (name: string, at: number, fallback: string | null = null) => house.api.channels.add({ name, enabled: true, target: { kind: 'email', host: '127.0.0.1', port: at, security: 'none', user: null, from: 'varve@example.org', to: ['ana@example.org', 'rui@example.org'] }, fallback }, ana);
const channel = async (name: string) => (await house.api.channels.list(undefined as never, ana)).find((each) => each.name === name);

it('11.14: delivered once, to everyone it is for, under the id of its delivery', async () => {
  await startServer();
  await add('mail', port);
  failing('a');
  await house.minutes(30);
  const [letter, ...more] = letters();
  expect(more).toEqual([]);
  const { lastDelivery } = (await channel('mail')) ?? {};
  expect(lastDelivery).toMatchObject({ ok: true, attempts: 1 });
  expect(letter).toContain('Subject: Thesis failed');
  expect(letter).toContain(`Message-ID: <${lastDelivery?.id}@varve>`);
  expect(letter).toMatch(/^X-RcptTo: ana@example\.org, rui@example\.org$/m);
  expect(letter?.replaceAll('=\n', '')).toContain('What to do: Open its last run');
});

it('11.14: retried until a server that was not there takes it, and then there is one letter', async () => {
  await add('mail', port);
  failing('a');
  await house.minutes(5);
  expect(await channel('mail')).toMatchObject({ lastDelivery: { ok: false, error: expect.stringContaining('ECONNREFUSED') as string }, waiting: 1 });
  await startServer();
  await house.minutes(90);
  expect(subjects()).toEqual(['Thesis failed']);
  expect(await channel('mail')).toMatchObject({ lastDelivery: { ok: true }, deadSince: null, waiting: 0 });
});

it('11.11: rate-limited to three at once; the rest comes as one digest', async () => {
  await startServer();
  await add('mail', port);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) failing(name);
  await house.minutes(2);
  expect(subjects()).toEqual(['Thesis failed', 'Thesis failed', 'Thesis failed']);
  await house.minutes(15);
  expect(subjects()).toEqual(['Summary: 3 alerts', 'Thesis failed', 'Thesis failed', 'Thesis failed']);
});

it('11.14: the fallback gets it once in place of a channel that is dead', async () => {
  await startServer();
  await add('second', port);
  await add('first', 1, 'second');
  failing('a');
  await house.minutes(60);
  // Its own message, and the one it stands in for.
  expect(subjects()).toEqual(['Thesis failed', 'Thesis failed']);
  expect((await channel('first'))?.deadSince).not.toBeNull();
});
