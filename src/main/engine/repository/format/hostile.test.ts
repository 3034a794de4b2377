// Everything here gets bytes that somebody chose. Each reader answers with a value or a typed error, in bounded time and memory.
import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isVarveError } from '../../kit/errors.ts';
import { compareNames } from '../../kit/names.ts';
import { parseConfig } from './config.ts';
import { parseIndex, encodeIndex } from './index-file.ts';
import { openKeyFile, parseKeyFile } from './key-file.ts';
import { parseLock, encodeLock } from './lock.ts';
import { decodeHeader, encodeHeader, locateHeader } from './pack.ts';
import { parseMasterKey, Sealer } from './seal.ts';
import { parseSnapshot, encodeSnapshot } from './snapshot.ts';
import { parseTime } from './time.ts';
import { encodeTree, parseTree, treeLimits, type TreeNode } from './tree.ts';
import { decodeUnpacked, encodeUnpacked } from './unpacked.ts';
import { compress, decompress } from './zstd.ts';

/** Repeatable bytes and numbers from a seed. */
class Seeded {
  readonly #cipher;
  constructor(seed: number) {
    this.#cipher = createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16));
  }
  bytes(length: number): Buffer {
    return this.#cipher.update(Buffer.alloc(length));
  }
  below(limit: number): number {
    return this.bytes(4).readUInt32LE() % limit;
  }
}

const id = 'ab'.repeat(32);
const time = parseTime('2026-11-21T03:00:00.5Z');
const key = { encrypt: Buffer.alloc(32, 1), macK: Buffer.alloc(16, 2), macR: Buffer.alloc(16, 3) };
const sealer = new Sealer(key, (n) => Buffer.alloc(n, 7));
const limit = 1024 * 1024;
const tree = encodeTree([
  { name: 'a\udcff', type: 'file', mode: 420, mtime: time, atime: time, ctime: time, uid: 0, gid: 0, inode: 2n ** 63n, size: 3, content: [id], xattrs: [{ name: 'x', value: Buffer.of(1) }], genericAttributes: [{ name: 'g', json: '{"x":[1]}' }] },
  { name: 'b', type: 'symlink', mode: 1, mtime: time, atime: time, ctime: time, uid: 0, gid: 0, linkTarget: '\udcfe', content: null }
]);
const parseInPieces = (bytes: Uint8Array): TreeNode[] => parseTree(bytes, { ...treeLimits, pieceBytes: 1 });
const index = encodeIndex([{ id, blobs: [{ id, type: 'data', offset: 0, length: 50, uncompressedLength: 5 }] }]);

const readers: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  ['sealed bytes', sealer.seal(Buffer.from('x')), (bytes) => sealer.open(bytes)],
  ['a master key', Buffer.from('{"mac":{"k":"AQEBAQEBAQEBAQEBAQEBAQ==","r":"AQEBAQEBAQEBAQEBAQEBAQ=="},"encrypt":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}'), parseMasterKey],
  ['a key file', Buffer.from(`{"created":"2015-12-28T23:21:05Z","username":"","hostname":"x","kdf":"scrypt","N":2,"r":1,"p":1,"salt":"${Buffer.alloc(64, 1).toString('base64')}","data":"AAAA"}`), parseKeyFile],
  ['a config', Buffer.from(`{"version":2,"id":"${id}","chunker_polynomial":"3da3358b4dc173","chunk_size":1048576}`), parseConfig],
  ['an unpacked file', encodeUnpacked(Buffer.from('{"packs":[]}'.repeat(20)), 2), (bytes) => decodeUnpacked(bytes, limit)],
  ['a zstd frame', compress(Buffer.from('abcabcabc'.repeat(500))), (bytes) => decompress(bytes, undefined, limit)],
  ['a zstd frame of known length', compress(Buffer.from('abcabcabc'.repeat(500))), (bytes) => decompress(bytes, 4500, limit)],
  ['a pack header', encodeHeader([{ type: 'tree', id, storedLength: 100, uncompressedLength: 50 }]), (bytes) => decodeHeader(bytes, 100 + 41 + 36)],
  ['the tail of a pack', Buffer.from('0000000049000000', 'hex'), (bytes) => locateHeader(bytes, 500)],
  ['an index', index, parseIndex],
  ['a tree', tree, (bytes) => parseTree(bytes)],
  ['a tree in pieces', tree, parseInPieces],
  ['a snapshot', encodeSnapshot({ time, tree: id, paths: ['/x'], tags: ['t'], extra: { label: 'l' } }), parseSnapshot],
  ['a lock', encodeLock({ time, exclusive: false, hostname: 'h', username: 'u', pid: 1 }), parseLock]
];

function outcome(read: () => unknown): string {
  try {
    read();
    return 'value';
  } catch (error) {
    // A complaint is short: it never quotes what it was given.
    if (!isVarveError(error) || error.message.length > 200) throw error;
    return error.code;
  }
}

