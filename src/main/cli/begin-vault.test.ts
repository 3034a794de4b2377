// Whether the vault's key is begun is seen by the half second it takes: here by what `stretch` is handed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginVault } from './begin-vault.ts';

const begun = vi.hoisted(() => [] as unknown[]);
vi.mock('../engine/secrets/stretch.ts', () => ({ stretchAhead: (passphrase: string, cost: unknown) => begun.push({ passphrase, cost }) }));

const cost = { salt: 'c2FsdA==', N: 131_072, r: 8, p: 1 };
const environment = { VARVE_VAULT_PASSPHRASE: 'correct horse battery' };
let home: string;

beforeEach(() => {
  begun.length = 0;
  home = mkdtempSync(join(tmpdir(), 'varve-begin-'));
  writeVault({ kdf: { name: 'scrypt', ...cost } });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const writeVault = (value: unknown): void => writeFileSync(join(home, 'vault.json'), JSON.stringify(value));

describe('the vault is begun', () => {
  it.each([[['snapshot', 'work']], [['--home', 'HOME', 'restore', 'x']], [['--json', '--home=HOME', 'check', 'r']]])('for %j', (words) => {
    beginVault(words.map((word) => word.replace('HOME', home)), { ...environment, VARVE_HOME: home });
    expect(begun).toEqual([{ passphrase: 'correct horse battery', cost }]);
  });

  it('with the passphrase of a file', () => {
    writeFileSync(join(home, 'words'), 'from a file\nmore');
    beginVault(['snapshot', 'work'], { VARVE_HOME: home, VARVE_VAULT_PASSPHRASE_FILE: join(home, 'words') });
    expect(begun).toMatchObject([{ passphrase: 'from a file' }]);
  });
});

describe('the vault is left to the program', () => {
  const nothing = (argv: string[], env: Record<string, string> = { ...environment, VARVE_HOME: home }): void => {
    beginVault(argv, env);
    expect(begun).toEqual([]);
  };
  it('by commands that need no key, by help, and by none', () => {
    nothing(['plan', 'list']);
    nothing(['snapshot', '--help']);
    nothing([]);
  });
  it('without a passphrase, without a vault, and while somebody owns the home', () => {
    nothing(['snapshot', 'work'], { VARVE_HOME: home });
    nothing(['snapshot', 'work'], { ...environment, VARVE_HOME: join(home, 'nowhere') });
    mkdirSync(join(home, 'run'));
    writeFileSync(join(home, 'run', 'owner.json'), '{}');
    nothing(['snapshot', 'work']);
  });
  it.each([
    ['a vault opened by the keyring', { kdf: { name: 'keyring' } }],
    ['one that asks for much more than ours do', { kdf: { name: 'scrypt', ...cost, N: 2 ** 20 } }],
    ['one that asks for nonsense', { kdf: { name: 'scrypt', ...cost, N: 'many' } }],
    ['something else', [1]]
  ])('with %s', (_name, vault) => {
    writeVault(vault);
    nothing(['snapshot', 'work']);
  });
  it('with a file that is not JSON, a passphrase file that is not there, and a home that is no path', () => {
    writeFileSync(join(home, 'vault.json'), '{');
    nothing(['snapshot', 'work']);
    nothing(['snapshot', 'work'], { VARVE_HOME: home, VARVE_VAULT_PASSPHRASE_FILE: join(home, 'none') });
    nothing(['snapshot', 'work'], { ...environment, VARVE_HOME: 'relative' });
  });
});
