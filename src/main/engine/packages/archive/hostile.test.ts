import { crc32, deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../testing/memory-files.ts';
import { defaultLimits } from './limits.ts';
import type { ReadLimits } from './model.ts';
import { readArchive } from './read.ts';

/** Reads all of it and says why it was refused. */
async function refusal(bytes: Buffer, limits: Partial<ReadLimits> = {}): Promise<{ member: string; reason: string } | undefined> {
  const files = createMemoryFiles();
  files.put('/p', bytes);
  try {
    for await (const member of readArchive({ files }, '/p', { limits: { ...defaultLimits, ...limits } })) for await (const piece of member.chunks) void piece;
  } catch (error) {
    expect(error).toMatchObject({ code: 'PACKAGE_REFUSED', data: { path: '/p' } });
    return (error as { data: { member: string; reason: string } }).data;
  }
  return undefined;
}

// ---- tar, block by block

interface TarMember {
  name: string;
  type?: string;
  link?: string;
  content?: string;
  size?: number | string;
  prefix?: string;
  magic?: string;
}

function tarBlock({ name, type = '0', link = '', content = '', size = Buffer.byteLength(content), prefix = '', magic = 'ustar\0' + '00' }: TarMember): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(typeof size === 'string' ? size : `${size.toString(8).padStart(11, '0')}\0`, 124, 12, 'latin1');
  header.write('14000000000\0', 136);
  header.write('        ', 148);
  header.write(type, 156);
  header.write(link, 157, 100);
  header.write(magic, 257);
  header.write(prefix, 345, 155);
  header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.from(content);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}

const tarEnd = Buffer.alloc(1024);
const tar = (...members: TarMember[]): Buffer => gzipSync(Buffer.concat([...members.map(tarBlock), tarEnd]));
const pax = (fields: string): TarMember => ({ name: 'PaxHeader', type: 'x', content: fields });
const record = (text: string): string => {
  for (let length = text.length + 3; ; length++) if (Buffer.byteLength(`${length} ${text}\n`) === length) return `${length} ${text}\n`;
};

