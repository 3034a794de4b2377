// What goes wrong with the home itself: missing, held by another, damaged, locked. Nothing is made anew behind one's back.
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Verdict } from '../../src/contract/log.ts';
import { projectFolder, type Ran } from './harness/program.ts';
import { hasTerminal, runOnTerminal } from './harness/terminal.ts';
import { makeManyFiles } from './harness/trees.ts';
import { createReadyWorld, createWorld, type World } from './harness/world.ts';

const told = /^varve: .+\n {2}.+\n {2}.+/;
let world: World;
let pristine: string;
let waited: Promise<Ran>;
let holder: ChildProcess;

beforeAll(async () => {
  world = await createReadyWorld({
    unlocked: true,
    paths: (made) => {
      makeManyFiles(made.path('source'), 20, 'home');
      return [made.path('source')];
    }
  });
  await world.well(['repo', 'add', 'kept', '--path', world.path('kept'), '--password-stdin'], { input: 'kept in the vault' });
  await world.well(['snapshot', 'work']);
  pristine = world.path('pristine');
  cpSync(world.home, pristine, { recursive: true });
  // A Varve that holds its home and answers nobody. The wait takes its 30 s beside the other tests.
  const held = world.path('held');
  cpSync(world.home, held, { recursive: true });
  holder = spawn(process.execPath, [join(projectFolder, 'src/main/adapters/testing/hold-lease.ts'), held], { stdio: ['ignore', 'pipe', 'inherit'], env: world.env as NodeJS.ProcessEnv });
  await new Promise((resolve) => holder.stdout?.once('data', resolve));
  waited = world.run(['plan', 'list'], { env: { VARVE_HOME: held } });
});
afterAll(async () => {
  holder?.kill('SIGKILL');
  await world?.dispose();
});

/** A copy of the home as it was, damaged; commands run on it. */
function damagedHome(name: string, damage: (home: string) => void): { home: string; run: (args: readonly string[]) => Promise<Ran> } {
  const home = world.path(name);
  cpSync(pristine, home, { recursive: true });
  damage(home);
  return { home, run: (args) => world.run(args, { env: { VARVE_HOME: home } }) };
}

function tamper(home: string, change: (db: BetterSqlite3.Database) => void): void {
  const db = new BetterSqlite3(join(home, 'log.db'));
  for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all() as { name: string }[]) db.exec(`DROP TRIGGER ${name}`);
  change(db);
  db.close();
}

describe('no home', () => {
  it('every command but init says so with exit 4 and the place, and makes nothing', async () => {
    const nowhere = world.path('nowhere');
    for (const args of [['doctor'], ['repo', 'list'], ['plan', 'list'], ['snapshot', 'x'], ['snapshots'], ['ls', 'latest'], ['cat', 'latest', '/x'], ['restore', 'latest', '--target', '/tmp/x'], ['log', 'list'], ['log', 'append', '--action', 'app.x'], ['log', 'verify'], ['token', 'list'], ['serve']]) {
      const ran = await world.run([...args, '--home', nowhere]);
      expect(ran.code, `${args.join(' ')}: ${ran.stderr}`).toBe(4);
      expect(ran.stderr).toMatch(told);
      expect(ran.stderr).toContain(nowhere);
      expect(ran.stderr).toContain('varve init');
      expect(existsSync(nowhere), args.join(' ')).toBe(false);
    }
  });
});

