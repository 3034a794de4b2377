// zip, written here: archiver's (zip-stream) keeps times to two seconds of an unknown zone, changes names, and leaves a large file's local
// header without the zip64 field that says how its sizes are written. Names are UTF-8 and say so, Unix modes and links are kept, times are to the
// second (field UT), zip64 stands only where something does not fit without it.
import { PassThrough } from 'node:stream';
import { crc32, createDeflateRaw, deflateRawSync, inflateRawSync } from 'node:zlib';
import { Waits, type ArchiveForm, type FormMember } from './form.ts';

const full32 = 0xffff_ffff;
/** From this size on a file might not fit into 32 bits once it is packed. */
const zip64From = 0xff00_0000;
/** Up to this size a file is packed at once: many small ones take a third of the time. */
const wholeBytes = 1 << 16;
const descriptorFollows = 0x0008;
const namesAreUtf8 = 0x0800;
const deflated = 8;
const typeFile = 0o100000;
const typeFolder = 0o040000;
const typeLink = 0o120000;

interface Entry {
  name: Buffer;
  member: FormMember;
  type: number;
  method: number;
  flags: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
  zip64: boolean;
}

export function createZipForm(): ArchiveForm {
  const output = new PassThrough({ highWaterMark: 1 << 20 });
  const waits = new Waits();
  output.on('error', (error) => waits.fail(error));
  let offset = 0;
  let count = 0;
  // The central directory, in pieces that are small while they wait: 20 to 30 bytes for each member.
  const directory: Buffer[] = [];
  let piece: Buffer[] = [];
  let pieceBytes = 0;

  async function send(bytes: Uint8Array): Promise<void> {
    offset += bytes.length;
    await waits.push(output, bytes);
  }

  function begin(member: FormMember, path: string, type: number, size: number): Entry {
    return { name: Buffer.from(path), member, type, method: 0, flags: namesAreUtf8, crc: 0, packed: size, size, offset, zip64: false };
  }

  function remember(entry: Entry): void {
    const record = centralRecord(entry);
    count += 1;
    piece.push(record);
    pieceBytes += record.length;
    if (pieceBytes > 1 << 18) fold();
  }

  function fold(): void {
    directory.push(deflateRawSync(Buffer.concat(piece), { level: 1 }));
    piece = [];
    pieceBytes = 0;
  }

  async function stored(entry: Entry, bytes: Uint8Array): Promise<void> {
    entry.crc = crc32(bytes);
    await send(localHeader(entry));
    if (bytes.length > 0) await send(bytes);
    remember(entry);
  }

  return {
    output,
    async file(member, chunks) {
      const entry = begin(member, member.path, typeFile, member.size);
      if (member.size === 0) {
        for await (const chunk of chunks) void chunk; // asked, so that too many are noticed
        return stored(entry, Buffer.alloc(0));
      }
      entry.method = deflated;
      if (member.size <= wholeBytes) {
        const parts: Uint8Array[] = [];
        for await (const chunk of chunks) parts.push(chunk);
        const plain = Buffer.concat(parts);
        const packed = deflateRawSync(plain, { level: 6, chunkSize: plain.length + 64 }); // what it gives holds on to its whole chunk
        Object.assign(entry, { crc: crc32(plain), packed: packed.length });
        await send(localHeader(entry));
        await send(packed);
        return remember(entry);
      }
      entry.flags |= descriptorFollows;
      entry.zip64 = member.size >= zip64From;
      entry.packed = 0;
      await send(localHeader(entry));
      const deflate = createDeflateRaw({ level: 6, chunkSize: 1 << 18 });
      const packing = (async () => {
        for await (const bytes of deflate as AsyncIterable<Uint8Array>) {
          entry.packed += bytes.length;
          await send(bytes);
        }
      })();
      packing.catch(() => undefined); // awaited below, unless the source of the bytes fails first
      try {
        for await (const chunk of chunks) {
          entry.crc = crc32(chunk, entry.crc);
          await waits.push(deflate, chunk);
        }
        deflate.end();
        await packing;
      } catch (error) {
        deflate.destroy();
        throw error;
      }
      await send(descriptor(entry));
      remember(entry);
    },
    folder: (member) => stored(begin(member, `${member.path}/`, typeFolder, 0), Buffer.alloc(0)),
    symlink({ target, ...member }) {
      const bytes = Buffer.from(target);
      return stored(begin(member, member.path, typeLink, bytes.length), bytes);
    },
    hasHardLinks: false,
    hardLink: () => Promise.reject(new Error('zip has no hard links')),
    async end() {
      fold();
      const at = offset;
      let length = 0;
      for (const packed of directory) {
        const bytes = inflateRawSync(packed);
        length += bytes.length;
        await send(bytes);
      }
      await send(endRecords(count, at, length));
      output.end();
    },
    destroy(error) {
      waits.fail(error);
      output.destroy();
    }
  };
}