describe('a tar', () => {
  it('as it should be is read', async () => {
    expect(await refusal(tar({ name: 'd/', type: '5' }, { name: 'd/a', content: 'x' }, { name: 'b', type: '2', link: 'd/a' }, { name: 'c', type: '1', link: 'd/a' }))).toBeUndefined();
    expect(await refusal(tar(pax(record('path=d/é') + record('mtime=1.5')), { name: 'x', content: 'x' }))).toBeUndefined();
    // Cut where a piece of gzip ends, padded as tar pads: programs do that.
    expect(await refusal(gzipSync(Buffer.concat([tarBlock({ name: 'a' }), tarEnd, Buffer.alloc(8192)])))).toBeUndefined();
  });

  it.each<[string, string, TarMember[]]>([
    ['an absolute path', 'its name is an absolute path', [{ name: '/etc/passwd' }]],
    ['a path upwards', 'its name leads out of the package', [{ name: 'a/../../b' }]],
    ['a path upwards in pax', 'its name leads out of the package', [pax(record('path=../b')), { name: 'b' }]],
    ['a path upwards by its prefix', 'its name leads out of the package', [{ name: 'b', prefix: '..' }]],
    ['a drive letter', 'its name is an absolute path', [{ name: 'C:/x' }]],
    ['a backslash', 'its name holds a backslash, which other systems take for a folder', [{ name: '..\\x' }]],
    ['a control character', 'its name holds a control character', [{ name: 'a\u001b[2J' }]],
    ['a NUL in pax', 'its name holds a control character', [pax(record('path=a\0b')), { name: 'b' }]],
    ['an empty part', 'its name holds an empty part', [{ name: 'a//b' }]],
    ['the same name twice', 'it is in the package twice', [{ name: 'a' }, { name: 'a' }]],
    ['a file below a file', 'it lies below something that is no folder', [{ name: 'a' }, { name: 'a/b' }]],
    ['a file through a link', 'it lies below something that is no folder', [{ name: 'd/', type: '5' }, { name: 'a', type: '2', link: 'd' }, { name: 'a/b' }]],
    ['a folder over a link', 'it is in the package twice', [{ name: 'a', type: '2', link: 'd' }, { name: 'a/', type: '5' }]],
    ['a link to an absolute path', 'it is a link to an absolute path', [{ name: 'a', type: '2', link: '/etc' }]],
    ['a link outwards', 'it is a link that leads out of the package', [{ name: 'd/a', type: '2', link: '../../x' }]],
    ['a link that goes up after a name', 'it is a link that leads out of the package', [{ name: 'x/y/a', type: '2', link: 'b/..' }]],
    ['a hard link to what is not there', 'it is a link to what is not in the package before it', [{ name: 'a', type: '1', link: '../../etc/shadow' }]],
    ['a hard link to a link', 'it is a link to what is not in the package before it', [{ name: 'a', type: '2', link: 'b' }, { name: 'c', type: '1', link: 'a' }]],
    ['a device', 'it is a device or a pipe', [{ name: 'a', type: '3' }]],
    ['a pipe', 'it is a device or a pipe', [{ name: 'a', type: '6' }]],
    ['a sparse file', 'it is of a kind that no package holds', [{ name: 'a', type: 'S' }]],
    ['a sparse file in pax', 'it is written in a way that programs read differently', [pax(record('GNU.sparse.major=1')), { name: 'a' }]],
    ['fields that name one thing twice', 'the fields before a file contradict one another', [pax(record('path=a') + record('path=b')), { name: 'a' }]],
    ['fields twice', 'the fields before a file contradict one another', [pax(record('path=a')), pax(record('path=b')), { name: 'a' }]],
    ['fields of two kinds', 'the fields before a file contradict one another', [pax(record('path=a')), { name: 'L', type: 'L', content: 'b' }, { name: 'a' }]],
    ['fields whose length lies', 'the fields before a file contradict one another', [pax('99 path=a\n'), { name: 'a' }]],
    ['fields for all files', 'it is written in a way that programs read differently', [{ name: 'g', type: 'g', content: record('path=a') }, { name: 'a' }]],
    ['fields of nothing', 'it ends in the middle of a file', [pax(record('path=a'))]],
    ['a size of another in pax', 'its size cannot be right', [pax(record('size=5')), { name: 'a', type: '5' }]],
    ['a negative size', 'its size cannot be right', [{ name: 'a', size: Buffer.alloc(12, 0xff).toString('latin1') }]],
    ['a size that is no number', 'a number in it cannot be right', [{ name: 'a', size: '0000000zzzz\0' }]],
    ['a link with content', 'its size cannot be right', [{ name: 'a', type: '2', link: 'b', content: 'x' }]],
    ['another format', 'it is damaged, or no tar', [{ name: 'a', magic: 'xxxxxxxx' }]]
  ])('with %s is refused', async (_, reason, members) => {
    expect(await refusal(tar(...members))).toMatchObject({ reason });
  });

  it('that is not whole, or is more, is refused', async () => {
    const whole = Buffer.concat([tarBlock({ name: 'a', content: 'x'.repeat(700) }), tarEnd]);
    const packed = gzipSync(whole);
    for (const bytes of [packed.subarray(0, -9), packed.subarray(0, 40), gzipSync(whole.subarray(0, -1024)), gzipSync(whole.subarray(0, -512)), gzipSync(whole.subarray(0, 600))]) expect(await refusal(bytes)).toMatchObject({ reason: 'it is cut short' });
    expect(await refusal(gzipSync(Buffer.concat([whole, tarBlock({ name: 'hidden' }), tarEnd])))).toMatchObject({ reason: 'something follows after its end' });
    expect(await refusal(Buffer.concat([packed, Buffer.from('garbage')]))).toBeDefined();
    expect(await refusal(Buffer.concat([packed, Buffer.alloc(64)]))).toMatchObject({ reason: 'something follows after its end' });
    const damaged = Buffer.from(packed);
    damaged[packed.length - 6] = (damaged[packed.length - 6] as number) ^ 1; // the checksum of gzip
    expect(await refusal(damaged)).toMatchObject({ reason: 'its compressed bytes are damaged' });
    expect(await refusal(Buffer.from('nothing of the kind'))).toMatchObject({ member: '', reason: 'it is neither tar.gz nor zip' });
    expect(await refusal(Buffer.alloc(0))).toMatchObject({ reason: 'it is neither tar.gz nor zip' });
  });

  it('that is a bomb is refused before it is unpacked', async () => {
    const claims = gzipSync(tarBlock({ name: 'a', size: 2 ** 31 }));
    expect(await refusal(claims)).toEqual({ path: '/p', member: 'a', reason: 'it would unpack to more than 200 times its size; put its manifest beside it if it is yours' });
    expect(await refusal(tar({ name: 'a' }, { name: 'b' }, { name: 'c' }), { members: 2 })).toMatchObject({ member: 'c', reason: 'it holds more than 2 files' });
    expect(await refusal(tar({ name: 'a', content: 'xxx' }), { fileBytes: 2 })).toMatchObject({ reason: 'it is larger than it may be' });
    expect(await refusal(tar({ name: 'a', content: 'xx' }, { name: 'b', content: 'xx' }), { totalBytes: 3 })).toMatchObject({ member: 'b', reason: 'there is more in the package than its manifest says' });
  });
});

// ---- zip, record by record

interface ZipMember {
  name: string;
  content?: string;
  /** What the two headers say, when it is not the truth. */
  size?: number;
  crc?: number;
  localName?: string;
  flags?: number;
  method?: number;
  attributes?: number;
  madeBy?: number;
  at?: number;
  before?: string;
}

const u16 = (value: number): Buffer => Buffer.from([value & 255, value >> 8]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};

