// The real gnome-keyring on a bus of its own, judged by secret-tool. Each test has a fresh HOME and runtime folder.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('./testing/ask-keyring.ts', import.meta.url));
const missing = ['gnome-keyring-daemon', 'dbus-run-session', 'secret-tool'].filter((tool) => spawnSync('which', [tool]).status !== 0);

const unlock = 'printf test-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1';
const startLocked = 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1';
const account = '0123456789abcdef0123456789abcdef/log/main/v1';
const value = Buffer.from('value \u00e9 with bytes').toString('hex');

let folder: string | undefined;
beforeEach(({ skip }) => {
  skip(missing.length > 0, `not installed: ${missing.join(', ')}`);
  folder = mkdtempSync(join(tmpdir(), 'varve-keyring-'));
});
afterEach(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** One session: a bus, the commands, the end of both. */
function session(commands: string, bus = true): { lines: string[]; answers: unknown[] } {
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: folder, XDG_RUNTIME_DIR: folder, LANG: 'C.UTF-8', ASK: `${process.execPath} ${script}` };
  const [program, ...words] = bus ? ['dbus-run-session', '--', 'bash', '-c', commands] : ['bash', '-c', commands];
  const text = execFileSync(program as string, words, { env, encoding: 'utf8', timeout: 120_000, stdio: ['ignore', 'pipe', 'ignore'] });
  const lines = text.split('\n').filter((line) => line !== '');
  return { lines, answers: lines.filter((line) => /^["{tf]/.test(line)).map((line) => JSON.parse(line) as unknown) };
}

const unavailable = expect.objectContaining({ code: 'SECRET_STORE_UNAVAILABLE', data: { store: 'secret-service', reason: expect.any(String) as unknown } });

describe('the Secret Service', () => {
  it('keeps bytes; a missing entry is none and a missing delete is false', () => {
    const all = '00ff0a0d00'.repeat(20);
    const { answers } = session(`${unlock}; $ASK probe get a/b set a/b ${all} get a/b set a/b 01 get a/b delete a/b delete a/b get a/b`);
    expect(answers).toEqual([{ available: true, backend: 'secret-service' }, 'none', 'set', all, 'set', '01', true, false, 'none']);
  });

  it('secret-tool reads what we wrote and we read what it wrote', () => {
    const { lines } = session(
      `${unlock}; $ASK set ${account} ${value}; secret-tool lookup service varve username ${account}; echo; printf 'from outside' | secret-tool store --label=x service varve username other; $ASK get other`
    );
    expect(lines).toEqual(['"set"', 'value \u00e9 with bytes', JSON.stringify(Buffer.from('from outside').toString('hex'))]);
  });

  it('the probe leaves nothing behind', () => {
    const { lines } = session(`${unlock}; $ASK probe; secret-tool search --all service varve 2>&1; echo end`);
    expect(lines.slice(1)).toEqual(['end']);
  });

  it('without a session bus every call fails with its type, at once', () => {
    const { answers } = session(`$ASK probe get a/b set a/b 00 delete a/b`, false);
    expect(answers).toEqual([{ available: false, backend: 'secret-service', reason: expect.stringContaining('DBUS') as unknown }, unavailable, unavailable, unavailable]);
  });

  it('a daemon that was never unlocked is unavailable, not empty', () => {
    const { answers } = session(`${startLocked}; $ASK probe get a/b set a/b 00 delete a/b`);
    expect(answers).toEqual([{ available: false, backend: 'secret-service', reason: expect.any(String) as unknown }, unavailable, unavailable, unavailable]);
  });

  it('a locked keyring that holds our entry is unavailable, not empty; unlocked again it has it', () => {
    expect(session(`${unlock}; $ASK set ${account} ${value}`).answers).toEqual(['set']);
    expect(session(`${startLocked}; $ASK get ${account} get other/one delete ${account} probe`).answers).toEqual([unavailable, unavailable, unavailable, expect.objectContaining({ available: false })]);
    expect(session(`${unlock}; $ASK get ${account}`).answers).toEqual([value]);
  });

  it('a keyring that goes away while a process uses it is unavailable, and has everything when it is back', () => {
    // Who answers for the secrets is asked of the bus; when it is gone the bus starts one that is locked.
    const owner = `$(dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetConnectionUnixProcessID string:org.freedesktop.secrets | sed -n 's/.*uint32 //p')`;
    const gone = `old=${owner}; kill $old; while kill -0 $old 2>/dev/null; do sleep 0.02; done`;
    const { answers } = session(
      `${unlock}; $ASK set ${account} ${value} wait $HOME/gone get ${account} get other/one wait $HOME/back get ${account} > $HOME/said & asking=$!
      until secret-tool lookup service varve username ${account} | grep -q bytes; do sleep 0.05; done
      ${gone}; touch $HOME/gone; until [ $(wc -l < $HOME/said) -ge 4 ]; do sleep 0.05; done
      ${gone}; ${unlock}; touch $HOME/back; wait $asking; cat $HOME/said`
    );
    expect(answers).toEqual(['set', 'waited', unavailable, unavailable, 'waited', value]);
  });
});