function localHeader({ name, member, method, flags, crc, packed, size, zip64 }: Entry): Buffer {
  const later = (flags & descriptorFollows) !== 0;
  // Sizes that follow are zero here; the field of zip64 then says only that they take eight bytes.
  const extra = [...(zip64 ? field(0x0001, u64(0), u64(0)) : []), ...timeField(member.mtimeNs)];
  const sizes = zip64 ? [...u32(full32), ...u32(full32)] : later ? [...u32(0), ...u32(0)] : [...u32(packed), ...u32(size)];
  return Buffer.concat([Buffer.from([...u32(0x0403_4b50), ...u16(zip64 ? 45 : 20), ...u16(flags), ...u16(method), ...dosTime(member.mtimeNs), ...u32(later ? 0 : crc), ...sizes, ...u16(name.length), ...u16(extra.length)]), name, Buffer.from(extra)]);
}

function descriptor({ crc, packed, size, zip64 }: Entry): Buffer {
  return Buffer.from([...u32(0x0807_4b50), ...u32(crc), ...(zip64 ? [...u64(packed), ...u64(size)] : [...u32(packed), ...u32(size)])]);
}

function centralRecord({ name, member, type, method, flags, crc, packed, size, offset, zip64 }: Entry): Buffer {
  const far = offset >= full32;
  const large = zip64 || far ? field(0x0001, ...(zip64 ? [u64(size), u64(packed)] : []), ...(far ? [u64(offset)] : [])) : [];
  const extra = [...large, ...timeField(member.mtimeNs)];
  const needed = u16(zip64 || far ? 45 : 20);
  const attributes = (((type | (member.mode & 0o7777)) << 16) | (type === typeFolder ? 0x10 : 0)) >>> 0;
  const sizes = [...u32(zip64 ? full32 : packed), ...u32(zip64 ? full32 : size)];
  const head = [...u32(0x0201_4b50), ...u16((3 << 8) | 45), ...needed, ...u16(flags), ...u16(method), ...dosTime(member.mtimeNs), ...u32(crc), ...sizes, ...u16(name.length), ...u16(extra.length), ...u16(0), ...u16(0), ...u16(0), ...u32(attributes), ...u32(far ? full32 : offset)];
  return Buffer.concat([Buffer.from(head), name, Buffer.from(extra)]);
}

function endRecords(count: number, at: number, length: number): Buffer {
  const large = count >= 0xffff || at >= full32 || length >= full32;
  const bytes: number[] = [];
  if (large) {
    bytes.push(...u32(0x0606_4b50), ...u64(44), ...u16((3 << 8) | 45), ...u16(45), ...u32(0), ...u32(0), ...u64(count), ...u64(count), ...u64(length), ...u64(at));
    bytes.push(...u32(0x0706_4b50), ...u32(0), ...u64(at + length), ...u32(1));
  }
  bytes.push(...u32(0x0605_4b50), ...u16(0), ...u16(0), ...u16(Math.min(count, 0xffff)), ...u16(Math.min(count, 0xffff)), ...u32(Math.min(length, full32)), ...u32(Math.min(at, full32)), ...u16(0));
  return Buffer.from(bytes);
}

/** Two numbers of 16 bits, in UTC: the zone of such a time is nobody's; whoever knows the field UT reads that. */
function dosTime(mtimeNs: bigint): number[] {
  const date = new Date(Number(mtimeNs / 1_000_000n));
  const year = date.getUTCFullYear();
  if (year < 1980) return [...u16(0), ...u16((1 << 5) | 1)];
  if (year > 2107) return [...u16((23 << 11) | (59 << 5) | 29), ...u16((127 << 9) | (12 << 5) | 31)];
  return [...u16((date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1)), ...u16(((year - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate())];
}

/** Seconds since 1970 (field UT), where 32 bits hold them. */
function timeField(mtimeNs: bigint): number[] {
  const ns = 1_000_000_000n;
  const seconds = Number(mtimeNs / ns) - (mtimeNs % ns < 0n ? 1 : 0);
  return seconds < -(2 ** 31) || seconds >= 2 ** 31 ? [] : field(0x5455, [1], u32(seconds >>> 0));
}

// Bytes as numbers until a record is whole: a million small buffers are much memory for a while.
function field(id: number, ...parts: number[][]): number[] {
  const content = parts.flat();
  return [...u16(id), ...u16(content.length), ...content];
}

function u16(value: number): number[] {
  return [value & 0xff, value >>> 8];
}

function u32(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

function u64(value: number): number[] {
  return [...u32(value % 2 ** 32 >>> 0), ...u32(Math.floor(value / 2 ** 32))];
}
