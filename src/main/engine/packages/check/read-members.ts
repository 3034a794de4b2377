// All members of a package, each file hashed, compared with its manifest on the way.
import { throwIfAborted } from '../../kit/errors.ts';
import { Sha256 } from '../../kit/sha256.ts';
import type { ReadMember } from '../archive/model.ts';
import type { Manifest } from '../manifest.ts';
import { packedLists, type PackedLists } from '../packed-lists.ts';
import { Comparison } from './compare.ts';
import { Problems } from './problems.ts';

export interface ReadingOptions {
  signal?: AbortSignal | undefined;
  /** Unpacked bytes as they were read. */
  onBytes?: ((count: number) => void) | undefined;
  /** Who wants the content of a file on the way takes it, all of it, a part or nothing: the rest is hashed all the same. */
  take?: ((path: string, pieces: AsyncIterable<Uint8Array>) => Promise<unknown>) | undefined;
}

export interface ReadPackage {
  seen: PackedLists;
  /** undefined: there is none that can be read. */
  manifest: Manifest | undefined;
  manifestSha256: string | undefined;
  /** Empty: all of it is as its manifest says. */
  problems: Problems;
}

/** Reads to the end. */
export async function readMembers(members: AsyncIterable<ReadMember>, { signal, onBytes, take }: ReadingOptions = {}): Promise<ReadPackage> {
  const seen = packedLists();
  const problems = new Problems();
  const comparison = new Comparison(seen, problems);
  for await (const member of members) {
    throwIfAborted(signal);
    if (member.type === 'folder') seen.folders.add({ path: member.path });
    else if (member.type !== 'file') seen.links.add({ path: member.path, target: member.target ?? '', type: member.type });
    else seen.files.add({ path: member.path, ...(await hashed(member)) });
  }
  return { seen, problems, ...comparison.end() };

  async function hashed(member: ReadMember): Promise<{ size: number; sha256: string }> {
    const hash = new Sha256(member.size);
    const compared = comparison.taker(member.path, member.size);
    let size = 0;
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for await (const piece of member.chunks) {
        throwIfAborted(signal);
        hash.update(piece);
        size += piece.length;
        compared?.(piece);
        onBytes?.(piece.length);
        yield piece;
      }
    }
    const content = pieces();
    // Who stops early does not end it for whoever hashes the rest.
    await take?.(member.path, { [Symbol.asyncIterator]: () => ({ next: () => content.next() }) });
    for await (const _rest of content) continue;
    return { size, sha256: hash.hex() };
  }
}
