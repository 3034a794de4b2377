// Reads zip: the directory at the end (yauzl), and each file's own header compared with it. The files must follow one another without gaps and
// without lying over one another, so that every program finds the same ones.
import { crc32 } from 'node:zlib';
import { Readable } from 'node:stream';
import { fromRandomAccessReaderPromise, getFileNameLowLevel, RandomAccessReader, type Entry, type LocalFileHeader, type ZipFile } from 'yauzl';
import { isVarveError } from '../../kit/errors.ts';
import { inflated, inflatedWhole } from './inflate.ts';
import type { Budget } from './limits.ts';
import type { MemberType, ReadMember } from './model.ts';
import { addMember, linkTargetProblem, MemberNames, memberPathProblem } from './names.ts';
import { refuse } from './refuse.ts';
import { pieces, type ByteSource } from './source.ts';

interface Listed {
  /** `./`, the folder that was packed itself: no member. */
  root: boolean;
  path: string;
  type: MemberType;
  size: number;
  packed: number;
  crc: number;
  method: number;
  flags: number;
  mode: number;
  mtimeNs: bigint;
  rawName: Buffer;
  at: number;
}

/** Up to this size a file is unpacked at once: of many small ones each would take memory that comes back late. */
const wholeBytes = 1 << 16;
const descriptorFollows = 0x0008;
const encrypted = 0x0001 | 0x0040 | 0x2000;
/** A descriptor after a file: with or without its mark, with sizes of four or eight bytes. */
const descriptorBytes = [12, 16, 20, 24];
const longestTarget = 32_768;
const full32 = 0xffff_ffff;

export async function* readZip(source: ByteSource, path: string, budget: Budget): AsyncGenerator<ReadMember> {
  const unordered = await look(source, path, budget);
  const zip = await openZip(source, path);
  const directoryAt = cursorOf(zip);
  let expected = 0;
  let gaps: readonly number[] = [0];
  for await (const each of unordered ?? entries(zip, path)) {
    if (!gaps.includes(each.at - expected)) refuse(path, each.path, each.at < expected ? 'it lies over another file of the package' : 'something lies hidden before it');
    const from = await guarded(path, () => contentStart(zip, each, path));
    const to = from + each.packed;
    if (to > directoryAt) refuse(path, each.path, 'its size cannot be right');
    expected = to;
    gaps = (each.flags & descriptorFollows) === 0 ? [0] : descriptorBytes;
    if (each.root) continue;
    const content = checked(source, each, from, to, path);
    if (each.type !== 'symlink') {
      yield { path: each.path, type: each.type, size: each.size, mode: each.mode, mtimeNs: each.mtimeNs, target: undefined, chunks: content };
      continue;
    }
    const target = await linkTarget(content, each, path);
    yield { path: each.path, type: 'symlink', size: 0, mode: each.mode, mtimeNs: each.mtimeNs, target, chunks: nothing() };
  }
  if (!gaps.includes(directoryAt - expected)) refuse(path, '', 'something lies hidden before its directory');
}

function openZip(source: ByteSource, path: string): Promise<ZipFile> {
  return guarded(path, () => fromRandomAccessReaderPromise(new SourceReader(source), source.size, { autoClose: false, decodeStrings: false, validateEntrySizes: true }));
}

/** Where the directory is read next: at first, where it begins. */
function cursorOf(zip: ZipFile): number {
  return (zip as unknown as { readEntryCursor: number }).readEntryCursor;
}

/**
 * All of the directory before anything of the files. It is not kept, but read once more with them, where it names them in the order in which they lie, as nearly every
 * program writes it; else what it says is the result, in order.
 */
async function look(source: ByteSource, path: string, budget: Budget): Promise<Listed[] | undefined> {
  const zip = await openZip(source, path);
  const names = new MemberNames();
  let ordered = true;
  let before = -1;
  for await (const one of entries(zip, path)) {
    budget.member(one.path);
    const problem = one.root ? undefined : (memberPathProblem(one.path) ?? addMember(names, one.path, one.type));
    if (problem !== undefined) refuse(path, one.path, problem);
    budget.bytes(one.path, one.size);
    if (one.at < before) ordered = false;
    before = one.at;
  }
  checkEnd(source, cursorOf(zip), path);
  if (ordered) return undefined;
  const listed: Listed[] = [];
  for await (const one of entries(await openZip(source, path), path)) listed.push(one);
  return listed.sort((a, b) => a.at - b.at);
}

async function* entries(zip: ZipFile, path: string): AsyncGenerator<Listed> {
  for (;;) {
    const entry = await guarded(path, () => nextEntry(zip));
    if (entry === undefined) return;
    yield read(entry, path);
  }
}

function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      zip.off('entry', onEntry).off('end', onEnd).off('error', onError);
      act();
    };
    const onEntry = (entry: Entry): void => settle(() => resolve(entry));
    const onEnd = (): void => settle(() => resolve(undefined));
    const onError = (error: Error): void => settle(() => reject(error));
    zip.on('entry', onEntry).on('end', onEnd).on('error', onError);
    zip.readEntry();
  });
}

