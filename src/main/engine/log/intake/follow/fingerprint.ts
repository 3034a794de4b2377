// How a file that is followed is known again: by device and inode, and by what stood in it. An inode is used again at once by some file systems, and a
// file that is copied and cut keeps its own; the first bytes and the last ones before the offset tell.
import { createHash } from 'node:crypto';
import type { FileStat, Files } from '../../../ports.ts';
import { readChunks } from '../read-file.ts';

export interface Fingerprint {
  headBytes: number;
  head: string;
  tailBytes: number;
  tail: string;
}

const sampleBytes = 1024;

export interface Identity {
  device: string;
  inode: string;
}

export function identityOf({ device, inode }: FileStat): Identity {
  return { device: String(device), inode: String(inode) };
}

export function sameFile(a: Identity, b: Identity): boolean {
  return a.device === b.device && a.inode === b.inode;
}

export function fingerprint(files: Files, fd: number, offset: number): Fingerprint {
  const headBytes = Math.min(sampleBytes, offset);
  return { headBytes, head: hashOf(files, fd, 0, headBytes), tailBytes: headBytes, tail: hashOf(files, fd, offset - headBytes, headBytes) };
}

/** Does the file still hold what was read from it up to `offset`? */
export function continues(files: Files, fd: number, offset: number, known: Fingerprint): boolean {
  if (files.fstat(fd).size < offset) return false;
  return hashOf(files, fd, 0, known.headBytes) === known.head && hashOf(files, fd, offset - known.tailBytes, known.tailBytes) === known.tail;
}

/** SHA-256 in hex of so many bytes, or of as many as there are. */
export function hashOf(files: Files, fd: number, from: number, length: number): string {
  const hash = createHash('sha256');
  for (const chunk of readChunks(files, fd, from, from + length)) hash.update(chunk);
  return hash.digest('hex');
}
