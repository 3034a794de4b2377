// Named secrets in the real gnome-keyring on a bus of its own, through the whole program, judged by secret-tool. Each test has a fresh HOME.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../../../../../bin/varve.mjs', import.meta.url));
const missing = ['gnome-keyring-daemon', 'dbus-run-session', 'secret-tool'].filter((tool) => spawnSync('which', [tool]).status !== 0);
const unlock = 'printf test-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1';
const startLocked = 'gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1';
const first = 'FIRST-value é 4711';
const second = 'SECOND-value ü 0815';

let folder: string;
beforeEach(({ skip }) => {
  skip(missing.length > 0, `not installed: ${missing.join(', ')}`);
  folder = mkdtempSync(join(tmpdir(), 'varve-named-'));
});
afterEach(() => {
  if (folder) rmSync(folder, { recursive: true, force: true });
});

/** One session: a bus, the commands (`v` is varve), the end of both. Gives what they printed on standard output. */
function session(commands: string, bus = true): string[] {
  const env: NodeJS.ProcessEnv = { PATH: process.env['PATH'], HOME: folder, XDG_RUNTIME_DIR: folder, VARVE_HOME: join(folder, 'home'), VARVE_SOURCE: '1', LANG: 'C.UTF-8', FIRST: first, SECOND: second };
  const script = `v() { ${JSON.stringify(process.execPath)} ${JSON.stringify(bin)} "$@"; }; ${commands}`;
  const [program, ...words] = bus ? ['dbus-run-session', '--', 'bash', '-c', script] : ['bash', '-c', script];
  return execFileSync(program as string, words, { env, encoding: 'utf8', timeout: 240_000, stdio: ['ignore', 'pipe', 'ignore'] }).split('\n').filter((line) => line !== '');
}

const homeId = (): string => (JSON.parse(readFileSync(join(folder, 'home', 'varve-home.json'), 'utf8')) as { id: string }).id;

describe('named secrets in the desktop’s keyring', () => {
  it('lie there under their name and version, for secret-tool as for us, and are gone after removing', () => {
    session(`${unlock}; v init --store keyring; printf '%s' "$FIRST" | v secret set db; printf '%s' "$SECOND" | v secret rotate db`);
    const account = `${homeId()}/job-secret/db`;
    const look = (version: number): string => `secret-tool lookup service varve username ${account}/v${version}; echo "|$?"`;
    expect(session(`${unlock}; ${look(1)}; ${look(2)}; v secret reveal db --yes; printf changed | secret-tool store --label=x service varve username ${account}/v2; v secret reveal db --yes`)).toEqual([`${first}|0`, `${second}|0`, second, 'changed']);
    expect(session(`${unlock}; v secret rm db --yes >/dev/null; ${look(1)}; ${look(2)}`)).toEqual(['|1', '|1']);
    for (const file of readdirSync(join(folder, 'home'), { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = readFileSync(join(file.parentPath, file.name));
      for (const value of [first, second]) expect([file.name, content.includes(value)]).toEqual([file.name, false]);
    }
  });

  it('are refused, not lost, while the keyring is locked or away; what is listed stays', () => {
    session(`${unlock}; v init --store keyring; printf '%s' "$FIRST" | v secret set db`);
    for (const [how, bus] of [[startLocked, true], ['true', false]] as const) {
      const lines = session(`${how}; v secret reveal db --yes; echo "code $?"; v secret rm db --yes; echo "code $?"; printf x | v secret rotate db; echo "code $?"; v secret list --json`, bus);
      expect(lines.slice(0, 3)).toEqual(['code 7', 'code 7', 'code 7']);
      expect(JSON.parse(lines.slice(3).join(''))).toMatchObject({ secrets: [{ name: 'db', version: 1, place: 'keyring' }], storage: { kind: 'keyring', state: 'unavailable' } });
    }
    expect(session(`${unlock}; v secret reveal db --yes; v secret uses db --json`).join('')).toContain(`${first}[`);
  });
});
