// What a package says of itself: manifest.json, SHA256SUMS and README.txt. Written in pieces, since a package may hold a million files.
import * as z from 'zod';
import { PackageKind, type PackageFormat } from '../../../contract/packages.ts';
import type { WrittenFile } from './archive/model.ts';

export const manifestName = 'manifest.json';
export const sumsName = 'SHA256SUMS';
export const readmeName = 'README.txt';

/**
 * What every package brings along for itself, whatever was packed. One rule for how many files a package holds, wherever it is said: every name in it but these and
 * the folders; a link is one, and so is the second name of a file. Their bytes are those of the files alone.
 */
export function isOwn(path: string): boolean {
  return path === readmeName || path === manifestName || path === sumsName;
}

/** What follows the name of a package in the name of the manifest beside it. */
export const manifestEnding = '.manifest.json';

/** Of a package of the record. Ids and hash are null when it is empty; the hash is the chain's, hexadecimal. */
export const EventlogSummary = z.looseObject({
  total_events: z.number().int().min(0),
  total_segments: z.number().int().min(0),
  first_event_id: z.string().nullable(),
  last_event_id: z.string().nullable(),
  last_current_hash: z.string().nullable(),
  snapshot_exists: z.boolean()
});
export type EventlogSummary = z.infer<typeof EventlogSummary>;

export interface PackedLink {
  path: string;
  /** As it is written; of a hard link, the path of the file in the package. */
  target: string;
  type: 'symlink' | 'hardlink';
}

/** What was not packed, and why, in English. */
export interface Skipped {
  path: string;
  reason: string;
}

const ManifestFile = z.looseObject({ path: z.string(), size: z.number().int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

/** Version 1. What follows `chain_valid_at_backup` is ours, and may be missing in packages of other programs. Fields that are not known are left alone. */
export const Manifest = z.looseObject({
  version: z.literal(1),
  created_at: z.string(),
  source_dir: z.string(),
  files: z.array(ManifestFile),
  eventlog_summary: EventlogSummary.nullish(),
  chain_valid_at_backup: z.boolean().nullish(),
  kind: z.string().optional(),
  generator: z.string().optional(),
  home_id: z.string().optional(),
  folders: z.array(z.string()).optional(),
  links: z.array(z.looseObject({ path: z.string(), target: z.string(), type: z.enum(['symlink', 'hardlink']) })).optional(),
  skipped: z.array(z.looseObject({ path: z.string(), reason: z.string() })).optional(),
  skipped_count: z.number().int().min(0).optional(),
  /** Only in the one beside a sealed package, whose `files` are the sealed file itself. */
  sealed: z.string().optional()
});
export type Manifest = z.infer<typeof Manifest>;

export interface ManifestFacts {
  kind: PackageKind;
  createdAtMs: number;
  /** The folder that was packed, or where the record or the snapshot was. */
  sourceDir: string;
  /** `Varve 1.2.3`. */
  generator: string;
  homeId?: string | undefined;
  eventlogSummary?: EventlogSummary | null | undefined;
  chainValidAtBackup?: boolean | null | undefined;
  /** Further fields, which readers that do not know them leave alone. */
  further?: Readonly<Record<string, unknown>> | undefined;
}

export interface PackedMembers {
  /** In the archive's order. */
  files: readonly WrittenFile[];
  folders: readonly string[];
  links: readonly PackedLink[];
  skipped: readonly Skipped[];
  /** May be more than are named. */
  skippedCount: number;
}

/** The text of manifest.json: one file on a line. Kind and generator come first, so that the beginning tells whose it is. */
export function* manifestText(facts: ManifestFacts, members: PackedMembers): Generator<string> {
  const head = { version: 1, kind: facts.kind, generator: facts.generator, created_at: new Date(facts.createdAtMs).toISOString(), source_dir: facts.sourceDir };
  yield `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "files": [`;
  yield* rows(members.files.map(({ path, size, sha256 }) => ({ path, size, sha256 })));
  const rest = { eventlog_summary: facts.eventlogSummary ?? null, chain_valid_at_backup: facts.chainValidAtBackup ?? null, ...(facts.homeId === undefined ? {} : { home_id: facts.homeId }), ...facts.further };
  yield `],\n${JSON.stringify(rest, undefined, 2).slice(2, -2)},\n  "folders": [`;
  yield* rows(members.folders);
  yield '],\n  "links": [';
  yield* rows(members.links);
  yield '],\n  "skipped": [';
  yield* rows(members.skipped);
  yield `],\n  "skipped_count": ${members.skippedCount}\n}\n`;
}

function* rows(values: readonly unknown[]): Generator<string> {
  for (const [i, value] of values.entries()) yield `${i === 0 ? '' : ','}\n    ${JSON.stringify(value)}`;
  if (values.length > 0) yield '\n  ';
}

/** Beside a sealed package: what lies there, and nothing of what is in it. */
export function sealedManifestText(facts: ManifestFacts, sealed: WrittenFile): string {
  const { kind, generator, createdAtMs } = facts;
  const manifest = { version: 1, kind, generator, created_at: new Date(createdAtMs).toISOString(), source_dir: '', files: [sealed], eventlog_summary: null, chain_valid_at_backup: null, sealed: 'age-encryption.org/v1, scrypt' };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** The lines of `sha256sum -c`; it wants a backslash before a line whose name holds one, or an end of line. */
export function* sumsText(files: Iterable<WrittenFile>): Generator<string> {
  for (const { path, sha256 } of files) {
    const escaped = path.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
    yield `${escaped === path ? '' : '\\'}${sha256}  ${escaped}\n`;
  }
}

/** path -> SHA-256; undefined when a line is not as `sha256sum` writes it or a path is there twice. */
export function readSums(text: string): Map<string, string> | undefined {
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const found = /^(\\?)([0-9a-f]{64}) [ *](.+)$/.exec(line);
    if (!found) return undefined;
    const [, escape, sha256, shown] = found as unknown as [string, string, string, string];
    const path = escape === '' ? shown : shown.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : letter));
    if (sums.has(path)) return undefined;
    sums.set(path, sha256);
  }
  return sums;
}

