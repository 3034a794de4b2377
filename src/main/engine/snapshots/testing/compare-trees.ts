// Whether two trees are the same in everything a snapshot keeps: names of any bytes, types, content, holes, modes, owners, times to the
// nanosecond, link targets, extended attributes, groups of hard links, device numbers. Only for tests.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createNodeFiles } from '../../../adapters/files.ts';
import { displayName } from '../../kit/names.ts';
import type { FileStat } from '../../ports.ts';

export interface CompareOptions {
  /** Times of folders are not compared. */
  ignoreFolderTimes?: boolean;
  /** A sparse file may be stored with more blocks. */
  ignoreHoles?: boolean;
  /** Sockets, which no snapshot keeps, are expected to be missing. Default true. */
  withoutSockets?: boolean;
  /** Paths, from the top, that are not looked at. */
  ignore?: (path: string) => boolean;
}

const files = createNodeFiles();

/** Every difference in words; empty when the trees are the same. */
export function compareTrees(expected: string, actual: string, options: CompareOptions = {}): string[] {
  const differences: string[] = [];
  const groups = { expected: new Map<string, string>(), actual: new Map<string, string>() };
  compareEntry('', expected, actual);
  return differences;

  function note(path: string, what: string): void {
    differences.push(`${displayName(path) || '/'}: ${what}`);
  }

  function compareEntry(path: string, one: string, other: string): void {
    const a = files.lstat(one);
    const b = files.lstat(other);
    if (a === undefined || b === undefined) return note(path, a === undefined ? 'is too many' : 'is missing');
    if (a.type !== b.type) return note(path, `type ${a.type} became ${b.type}`);
    const facts: [string, unknown, unknown][] = [
      ['mode', a.mode.toString(8), b.mode.toString(8)],
      ['owner', `${a.uid}:${a.gid}`, `${b.uid}:${b.gid}`]
    ];
    if (a.type !== 'dir' || !options.ignoreFolderTimes) facts.push(['mtime', a.mtimeNs, b.mtimeNs]);
    if (a.type === 'dev' || a.type === 'chardev') facts.push(['device', a.rdev, b.rdev]);
    if (a.type === 'symlink') facts.push(['link target', files.readlink(one), files.readlink(other)]);
    if (a.type === 'file') facts.push(['size', a.size, b.size], ['content', contentHash(one), contentHash(other)], ['hard links', linkGroup(groups.expected, a, path), linkGroup(groups.actual, b, path)]);
    facts.push(['attributes', attributes(one), attributes(other)]);
    for (const [what, left, right] of facts) if (left !== right) note(path, `${what} ${String(left)} became ${String(right)}`);
    if (a.type === 'file' && !options.ignoreHoles && b.allocatedBytes > a.allocatedBytes + 1024 * 1024) note(path, `takes ${b.allocatedBytes} bytes instead of ${a.allocatedBytes}`);
    if (a.type === 'dir') compareFolder(path, one, other);
  }

  function compareFolder(path: string, one: string, other: string): void {
    const kept = (folder: string): string[] =>
      files
        .readdir(folder)
        .filter((entry) => !(entry.type === 'socket' && options.withoutSockets !== false))
        .map((entry) => entry.name);
    for (const name of [...new Set([...kept(one), ...kept(other)])].sort()) {
      const below = `${path}/${name}`;
      if (!options.ignore?.(below)) compareEntry(below, join(one, name), join(other, name));
    }
  }
}

/** The first path of the group that the file belongs to. */
function linkGroup(groups: Map<string, string>, stat: FileStat, path: string): string {
  if (stat.links < 2) return 'alone';
  const key = `${stat.device}:${stat.inode}`;
  const first = groups.get(key) ?? path;
  groups.set(key, first);
  return first === path ? 'alone' : `with ${first}`;
}

function attributes(path: string): string {
  return JSON.stringify(
    files
      .xattrs(path)
      .map(({ name, value }) => [name, Buffer.from(value).toString('base64')] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
  );
}

function contentHash(path: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(1 << 20);
  const fd = files.open(path, 'rn');
  try {
    for (let position = 0, count = -1; count !== 0; position += count) {
      count = files.read(fd, buffer, 0, buffer.length, position);
      hash.update(buffer.subarray(0, count));
    }
  } finally {
    files.close(fd);
  }
  return hash.digest('hex');
}
