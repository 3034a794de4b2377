// The tree judged by vectors nobody here wrote, and by its definition written out once more. Every changed bit of a proof is refused.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bitFlips, fixtures, fixturesPresent as present, readFixture } from '../note/testing.ts';
import { createSeededRandom } from '../testing.ts';
import { peaksAt, RightEdge } from './edge.ts';
import { emptyRoot, leafHash, nodeHash } from './hash.ts';
import { checkConsistency, checkInclusion, consistencyPath, inclusionPath, rootAt, type ReadSubtree } from './proofs.ts';
import { entriesPath, hashesAt, locateSubtree, partialWidth, rootWithin, tilePath } from './tiles.ts';

if (!present) console.log(`skipped: no fixtures at ${fixtures}; set VARVE_FIXTURES`);

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** MTH of the specification, word for word. */
function rootByDefinition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return createHash('sha256').update(Uint8Array.of(0)).update(leaves[0] as Uint8Array).digest();
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return createHash('sha256').update(Uint8Array.of(1)).update(rootByDefinition(leaves.slice(0, k))).update(rootByDefinition(leaves.slice(k))).digest();
}

/** Hashes of complete subtrees over leaves in memory. */
function reader(leaves: readonly Uint8Array[]): ReadSubtree {
  const known = new Map<string, Uint8Array>();
  const read: ReadSubtree = (level, index) => {
    const key = `${level}/${index}`;
    const found = known.get(key) ?? (level === 0 ? leafHash(leaves[index] as Uint8Array) : nodeHash(read(level - 1, index * 2), read(level - 1, index * 2 + 1)));
    known.set(key, found);
    return found;
  };
  return read;
}

const bytes = (count: number): Uint8Array[] => Array.from({ length: count }, (_, i) => Uint8Array.of(i % 256, Math.floor(i / 256)));

interface Vectors {
  leafInputs: string[];
  rootBySize: string[];
  hashing: Record<string, string>;
  rolling: { subtreeHash: string };
}
interface Inclusion {
  path: string;
  leafIdx: string;
  treeSize: string;
  root: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
}
interface Consistency {
  path: string;
  size1: string;
  size2: string;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}

describe('hashes and roots', () => {
  it.runIf(present)('are the published ones, for every size', () => {
    const { leafInputs, rootBySize, hashing } = readFixture<Vectors>('merkle/vectors.json');
    expect(hex(emptyRoot)).toBe(hashing['emptyRoot']);
    expect(hex(leafHash(''))).toBe(hashing['leafOfEmpty']);
    expect(hex(leafHash('L123456'))).toBe(hashing['leafOf_4c313233343536']);
    expect(hex(nodeHash(Buffer.from('N123'), Buffer.from('N456')))).toBe(hashing['nodeOf_4e313233_4e343536']);
    const leaves = leafInputs.map(bytesOf);
    const edge = new RightEdge();
    rootBySize.forEach((expected, size) => {
      expect(hex(edge.root()), `edge ${size}`).toBe(expected);
      expect(hex(rootAt(size, reader(leaves))), `size ${size}`).toBe(expected);
      if (size < leaves.length) edge.append(leafHash(leaves[size] as Uint8Array));
    });
    expect(edge.size).toBe(8);
  });
  it.runIf(present)('of all 712 whole ranges of a tree of 130 leaves hash to the published value', () => {
    const read = reader(Array.from({ length: 130 }, (_, i) => Uint8Array.of(i)));
    const all = createHash('sha256');
    let lines = 0;
    for (let end = 0; end <= 130; end++) {
      for (let start = 0; start <= end; start++) {
        let width = 1;
        while (width < end - start) width *= 2;
        if (start !== end && start % width !== 0) continue;
        all.update(`[${start}, ${end}) ${hex(rootAt(end - start, (level, index) => read(level, start / 2 ** level + index)))}\n`);
        lines += 1;
      }
    }
    expect(lines).toBe(712);
    expect(all.digest('hex')).toBe(readFixture<Vectors>('merkle/vectors.json').rolling.subtreeHash);
  });
  it('are those of the definition up to 300 leaves, grown one by one and picked up at any size', () => {
    const leaves = bytes(300);
    const read = reader(leaves);
    const edge = new RightEdge();
    for (let size = 0; size <= leaves.length; size++) {
      const expected = hex(rootByDefinition(leaves.slice(0, size)));
      expect(hex(edge.root())).toBe(expected);
      expect(hex(rootAt(size, read))).toBe(expected);
      expect(hex(RightEdge.at(size, peaksAt(size).map(({ level, index }) => read(level, index))).root())).toBe(expected);
      if (size < leaves.length) edge.append(leafHash(leaves[size] as Uint8Array));
    }
  });
  it('of a leaf larger than any header, as text and as bytes, are the same', () => {
    const long = 'é'.repeat(50_000);
    expect(hex(leafHash(long))).toBe(createHash('sha256').update(Uint8Array.of(0)).update(long).digest('hex'));
    expect(hex(leafHash(Buffer.from(long)))).toBe(hex(leafHash(long)));
  });
});

