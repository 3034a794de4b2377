// Which packs go, which are written anew, which stay, and why. Pure: facts in, decisions out (restic's rules).
//   nothing in it is needed                     -> removed (forgotten when it is not even there)
//   data and folders together                   -> written anew, each kind into packs of its own
//   folders not compressed, in version 2        -> written anew
//   folders partly not needed                   -> written anew, so that what every snapshot reads stays small
//   data partly not needed                      -> written anew, those with the largest share first, until what stays is within the limit
//   many small packs                            -> written anew together, when there are at least ten of them
import type { MaxUnused, PruneReason } from '../../../../contract/maintenance.ts';

const MiB = 1024 * 1024;
const fewSmallPacks = 10;

/** What is known of one pack that an index names. Bytes are those of blobs with their entry in the header. */
export interface PackFacts {
  /** Of the file; 0 when it is not there. */
  sizeBytes: number;
  present: boolean;
  usedBlobs: number;
  usedBytes: number;
  /** Needed by nobody, or a copy of what lies elsewhere. */
  unusedBlobs: number;
  unusedBytes: number;
  kind: 'data' | 'tree' | 'mixed';
  /** Holds trees that are not compressed. */
  uncompressed: boolean;
  /** Holds something needed that cannot be written again. */
  mustStay: boolean;
}

export type Decision = { do: 'keep' } | { do: 'remove' | 'repack'; why: PruneReason };

export interface PlanOptions {
  version: 1 | 2;
  maxUnused: MaxUnused;
}

export interface PrunePlan {
  /** One for each pack, in the same order. */
  decisions: Decision[];
  /** Bytes that stay although nobody needs them. */
  unusedAfterBytes: number;
}

export function planPrune(packs: readonly PackFacts[], options: PlanOptions): PrunePlan {
  const decisions: Decision[] = packs.map(() => ({ do: 'keep' }));
  const smallBytes = smallLimit(packs);
  const candidates: number[] = [];
  const small: number[] = [];
  let usedBytes = 0;
  let unusedBytes = 0;
  for (const [i, pack] of packs.entries()) {
    usedBytes += pack.usedBytes;
    if (pack.usedBlobs === 0) decisions[i] = { do: 'remove', why: pack.present ? 'unused' : 'missing' };
    else {
      unusedBytes += pack.unusedBytes;
      const why = pack.mustStay ? undefined : reasonToRewrite(pack, options);
      if (why !== undefined) {
        decisions[i] = { do: 'repack', why };
        unusedBytes -= pack.unusedBytes;
      } else if (!pack.mustStay) {
        if (pack.unusedBytes > 0) candidates.push(i);
        else if (pack.sizeBytes < smallBytes) small.push(i);
      }
    }
  }
  const facts = (i: number): PackFacts => packs[i] as PackFacts;
  // The largest share of what nobody needs first; compared without a division.
  candidates.sort((a, b) => facts(b).unusedBytes * facts(a).usedBytes - facts(a).unusedBytes * facts(b).usedBytes);
  const mostUnused = maxUnusedBytes(options.maxUnused, usedBytes);
  for (const i of candidates) {
    if (unusedBytes > mostUnused) {
      decisions[i] = { do: 'repack', why: 'unused-share' };
      unusedBytes -= facts(i).unusedBytes;
    } else if (facts(i).sizeBytes < smallBytes) small.push(i);
  }
  if (small.length >= fewSmallPacks) {
    for (const i of small) {
      decisions[i] = { do: 'repack', why: 'small' };
      unusedBytes -= facts(i).unusedBytes;
    }
  }
  return { decisions, unusedAfterBytes: unusedBytes };
}

/** How much may stay unused beside this much that is used. Percent are of both together. */
export function maxUnusedBytes(maxUnused: MaxUnused, usedBytes: number): number {
  if (maxUnused.kind === 'unlimited') return Number.POSITIVE_INFINITY;
  if (maxUnused.kind === 'bytes') return maxUnused.bytes;
  return (usedBytes * maxUnused.percent) / (100 - maxUnused.percent);
}

function reasonToRewrite(pack: PackFacts, { version }: PlanOptions): PruneReason | undefined {
  if (pack.kind === 'mixed') return 'mixed';
  if (version >= 2 && pack.uncompressed) return 'uncompressed';
  return pack.kind === 'tree' && pack.unusedBytes > 0 ? 'folders' : undefined;
}

/** Below this a pack counts as small: 80 % of the third percentile of all sizes, that being at least 4 MiB. */
function smallLimit(packs: readonly PackFacts[]): number {
  const sizes = Float64Array.from(packs.filter((pack) => pack.present), (pack) => pack.sizeBytes).sort();
  return 0.8 * Math.max(4 * MiB, sizes[Math.floor(sizes.length * 0.03)] ?? 0);
}
