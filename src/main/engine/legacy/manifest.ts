// What a copy says of itself: `manifest.json` and `SHA256SUMS`.
import { join } from 'node:path';
import * as z from 'zod';
import { Count, Hex64, Instant } from '../../../contract/ids.ts';
import { legacyId, type LegacyBackup } from '../../../contract/legacy.ts';
import { errnoOf, fail } from '../kit/errors.ts';
import { encodeName } from '../kit/names.ts';
import { sumLine } from '../kit/sums.ts';
import type { Files } from '../ports.ts';

export const copiesFolder = 'legacy_backups';
export const manifestName = 'manifest.json';
export const sumsName = 'SHA256SUMS';
export const crontabName = 'crontab';
export const treeName = 'files';
const limitBytes = 1_073_741_824;

const mode = z.number().int().min(0).max(0o7777);
/** Below `files/`, with `/`; no part of it leads out. */
const inner = z
  .string()
  .min(1)
  .max(32_768)
  .refine((path) => path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[\0\\]/.test(part)) && !/^[A-Za-z]:/.test(path), 'leads out of the copy');
/** Nanoseconds since 1970, as text. */
const mtime = z.string().regex(/^-?\d{1,20}$/);

export const LegacyEntry = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('folder'), path: inner, mode, mtime }),
  z.strictObject({ type: z.literal('file'), path: inner, mode, mtime, size: Count, sha256: Hex64 }),
  z.strictObject({ type: z.literal('link'), path: inner, mtime, target: z.string().min(1).max(32_768) })
]);
export type LegacyEntry = z.infer<typeof LegacyEntry>;

export const LegacyManifest = z.strictObject({
  version: z.literal(1),
  created_at: Instant,
  source_dir: z.string().nullable(),
  /** Of the folder itself. */
  source_mode: mode.nullable(),
  crontab: z.strictObject({ size: Count, sha256: Hex64 }).nullable(),
  entries: z.array(LegacyEntry),
  skipped: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  skipped_count: Count
});
export type LegacyManifest = z.infer<typeof LegacyManifest>;

/** Throws NOT_FOUND where there is no such copy, PACKAGE_REFUSED for a manifest that is none. */
export function readManifest(files: Pick<Files, 'readFile'>, folder: string, id: string): LegacyManifest {
  const path = join(folder, manifestName);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.readFile(path, limitBytes)));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') fail('NOT_FOUND', `no copy ${id}`, { kind: 'legacy', name: id });
    value = undefined; // not readable, not text, not JSON: no manifest either way
  }
  const parsed = LegacyManifest.safeParse(value);
  if (!parsed.success) return fail('PACKAGE_REFUSED', `${path} is no manifest`, { path: folder, member: manifestName, reason: 'is not the manifest of a copy' });
  const seen = new Set<string>();
  for (const { path: inside } of parsed.data.entries) {
    if (seen.has(inside)) fail('PACKAGE_REFUSED', `${inside} twice in ${path}`, { path: folder, member: inside, reason: 'is named twice' });
    seen.add(inside);
  }
  return parsed.data;
}

export function sumsOf(manifest: LegacyManifest, manifestSha256: string): Buffer {
  const lines: Buffer[] = [];
  const add = (sha256: string, path: string): void => void lines.push(encodeName(sumLine(sha256, path)));
  for (const entry of manifest.entries) if (entry.type === 'file') add(entry.sha256, `${treeName}/${entry.path}`);
  if (manifest.crontab !== null) add(manifest.crontab.sha256, crontabName);
  add(manifestSha256, manifestName);
  return Buffer.concat(lines);
}

export function viewOf(id: string, folder: string, manifest: LegacyManifest, jobs: readonly string[]): LegacyBackup {
  const plain = manifest.entries.filter((entry) => entry.type === 'file');
  return {
    id, folder, createdAt: manifest.created_at, source: manifest.source_dir, crontab: manifest.crontab !== null, files: plain.length, bytes: plain.reduce((sum, { size }) => sum + size, 0),
    skipped: manifest.skipped, skippedCount: manifest.skipped_count, jobs: [...jobs]
  };
}

/** The copies there are, newest first. */
export function listCopies(files: Pick<Files, 'lstat' | 'readdir'>, home: string): string[] {
  const top = join(home, copiesFolder);
  if (files.lstat(top)?.type !== 'dir') return [];
  const order = (id: string): [string, number] => [id.slice(0, 8), Number(id.slice(9) || 1)];
  return files
    .readdir(top)
    .filter(({ type, name }) => type === 'dir' && legacyId.test(name))
    .map(({ name }) => name)
    .sort((a, b) => {
      const [dayA, noA] = order(a);
      const [dayB, noB] = order(b);
      return dayA === dayB ? noB - noA : dayA < dayB ? 1 : -1;
    });
}
