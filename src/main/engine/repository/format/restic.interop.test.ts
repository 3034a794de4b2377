// Judged by the real restic: what it stored decodes, and every tree written again has the same bytes and hash.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, linkSync, lutimesSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeName } from '../../kit/names.ts';
import { Chunker } from './chunker.ts';
import { createConfig, encodeConfig, parseConfig, type RepositoryConfig } from './config.ts';
import { bytesToHex, sha256Hex } from './ids.ts';
import { encodeIndex, parseIndex, type IndexPack } from './index-file.ts';
import { createKeyFile, openKeyFile, parseKeyFile } from './key-file.ts';
import { parseLock } from './lock.ts';
import { decodeHeader, encodeHeader, encodeHeaderLength, headerInTail, locateHeader, packSize, type PlacedEntry } from './pack.ts';
import { createMasterKey, SealError, Sealer } from './seal.ts';
import { encodeSnapshot, parseSnapshot, type SnapshotFile } from './snapshot.ts';
import { parseTime } from './time.ts';
import { encodeTree, goMode, parseTree, type TreeNode } from './tree.ts';
import { decodeUnpacked, encodeUnpacked } from './unpacked.ts';
import { compress, decompress } from './zstd.ts';

const random = (length: number): Uint8Array => randomBytes(length);
const restic = ((): string | undefined => {
  const found = spawnSync('restic', ['version']);
  return found.status === 0 ? found.stdout.toString().trim() : undefined;
})();
const fixtures = join(process.env['VARVE_FIXTURES'] ?? join(import.meta.dirname, '../../../../../../shared/fixtures'), 'restic');
if (restic === undefined) process.stderr.write('restic is not installed: its repositories are not read here\n');
if (!existsSync(fixtures)) process.stderr.write(`no fixtures at ${fixtures} (set VARVE_FIXTURES): old repositories are not read here\n`);

interface Contents {
  config: RepositoryConfig;
  sealer: Sealer;
  snapshots: SnapshotFile[];
  packs: Map<string, PlacedEntry[]>;
  index: IndexPack[];
  /** `type/id` -> plaintext. */
  blobs: Map<string, Buffer>;
  foreignPacks: number;
}

