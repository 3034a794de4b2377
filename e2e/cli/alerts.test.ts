// Alerts from the command line: channels with a real mail server and a real webhook, and a damaged repository from the moment it is found to "I'm on it".
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Alert, Channel } from '../../src/contract/alerts.ts';
import { createSmtpSink } from '../../src/main/adapters/testing/smtp-sink.ts';
import { createWorld } from './harness/world.ts';

const password = 'Mail-4711-nobody-may-see';

it('channels are added, tried for real and removed; a password is seen nowhere', async () => {
  await using world = createWorld();
  const { well, run } = world;
  const sink = await createSmtpSink({ user: 'ana', password });
  try {
    await well(['init', '--store', 'vault']);
    const mail = ['--mail-to', 'ana@example.org', '--mail-server', `127.0.0.1:${sink.port}`, '--mail-user', 'ana', '--mail-security', 'none', '--password-stdin'];
    await well(['channel', 'add', 'mail', ...mail], { input: `${password}\n` });
    const tried = await well(['channel', 'test', 'mail']);
    expect(tried.stdout).toContain('mail: a test message was delivered.');
    expect(sink.received.map(({ to }) => to)).toEqual([['ana@example.org']]);

    await well(['channel', 'add', 'wrong', ...mail, '--fallback', 'mail'], { input: 'not the password' });
    const refused = await run(['alert', 'test', 'wrong']);
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining('wrong: it was NOT delivered: the server did not accept the name or the password')]);
    const listed = (await well(['channel', 'list', '--json'])).json<Channel[]>();
    expect(listed.map(({ name, secretFrom, fallback }) => [name, secretFrom, fallback])).toEqual([['desktop', 'none', null], ['mail', 'kept', null], ['wrong', 'kept', 'mail']]);

    // Changed: what is not said stays, and another password takes the place of the old one.
    await well(['channel', 'edit', 'wrong', '--rename', 'second', '--mail-to', 'ben@example.org', '--password-stdin', '--no-fallback'], { input: password });
    await well(['channel', 'test', 'second']);
    expect(sink.received.at(-1)?.to).toEqual(['ben@example.org']);
    expect((await run(['channel', 'edit', 'second', '--webhook', 'http://127.0.0.1:9/'])).code).toBe(2);
    await well(['channel', 'edit', 'second', '--rename', 'wrong', '--off']);
    expect((await well(['channel', 'list', '--json'])).json<Channel[]>().find(({ name }) => name === 'wrong')).toMatchObject({ enabled: false, secretFrom: 'kept', fallback: null });

    expect((await well(['alert', 'settings', '--low', '2.5GB', '--full', '1GB', '--quiet-hours', '22:00-08:00', '--ticket-after', '2', '--checker', 'http://127.0.0.1:9/', '--json'])).json()).toEqual({ lowBytes: 2_500_000_000, fullBytes: 1_000_000_000, quietHours: { from: '22:00', to: '08:00' }, ticketAfter: 2, ping: 'http://127.0.0.1:9/' });
    expect((await run(['alert', 'settings', '--quiet-hours', 'night'])).code).toBe(2);
    expect((await run(['alert', 'call'])).code).toBe(1);
    expect((await well(['alert', 'settings', '--quiet-hours', 'none', '--checker', 'none'])).stdout).toContain('2.5 GB');
    expect((await run(['alert', 'close', '0193a5c2'])).code).toBe(4);

    await well(['channel', 'rm', 'wrong']);
    expect((await run(['channel', 'test', 'wrong'])).code).toBe(4);
    expect((await run(['channel', 'add', 'nothing'])).code).toBe(2);
    expect(world.printed()).not.toContain(password);
    for (const name of ['state.db', 'log.db']) expect(readFileSync(join(world.home, name)).includes(password)).toBe(false);
  } finally {
    await sink.close();
  }
});

it('a damaged repository is an alert that says what to do; it can be taken on, but not silenced', async () => {
  await using world = createWorld();
  const { well, run, path } = world;
  mkdirSync(path('source'));
  for (let i = 0; i < 20; i++) writeFileSync(path('source', `f${i}`), `${i} `.repeat(5000));
  await well(['init', '--store', 'vault']);
  await well(['repo', 'add', 'copies', '--path', path('copies'), '--password-file', world.passwordFile]);
  await well(['plan', 'add', 'thesis', '--repo', 'copies', '--path', path('source')]);
  await well(['snapshot', 'thesis']);
  const packs = readdirSync(path('copies', 'data'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const largest = packs.sort((a, b) => statSync(b).size - statSync(a).size)[0] as string;
  const bytes = readFileSync(largest);
  bytes[100] = (bytes[100] as number) ^ 1;
  chmodSync(largest, 0o600);
  writeFileSync(largest, bytes);
  await run(['repo', 'check', 'copies', '--read-data']);
  expect((await well(['alert', 'list'])).stdout).toContain('Nothing is watching now');

  const server = world.start(['serve', '--port', '0'], { env: { VARVE_TOKEN: 'a-token-of-this-test-alone' } });
  await server.shown(/http:\/\//);
  const list = async (): Promise<Alert[]> => (await well(['alert', 'list', '--json'])).json<{ alerts: Alert[] }>().alerts.filter(({ facts }) => facts.code === 'integrity_repository');
  await expect.poll(list, { timeout: 90_000, interval: 500 }).toHaveLength(1);
  const id = (await list())[0]?.id ?? '';
  const shown = await well(['alert', 'show', id]);
  expect(shown.stdout).toContain('The repository copies is damaged');
  expect(shown.stdout).toContain('What to do: Do not delete anything.');
  expect((await run(['alert', 'silence', id, '--for', '4h', '--reason', 'x'])).code).toBe(2);
  expect((await run(['alert', 'resolve', id])).code).toBe(2);
  await well(['alert', 'ack', id, '--note', 'drive ordered']);
  expect(await list()).toEqual([]);
  expect((await well(['alert', 'list', '--quieted'])).stdout).toContain('is on it');
  expect((await run(['alert', 'show', 'ffffffff'])).code).toBe(4);
  const told = (await well(['log', 'list', '--json'])).stdout;
  for (const action of ['alert.opened', 'alert.acknowledged']) expect(told).toContain(action);
});
