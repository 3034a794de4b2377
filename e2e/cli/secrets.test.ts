// Secrets stay where they belong: after a journey with recognisable ones, every file of the home, everything that was printed and every
// process's arguments are searched for them, as they are and as base64 and hex.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { allCommandLines } from './harness/processes.ts';
import { hasTerminal, runOnTerminal } from './harness/terminal.ts';
import { createWorld, type World } from './harness/world.ts';

const secrets = {
  kept: 'Repository-9f3a1c-kept-in-store',
  inFile: 'Repository-7b20de-from-a-file',
  inEnvironment: 'Repository-55ac01-from-environment',
  typed: 'Repository-c01dfe-typed-in',
  passphrase: 'Vault-e77a90-passphrase-of-it',
  token: 'Token-31337a-given-to-serve-only'
};

/** The ways a text could lie in a file without being sealed. */
function disguises(text: string): Buffer[] {
  const bytes = Buffer.from(text, 'utf8');
  const base64 = bytes.toString('base64').replace(/=+$/, '').slice(0, -1);
  return [bytes, Buffer.from(base64), Buffer.from(bytes.toString('base64url').replace(/=+$/, '').slice(0, -1)), Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('hex').toUpperCase()), Buffer.from(text, 'utf16le')];
}

function findings(where: string, content: Buffer): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => (disguises(secret).some((form) => content.includes(form)) ? [`${name} in ${where}`] : []));
}

function searchFolder(folder: string, except: readonly string[] = []): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !except.includes(path))
    .flatMap((path) => findings(path, readFileSync(path)));
}

async function journey(world: World, passwordFile: string): Promise<string> {
  const { well, run, path } = world;
  await well(['init', '--store', 'vault']);
  await well(['repo', 'add', 'one', '--path', path('one'), '--password-stdin', '--json'], { input: secrets.kept });
  await well(['repo', 'add', 'two', '--path', path('two'), '--password-file', passwordFile]);
  await well(['repo', 'add', 'three', '--path', path('three'), '--password-env', 'THIRD']);
  let shown = '';
  if (hasTerminal()) {
    const typed = { text: secrets.typed };
    shown += (await runOnTerminal(world, ['repo', 'add', 'four', '--path', path('four')], { answers: [{ question: /repository: /, ...typed }, { question: /once more: /, ...typed }] })).shown;
    shown += (await runOnTerminal(world, ['repo', 'check', 'one'], { env: { VARVE_VAULT_PASSPHRASE: undefined }, answers: [{ question: /vault: /, text: secrets.passphrase }] })).shown;
  }
  for (const [plan, repository] of [['p-one', 'one'], ['p-two', 'two'], ['p-three', 'three']] as const) {
    await well(['plan', 'add', plan, '--repo', repository, '--path', path('source')]);
    await well(['snapshot', plan]);
  }
  await well(['restore', 'p-one@latest', '--target', path('out')]);
  await well(['repo', 'check', 'one', '--read-data', '--json']);
  // Failures talk the most.
  await run(['repo', 'add', 'wrong', '--path', path('one'), '--mode', 'open', '--password-stdin'], { input: secrets.inFile, env: { VARVE_DEBUG: '1' } });
  await run(['repo', 'check', 'one'], { env: { VARVE_VAULT_PASSPHRASE: `${secrets.passphrase}-wrong`, VARVE_DEBUG: '1' } });
  await run(['snapshot', 'p-three'], { env: { THIRD: secrets.kept, VARVE_DEBUG: '1' } });
  await run(['doctor', '--json']);
  await well(['log', 'list', '--limit', '1000', '--json']);
  const server = world.start(['serve', '--port', '0'], { env: { VARVE_TOKEN: secrets.token } });
  await server.shown('Varve serves');
  await well(['snapshot', 'p-one']);
  await well(['token', 'list', '--json']);
  server.child.kill('SIGTERM');
  await server.done;
  return shown;
}

it('a journey leaves no password, passphrase or token in the home, in what was printed, or in anybody’s arguments', async () => {
  await using world = createWorld({ env: { VARVE_VAULT_PASSPHRASE: secrets.passphrase, VARVE_VAULT_PASSPHRASE_FILE: undefined, THIRD: secrets.inEnvironment } });
  const passwordFile = world.path('user', 'second-password');
  writeFileSync(passwordFile, secrets.inFile);
  mkdirSync(world.path('source'));
  writeFileSync(world.path('source/file'), 'content');

  const commandLines = new Set<string>();
  const watch = setInterval(() => {
    for (const line of allCommandLines().values()) commandLines.add(line);
  }, 20);
  let shown: string;
  try {
    shown = await journey(world, passwordFile);
  } finally {
    clearInterval(watch);
  }

  // The search would find one if it were there.
  expect(searchFolder(world.path('user'))).toContain(`inFile in ${passwordFile}`);
  expect([...commandLines].some((line) => line.includes('bin/varve.mjs'))).toBe(true);

  expect(searchFolder(world.folder, [passwordFile])).toEqual([]);
  expect(findings('what was printed', Buffer.from(world.printed()))).toEqual([]);
  expect(findings('what the terminal showed', Buffer.from(shown))).toEqual([]);
  expect(findings('arguments', Buffer.from([...commandLines].join('\n')))).toEqual([]);
});
