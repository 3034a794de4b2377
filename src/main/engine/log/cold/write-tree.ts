// The signed tree as files: checkpoint, key, all checkpoints, and the tiles of exactly the checkpoint's size.
import type { Database } from '../../store/index.ts';
import { formatVkey } from '../note/index.ts';
import { hashBytes } from '../merkle/hash.ts';
import { hashesAt, tilePath, tileWidth } from '../merkle/tiles.ts';
import { createHasher } from '../hash.ts';
import { createTreeStore } from '../tree/store.ts';
import { readRotations } from '../verify/keys.ts';
import type { ColdDamage } from './check.ts';
import { isDamage } from './entry-rows.ts';
import { checkpointPath, checkpointsPath, vkeyPath } from './format.ts';
import type { ColdMember } from './record.ts';

interface TreeDeps {
  db: Database;
  origin: string;
  /** The public key that the record began with, where it is known outside log.db. */
  firstKey: Uint8Array | undefined;
  checkpoint: { size: number; note: string } | undefined;
  damaged(damage: ColdDamage): void;
}

const text = (path: string, content: string): ColdMember => ({ path, pieces: async function* () { yield Buffer.from(content, 'utf8'); } });

export function* treeMembers({ db, origin, firstKey, checkpoint, damaged }: TreeDeps): Generator<ColdMember, void, void> {
  if (checkpoint !== undefined) yield text(checkpointPath, checkpoint.note);
  const vkey = firstVkey(db, origin, firstKey);
  if (vkey !== undefined) yield text(vkeyPath, `${vkey}\n`);
  if (checkpoint === undefined) return;
  yield { path: checkpointsPath, pieces: () => checkpointLines(db, damaged) };
  const tree = createTreeStore(db);
  for (let level = 0; hashesAt(level, checkpoint.size) > 0; level++) {
    const hashes = hashesAt(level, checkpoint.size);
    for (let no = 0; no * tileWidth < hashes; no++) {
      const width = Math.min(tileWidth, hashes - no * tileWidth);
      const tile = tileOf(() => tree.tile(level, no), width * hashBytes);
      // Whatever comes behind a hash that is lost would stand at another's place.
      if (typeof tile === 'string') {
        damaged({ what: `level ${level}, tile ${no} of the tree ${tile}` });
        break;
      }
      yield { path: memberPath(level, no, width), pieces: async function* () { yield tile; } };
    }
  }
}

const memberPath = (level: number, no: number, width: number): string => `tree/${tilePath(level, no, width)}`;

function tileOf(read: () => Uint8Array | undefined, bytes: number): Uint8Array | string {
  try {
    const tile = read()?.subarray(0, bytes);
    return tile?.length === bytes ? tile : 'is missing or too short';
  } catch (error) {
    if (!isDamage(error)) throw error;
    return `cannot be read: ${error.message}`;
  }
}

/** Where nobody says which key it was, the first change of key names it. */
function firstVkey(db: Database, origin: string, firstKey: Uint8Array | undefined): string | undefined {
  if (firstKey !== undefined) return formatVkey(origin, firstKey);
  try {
    return readRotations(db, createHasher(), Number.MAX_SAFE_INTEGER)[0]?.previous;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return undefined;
  }
}

async function* checkpointLines(db: Database, damaged: (damage: ColdDamage) => void): AsyncGenerator<Uint8Array, void, void> {
  try {
    for (const { size, note, at } of db.prepare('SELECT size, note, at_ms AS at FROM checkpoints ORDER BY size').iterate<{ size: number; note: string; at: number }>()) {
      yield Buffer.from(`${JSON.stringify({ size, at: instant(at), note })}\n`, 'utf8');
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    damaged({ what: `the list of checkpoints cannot be read: ${error.message}` });
  }
}

/** `at_ms` is for people and may have been changed to anything. */
function instant(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