describe('secrets', () => {
  it('init without a keyring uses the vault only when a passphrase is given, and refuses a keyring that is not there with exit 7', async () => {
    await using fresh = createWorld();
    const env = { VARVE_VAULT_PASSPHRASE_FILE: undefined };
    const untold = await fresh.run(['init'], { env });
    expect(untold.code).toBe(2);
    expect(untold.stderr).toContain('VARVE_VAULT_PASSPHRASE_FILE');
    const keyring = await fresh.run(['init', '--store', 'keyring']);
    expect(keyring.code, keyring.stderr).toBe(7);
    expect(keyring.stderr).toMatch(told);
    expect(existsSync(join(fresh.home, 'varve-home.json'))).toBe(false);
    expect((await fresh.run(['init', '--store', 'cloud'])).code).toBe(2);
    expect((await fresh.run(['init', '--store', 'vault'], { env: { ...env, VARVE_VAULT_PASSPHRASE: 'short' } })).code).toBe(2);
    expect((await fresh.well(['init'])).stdout).toContain('vault');
  });

  it.runIf(hasTerminal())('init on a terminal asks for the passphrase twice and does not show it', async () => {
    await using fresh = createWorld({ env: { VARVE_VAULT_PASSPHRASE_FILE: undefined } });
    const text = 'typed on a terminal';
    const differing = await runOnTerminal(fresh, ['init'], { answers: [{ question: /8 characters/, text }, { question: /once more/, text: 'something else' }] });
    expect(differing.code, differing.shown).toBe(2);
    expect(existsSync(join(fresh.home, 'varve-home.json'))).toBe(false);
    const made = await runOnTerminal(fresh, ['init'], { answers: [{ question: /8 characters/, text }, { question: /once more/, text }] });
    expect(made.code, made.shown).toBe(0);
    expect(made.shown + differing.shown).not.toContain(text);
    const opened = await fresh.run(['repo', 'add', 'usb', '--path', fresh.path('repository'), '--password-stdin'], { input: 'kept', env: { VARVE_VAULT_PASSPHRASE: text } });
    expect(opened.code, opened.stderr).toBe(0);
  });

  it('a locked vault without a terminal is exit 7 with what to do; what needs no secret works', async () => {
    const env = { VARVE_VAULT_PASSPHRASE_FILE: undefined };
    const locked = await world.run(['repo', 'check', 'kept'], { env });
    expect(locked.code, locked.stderr).toBe(7);
    expect(locked.stderr).toContain('VARVE_VAULT_PASSPHRASE');
    const wrong = await world.run(['repo', 'check', 'kept'], { env: { ...env, VARVE_VAULT_PASSPHRASE: 'not the passphrase' } });
    expect(wrong.code, wrong.stderr).toBe(7);
    await world.well(['plan', 'list'], { env });
    await world.well(['snapshot', 'work'], { env }); // its password is in a file
    await world.well(['log', 'verify'], { env });
  });

  it('a key that is gone is exit 7 and is never made anew', async () => {
    const { home, run } = damagedHome('no-vault', (path) => rmSync(join(path, 'vault.json')));
    const ran = await run(['repo', 'check', 'kept']);
    expect(ran.code, ran.stderr).toBe(7);
    expect(existsSync(join(home, 'vault.json'))).toBe(false);
    expect((await run(['init', '--store', 'vault'])).code).toBe(8);
    expect(existsSync(join(home, 'vault.json'))).toBe(false);
  });
});

