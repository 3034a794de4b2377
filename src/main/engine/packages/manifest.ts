// What a package says of itself: manifest.json, SHA256SUMS and README.txt. Written in pieces, since a package may hold a million files.
import * as z from 'zod';
import { PackageKind, type PackageFormat } from '../../../contract/packages.ts';
import { JsonLists } from '../kit/json-lists.ts';
import { readSumLine, sumLine } from '../kit/sums.ts';
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

const ManifestLink = z.looseObject({ path: z.string(), target: z.string(), type: z.enum(['symlink', 'hardlink']) });

/**
 * Version 1, but for its lists of files, folders and links, which are read one by one. What follows `chain_valid_at_backup` is ours, and may be missing in packages of
 * other programs. Fields that are not known are left alone.
 */
export const Manifest = z.looseObject({
  version: z.literal(1),
  created_at: z.string(),
  source_dir: z.string(),
  eventlog_summary: EventlogSummary.nullish(),
  chain_valid_at_backup: z.boolean().nullish(),
  kind: z.string().optional(),
  generator: z.string().optional(),
  home_id: z.string().optional(),
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

/** In the archive's order; each list may be gone through more than once. */
export interface PackedMembers {
  files: Iterable<WrittenFile>;
  folders: Iterable<{ path: string }>;
  links: Iterable<PackedLink>;
  skipped: readonly Skipped[];
  /** May be more than are named. */
  skippedCount: number;
}

/** The text of manifest.json: one file on a line. Kind and generator come first, so that the beginning tells whose it is. */
export function* manifestText(facts: ManifestFacts, members: PackedMembers): Generator<string> {
  const head = { version: 1, kind: facts.kind, generator: facts.generator, created_at: new Date(facts.createdAtMs).toISOString(), source_dir: facts.sourceDir };
  yield `${JSON.stringify(head, undefined, 2).slice(0, -2)},\n  "files": [`;
  yield* rows(members.files, ({ path, size, sha256 }) => ({ path, size, sha256 }));
  const rest = { eventlog_summary: facts.eventlogSummary ?? null, chain_valid_at_backup: facts.chainValidAtBackup ?? null, ...(facts.homeId === undefined ? {} : { home_id: facts.homeId }), ...facts.further };
  yield `],\n${JSON.stringify(rest, undefined, 2).slice(2, -2)},\n  "folders": [`;
  yield* rows(members.folders, ({ path }) => path);
  yield '],\n  "links": [';
  yield* rows(members.links);
  yield '],\n  "skipped": [';
  yield* rows(members.skipped);
  yield `],\n  "skipped_count": ${members.skippedCount}\n}\n`;
}

function* rows<T>(values: Iterable<T>, shown: (value: T) => unknown = (value) => value): Generator<string> {
  let comma = '';
  for (const value of values) {
    yield `${comma}\n    ${JSON.stringify(shown(value))}`;
    comma = ',';
  }
  if (comma !== '') yield '\n  ';
}

/** Beside a sealed package: what lies there, and nothing of what is in it. */
export function sealedManifestText(facts: ManifestFacts, sealed: WrittenFile): string {
  const { kind, generator, createdAtMs } = facts;
  const manifest = { version: 1, kind, generator, created_at: new Date(createdAtMs).toISOString(), source_dir: '', files: [sealed], eventlog_summary: null, chain_valid_at_backup: null, sealed: 'age-encryption.org/v1, scrypt' };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

export function* sumsText(files: Iterable<WrittenFile>): Generator<string> {
  for (const { path, sha256 } of files) yield sumLine(sha256, path);
}

/** Reads SHA256SUMS as it comes; `take` is given each line. */
export class SumsReader {
  readonly #decoder = new TextDecoder('utf-8');
  readonly #take: (path: string, sha256: string) => void;
  #rest = '';
  /** A line was not as `sha256sum` writes it. */
  odd = false;

  constructor(take: (path: string, sha256: string) => void) {
    this.#take = take;
  }

  push(bytes: Uint8Array): void {
    this.#lines(this.#decoder.decode(bytes, { stream: true }));
  }

  end(): void {
    this.#lines(`${this.#decoder.decode()}\n`);
  }

  #lines(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    if (this.#rest.length > longestLine) this.odd = true;
    if (this.odd) this.#rest = '';
    else for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === '') return;
    const read = readSumLine(line);
    if (read === undefined) this.odd = true;
    else this.#take(read.path, read.sha256);
  }
}

const longestLine = 1 << 17;

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

/** Largest manifest, and largest SHA256SUMS, that is read. */
export const manifestLimitBytes = 2 ** 31;

export interface ManifestLists {
  file(file: WrittenFile): void;
  folder(path: string): void;
  link(link: PackedLink): void;
}

/** Reads a manifest as it comes; nothing of its lists is kept. */
export class ManifestReader {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #json: JsonLists;
  /** The first thing that is not as it must be. */
  #reason: string | undefined;

  constructor(lists: ManifestLists) {
    const items = { files: [ManifestFile, lists.file], folders: [z.string(), lists.folder], links: [ManifestLink, lists.link] } as Record<string, [z.ZodType, (item: unknown) => void]>;
    this.#json = new JsonLists(Object.keys(items), (name, item) => {
      const [schema, take] = items[name] as [z.ZodType, (item: unknown) => void];
      const read = schema.safeParse(item);
      if (read.success) take(read.data);
      else this.#reason ??= noManifest([name, ...(read.error.issues[0]?.path ?? [])]);
    });
  }

  push(bytes: Uint8Array): void {
    this.#reading(() => this.#json.push(this.#decoder.decode(bytes, { stream: true })));
  }

  /** What it says beside its lists, and whether it names folders at all; or why it is no manifest. */
  end(): { manifest: Manifest; namesFolders: boolean } | { reason: string } {
    const ended = this.#reading(() => {
      this.#json.push(this.#decoder.decode());
      return this.#json.end();
    });
    if (ended === undefined) return { reason: 'it is not JSON' };
    const { values, lists } = ended;
    const { version } = values;
    if (typeof version === 'number' && version > 1) return { reason: `it is of version ${version}; this program reads version 1` };
    const read = Manifest.safeParse(values);
    if (!read.success) return { reason: noManifest(read.error.issues[0]?.path ?? []) };
    if (!lists.has('files')) return { reason: noManifest(['files']) };
    for (const name of ['folders', 'links']) if (Object.hasOwn(values, name)) return { reason: noManifest([name]) };
    return this.#reason === undefined ? { manifest: read.data, namesFolders: lists.has('folders') } : { reason: this.#reason };
  }

  #broken = false;

  #reading<T>(read: () => T): T | undefined {
    if (this.#broken) return undefined;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof SyntaxError) && (error as { code?: string }).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
      this.#broken = true;
      return undefined;
    }
  }
}

function noManifest(path: readonly PropertyKey[]): string {
  return `it is no manifest of a package (at ${path.map(String).join('.')})`;
}

/** The kind that a manifest names; undefined for one that we do not know. */
export function kindOf(manifest: Manifest): PackageKind | undefined {
  const named = PackageKind.safeParse(manifest.kind);
  return named.success ? named.data : manifest.kind === undefined && manifest.eventlog_summary ? 'log' : undefined;
}
