// Begins to derive the vault's key before the rest of the program is read: for a home without a keyring that half second is most of what a short
// command takes. Only a guess: whatever does not fit is left to the program, which says what is wrong.
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { defaultHomePath, type Platform } from '../engine/kit/paths.ts';
import { passphraseFromEnvironment } from '../engine/secrets/passphrase.ts';
import { stretchAhead } from '../engine/secrets/stretch.ts';

/** Commands that need a repository's key or sign the record. */
const needing = new Set(['snapshot', 'snapshots', 'ls', 'cat', 'find', 'restore', 'check', 'prune', 'forget', 'diff', 'tag']);
const valueOptions = new Set(['--home']);
const fileLimitBytes = 64 * 1024 * 1024;

/** `argv` without the program's own name. Never throws. */
export function beginVault(argv: readonly string[], environment: Readonly<Record<string, string | undefined>>): void {
  try {
    const { command, home } = readArguments(argv);
    if (command === undefined || !needing.has(command) || argv.includes('--help') || argv.includes('-h')) return;
    const homePath = home ?? defaultHomePath(environment, process.platform as Platform, homedir());
    // With an owner at work it is the owner that opens the vault.
    if (!isAbsolute(homePath) || sizeOf(join(homePath, 'run', 'owner.json')) !== undefined) return;
    const passphrase = passphraseFromEnvironment({ readFile: (path, limitBytes) => read(path, limitBytes) }, environment);
    if (passphrase === undefined || sizeOf(join(homePath, 'vault.json')) === undefined) return;
    const { kdf } = JSON.parse(Buffer.from(read(join(homePath, 'vault.json'), fileLimitBytes)).toString('utf8')) as { kdf?: { name?: unknown; salt?: unknown; N?: unknown; r?: unknown; p?: unknown } };
    const { name, salt, N, r, p } = kdf ?? {};
    if (name !== 'scrypt' || typeof salt !== 'string' || typeof N !== 'number' || typeof r !== 'number' || typeof p !== 'number') return;
    // More than a vault of ours asks for is looked at with care first.
    if (128 * N * r <= 256 * 1024 * 1024 && p === 1) stretchAhead(passphrase, { salt, N, r, p });
  } catch {
    return; // the program itself will come upon it and say so
  }
}

function readArguments(argv: readonly string[]): { command: string | undefined; home: string | undefined } {
  let home: string | undefined;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string;
    if (valueOptions.has(word)) home = argv[++i];
    else if (word.startsWith('--home=')) home = word.slice('--home='.length);
    else if (!word.startsWith('-')) return { command: word, home };
  }
  return { command: undefined, home };
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function read(path: string, limitBytes: number): Uint8Array {
  if ((sizeOf(path) ?? 0) > limitBytes) throw new RangeError(`${path} is too long`);
  return readFileSync(path);
}
