// Reads tar strictly: what programs would read differently is refused. (tar-stream forgives what must not be forgiven here: a missing end, members
// after it, fields that contradict one another, sparse files.) Of pax fields, path, linkpath, size and mtime count.
import type { MemberType, ReadMember } from './model.ts';
import type { Budget } from './limits.ts';
import { addMember, linkTargetProblem, MemberNames, memberPathProblem } from './names.ts';
import { refuse } from './refuse.ts';

const block = 512;
/** Of the fields before a member. */
const longestFields = 1 << 20;
const second = 1_000_000_000n;

export async function* readTar(bytes: AsyncIterable<Uint8Array>, path: string, budget: Budget): AsyncGenerator<ReadMember> {
  const flow = new Flow(bytes, path);
  const names = new MemberNames();
  let fields = new Map<string, string>();
  let before = ''; // which kind of fields stand before the next member
  for (;;) {
    const header = await flow.take(block);
    if (header.every((byte) => byte === 0)) {
      if (before !== '') refuse(path, '', 'it ends in the middle of a file');
      return flow.zerosToEnd();
    }
    const { type, size, ...read } = readHeader(header, path);
    if (type === 'x' || type === 'g' || type === 'L' || type === 'K') {
      if (type === 'g') budget.member(read.name); // as many as anybody likes; of the others one of each kind before a member
      if (size > longestFields) refuse(path, read.name, 'the fields before a file are too long');
      if (type !== 'g' && (before.includes(type) || (before !== '' && before.includes('x') !== (type === 'x')))) refuse(path, read.name, 'the fields before a file contradict one another');
      const content = await flow.take(size);
      await flow.skip(padding(size));
      if (type === 'L' || type === 'K') fields.set(type === 'L' ? 'path' : 'linkpath', text(untilZero(content), path));
      else {
        const found = readPax(content, path);
        for (const key of found.keys()) if (key.startsWith('GNU.sparse') || (type === 'g' && ['path', 'linkpath', 'size'].includes(key))) refuse(path, read.name, 'it is written in a way that programs read differently');
        if (type === 'x') fields = found;
      }
      if (type !== 'g') before += type;
      continue;
    }
    const member = memberOf(type, read, size, fields, path);
    fields = new Map();
    before = '';
    if (member === undefined) continue; // the root itself, as `tar -C FOLDER .` writes it
    budget.member(member.path);
    const problem = memberPathProblem(member.path) ?? addMember(names, member.path, member.type) ?? linkProblem(member, names);
    if (problem !== undefined) refuse(path, member.path, problem);
    budget.bytes(member.path, member.size);
    yield { ...member, chunks: flow.content(member.size) };
    await flow.skipRest(); // what was not read is passed over
    await flow.skip(padding(member.size));
  }
}

function linkProblem(member: Omit<ReadMember, 'chunks'>, names: MemberNames): string | undefined {
  if (member.type === 'symlink') return linkTargetProblem(member.path, member.target ?? '');
  if (member.type === 'hardlink') return names.typeOf(member.target ?? '') === 'file' ? undefined : 'it is a link to what is not in the package before it';
  return undefined;
}

interface Header {
  name: string;
  link: string;
  mode: number;
  mtimeNs: bigint;
}

function readHeader(header: Buffer, path: string): Header & { type: string; size: number } {
  let sum = 8 * 32;
  for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += header[i] as number;
  if (number(header, 148, 8, path) !== sum) refuse(path, '', 'it is damaged, or no tar');
  const magic = header.toString('latin1', 257, 265);
  const posix = magic.startsWith('ustar\0');
  if (!posix && magic !== 'ustar  \0') refuse(path, '', 'it is damaged, or no tar');
  const prefix = posix ? text(untilZero(header.subarray(345, 500)), path) : '';
  const name = text(untilZero(header.subarray(0, 100)), path);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    link: text(untilZero(header.subarray(157, 257)), path),
    mode: number(header, 100, 8, path) & 0o7777,
    mtimeNs: BigInt(number(header, 136, 12, path)) * second,
    type: header[156] === 0 ? '0' : String.fromCharCode(header[156] as number),
    size: number(header, 124, 12, path)
  };
}

const types: Readonly<Record<string, MemberType>> = { '0': 'file', '7': 'file', '1': 'hardlink', '2': 'symlink', '5': 'folder' };

function memberOf(letter: string, header: Header, headerSize: number, fields: ReadonlyMap<string, string>, path: string): Omit<ReadMember, 'chunks'> | undefined {
  const named = withoutDot(fields.get('path') ?? header.name);
  const type = types[letter];
  if (type === undefined) refuse(path, named, '346'.includes(letter) ? 'it is a device or a pipe' : 'it is of a kind that no package holds');
  const sized = fields.get('size');
  if (sized !== undefined && !/^\d{1,15}$/.test(sized)) refuse(path, named, 'the fields before a file contradict one another');
  const size = sized === undefined ? headerSize : Number(sized);
  if (size < 0 || (type !== 'file' && size !== 0)) refuse(path, named, 'its size cannot be right');
  const folder = type === 'folder' ? named.replace(/\/$/, '') : named;
  if (type === 'folder' && ['.', './'].includes(fields.get('path') ?? header.name)) return undefined;
  const mtime = fields.get('mtime');
  const target = type === 'symlink' ? (fields.get('linkpath') ?? header.link) : type === 'hardlink' ? withoutDot(fields.get('linkpath') ?? header.link) : undefined;
  return { path: folder, type, size, mode: header.mode, mtimeNs: mtime === undefined ? header.mtimeNs : paxTime(mtime, path, named), target };
}

