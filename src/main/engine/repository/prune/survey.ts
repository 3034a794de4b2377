// What lies in a repository, seen by prune: all index files, all pack files, and for every needed blob the one copy that counts.
import { throwIfAborted } from '../../kit/errors.ts';
import type { BitSet } from '../bit-set.ts';
import { BlobIndex } from '../blob-index.ts';
import { DamagedError, UnsupportedError } from '../format/damaged.ts';
import type { IndexFile } from '../format/index-file.ts';
import { packSize } from '../format/pack.ts';
import { BlobProver, damageOf, type Repository } from '../repository.ts';
import type { PackFacts } from './plan.ts';

export interface IndexFileFacts {
  id: string;
  /** Numbers of the packs it describes. */
  packs: number[];
  blobs: number;
  /** Describes a pack that another file describes, too, or carries what rustic keeps beside the packs. */
  superfluous: boolean;
}

/** What is wrong with index files, for whoever repairs them. */
export interface IndexProblems {
  unreadable: { id: string; reason: string }[];
  /** Packs that two files describe differently. */
  conflicts: Set<string>;
}

/**
 * The union of all index files, and which file says what. Throws REPOSITORY_DAMAGED for one that cannot be read, or two that disagree, unless
 * they are collected in `problems`.
 */
export async function loadIndexFiles(repository: Repository, signal: AbortSignal | undefined, problems?: IndexProblems): Promise<{ index: BlobIndex; files: IndexFileFacts[] }> {
  const { backend } = repository;
  const names: string[] = [];
  for await (const { name } of backend.list('index', signal)) names.push(name);
  const index = new BlobIndex();
  const files: IndexFileFacts[] = [];
  for (const id of names.sort()) {
    throwIfAborted(signal);
    const file = await loadOne(repository, id, signal, problems);
    if (file === undefined) continue;
    const { packs, hasPacksToDelete, unknownFields } = file;
    const strange = unknownFields.find((field) => field !== 'packs_to_delete');
    if (strange !== undefined) throw new UnsupportedError('an index file carries fields of another program, which rewriting it would lose', `${backend.location}/index/${id}`);
    const facts: IndexFileFacts = { id, packs: [], blobs: 0, superfluous: hasPacksToDelete || packs.length === 0 };
    for (const pack of packs) {
      const outcome = index.addPack(pack);
      if (outcome === 'conflict' && !problems) throw new DamagedError(`index files disagree about pack ${pack.id}`, backend.location);
      if (outcome === 'conflict') problems?.conflicts.add(pack.id);
      if (outcome !== 'added') facts.superfluous = true;
      facts.packs.push(index.packNumber(pack.id));
      facts.blobs += pack.blobs.length;
    }
    files.push(facts);
  }
  return { index, files };
}

async function loadOne(repository: Repository, id: string, signal: AbortSignal | undefined, problems: IndexProblems | undefined): Promise<IndexFile | undefined> {
  try {
    return await repository.loadWholeIndexFile(id, signal);
  } catch (error) {
    if (!problems || !(error instanceof DamagedError || error instanceof UnsupportedError)) throw error;
    problems.unreadable.push({ id, reason: damageOf(error) });
    return undefined;
  }
}

export interface PackFiles {
  /** By pack number: bytes of the file, -1 when it is not there. */
  sizes: Float64Array;
  /** Packs that no index names. */
  unindexed: { id: string; bytes: number }[];
}

export async function listPacks(repository: Repository, index: BlobIndex, signal: AbortSignal | undefined): Promise<PackFiles> {
  const sizes = new Float64Array(index.packCount).fill(-1);
  const unindexed: PackFiles['unindexed'] = [];
  for await (const { name, size } of repository.backend.list('data', signal)) {
    const pack = index.packNumber(name);
    if (pack < 0) unindexed.push({ id: name, bytes: size });
    else sizes[pack] = size;
  }
  return { sizes, unindexed };
}

/** Bytes of the pack file as its entries say. */
export function expectedSize(index: BlobIndex, pack: number): number {
  const { first, count } = index.entriesOf(pack);
  let bytes = packSize([]);
  for (let entry = first; entry < first + count; entry++) bytes += entryBytes(index, entry);
  return bytes;
}

/** A blob and its entry in the header. */
export function entryBytes(index: BlobIndex, entry: number): number {
  const { length, uncompressedLength } = index.blobAt(entry);
  return length + (uncompressedLength === 0 ? 37 : 41);
}

const nowhere = 0xffff_ffff;
const pauseMask = 0xffff;

/** Lets a cancellation and the lock's refresh in. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve));
  throwIfAborted(signal);
}

/**
 * For the first entry of every needed blob, the entry of the copy that counts: in a pack that is there in its right size, if possible one
 * that is needed for something else, too. Throws REPOSITORY_DAMAGED when a needed blob has no such copy. See `proveChosen`.
 */
