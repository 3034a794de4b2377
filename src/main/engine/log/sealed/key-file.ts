// `payload-keys.json`: the keys of encrypted payloads, one for each category and UTC day, each sealed by the home's sealing key. It lies outside the
// database, so that whoever has a copy of log.db alone cannot read what was encrypted. Read strictly, written durably, 0600; a file that is of a
// newer form, of another home or damaged is an error and never replaced.
import * as z from 'zod';
import { HomeId, Instant } from '../../../../contract/ids.ts';
import { writeFileDurable } from '../../kit/durable.ts';
import { errnoOf, fail } from '../../kit/errors.ts';
import type { Files, FileStat, Random } from '../../ports.ts';
import { keyBytes, nonceBytes, openBytes, sealBytes } from './aead.ts';

export const payloadKeysName = 'payload-keys.json';
const fileLimitBytes = 64 * 1024 * 1024;
const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
const KeyId = z.string().regex(/^[a-z]{1,40}\/\d{4}-\d{2}-\d{2}$/);

const SealedKey = z.strictObject({ id: KeyId, createdAt: Instant, sealed: z.strictObject({ nonce: base64, ciphertext: base64 }) });
export type SealedKey = z.infer<typeof SealedKey>;

const KeyFile = z.strictObject({ format: z.literal('varve-payload-keys'), version: z.literal(1), homeId: HomeId, keys: z.array(SealedKey) });

export interface KeyFileStore {
  readonly path: string;
  /** All keys, sealed, by id; undefined when there is no file. The file is read again only when it was replaced. Throws HOME_TOO_NEW, HOME_DAMAGED, NOT_READABLE. */
  read(): ReadonlyMap<string, SealedKey> | undefined;
  /** Adds one key, durably. Only while the write lock of log.db is held: two processes must not add at the same time. */
  add(key: SealedKey): void;
}

export function createKeyFile({ files, random, path, homeId }: { files: Files; random: Random; path: string; homeId: string }): KeyFileStore {
  let known: { mark: string; keys: Map<string, SealedKey> } | undefined;

  function read(): Map<string, SealedKey> | undefined {
    const stat = files.lstat(path);
    if (stat === undefined) return (known = undefined);
    const mark = markOf(stat);
    if (known?.mark !== mark) known = { mark, keys: parse(files, path, homeId) };
    return known.keys;
  }

  return {
    path,
    read,
    add(key) {
      const keys = [...(read()?.values() ?? []), key];
      const file: z.infer<typeof KeyFile> = { format: 'varve-payload-keys', version: 1, homeId, keys };
      writeFileDurable(files, path, Buffer.from(`${JSON.stringify(file, null, 2)}\n`, 'utf8'), { random, mode: 0o600 });
    }
  };
}

/** Each write makes a new file and renames it into place. */
function markOf({ inode, device, size, mtimeNs, ctimeNs }: FileStat): string {
  return [device, inode, size, mtimeNs, ctimeNs].join('/');
}

function parse(files: Files, path: string, homeId: string): Map<string, SealedKey> {
  const damaged = (reason: string): never => fail('HOME_DAMAGED', `${path} ${reason}`, { path, reason });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.readFile(path, fileLimitBytes)));
  } catch (error) {
    const errno = errnoOf(error);
    if (errno !== undefined) fail('NOT_READABLE', `${path} cannot be read`, { path, reason: errno }, error);
    damaged('is not JSON'); // not text, or the parser's own message, which would quote it
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > 1) fail('HOME_TOO_NEW', `${path} was written by a newer Varve`, { path, schema: version, known: 1 });
  const parsed = KeyFile.safeParse(value);
  if (!parsed.success) return damaged(`is not as expected at ${parsed.error.issues[0]?.path.join('.') || 'the top'}`);
  if (parsed.data.homeId !== homeId) damaged('belongs to another home');
  const keys = new Map(parsed.data.keys.map((key) => [key.id, key]));
  if (keys.size !== parsed.data.keys.length) damaged('holds one key twice');
  return keys;
}

export function sealKey(random: Random, sealingKey: Uint8Array, homeId: string, { id, createdAt }: Pick<SealedKey, 'id' | 'createdAt'>, key: Uint8Array): SealedKey {
  const nonce = random.bytes(nonceBytes);
  return { id, createdAt, sealed: { nonce: Buffer.from(nonce).toString('base64'), ciphertext: sealBytes(sealingKey, nonce, labelOf(homeId, id), key).toString('base64') } };
}

/** undefined when the sealing key is not the one that sealed it, or it was moved or changed. */
export function unsealKey(sealingKey: Uint8Array, homeId: string, { id, sealed }: SealedKey): Uint8Array | undefined {
  const key = openBytes(sealingKey, Buffer.from(sealed.nonce, 'base64'), labelOf(homeId, id), Buffer.from(sealed.ciphertext, 'base64'));
  return key?.length === keyBytes ? key : undefined;
}

function labelOf(homeId: string, id: string): string {
  return `varve-payload-keys/1/${homeId}/${id}`;
}

export function readKeys(files: Files, path: string, homeId: string, sealingKey: Uint8Array): { id: string; createdAt: string; key: Uint8Array }[] {
  if (files.lstat(path) === undefined) return [];
  return [...parse(files, path, homeId).values()].map((sealed) => ({ id: sealed.id, createdAt: sealed.createdAt, key: openKey(path, sealingKey, homeId, sealed) }));
}

/** Throws HOME_DAMAGED for one that does not open. */
export function openKey(path: string, sealingKey: Uint8Array, homeId: string, sealed: SealedKey): Uint8Array {
  const reason = `${sealed.id} does not open with the home's key`;
  return unsealKey(sealingKey, homeId, sealed) ?? fail('HOME_DAMAGED', `${path}: ${reason}`, { path, reason });
}

/** All keys at once, into a home that has none yet. */
export function writeKeys({ files, random }: { files: Files; random: Random }, path: string, homeId: string, sealingKey: Uint8Array, keys: readonly { id: string; createdAt: string; key: Uint8Array }[]): void {
  const file = { format: 'varve-payload-keys', version: 1, homeId, keys: keys.map(({ id, createdAt, key }) => sealKey(random, sealingKey, homeId, { id, createdAt }, key)) };
  const parsed = KeyFile.safeParse(file);
  if (!parsed.success || keys.some(({ key }) => key.length !== keyBytes)) fail('BAD_INPUT', 'the exported payload keys are not as expected', { field: 'keys', reason: 'the exported payload keys are not as expected' });
  writeFileDurable(files, path, Buffer.from(`${JSON.stringify(parsed.data, null, 2)}\n`, 'utf8'), { random, mode: 0o600 });
}