const what: Record<PackageKind, readonly [en: string, pt: string]> = {
  log: ['the record of a Varve home: every event, as plain JSON in event-log/', 'o registro de uma pasta do Varve: cada evento, em JSON legível, em event-log/'],
  snapshot: ['files of a snapshot taken with Varve, in files/', 'arquivos de um snapshot feito com o Varve, em files/'],
  folder: ['the files of a folder, in files/', 'os arquivos de uma pasta, em files/']
};

/** For whoever finds it and knows nothing of it. */
export function readmeText(kind: PackageKind, format: PackageFormat): string {
  const [en, pt] = what[kind];
  const open = format === 'zip' ? 'unzip PACKAGE.zip' : 'tar -xzf PACKAGE.tar.gz';
  return `This is a cold backup made by Varve: ${en}.
It is an ordinary archive; no special program is needed. Unpack it into an empty folder:

    ${open}

manifest.json says what must be in it and when it was made. To check that every file is as it was, in that folder:

    sha256sum -c SHA256SUMS            (Linux; on a Mac: shasum -a 256 -c SHA256SUMS)

With Varve: varve package verify PACKAGE, varve package unpack PACKAGE FOLDER


Este é um backup frio feito pelo Varve: ${pt}.
É um arquivo comum; nenhum programa especial é necessário. Descompacte-o em uma pasta vazia:

    ${open}

manifest.json diz o que deve estar nele e quando foi feito. Para conferir que cada arquivo está como era, nessa pasta:

    sha256sum -c SHA256SUMS            (Linux; no Mac: shasum -a 256 -c SHA256SUMS)

Com o Varve: varve package verify PACOTE, varve package unpack PACOTE PASTA
`;
}

/** Largest manifest that is read. */
export const manifestLimitBytes = 1 << 28;

/** What the bytes say, or why they are no manifest. */
export function readManifest(bytes: Uint8Array): { manifest: Manifest } | { reason: string } {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { reason: 'it is not JSON' };
  }
  const version: unknown = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > 1) return { reason: `it is of version ${version}; this program reads version 1` };
  const read = Manifest.safeParse(value);
  return read.success ? { manifest: read.data } : { reason: `it is no manifest of a package (at ${read.error.issues[0]?.path.join('.') ?? ''})` };
}

/** The kind that a manifest names; undefined for one that we do not know. */
export function kindOf(manifest: Manifest): PackageKind | undefined {
  const named = PackageKind.safeParse(manifest.kind);
  return named.success ? named.data : manifest.kind === undefined && manifest.eventlog_summary ? 'log' : undefined;
}