function read(entry: Entry, path: string): Listed {
  const rawName = entry.fileName as unknown as Buffer;
  const name = decoded(entry, rawName, path).replace(/^\.\//, ''); // `./a` is `a`
  const flags = entry.generalPurposeBitFlag;
  if ((flags & encrypted) !== 0) refuse(path, name, 'it is encrypted inside the zip');
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) refuse(path, name, 'it is compressed in a way that not every program knows');
  const madeOnUnix = entry.versionMadeBy >> 8 === 3;
  const bits = madeOnUnix ? entry.externalFileAttributes >>> 16 : 0;
  const root = rawName.toString('latin1') === './';
  const named = root || name.endsWith('/') ? 'folder' : 'file';
  const format = bits & 0o170000;
  const type = format === 0 ? named : format === 0o100000 ? 'file' : format === 0o040000 ? 'folder' : format === 0o120000 ? 'symlink' : refuse(path, name, 'it is a device or a pipe');
  if ((type === 'folder') !== (named === 'folder')) refuse(path, name, 'it says of itself both that it is a folder and that it is none');
  if (type === 'folder' && entry.uncompressedSize !== 0) refuse(path, name, 'its size cannot be right');
  if (type === 'symlink' && entry.uncompressedSize > longestTarget) refuse(path, name, 'it is a link whose target cannot be written on every system');
  const mode = bits & 0o7777;
  const mtimeNs = BigInt(Math.trunc(entry.getLastModDate({ timezone: 'UTC' }).getTime())) * 1_000_000n;
  return { root, path: type === 'folder' ? name.slice(0, -1) : name, type, size: entry.uncompressedSize, packed: entry.compressedSize, crc: entry.crc32, method: entry.compressionMethod, flags, mode: madeOnUnix ? mode : type === 'folder' ? 0o755 : 0o644, mtimeNs, rawName, at: entry.relativeOffsetOfLocalHeader };
}

/** UTF-8 where it says so, is ASCII, or was made on Unix (Info-ZIP does not say so there); else as yauzl reads it: a field with the name in UTF-8, or the old letters of DOS. */
function decoded(entry: Entry, rawName: Buffer, path: string): string {
  const utf8 = rawName.toString('utf8');
  const says = (entry.generalPurposeBitFlag & 0x0800) !== 0;
  if (says && utf8.includes('\ufffd')) refuse(path, utf8, 'its name is not UTF-8');
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, rawName, entry.extraFields, true);
  // A second name that is not the first would be found by some programs only.
  if ((says || /^[\x20-\x7e]*$/.test(utf8)) && name !== utf8) refuse(path, utf8, 'it has two names');
  return entry.versionMadeBy >> 8 === 3 && !utf8.includes('\ufffd') ? utf8 : name;
}

/** Where its bytes begin, when its own header says the same as the directory. */
async function contentStart(zip: ZipFile, each: Listed, path: string): Promise<number> {
  const local = await localHeader(zip, each);
  const later = (local.generalPurposeBitFlag & descriptorFollows) !== 0;
  const same = local.fileName.equals(each.rawName) && local.compressionMethod === each.method && ((local.generalPurposeBitFlag ^ each.flags) & (encrypted | descriptorFollows | 0x0800)) === 0;
  const sizes = later || (local.crc32 === each.crc && (local.compressedSize === each.packed || local.compressedSize === full32) && (local.uncompressedSize === each.size || local.uncompressedSize === full32));
  if (!same || !sizes) refuse(path, each.path, 'its own header and the directory of the package contradict each other');
  return each.at + 30 + local.fileNameLength + local.extraFieldLength;
}

function localHeader(zip: ZipFile, each: Listed): Promise<LocalFileHeader> {
  return new Promise((resolve, reject) => {
    zip.readLocalFileHeader({ relativeOffsetOfLocalHeader: each.at } as Entry, (error, header) => (error ? reject(error) : resolve(header)));
  });
}

async function* checked(source: ByteSource, each: Listed, from: number, to: number, path: string): AsyncGenerator<Uint8Array> {
  let size = 0;
  let crc = 0;
  const bytes = each.method !== 8 ? pieces(source, from, to) : Math.max(each.size, each.packed) <= wholeBytes ? [inflatedWhole(source, from, to, each.size, path, each.path)] : inflated(source, from, to, 'raw', path, each.path);
  for await (const chunk of bytes) {
    size += chunk.length;
    if (size > each.size) refuse(path, each.path, 'it is larger than it says');
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (size !== each.size) refuse(path, each.path, 'it is smaller than it says');
  if (crc !== each.crc) refuse(path, each.path, 'its checksum does not fit its bytes');
}

async function linkTarget(content: AsyncIterable<Uint8Array>, each: Listed, path: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of content) parts.push(chunk);
  const target = Buffer.concat(parts).toString('utf8');
  const problem = linkTargetProblem(each.path, target);
  if (problem !== undefined) refuse(path, each.path, problem);
  return target;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** After the directory's last file stands its end, not one more file. */
function checkEnd(source: ByteSource, at: number, path: string): void {
  const mark = Buffer.from(source.read(at, 4)).toString('latin1');
  if (mark !== 'PK\x05\x06' && mark !== 'PK\x06\x06') refuse(path, '', 'its directory holds more than it says');
}

/** yauzl speaks in sentences of its own; to whoever reads a package they all mean that it is damaged. */
async function guarded<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (isVarveError(error) || (error instanceof Error && 'syscall' in error)) throw error;
    return refuse(path, '', 'its directory is damaged or cut short');
  }
}

class SourceReader extends RandomAccessReader {
  readonly #source: ByteSource;

  constructor(source: ByteSource) {
    super();
    this.#source = source;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(pieces(this.#source, start, end));
  }

  override read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null, bytesRead?: number) => void): void {
    let bytes: Uint8Array;
    try {
      bytes = this.#source.read(position, length);
    } catch (error) {
      callback(error as Error);
      return;
    }
    buffer.set(bytes, offset);
    // yauzl recurses through its callbacks
    setImmediate(() => callback(null, bytes.length));
  }
}
