// What is in a package, in the archive's order, in little memory.
import type { WrittenFile } from './archive/model.ts';
import { CompactList } from './compact-list.ts';
import { isOwn, type PackedLink } from './manifest.ts';

export interface PackedLists {
  files: CompactList<WrittenFile>;
  folders: CompactList<{ path: string }>;
  links: CompactList<PackedLink>;
}

export function packedLists(): PackedLists {
  return {
    files: new CompactList<WrittenFile>({
      write({ size, sha256 }) {
        const kept = Buffer.allocUnsafe(40);
        kept.writeDoubleBE(size);
        kept.write(sha256, 8, 'hex');
        return kept;
      },
      read: (path, kept) => ({ path, size: kept.readDoubleBE(), sha256: kept.toString('hex', 8) })
    }),
    folders: new CompactList<{ path: string }>({ write: () => Buffer.alloc(0), read: (path) => ({ path }) }),
    links: new CompactList<PackedLink>({
      write: ({ target, type }) => Buffer.from(`${type === 'symlink' ? 's' : 'h'}${target}`),
      read: (path, kept) => ({ path, target: kept.toString('utf8', 1), type: kept[0] === 115 ? 'symlink' : 'hardlink' })
    })
  };
}

/** By the one rule (`isOwn`). */
export function countOf({ files, links }: PackedLists): { files: number; bytes: number } {
  let [count, bytes] = [links.length, 0];
  for (const { path, size } of files) {
    if (isOwn(path)) continue;
    count += 1;
    bytes += size;
  }
  return { files: count, bytes };
}
