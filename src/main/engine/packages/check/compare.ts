// What is in a package beside what its manifest and its SHA256SUMS say, compared as all three come out of the archive: flat in memory, however many files there are.
import { createHash } from 'node:crypto';
import type { WrittenFile } from '../archive/model.ts';
import { manifestLimitBytes, manifestName, ManifestReader, sumsName, SumsReader, type Manifest, type PackedLink } from '../manifest.ts';
import type { PackedLists } from '../packed-lists.ts';
import { Matching } from './matching.ts';
import type { Problems } from './problems.ts';

const other = 'its bytes are not those that the manifest names';
const missing = 'it is missing';
const unnamed = 'the manifest does not name it';
const twice = 'the manifest names it twice, or names itself';

export class Comparison {
  readonly #seen: PackedLists;
  readonly #problems: Problems;
  readonly #files: Matching<WrittenFile, WrittenFile>;
  readonly #folders: Matching<{ path: string }, { path: string }>;
  readonly #links: Matching<PackedLink, PackedLink>;
  readonly #sums: Matching<WrittenFile, { path: string; sha256: string }>;
  readonly #manifest: ManifestReader;
  readonly #manifestHash = createHash('sha256');
  readonly #sumsText: SumsReader;
  #fits = true;
  #met = { manifest: false, sums: false };

  /** `seen`: grows while this works. */
  constructor(seen: PackedLists, problems: Problems) {
    this.#seen = seen;
    this.#problems = problems;
    this.#files = new Matching(seen.files.cursor(), ({ path }) => path !== manifestName && path !== sumsName, (found, told) => this.#sameFile(found, told, told.path));
    this.#folders = new Matching(seen.folders.cursor(), () => true, () => undefined);
    this.#links = new Matching(seen.links.cursor(), () => true, (found, told) => {
      if (found.type !== told.type || found.target !== told.target) problems.add(told.path, 'it is another link than the manifest says');
    });
    this.#sums = new Matching(seen.files.cursor(), ({ path }) => path !== sumsName, (found, told) => {
      if (found.sha256 !== told.sha256) this.#fits = false;
    });
    this.#manifest = new ManifestReader({
      file: (told) => (told.path === manifestName || told.path === sumsName ? problems.add(told.path, twice) : this.#files.told(told)),
      folder: (path) => this.#folders.told({ path }),
      link: (told) => this.#links.told(told)
    });
    this.#sumsText = new SumsReader((path, sha256) => this.#sums.told({ path, sha256 }));
  }

  /** Who takes the pieces of a member, where it is one that says what must be in the package. */
  taker(path: string, size: number): ((piece: Uint8Array) => void) | undefined {
    if ((path === manifestName || path === sumsName) && size > manifestLimitBytes) {
      this.#problems.add(path, 'it is larger than it may be');
      return undefined;
    }
    if (path === manifestName) {
      this.#met.manifest = true;
      return (piece) => {
        this.#manifest.push(piece);
        this.#manifestHash.update(piece);
      };
    }
    if (path !== sumsName) return undefined;
    this.#met.sums = true;
    return (piece) => this.#sumsText.push(piece);
  }

  /** All was seen. Without a manifest that can be read there is nothing to compare with, which is a problem too. */
  end(): { manifest: Manifest | undefined; manifestSha256: string | undefined } {
    const manifestSha256 = this.#met.manifest ? this.#manifestHash.digest('hex') : undefined;
    const read = this.#met.manifest ? this.#manifest.end() : { reason: missing };
    if ('reason' in read) {
      this.#problems.add(manifestName, read.reason);
      return { manifest: undefined, manifestSha256 };
    }
    this.#endOfFiles();
    if (read.namesFolders) this.#endOfFolders();
    this.#endOfSums(read.manifest);
    return { manifest: read.manifest, manifestSha256 };
  }

  #sameFile(found: Pick<WrittenFile, 'size' | 'sha256'>, told: WrittenFile, path: string): void {
    if (found.size !== told.size) this.#problems.add(path, `it has ${found.size} bytes; the manifest says ${told.size}`);
    else if (found.sha256 !== told.sha256) this.#problems.add(path, other);
  }

  #endOfFiles(): void {
    const problems = this.#problems;
    const files = this.#files.end();
    const links = this.#links.end();
    const linked = new Map(links.onlySeen.map((link) => [link.path, link]));
    const known = this.#find(files.onlyTold.flatMap(({ path }) => [path, linked.get(path)?.target ?? path]));
    for (const told of files.onlyTold) {
      const link = linked.get(told.path);
      // Other programs' manifests name a second name of a file as one more file.
      const target = link?.type === 'hardlink' ? known.get(link.target) : undefined;
      if (target !== undefined) {
        linked.delete(told.path);
        this.#sameFile(target, told, told.path);
      } else problems.add(told.path, known.has(told.path) ? twice : missing);
    }
    for (const { path } of links.onlyTold) problems.add(path, missing);
    for (const { path } of files.onlySeen) problems.add(path, unnamed);
    for (const path of linked.keys()) problems.add(path, unnamed);
  }

  /** The seen files of these names. */
  #find(paths: readonly string[]): Map<string, WrittenFile> {
    const wanted = new Set(paths);
    const found = new Map<string, WrittenFile>();
    if (wanted.size > 0) for (const file of this.#seen.files) if (wanted.has(file.path)) found.set(file.path, file);
    return found;
  }

  #endOfFolders(): void {
    const { onlySeen, onlyTold } = this.#folders.end();
    for (const { path } of onlyTold) this.#problems.add(path, missing);
    for (const { path } of onlySeen) this.#problems.add(path, unnamed);
  }

  /** Ours have it; a package of another program may not. */
  #endOfSums(manifest: Manifest): void {
    if (!this.#met.sums) {
      if (manifest.generator !== undefined) this.#problems.add(sumsName, missing);
      return;
    }
    this.#sumsText.end();
    const { onlySeen, onlyTold } = this.#sums.end();
    if (!this.#fits || this.#sumsText.odd || onlySeen.length > 0 || onlyTold.length > 0) this.#problems.add(sumsName, 'it does not fit the files in the package');
  }
}
