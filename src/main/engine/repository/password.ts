// Where a repository's password comes from. From a file as restic reads it: a byte order mark is honoured, white space at both ends is
// cut. From a variable or the secret store: exactly as it is. The bytes are never shown or logged.
import { decodeName, encodeName } from '../kit/names.ts';
import { errnoOf, fail } from '../kit/errors.ts';
import type { Files } from '../ports.ts';
import type { PasswordPlace } from './model.ts';

const limitBytes = 64 * 1024;
// Unicode's White_Space, which is what Go trims; JavaScript's own trim differs in U+0085 and U+FEFF.
const space = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const edges = new RegExp(`^${space}+|${space}+$`, 'g');

export interface PasswordDeps {
  files: Pick<Files, 'readFile'>;
  environment: Readonly<Record<string, string | undefined>>;
  secrets: { get(name: { kind: string; id: string }): Promise<Uint8Array | undefined> };
  named: NamedPasswords;
}

/** Named secrets, as far as a password needs them; each reading is recorded. */
export interface NamedPasswords {
  use(name: string, facts: { by: string; purpose: string }): Promise<{ value: string }>;
}

/** The password that a named secret holds, for the repository of that name. */
export async function passwordInSecret(named: NamedPasswords, name: string, repository: string): Promise<Uint8Array> {
  return Buffer.from((await named.use(name, { by: `repository:${repository}`, purpose: 'password' })).value);
}

/** SECRET_MISSING when the place holds none. `name` is the repository's, for the message. */
export async function loadPassword(deps: PasswordDeps, repository: { id: string; name: string; password: PasswordPlace }): Promise<Uint8Array> {
  const { id, name, password } = repository;
  if (password.from === 'secret') return passwordInSecret(deps.named, password.name, name);
  if (password.from === 'file') return readPasswordFile(deps.files, password.path);
  if (password.from === 'environment') {
    const value = deps.environment[password.variable];
    return value === undefined ? fail('SECRET_MISSING', `the variable ${password.variable} is not set`, { name: password.variable }) : encodeName(value);
  }
  return (await deps.secrets.get({ kind: 'repository', id })) ?? fail('SECRET_MISSING', `the password of ${name} is not in the secret store`, { name });
}

export function readPasswordFile(files: Pick<Files, 'readFile'>, path: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = files.readFile(path, limitBytes);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') fail('SECRET_MISSING', `the password file ${path} is not there`, { name: path }, error);
    if (code !== undefined) fail('NOT_READABLE', `the password file ${path} cannot be read: ${code}`, { path, reason: code }, error);
    throw error;
  }
  return trimPassword(bytes);
}

/** What restic takes from the content of a password file. */
export function trimPassword(bytes: Uint8Array): Uint8Array {
  return encodeName(decodeText(Buffer.from(bytes)).replace(edges, ''));
}

function decodeText(bytes: Buffer): string {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return decodeName(bytes.subarray(3));
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le').toWellFormed();
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    const even = Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2)));
    return even.swap16().toString('utf16le').toWellFormed();
  }
  return decodeName(bytes);
}