function listing(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

/** Reads everything in a repository and checks every hash on the way. */
function readAll(repository: string, password: string): Contents {
  const keyName = listing(join(repository, 'keys'))[0] as string;
  const keyBytes = readFileSync(join(repository, 'keys', keyName));
  expect(sha256Hex(keyBytes)).toBe(keyName);
  expect(openKeyFile(parseKeyFile(keyBytes), `${password}x`)).toBeUndefined();
  const master = openKeyFile(parseKeyFile(keyBytes), password);
  if (master === undefined) throw new Error('wrong password');
  const sealer = new Sealer(master, random);
  const unpacked = (kind: string): Buffer[] =>
    listing(join(repository, kind)).map((name) => {
      const stored = readFileSync(join(repository, kind, name));
      expect(sha256Hex(stored)).toBe(name);
      return decodeUnpacked(sealer.open(stored));
    });
  const contents: Contents = {
    config: parseConfig(sealer.open(readFileSync(join(repository, 'config')))),
    sealer,
    snapshots: unpacked('snapshots').map((json) => parseSnapshot(json)),
    index: unpacked('index').flatMap((json) => parseIndex(json).packs),
    packs: new Map(),
    blobs: new Map(),
    foreignPacks: 0
  };
  for (const lock of unpacked('locks')) parseLock(lock);
  for (const folder of listing(join(repository, 'data'))) {
    for (const name of listing(join(repository, 'data', folder))) {
      const pack = readFileSync(join(repository, 'data', folder, name));
      if (pack.length === 0) continue;
      expect(sha256Hex(pack)).toBe(name);
      const sealed = headerInTail(pack, locateHeader(pack, pack.length)) as Uint8Array;
      let header: Buffer;
      try {
        header = sealer.open(sealed);
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        contents.foreignPacks += 1;
        continue;
      }
      const entries = decodeHeader(header, pack.length);
      expect(encodeHeader(entries)).toEqual(header);
      expect(packSize(entries)).toBe(pack.length);
      contents.packs.set(name, entries);
      for (const entry of entries) {
        const opened = sealer.open(pack.subarray(entry.offset, entry.offset + entry.storedLength));
        const plain = entry.uncompressedLength === 0 ? opened : decompress(opened, entry.uncompressedLength, 64 * 1024 * 1024);
        expect(sha256Hex(plain)).toBe(entry.id);
        contents.blobs.set(`${entry.type}/${entry.id}`, plain);
      }
    }
  }
  return contents;
}

function trees(contents: Contents): Buffer[] {
  return [...contents.blobs].filter(([key]) => key.startsWith('tree/')).map(([, plain]) => plain);
}

describe.runIf(restic !== undefined)(`a repository of ${restic ?? 'restic (not installed)'}`, () => {
  const root = mkdtempSync(join(tmpdir(), 'varve-format-'));
  const repository = join(root, 'repo');
  const source = join(root, 'source');
  const run = (...args: string[]): string => execFileSync('restic', ['-r', repository, '--no-cache', ...args], { env: { ...process.env, RESTIC_PASSWORD: 'pass wörd' }, encoding: 'utf8' });
  const nasty = [
    'plain.txt',
    'quote"d',
    'back\\slash',
    'tab\there',
    'new\nline',
    'bell\x07',
    'esc\x1b',
    'del\x7f',
    '<&>',
    'nbsp\u00a0x',
    'soft\u00adhyphen',
    '\u2028ls',
    '\u2029ps',
    '\u3000wide',
    '😀',
    'ﬁ',
    'zwj\u200dx',
    'tag\u{e0001}',
    '\ufeffbom',
    '\ufffd genuine',
    '\ue000private',
    'e\u0301-nfd',
    '\u00e9-nfc',
    "it's",
    ' edge ',
    'bad\udcffname',
    '\udcc3',
    '\udced\udca0\udc80 surrogate'
  ];
  let contents: Contents;

  beforeAll(() => {
    mkdirSync(join(source, 'folder'), { recursive: true });
    for (const name of nasty) writeFileSync(Buffer.concat([Buffer.from(`${source}/`), encodeName(name)]), `content of ${JSON.stringify(name)}`);
    writeFileSync(join(source, 'empty'), '');
    writeFileSync(join(source, 'folder', 'big'), new Uint8Array(3_000_000).map((_, i) => (i * i * 31 + (i >> 7)) & 0xff));
    writeFileSync(join(source, 'folder', 'random'), randomBytes(5_000_000));
    linkSync(join(source, 'plain.txt'), join(source, 'hard'));
    symlinkSync('to <&> "x"', join(source, 'link'));
    symlinkSync('nowhere é', join(source, 'link2'));
    chmodSync(join(source, 'empty'), 0o4711);
    chmodSync(join(source, 'folder'), 0o1777);
    lutimesSync(join(source, 'link'), 1.25, 1.25);
    spawnSync('mkfifo', [join(source, 'fifo')]);
    run('init');
    run('backup', '--tag', 'a,b', '--exclude', '<x>', source);
    contents = readAll(repository, 'pass wörd');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('is read completely', () => {
    expect(contents.config.version).toBe(2);
    expect(contents.snapshots).toHaveLength(1);
    expect(contents.snapshots[0]).toMatchObject({ paths: [source], tags: ['a', 'b'], excludes: ['<x>'] });
    expect(contents.foreignPacks).toBe(0);
  });

  it('has an index equal to its pack headers', () => {
    const flat = (pack: IndexPack): string[] => pack.blobs.map((blob) => `${blob.id} ${blob.type} ${blob.offset} ${blob.length} ${blob.uncompressedLength}`).sort();
    for (const pack of contents.index) expect(flat(pack)).toEqual((contents.packs.get(pack.id) ?? []).map((entry) => `${entry.id} ${entry.type} ${entry.offset} ${entry.storedLength} ${entry.uncompressedLength}`).sort());
    expect(contents.index).toHaveLength(contents.packs.size);
    for (const name of listing(join(repository, 'index'))) {
      const json = decodeUnpacked(contents.sealer.open(readFileSync(join(repository, 'index', name))));
      expect(encodeIndex(parseIndex(json).packs).toString().trim()).toBe(json.toString().trim());
    }
  });

  it('has trees that come out byte for byte when written again', () => {
    const all = trees(contents);
    expect(all.length).toBeGreaterThan(1);
    for (const plain of all) expect(encodeTree(parseTree(plain)).toString()).toBe(plain.toString());
    const names = all.flatMap((plain) => parseTree(plain).map((node) => node.name));
    for (const name of nasty) expect(names).toContain(name);
  });

  it('has files cut where our chunker cuts them', () => {
    const chunker = new Chunker(contents.config.chunkerPolynomial);
    const node = trees(contents).flatMap((plain) => parseTree(plain)).find(({ name }) => name === 'random') as TreeNode;
    const bytes = readFileSync(join(source, 'folder', 'random'));
    const ids: string[] = [];
    for (let at = 0; at < bytes.length; ) {
      const length = chunker.nextCut(bytes, at, bytes.length, true);
      ids.push(sha256Hex(bytes.subarray(at, at + length)));
      at += length;
    }
    expect(ids).toEqual(node.content);
  });

  it('made by these codecs is accepted by restic, data and all', () => {
    const ours = join(root, 'ours');
    const put = (kind: string, bytes: Uint8Array): void => {
      const name = sha256Hex(bytes);
      const path = kind === 'data' ? join(ours, kind, name.slice(0, 2), name) : join(ours, kind, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
    };
    for (const kind of ['data', 'keys', 'snapshots', 'index', 'locks']) mkdirSync(join(ours, kind), { recursive: true });
    const master = createMasterKey(random);
    const sealer = new Sealer(master, random);
    const time = parseTime('2026-11-21T03:00:00.123456789-03:00');
    put('keys', createKeyFile(master, 'pass wörd', { hostname: 'h<', username: 'u', created: time }, random));
    writeFileSync(join(ours, 'config'), sealer.seal(encodeConfig(createConfig(random))));
    const packs: IndexPack[] = [];
    const store = (type: 'data' | 'tree', plain: Uint8Array): string => {
      const sealed = sealer.seal(compress(plain));
      const entry = { type, id: sha256Hex(plain), storedLength: sealed.length, uncompressedLength: plain.length };
      const header = sealer.seal(encodeHeader([entry]));
      const pack = Buffer.concat([sealed, header, encodeHeaderLength(header.length)]);
      put('data', pack);
      packs.push({ id: sha256Hex(pack), blobs: [{ id: entry.id, type, offset: 0, length: sealed.length, uncompressedLength: plain.length }] });
      return entry.id;
    };
    const content = store('data', Buffer.from('saved by other hands\n'));
    const common = { mtime: time, atime: time, ctime: time, uid: 0, gid: 0 };
    const nodes: TreeNode[] = [
      { ...common, name: 'bad\udcff', type: 'file', mode: goMode('file', 0o600), size: 21, content: [content], inode: 2n ** 63n, links: 1 },
      { ...common, name: 'link', type: 'symlink', mode: goMode('symlink', 0o777), linkTarget: 'a<b', content: null }
    ];
    const tree = store('tree', encodeTree(nodes));
    put('index', sealer.seal(encodeUnpacked(encodeIndex(packs), 2)));
    put('snapshots', sealer.seal(encodeUnpacked(encodeSnapshot({ time, tree, paths: ['/x'], hostname: 'h', tags: ['t'], summary: undefined, extra: { private: 1 } }), 2)));
    const options = { env: { ...process.env, RESTIC_PASSWORD: 'pass wörd' }, encoding: 'utf8' as const };
    expect(execFileSync('restic', ['-r', ours, '--no-cache', 'check', '--read-data'], options)).toMatch(/no errors were found/);
    expect(execFileSync('restic', ['-r', ours, '--no-cache', 'ls', 'latest'], { ...options, encoding: 'buffer' }).includes(Buffer.from('626164ff', 'hex'))).toBe(true);
    execFileSync('restic', ['-r', ours, '--no-cache', 'restore', 'latest', '--target', join(root, 'back')], options);
    expect(readFileSync(Buffer.concat([Buffer.from(join(root, 'back') + '/bad'), Buffer.of(0xff)]), 'utf8')).toBe('saved by other hands\n');
    expect(bytesToHex(master.encrypt)).toHaveLength(64);
  });
});

const archives = existsSync(fixtures) ? readdirSync(fixtures).filter((name) => name.endsWith('.tar.gz') && !['backup-data.tar.gz', 'test.hl.tar.gz'].includes(name)) : [];

describe.runIf(archives.length > 0)('old repositories of restic', () => {
  const root = mkdtempSync(join(tmpdir(), 'varve-fixtures-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it.each(archives)('%s is read, and its trees come out the same', (archive) => {
    const folder = join(root, archive);
    mkdirSync(folder);
    execFileSync('tar', ['xzf', join(fixtures, archive), '-C', folder]);
    const contents = readAll(join(folder, 'repo'), 'geheim');
    expect(contents.config.version).toBe(1);
    expect(contents.blobs.size).toBeGreaterThan(0);
    expect(contents.foreignPacks).toBe(archive.startsWith('repo-unreferenced-data') ? 1 : 0);
    const unstable = trees(contents).filter((plain) => !encodeTree(parseTree(plain)).equals(plain));
    // The one archive whose tree says U+FFFD where bytes were: such a tree can only be copied.
    expect(unstable).toHaveLength(archive.startsWith('copy-unstable-json') ? 1 : 0);
    spawnSync('chmod', ['-R', 'u+w', folder]);
  });
});