function zip(members: ZipMember[], { count = members.length, after = '' } = {}): Buffer {
  let body = Buffer.alloc(0);
  const directory: Buffer[] = [];
  for (const member of members) {
    const { name, content = '', flags = 0x800, method = 8, attributes = 0o100644 << 16, madeBy = 3, localName = name } = member;
    const plain = Buffer.from(content);
    const packed = method === 8 ? deflateRawSync(plain) : plain;
    const common = (called: Buffer): Buffer => Buffer.concat([u16(flags), u16(method), u32(0x2100_0000), u32(member.crc ?? crc32(plain)), u32(packed.length), u32(member.size ?? plain.length), u16(called.length), u16(0)]);
    body = Buffer.concat([body, Buffer.from(member.before ?? '')]);
    const at = member.at ?? body.length;
    body = Buffer.concat([body, u32(0x0403_4b50), u16(20), common(Buffer.from(localName)), Buffer.from(localName), packed]);
    directory.push(Buffer.concat([u32(0x0201_4b50), u16((madeBy << 8) | 20), u16(20), common(Buffer.from(name)), u16(0), u16(0), u16(0), u32(attributes), u32(at), Buffer.from(name)]));
  }
  const central = Buffer.concat(directory);
  return Buffer.concat([body, central, u32(0x0605_4b50), u16(0), u16(0), u16(count), u16(count), u32(central.length), u32(body.length), u16(0), Buffer.from(after)]);
}

describe('a zip', () => {
  const link = (0o120777 << 16) >>> 0;

  it('as it should be is read', async () => {
    expect(await refusal(zip([{ name: 'd/', method: 0, attributes: 0o040755 << 16 }, { name: 'd/é', content: 'hello' }, { name: 's', method: 0, content: 'd/é', attributes: link }, { name: 'old', content: 'x', madeBy: 0, attributes: 0x20 }]))).toBeUndefined();
    expect(await refusal(zip([]))).toBeUndefined();
  });

  it.each<[string, string, ZipMember[]]>([
    ['a path upwards', 'its name leads out of the package', [{ name: '../a' }]],
    ['an absolute path', 'its name is an absolute path', [{ name: '/a' }]],
    ['a backslash', 'its name holds a backslash, which other systems take for a folder', [{ name: '..\\a' }]],
    ['the same name twice', 'it is in the package twice', [{ name: 'a' }, { name: 'a' }]],
    ['two headers that differ in the name', 'its own header and the directory of the package contradict each other', [{ name: 'a', localName: 'b' }]],
    ['an encrypted file', 'it is encrypted inside the zip', [{ name: 'a', flags: 0x801 }]],
    ['unknown compression', 'it is compressed in a way that not every program knows', [{ name: 'a', method: 14 }]],
    ['a size that is too small', 'it is larger than it says', [{ name: 'a', content: 'hello', size: 3 }]],
    ['a size that is too large', 'it is smaller than it says', [{ name: 'a', content: 'hello', size: 9 }]],
    ['stored bytes of two sizes', 'its directory is damaged or cut short', [{ name: 'a', content: 'hello', size: 9, method: 0 }]],
    ['a wrong checksum', 'its checksum does not fit its bytes', [{ name: 'a', content: 'hello', crc: 1 }]],
    ['a device', 'it is a device or a pipe', [{ name: 'a', attributes: 0o020644 << 16 }]],
    ['a folder that is none', 'it says of itself both that it is a folder and that it is none', [{ name: 'a/', attributes: 0o100644 << 16 }]],
    ['a link outwards', 'it is a link that leads out of the package', [{ name: 'a', content: '../x', method: 0, attributes: link }]],
    ['a file through a link', 'it lies below something that is no folder', [{ name: 'a', content: 'd', method: 0, attributes: link }, { name: 'a/b' }]],
    ['files over one another', 'it lies over another file of the package', [{ name: 'a', content: 'x' }, { name: 'b', content: 'x', at: 0 }]],
    ['something hidden between files', 'something lies hidden before it', [{ name: 'a' }, { name: 'b', before: 'hidden' }]],
    ['something in front', 'it is neither tar.gz nor zip', [{ name: 'a', before: '#!/bin/sh' }]]
  ])('with %s is refused', async (_, reason, members) => {
    expect(await refusal(zip(members))).toMatchObject({ reason });
  });

  it('that is not whole, or is more, is refused', async () => {
    const whole = zip([{ name: 'a', content: 'hello' }, { name: 'b' }]);
    expect(await refusal(whole.subarray(0, -5))).toMatchObject({ reason: 'its directory is damaged or cut short' });
    expect(await refusal(zip([{ name: 'a' }, { name: 'b' }], { after: 'more' }))).toMatchObject({ reason: 'its directory is damaged or cut short' });
    expect(await refusal(zip([{ name: 'a' }, { name: 'b' }], { count: 1 }))).toMatchObject({ reason: 'its directory holds more than it says' });
    expect(await refusal(zip([{ name: 'a' }], { count: 2 }))).toMatchObject({ reason: 'its directory is damaged or cut short' });
  });

  it('that is a bomb is refused before it is unpacked', async () => {
    expect(await refusal(zip([{ name: 'a', content: 'x', size: 3e9 }]))).toMatchObject({ member: 'a', reason: 'it would unpack to more than 200 times its size; put its manifest beside it if it is yours' });
  });
});
