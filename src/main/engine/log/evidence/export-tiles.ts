// A folder that public tools can mirror (C2SP tlog-tiles): hash tiles, entry bundles, and the checkpoint, which is put there last. Full tiles are
// written once and never again; run it again and only what is new is added.
import { dirname, join } from 'node:path';
import { writeFileDurable } from '../../kit/durable.ts';
import { VarveError } from '../../kit/errors.ts';
import type { Files, Random } from '../../ports.ts';
import { hashBytes, sameHash } from '../merkle/hash.ts';
import { entriesPath, hashesAt, rootWithin, tilePath, tileWidth } from '../merkle/tiles.ts';
import { requireContinued } from './build-head.ts';
import { openCheckpoint } from './key-chain.ts';
import { named } from './piece-file.ts';
import { refuse } from './refuse.ts';
import type { EvidenceSource } from './source.ts';

export interface TilesDeps {
  files: Files;
  random: Random;
}

/** Files of the export are for others to read. */
const modes = { file: 0o644, folder: 0o755 } as const;
const checkpointLimitBytes = 1_000_000;

/**
 * Brings `folder` up to `checkpoint`. `turn` is called between files with the entries done. Throws EVIDENCE_REFUSED when the folder holds another log or
 * history, EVIDENCE_MISSING when it is ahead of this record, NOT_A_FOLDER, NOT_WRITABLE, NO_SPACE.
 */
export async function exportTiles({ files, random }: TilesDeps, source: EvidenceSource, checkpoint: { size: number; note: string }, folder: string, turn: (done: number) => Promise<void>): Promise<{ files: number; bytes: number }> {
  const { size } = checkpoint;
  const there = files.stat(folder);
  if (there !== undefined && there.type !== 'dir') throw new VarveError('NOT_A_FOLDER', `${folder} is not a folder`, { path: folder });
  named(folder, () => files.mkdirs(folder, modes.folder));
  const from = exportedSize(files, source, folder, size);
  const written = { files: 0, bytes: 0 };

  /** Writes what is not there. What is there must be the same: a full tile never changes. */
  function place(path: string, bytes: Uint8Array): void {
    const target = join(folder, path);
    named(target, () => {
      const known = files.lstat(target);
      if (known === undefined || known.type !== 'file' || known.size !== bytes.length || !Buffer.from(files.readFile(target, bytes.length)).equals(bytes)) {
        if (known !== undefined) refuse('held', `${target} is there with other content; choose an empty folder`);
        files.mkdirs(dirname(target), modes.folder);
        writeFileDurable(files, target, bytes, { random, mode: modes.file });
        written.files += 1;
        written.bytes += bytes.length;
      }
    });
  }

  /** A partial tile may go once the full one is there; clients with the checkpoint before may still ask for it until then. */
  function removePartials(path: string): void {
    named(folder, () => files.removeTree(join(folder, `${path}.p`)));
  }

  const full: string[] = [];
  for (let no = Math.floor(from / tileWidth); no * tileWidth < size; no++) {
    const entries = source.range(no * tileWidth, size, tileWidth);
    place(entriesPath(no, entries.length), bundleOf(entries.map(({ header }) => header)));
    if (entries.length === tileWidth) full.push(entriesPath(no));
    await turn(Math.min(size, (no + 1) * tileWidth));
  }
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    const hashes = hashesAt(level, size);
    for (let no = Math.floor(hashesAt(level, from) / tileWidth); no * tileWidth < hashes; no++) {
      const width = Math.min(tileWidth, hashes - no * tileWidth);
      const tile = source.tile(level, no)?.subarray(0, width * hashBytes);
      if (tile?.length !== width * hashBytes) throw new VarveError('LOG_DAMAGED', `the tree lacks hashes of level ${level}, tile ${no}`, { what: `the tree lacks hashes of level ${level}, tile ${no}` });
      place(tilePath(level, no, width), tile);
      if (width === tileWidth) {
        // The root that was signed does not speak of every hash inside: each full tile must be what the level above says.
        if (!sameHash(rootWithin(tile, 0, 8), source.read((level + 1) * 8, no))) throw new VarveError('LOG_DAMAGED', `level ${level}, tile ${no} of the tree is not what is above it`, { what: `level ${level}, tile ${no} of the tree is not what is above it` });
        full.push(tilePath(level, no));
      }
      await turn(size);
    }
  }
  // The one file that changes, and only when all that it speaks of is there.
  named(folder, () => writeFileDurable(files, join(folder, 'checkpoint'), Buffer.from(checkpoint.note, 'utf8'), { random, mode: modes.file }));
  for (const path of full) removePartials(path);
  return written;
}

/** Up to where the folder holds this very log; 0 for a new one. */
function exportedSize(files: Files, source: EvidenceSource, folder: string, size: number): number {
  const path = join(folder, 'checkpoint');
  if (files.stat(path) === undefined) return 0;
  const before = openCheckpoint(Buffer.from(files.readFile(path, checkpointLimitBytes)).toString('utf8'), source.origin, `the checkpoint in ${folder}`);
  requireContinued(source, before, size);
  return before.size;
}

/** Each entry with its length as two bytes, big endian, before it. */
function bundleOf(headers: readonly string[]): Uint8Array {
  const parts: Buffer[] = [];
  for (const header of headers) {
    const bytes = Buffer.from(header, 'utf8');
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}