function mutate(seeded: Seeded, bytes: Uint8Array): Buffer {
  let out = Buffer.from(bytes);
  for (let changes = 1 + seeded.below(3); changes > 0; changes--) {
    const at = seeded.below(out.length + 1);
    const length = seeded.below(8);
    const kind = seeded.below(6);
    if (kind === 0 && at < out.length) out[at] = seeded.below(256);
    else if (kind === 1 && at < out.length) out[at] = (out[at] as number) ^ (1 << seeded.below(8));
    else if (kind === 2) out = Buffer.concat([out.subarray(0, at), out.subarray(at + length)]);
    else if (kind === 3) out = Buffer.concat([out.subarray(0, at), seeded.bytes(length), out.subarray(at)]);
    else if (kind === 4) out = Buffer.concat([out.subarray(0, at), out.subarray(seeded.below(out.length + 1))]);
    else out = Buffer.concat([out.subarray(0, at), Buffer.from(['null', '{}', '[]', '-1', '1e999', '99999999999999999999', '"\\ud800"', '"__proto__":{},'][seeded.below(8)] as string), out.subarray(at)]);
  }
  return out;
}

describe.each(readers)('%s', (_name, good, read) => {
  const allowed = ['value', 'REPOSITORY_DAMAGED', 'REPOSITORY_UNSUPPORTED'];

  it('is read as it should be', () => {
    expect(() => read(good)).not.toThrow();
  });

  it('cut at every place or made of noise gives a value or a typed error (seed 31)', () => {
    const seeded = new Seeded(31);
    for (let length = 0; length < good.length; length++) expect(allowed).toContain(outcome(() => read(good.subarray(0, length))));
    for (let i = 0; i < 300; i++) expect(allowed).toContain(outcome(() => read(seeded.bytes(seeded.below(200)))));
  });

  it('changed here and there gives a value or a typed error (seed 32)', () => {
    const seeded = new Seeded(32);
    for (let i = 0; i < 1500; i++) expect(allowed).toContain(outcome(() => read(mutate(seeded, good))));
  });
});

describe('trees that parse', () => {
  it('can be written again, or are out of order, whatever was changed in them (seed 33)', () => {
    const seeded = new Seeded(33);
    let parsed = 0;
    for (let i = 0; i < 3000; i++) {
      let nodes: TreeNode[];
      try {
        nodes = parseTree(mutate(seeded, tree));
      } catch (error) {
        if (!isVarveError(error)) throw error;
        continue;
      }
      parsed += 1;
      if (nodes.some((node, at) => at > 0 && compareNames((nodes[at - 1] as TreeNode).name, node.name) >= 0)) continue;
      const again = encodeTree(nodes);
      expect(encodeTree(parseTree(again))).toEqual(again);
    }
    expect(parsed).toBeGreaterThan(100);
  });
});

describe('trees in pieces', () => {
  it('are taken as they are when read at once, whatever was changed in them (seed 34)', () => {
    const seeded = new Seeded(34);
    const read = (bytes: Uint8Array, parse: (bytes: Uint8Array) => TreeNode[]): TreeNode[] | undefined => {
      try {
        return parse(bytes);
      } catch (error) {
        if (!isVarveError(error)) throw error;
        return undefined;
      }
    };
    let both = 0;
    for (let i = 0; i < 5000; i++) {
      const bytes = mutate(seeded, tree);
      const whole = read(bytes, parseTree);
      const pieces = read(bytes, parseInPieces);
      expect([i, pieces]).toEqual([i, whole]);
      if (whole !== undefined) both += 1;
    }
    expect(both).toBeGreaterThan(100);
  });
});

describe('cost', () => {
  it('of a key file is bounded before anything is derived', () => {
    const text = (N: number, r: number, p: number): Buffer => Buffer.from(JSON.stringify({ created: '2015-12-28T23:21:05Z', kdf: 'scrypt', N, r, p, salt: Buffer.alloc(64).toString('base64'), data: '' }));
    for (const [N, r, p] of [
      [2 ** 24, 8, 1],
      [2, 1, 2 ** 26],
      [2, 2 ** 24, 1],
      [2 ** 15, 8, 10_000],
      [2 ** 52, 1, 1]
    ] as const)
      expect(() => openKeyFile(parseKeyFile(text(N, r, p)), 'x')).toThrow(/absurd/);
  });

  it('of deep nesting is bounded in every document', () => {
    const deep = (key: string): Buffer => Buffer.from(`{"${key}":${'['.repeat(200_000)}${']'.repeat(200_000)}}`);
    for (const [read, name] of [
      [parseTree, 'nodes'],
      [parseTree, 'generic_attributes'],
      [parseInPieces, 'nodes'],
      [parseInPieces, 'generic_attributes'],
      [parseSnapshot, 'x'],
      [parseConfig, 'x'],
      [parseIndex, 'x'],
      [parseLock, 'x'],
      [parseKeyFile, 'x']
    ] as const) {
      expect(outcome(() => read(deep(name)))).toMatch(/^(?:value|REPOSITORY_DAMAGED)$/);
    }
  });
});