export async function chooseCopies(index: BlobIndex, used: BitSet, whole: BitSet, { location, signal }: { location: string; signal: AbortSignal | undefined }): Promise<Uint32Array> {
  const chosen = new Uint32Array(index.count).fill(nowhere);
  const firsts = new Uint32Array(index.count);
  const neededAnyway = new Uint8Array(index.packCount);
  for (let entry = 0; entry < index.count; entry++) {
    if ((entry & pauseMask) === 0) await pause(signal);
    const first = index.firstCopy(entry);
    firsts[entry] = first;
    if (!used.has(first) || !whole.has(index.packOf(entry))) continue;
    if (chosen[first] === nowhere) chosen[first] = entry;
  }
  for (let entry = 0; entry < index.count; entry++) {
    if ((entry & pauseMask) === 0) await pause(signal);
    if (firsts[entry] !== entry || !used.has(entry)) continue;
    const copy = chosen[entry] as number;
    if (copy === nowhere) refuseLost(index, entry, location);
    if (index.copies(entry).filter((other) => whole.has(index.packOf(other))).length === 1) neededAnyway[index.packOf(copy)] = 1;
  }
  for (let entry = 0; entry < index.count; entry++) {
    if ((entry & pauseMask) === 0) await pause(signal);
    const first = firsts[entry] as number;
    if (!used.has(first) || !whole.has(index.packOf(entry)) || neededAnyway[index.packOf(entry)] === 0) continue;
    if (neededAnyway[index.packOf(chosen[first] as number)] === 0) chosen[first] = entry;
  }
  return chosen;
}

/**
 * Where a needed blob lies several times, only one copy stays: that one is read first, and where it is damaged another one counts. A blob
 * all of whose copies are damaged stays as it is.
 */
export async function proveChosen(repository: Repository, used: BitSet, whole: BitSet, chosen: Uint32Array, signal: AbortSignal | undefined): Promise<void> {
  const { index } = repository;
  const prover = new BlobProver(repository.sealer);
  for (let first = 0; first < index.count; first++) {
    if ((first & pauseMask) === 0) await pause(signal);
    if (!used.has(first) || index.firstCopy(first) !== first) continue;
    const copies = index.copies(first).filter((entry) => whole.has(index.packOf(entry)));
    if (copies.length < 2) continue;
    const chosenFirst = [chosen[first] as number, ...copies.filter((entry) => entry !== chosen[first])];
    for (const entry of chosenFirst) {
      throwIfAborted(signal);
      if (!(await isProven(repository, prover, entry, signal))) continue;
      chosen[first] = entry;
      break;
    }
  }
}

async function isProven({ index, backend }: Repository, prover: BlobProver, entry: number, signal: AbortSignal | undefined): Promise<boolean> {
  const { id, offset, length, uncompressedLength } = index.blobAt(entry);
  try {
    prover.prove(await backend.read('data', index.packId(index.packOf(entry)), { offset, length }, signal), id, uncompressedLength);
    return true;
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof DamagedError) return false;
    throw error;
  }
}

function refuseLost(index: BlobIndex, entry: number, location: string): never {
  const { type, id } = index.blobAt(entry);
  throw new DamagedError(`pack ${index.packId(index.packOf(entry))}, which is missing or has a wrong size, is needed for ${type} blob ${id}`, location);
}

export interface Counts {
  used: number;
  unused: number;
  duplicate: number;
}

/** The facts that the plan is made from, one for each pack by its number. */
export async function gatherFacts(index: BlobIndex, used: BitSet, chosen: Uint32Array, { sizes, signal }: { sizes: Float64Array; signal: AbortSignal | undefined }): Promise<{ packs: PackFacts[]; blobs: Counts }> {
  const blobs: Counts = { used: 0, unused: 0, duplicate: 0 };
  const packs: PackFacts[] = [];
  for (let pack = 0; pack < index.packCount; pack++) {
    if ((pack & 0x3ff) === 0) await pause(signal);
    const sizeBytes = sizes[pack] as number;
    const facts: PackFacts = { sizeBytes: Math.max(0, sizeBytes), present: sizeBytes >= 0, usedBlobs: 0, usedBytes: 0, unusedBlobs: 0, unusedBytes: 0, kind: 'data', uncompressed: false, mustStay: false };
    const { first, count } = index.entriesOf(pack);
    let trees = 0;
    for (let entry = first; entry < first + count; entry++) {
      const { type, length, uncompressedLength } = index.blobAt(entry);
      const copyOf = index.firstCopy(entry);
      const counts = used.has(copyOf) && chosen[copyOf] === entry;
      if (type === 'tree') trees += 1;
      if (type === 'tree' && uncompressedLength === 0) facts.uncompressed = true;
      if (counts) {
        facts.usedBlobs += 1;
        facts.usedBytes += entryBytes(index, entry);
        // An empty blob: legal to have, never written.
        if (length === 32 && uncompressedLength === 0) facts.mustStay = true;
        blobs.used += 1;
      } else {
        facts.unusedBlobs += 1;
        facts.unusedBytes += entryBytes(index, entry);
        if (used.has(copyOf)) blobs.duplicate += 1;
        else blobs.unused += 1;
      }
    }
    if (trees > 0) facts.kind = trees === count ? 'tree' : 'mixed';
    packs.push(facts);
  }
  return { packs, blobs };
}