/** `./a` is `a`: tar writes it so when it is told to pack `.`. */
function withoutDot(name: string): string {
  return name.startsWith('./') ? name.slice(2) : name;
}

function paxTime(value: string, path: string, member: string): bigint {
  const found = /^(-?)(\d{1,12})(?:\.(\d{1,30}))?$/.exec(value);
  if (!found) return refuse(path, member, 'its time cannot be read');
  const [, sign, seconds, fraction] = found as unknown as [string, string, string, string | undefined];
  const ns = BigInt(seconds) * second + BigInt((fraction ?? '').slice(0, 9).padEnd(9, '0'));
  return sign === '' ? ns : -ns;
}

/** `LENGTH KEY=VALUE\n`, again and again, exactly. */
function readPax(bytes: Buffer, path: string): Map<string, string> {
  const fields = new Map<string, string>();
  const wrong = (): never => refuse(path, '', 'the fields before a file contradict one another');
  for (let at = 0; at < bytes.length; ) {
    const digits = /^([1-9]\d{0,6}) /.exec(bytes.toString('latin1', at, at + 9))?.[1];
    if (digits === undefined) return wrong();
    const record = bytes.subarray(at + digits.length + 1, at + Number(digits));
    if (at + Number(digits) > bytes.length || record.at(-1) !== 10) return wrong();
    const equals = record.indexOf(61);
    if (equals < 1) return wrong();
    const key = record.toString('latin1', 0, equals);
    if (fields.has(key)) return wrong();
    fields.set(key, ['path', 'linkpath'].includes(key) ? text(record.subarray(equals + 1, -1), path) : record.toString('latin1', equals + 1, record.length - 1));
    at += Number(digits);
  }
  if (fields.has('hdrcharset') && fields.get('hdrcharset') !== 'ISO-IR 10646 2000 UTF-8') return wrong();
  return fields;
}

/** Octal digits, or GNU's binary form for what does not fit. */
function number(header: Buffer, at: number, length: number, path: string): number {
  const bytes = header.subarray(at, at + length);
  const first = bytes[0] as number;
  if (first === 0x80 || first === 0xff) {
    let value = first === 0xff ? -1n : 0n;
    for (const byte of bytes.subarray(1)) value = value * 256n + BigInt(byte);
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) refuse(path, '', 'a number in it cannot be right');
    return Number(value);
  }
  const digits = /^ *([0-7]*)[ \0]*$/.exec(bytes.toString('latin1'));
  if (!digits) return refuse(path, '', 'a number in it cannot be right');
  return digits[1] === '' ? 0 : Number.parseInt(digits[1] as string, 8);
}

function untilZero(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

function text(bytes: Buffer, path: string): string {
  const decoded = bytes.toString('utf8');
  if (decoded.includes('\ufffd')) refuse(path, decoded, 'its name is not UTF-8');
  return decoded;
}

function padding(size: number): number {
  return (block - (size % block)) % block;
}

/** Bytes as they come, handed out as they are asked for. */
class Flow {
  readonly #from: AsyncIterator<Uint8Array>;
  readonly #path: string;
  #held: Buffer = Buffer.alloc(0);
  #left = 0;

  constructor(bytes: AsyncIterable<Uint8Array>, path: string) {
    this.#from = bytes[Symbol.asyncIterator]();
    this.#path = path;
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#from.next();
    if (done) return false;
    this.#held = this.#held.length === 0 ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : Buffer.concat([this.#held, value]);
    return true;
  }

  async take(length: number): Promise<Buffer> {
    while (this.#held.length < length) if (!(await this.#more())) refuse(this.#path, '', 'it is cut short');
    const bytes = this.#held.subarray(0, length);
    this.#held = this.#held.subarray(length);
    return bytes;
  }

  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.#held.length === 0 && !(await this.#more())) refuse(this.#path, '', 'it is cut short');
      const count = Math.min(left, this.#held.length);
      this.#held = this.#held.subarray(count);
      left -= count;
    }
  }

  content(size: number): AsyncGenerator<Uint8Array> {
    this.#left = size;
    return this.#content();
  }

  async *#content(): AsyncGenerator<Uint8Array> {
    while (this.#left > 0) {
      if (this.#held.length === 0 && !(await this.#more())) refuse(this.#path, '', 'it is cut short');
      const bytes = this.#held.subarray(0, this.#left);
      this.#held = this.#held.subarray(bytes.length);
      this.#left -= bytes.length;
      yield bytes;
    }
  }

  async skipRest(): Promise<void> {
    const left = this.#left;
    this.#left = 0;
    await this.skip(left);
  }

  /** After the first empty block: one more, and nothing else. */
  async zerosToEnd(): Promise<void> {
    const next = await this.take(block);
    if (next.some((byte) => byte !== 0)) refuse(this.#path, '', 'something follows after its end');
    do {
      if (this.#held.some((byte) => byte !== 0)) refuse(this.#path, '', 'something follows after its end');
      this.#held = Buffer.alloc(0);
    } while (await this.#more());
  }
}