describe('inclusion proofs', () => {
  it.runIf(present)('are taken and refused as all 98 published probes say', () => {
    const { probes } = readFixture<{ probes: Inclusion[] }>('merkle/inclusion.json');
    expect(probes).toHaveLength(98);
    for (const probe of probes) {
      const taken = checkInclusion({ index: Number(probe.leafIdx), size: Number(probe.treeSize), leafHash: base64(probe.leafHash), path: (probe.proof ?? []).map(base64), root: base64(probe.root) });
      expect(taken, probe.path).toBe(!probe.wantErr);
    }
  });
  it('prove every leaf of every tree up to 140 leaves, and no other leaf, place or size', () => {
    const leaves = bytes(140);
    const read = reader(leaves);
    for (let size = 1; size <= 140; size++) {
      const root = rootAt(size, read);
      for (let index = 0; index < size; index++) {
        const path = inclusionPath(index, size, read);
        const proof = { index, size, leafHash: read(0, index), path, root };
        expect(path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        expect(checkInclusion(proof), `${index} of ${size}`).toBe(true);
        const others = [{ index: (index + 1) % size }, { index: -1 }, { index: size }, { size: index }, { leafHash: read(0, (index + 1) % 140) }, { root: emptyRoot }, { path: [...path, root] }, { path: path.slice(1) }, { index: index + 0.5 }];
        for (const other of others) if (!(size === 1 && (other.index === 0 || other.path?.length === 0))) expect(checkInclusion({ ...proof, ...other }), `${index} of ${size}: ${JSON.stringify(Object.keys(other))}`).toBe(false);
      }
    }
  });
  it('are refused after every change of one bit in leaf, path and root', () => {
    const read = reader(bytes(100));
    for (const [index, size] of [[0, 1], [0, 2], [6, 7], [63, 64], [64, 65], [99, 100], [37, 100]] as const) {
      const whole = Buffer.concat([read(0, index), rootAt(size, read), ...inclusionPath(index, size, read)]);
      const judge = (changed: Uint8Array): boolean => {
        const [leaf, root, ...path] = Array.from({ length: changed.length / 32 }, (_, i) => changed.subarray(i * 32, i * 32 + 32)) as [Uint8Array, Uint8Array, ...Uint8Array[]];
        return checkInclusion({ index, size, leafHash: leaf, root, path });
      };
      expect(judge(whole)).toBe(true);
      for (const { changed, at } of bitFlips(whole)) expect(judge(changed), `${index} of ${size}: ${at}`).toBe(false);
    }
  });
  it('are refused at once when a hash is not 32 bytes', () => {
    const read = reader(bytes(2));
    const proof = { index: 0, size: 2, leafHash: read(0, 0), path: [read(0, 1)], root: rootAt(2, read) };
    for (const wrong of [new Uint8Array(31), new Uint8Array(33), new Uint8Array(0)]) for (const changed of [{ leafHash: wrong }, { path: [wrong] }, { root: wrong }]) expect(checkInclusion({ ...proof, ...changed })).toBe(false);
  });
  it('are not built for a leaf that is not there', () => {
    for (const [index, size] of [[0, 0], [5, 5], [-1, 5], [1.5, 5], [0, 2 ** 53]] as const) expect(() => inclusionPath(index, size, reader(bytes(5)))).toThrow(RangeError);
  });
});

describe('consistency proofs', () => {
  it.runIf(present)('are taken and refused as the published probes say, but for the empty tree, and roots that are not 32 bytes', () => {
    const { probes } = readFixture<{ probes: Consistency[] }>('merkle/consistency.json');
    expect(probes).toHaveLength(98);
    // Its roots have 12 bytes.
    const shortRoots = 'consistency/additional/sizes-are-equal-one-and-proof-is-empty.json';
    let fromNothing = 0;
    for (const probe of probes) {
      const [oldRoot, newRoot, path] = [base64(probe.root1), base64(probe.root2), (probe.proof ?? []).map(base64)];
      const taken = checkConsistency({ oldSize: Number(probe.size1), newSize: Number(probe.size2), oldRoot, newRoot, path });
      const emptyTree = probe.size1 === '0' && path.length === 0 && hex(oldRoot) === hex(emptyRoot) && newRoot.length === 32;
      if (emptyTree) fromNothing += 1;
      expect(taken, probe.path).toBe(probe.path === shortRoots ? false : emptyTree ? true : !probe.wantErr);
    }
    expect(fromNothing).toBeLessThan(5);
  });
  it('prove every prefix of every tree up to 140 leaves, and nothing else', () => {
    const read = reader(bytes(140));
    const roots = Array.from({ length: 141 }, (_, size) => rootAt(size, read));
    for (let newSize = 0; newSize <= 140; newSize++) {
      for (let oldSize = 0; oldSize <= newSize; oldSize++) {
        const path = consistencyPath(oldSize, newSize, read);
        const proof = { oldSize, newSize, oldRoot: roots[oldSize] as Uint8Array, newRoot: roots[newSize] as Uint8Array, path };
        expect(checkConsistency(proof), `${oldSize} to ${newSize}`).toBe(true);
        const other = roots[(oldSize + 1) % 141] as Uint8Array;
        expect(checkConsistency({ ...proof, oldRoot: other }), `${oldSize} to ${newSize}, old root`).toBe(false);
        if (oldSize > 0) expect(checkConsistency({ ...proof, newRoot: roots[(newSize + 1) % 141] as Uint8Array }), `${oldSize} to ${newSize}, new root`).toBe(false);
        expect(checkConsistency({ ...proof, path: [...path, other] }), `${oldSize} to ${newSize}, longer`).toBe(false);
        if (path.length > 0) expect(checkConsistency({ ...proof, path: path.slice(0, -1) }), `${oldSize} to ${newSize}, shorter`).toBe(false);
        if (oldSize < newSize) expect(checkConsistency({ ...proof, oldSize: newSize, newSize: oldSize }), `${newSize} to ${oldSize}`).toBe(false);
      }
    }
  });
  it('are refused after every change of one bit in path and roots', () => {
    const read = reader(bytes(130));
    for (const [oldSize, newSize] of [[1, 2], [3, 7], [4, 7], [64, 65], [64, 128], [65, 130], [129, 130], [7, 7]] as const) {
      const whole = Buffer.concat([rootAt(oldSize, read), rootAt(newSize, read), ...consistencyPath(oldSize, newSize, read)]);
      const judge = (changed: Uint8Array): boolean => {
        const [oldRoot, newRoot, ...path] = Array.from({ length: changed.length / 32 }, (_, i) => changed.subarray(i * 32, i * 32 + 32)) as [Uint8Array, Uint8Array, ...Uint8Array[]];
        return checkConsistency({ oldSize, newSize, oldRoot, newRoot, path });
      };
      expect(judge(whole)).toBe(true);
      for (const { changed, at } of bitFlips(whole)) expect(judge(changed), `${oldSize} to ${newSize}: ${at}`).toBe(false);
    }
  });
  it('are not built backwards', () => expect(() => consistencyPath(5, 4, reader(bytes(5)))).toThrow(RangeError));
});

describe('trees beyond 2^32 leaves', () => {
  // All leaves equal: one hash per level, so that a tree of any size is there without its leaves.
  const levels: Uint8Array[] = [leafHash('same')];
  for (let level = 1; level < 53; level++) levels.push(nodeHash(levels[level - 1] as Uint8Array, levels[level - 1] as Uint8Array));
  const read: ReadSubtree = (level) => levels[level] as Uint8Array;

  it('are proven as small ones are (seed 23)', () => {
    const random = createSeededRandom(23);
    const draw = (): number => Number(Buffer.from(random.bytes(8)).readBigUInt64BE() >> 12n) + 2;
    for (let i = 0; i < 200; i++) {
      const [oldSize, size] = [draw(), draw()].sort((a, b) => a - b) as [number, number];
      const root = rootAt(size, read);
      const index = oldSize - 1;
      const path = inclusionPath(index, size, read);
      expect(checkInclusion({ index, size, leafHash: read(0, index), path, root })).toBe(true);
      expect(checkInclusion({ index, size, leafHash: leafHash('other'), path, root })).toBe(false);
      const proof = { oldSize, newSize: size, oldRoot: rootAt(oldSize, read), newRoot: root, path: consistencyPath(oldSize, size, read) };
      expect(checkConsistency(proof)).toBe(true);
      if (oldSize < size) expect(checkConsistency({ ...proof, path: proof.path.with(0, leafHash('other')) })).toBe(false);
    }
  });
});

describe('tiles', () => {
  interface TilePaths {
    goPaths: { path: string; height: number; level: number; index: number; width: number }[];
    c2spIndex: { index: string; path: string }[];
    c2spWidths: { size: string; full: Record<string, number>; partial: Record<string, number> }[];
  }
  it.runIf(present)('have the published paths', () => {
    const { goPaths, c2spIndex } = readFixture<TilePaths>('note/tile-paths.json');
    for (const { index, path } of c2spIndex) {
      expect(tilePath(0, Number(index))).toBe(`tile/0/${path}`);
      expect(entriesPath(Number(index), 7)).toBe(`tile/entries/${path}.p/7`);
    }
    for (const { path, index } of goPaths) {
      const coded = path.replace(/^tile\/\d+\/(?:\d+|data)\//, '').replace(/\.p\/\d+$/, '');
      expect(tilePath(3, index)).toBe(`tile/3/${coded}`);
    }
    expect(() => tilePath(0, 0, 0)).toThrow(RangeError);
    expect(() => tilePath(0, 0, 257)).toThrow(RangeError);
  });
  it.runIf(present)('are as many and as wide as the published examples say', () => {
    for (const { size, full, partial } of readFixture<TilePaths>('note/tile-paths.json').c2spWidths) {
      for (let level = 0; level < 5; level++) {
        expect(Math.floor(hashesAt(level, Number(size)) / 256), `full tiles of level ${level} at ${size}`).toBe(full[level] ?? 0);
        expect(partialWidth(level, Number(size)), `width at level ${level} at ${size}`).toBe(partial[level] ?? 0);
      }
    }
  });
  it('hold the hash of every complete subtree where they are looked for', () => {
    const leaves = bytes(70_000);
    const levels: Uint8Array[][] = [leaves.map((leaf) => leafHash(leaf))];
    for (let level = 1; level <= 16; level++) {
      const below = levels[level - 1] as Uint8Array[];
      levels.push(Array.from({ length: Math.floor(below.length / 2) }, (_, i) => nodeHash(below[2 * i] as Uint8Array, below[2 * i + 1] as Uint8Array)));
    }
    const tile = (tileLevel: number, no: number): Uint8Array => Buffer.concat((levels[tileLevel * 8] as Uint8Array[]).slice(no * 256, (no + 1) * 256));
    levels.forEach((row, level) => {
      for (const index of new Set([0, 1, Math.floor(row.length / 2), row.length - 1])) {
        if (index >= row.length) continue;
        const { tileLevel, no, first, height } = locateSubtree(level, index);
        expect(hex(rootWithin(tile(tileLevel, no), first, height)), `level ${level}, ${index}`).toBe(hex(row[index] as Uint8Array));
      }
    });
    expect(() => rootWithin(tile(0, 0).subarray(0, 64), 2, 0)).toThrow(RangeError);
  });
});