describe('settings', () => {
  it('that cannot be read are set aside with a word about it, and everything works', async () => {
    const { home, run } = damagedHome('broken-settings', (path) => writeFileSync(join(path, 'settings.json'), '{ "version": 1, "theme": '));
    const ran = await run(['plan', 'list']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain('settings.json');
    const aside = readdirSync(home).find((name) => name.startsWith('settings.json.broken'));
    expect(readFileSync(join(home, aside ?? ''), 'utf8')).toBe('{ "version": 1, "theme": ');
    expect(ran.stderr).toContain(aside);
    const again = await run(['plan', 'list']);
    expect(again.stderr).toBe('');
  });
});

describe('the record', () => {
  it('that is gone is exit 5 everywhere and is not begun anew', async () => {
    const { home, run } = damagedHome('no-log', (path) => {
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(path, `log.db${suffix}`), { force: true });
    });
    for (const args of [['log', 'list'], ['log', 'verify'], ['log', 'append', '--action', 'app.x'], ['plan', 'list'], ['snapshot', 'work'], ['serve'], ['doctor']]) {
      const ran = await run(args);
      expect(ran.code, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`).toBe(5);
      expect(ran.stderr).toMatch(told);
      expect(ran.stderr).toContain('log.db');
      expect(existsSync(join(home, 'log.db')), args.join(' ')).toBe(false);
    }
  });

  it('that is no database, cut short or full of noise is exit 5', async () => {
    const damages: [string, (path: string) => void][] = [
      ['text', (path) => writeFileSync(path, 'this is no database, whatever it was before'.repeat(200))],
      ['half', (path) => truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096)],
      [
        'noise',
        (path) => {
          const bytes = readFileSync(path);
          bytes.fill(0xa5, 4096, bytes.length - 4096);
          writeFileSync(path, bytes);
        }
      ]
    ];
    for (const [name, damage] of damages) {
      const { home, run } = damagedHome(`log-${name}`, (path) => damage(join(path, 'log.db')));
      const before = readFileSync(join(home, 'log.db'));
      const ran = await run(['log', 'verify']);
      expect(ran.code, `${name}: ${ran.stdout}${ran.stderr}`).toBe(5);
      const list = await run(['log', 'list', '--limit', '1000']);
      expect([0, 5], list.stderr).toContain(list.code);
      const doctor = await run(['doctor']);
      expect([1, 5], doctor.stderr).toContain(doctor.code);
      expect(readFileSync(join(home, 'log.db')).subarray(4096).equals(before.subarray(4096)) || name === 'half', 'it was not repaired away').toBe(true);
    }
  });

  it('with one changed entry is exit 5 and names it; with one removed, too', async () => {
    const edited = damagedHome('edited', (home) => tamper(home, (db) => db.exec(`UPDATE payloads SET body = replace(body, '"', '''') WHERE seq = 3`)));
    const ran = await edited.run(['log', 'verify', '--json']);
    expect(ran.code).toBe(5);
    expect(ran.json<Verdict>()).toMatchObject({ kind: 'broken', seq: 3, trustworthyBelow: 3 });
    expect((await edited.run(['log', 'verify'])).stdout).toMatch(/\b3\b/);
    const doctor = await edited.run(['doctor']);
    expect(doctor.code).toBe(1);
    const removed = damagedHome('removed', (home) => tamper(home, (db) => db.exec('DELETE FROM entries WHERE seq = 4')));
    const verdict = await removed.run(['log', 'verify', '--json']);
    expect(verdict.code).toBe(5);
    expect(verdict.json<Verdict>()).toMatchObject({ kind: 'broken', seq: 4 });
  });
});

describe('the home’s own database', () => {
  it('that is damaged is exit 5, and the record still opens', async () => {
    const { run } = damagedHome('broken-state', (home) => writeFileSync(join(home, 'state.db'), 'no database'.repeat(500)));
    const ran = await run(['plan', 'list']);
    expect(ran.code, ran.stderr).toBe(5);
    expect(ran.stderr).toContain('state.db');
    expect((await run(['log', 'verify'])).code).toBe(0);
    expect((await run(['doctor'])).code).toBe(5);
  });

  it('a home of a newer Varve is left alone', async () => {
    const { home, run } = damagedHome('newer', (path) => {
      const marker = JSON.parse(readFileSync(join(path, 'varve-home.json'), 'utf8')) as object;
      writeFileSync(join(path, 'varve-home.json'), JSON.stringify({ ...marker, schema: 99 }));
    });
    copyFileSync(join(home, 'log.db'), world.path('log-before'));
    for (const args of [['plan', 'list'], ['log', 'append', '--action', 'app.x']]) {
      const ran = await run(args);
      expect(ran.code, ran.stderr).toBe(1);
      expect(ran.stderr).toContain(home);
    }
    expect(readFileSync(join(home, 'log.db')).equals(readFileSync(world.path('log-before')))).toBe(true);
  });
});

describe('a home that another holds', () => {
  it('after kill -9 of its owner is free at once', async () => {
    const home = world.path('orphaned');
    cpSync(pristine, home, { recursive: true });
    const env = { VARVE_HOME: home, VARVE_TOKEN: 'a-token-for-this-test-only' };
    const owner = world.start(['serve', '--port', '0'], { env });
    await owner.shown('Varve serves');
    owner.child.kill('SIGKILL');
    await owner.done;
    expect(existsSync(join(home, 'run/owner.json'))).toBe(true);
    const ran = await world.well(['plan', 'list'], { env });
    expect(ran.stderr).toBe(''); // no word of waiting
    await world.well(['snapshot', 'work'], { env });
  });

  it('without answering is waited for, and then exit 8 says who it is; the record takes entries all the same', async () => {
    await world.well(['log', 'append', '--action', 'app.meanwhile'], { env: { VARVE_HOME: world.path('held') } });
    const ran = await waited;
    expect(ran.code, ran.stderr).toBe(8);
    expect(ran.stderr).toContain('Waiting for another Varve');
    expect(ran.stderr).toContain(world.path('held'));
    expect(ran.stderr).toContain('serve');
    expect(holder.exitCode).toBeNull();
  });
});
