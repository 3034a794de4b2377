// Folders (restic design, "Trees and Data"). A tree is addressed by the hash of its JSON, so `encodeTree` writes the one form that
// restic itself writes. Trees that are only carried along must be copied as raw bytes, never parsed and written again: names in
// Unicode newer than the writer's, and symbolic links saved before restic 0.16, do not come back the same. A large tree never becomes one
// string, whose length the engine limits: it is written and read in pieces, up to `treeLimits`, which hold for both sides.
import type { FileType } from '../../ports.ts';
import { compareNames, decodeName, encodeName } from '../../kit/names.ts';
import { DamagedError } from './damaged.ts';
import { asObject, decodeBase64, encodeBase64, jsonLimitBytes, jsonText, parseLossless, parseJson, quoteJson, quoteName, stringifyGo, unquoteName } from './go-json.ts';
import { isFileName } from './ids.ts';
import { elementRuns, isList, membersOf, readIds, type Extent } from './json-pieces.ts';
import { formatGoTime, parseTime, type GoTime } from './time.ts';

export type { FileType };

export interface NodeXattr {
  name: string;
  value: Uint8Array;
}

/** A generic attribute (`windows.creation_time` ...) with its value as JSON text, kept as it came. */
export interface GenericAttribute {
  name: string;
  json: string;
}

export interface TreeNode {
  /** As `decodeName` gives it: bytes that are not UTF-8 are U+DC80..U+DCFF. May be hostile, see `safeName`. */
  name: string;
  type: FileType;
  /** Go's FileMode, see `goMode` and `splitGoMode`. */
  mode: number;
  mtime: GoTime;
  atime: GoTime;
  ctime: GoTime;
  uid: number;
  gid: number;
  user?: string;
  group?: string;
  inode?: bigint;
  deviceId?: bigint;
  /** Bytes of a file; above 2^53 is refused. */
  size?: number;
  links?: number;
  /** Like `name`: bytes that are not UTF-8 are U+DC80..U+DCFF. */
  linkTarget?: string;
  /** In the order the system listed them. */
  xattrs?: readonly NodeXattr[];
  genericAttributes?: readonly GenericAttribute[];
  /** Device number of dev and chardev. */
  device?: bigint;
  /** Ids of a file's chunks in order; null for everything that is no file. */
  content?: readonly string[] | null;
  /** Id of a folder's tree. */
  subtree?: string;
  error?: string;
}

/** SHA-256 of the tree without nodes. */
export const emptyTreeId = 'ac08ce34ba4f8123618661bef2425f7028ffb9ac740578a3ee88684d2523fee8';

export interface TreeLimits {
  /** Most bytes of a tree's JSON. */
  bytes: number;
  /** Most entries of one folder. */
  nodes: number;
  /** About how much is turned into or from text at once. Changes no result. */
  pieceBytes: number;
}

/**
 * What `encodeTree` writes and `parseTree` reads at most: 1 GiB of JSON, the largest blob that packs take here (a pack must stay below
 * 4 GiB), and 4 million entries, for what they take in memory. A usual entry has 300 to 400 bytes: the bytes end first, near 3 million.
 */
export const treeLimits: TreeLimits = Object.freeze({ bytes: 1024 * 1024 * 1024, nodes: 4_000_000, pieceBytes: 4 * 1024 * 1024 });

/** A folder that is larger than `treeLimits` allow: it cannot be kept as a tree. */
export class TreeTooLargeError extends RangeError {
  override readonly name = 'TreeTooLargeError';
}

const typeBits: Readonly<Record<FileType, number>> = {
  file: 0,
  dir: 0x8000_0000,
  symlink: 1 << 27,
  dev: 1 << 26,
  chardev: (1 << 26) | (1 << 21),
  fifo: 1 << 25,
  socket: 1 << 24,
  irregular: 1 << 19
};
const typeOfBits = new Map(Object.entries(typeBits).map(([type, bits]) => [bits, type as FileType]));
const typeMask = (0x8000_0000 | (1 << 27) | (1 << 26) | (1 << 25) | (1 << 24) | (1 << 21) | (1 << 19)) >>> 0;
const setuid = 1 << 23;
const setgid = 1 << 22;
const sticky = 1 << 20;

/** Go's FileMode for a type and Unix permission bits (`st_mode & 0o7777`). */
export function goMode(type: FileType, permissions: number): number {
  const special = (permissions & 0o4000 ? setuid : 0) | (permissions & 0o2000 ? setgid : 0) | (permissions & 0o1000 ? sticky : 0);
  return ((permissions & 0o777) | special | typeBits[type]) >>> 0;
}

/** The inverse of `goMode`. Bits that belong to no type give `irregular`. */
export function splitGoMode(mode: number): { type: FileType; permissions: number } {
  const special = (mode & setuid ? 0o4000 : 0) | (mode & setgid ? 0o2000 : 0) | (mode & sticky ? 0o1000 : 0);
  return { type: typeOfBits.get((mode & typeMask) >>> 0) ?? 'irregular', permissions: (mode & 0o777) | special };
}

/** Ids of a file's content that are joined at once. */
const idsAtOnce = 16_384;

/**
 * The exact bytes of a tree, newline included. Nodes must be in `compareNames` order without duplicates; anything else throws.
 * TreeTooLargeError when the limits do not allow it, found out before more than that is in memory.
 */
export function encodeTree(nodes: readonly TreeNode[], limits: TreeLimits = treeLimits): Buffer {
  if (nodes.length > limits.nodes) throw new TreeTooLargeError(`a folder of ${nodes.length} entries, more than ${limits.nodes}`);
  const pieces: Buffer[] = [];
  let bytes = 0;
  const take = (text: string): void => {
    const piece = Buffer.from(text, 'utf8');
    bytes += piece.length;
    if (bytes > limits.bytes) throw new TreeTooLargeError(`a folder of ${nodes.length} entries takes more than ${limits.bytes} bytes of JSON`);
    pieces.push(piece);
  };
  let text = '{"nodes":[';
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as TreeNode;
    if (i > 0) {
      const order = compareNames((nodes[i - 1] as TreeNode).name, node.name);
      if (order === 0) throw new RangeError('two nodes of a tree have the same name');
      if (order > 0) throw new RangeError('the nodes of a tree are out of order');
      text += ',';
    }
    const content = node.content ?? [];
    if (content.length <= idsAtOnce) text += encodeHead(node) + encodeContent(node) + encodeTail(node);
    else {
      text += `${encodeHead(node)},"content":["`;
      for (let at = 0; at < content.length; at += idsAtOnce) {
        text += (at > 0 ? '","' : '') + content.slice(at, at + idsAtOnce).join('","');
        if (text.length < limits.pieceBytes) continue;
        take(text);
        text = '';
      }
      text += `"]${encodeTail(node)}`;
    }
    if (text.length < limits.pieceBytes) continue;
    take(text);
    text = '';
  }
  take(`${text}]}\n`);
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces, bytes);
}

// Names that neither of the two quotings would change.
const plain = /^[ !#-%'-;=?-[\]-~]*$/;

/** A node up to its content. */
function encodeHead(node: TreeNode): string {
  if (node.name === '') throw new RangeError('a node without a name');
  const mtime = formatGoTime(node.mtime);
  const atime = sameTime(node.atime, node.mtime) ? mtime : formatGoTime(node.atime);
  const ctime = sameTime(node.ctime, node.mtime) ? mtime : formatGoTime(node.ctime);
  let text = `{"name":${plain.test(node.name) ? `"${node.name}"` : quoteJson(quoteName(node.name))},"type":"${node.type}"`;
  if (node.mode !== 0) text += `,"mode":${node.mode}`;
  text += `,"mtime":"${mtime}","atime":"${atime}","ctime":"${ctime}","uid":${node.uid},"gid":${node.gid}`;
  if (node.user) text += `,"user":${quoteJson(node.user)}`;
  if (node.group) text += `,"group":${quoteJson(node.group)}`;
  if (node.inode) text += `,"inode":${node.inode}`;
  if (node.deviceId) text += `,"device_id":${node.deviceId}`;
  if (node.size) text += `,"size":${node.size}`;
  if (node.links) text += `,"links":${node.links}`;
  if (node.linkTarget) {
    text += `,"linktarget":${quoteJson(node.linkTarget)}`;
    if (!node.linkTarget.isWellFormed()) text += `,"linktarget_raw":"${encodeBase64(encodeName(node.linkTarget))}"`;
  }
  if (node.xattrs?.length) text += `,"extended_attributes":[${node.xattrs.map((attribute) => `{"name":${quoteJson(attribute.name)},"value":"${encodeBase64(attribute.value)}"}`).join(',')}]`;
  if (node.genericAttributes?.length) {
    const sorted = [...node.genericAttributes].sort((a, b) => compareNames(a.name, b.name));
    text += `,"generic_attributes":{${sorted.map((attribute) => `${quoteJson(attribute.name)}:${attribute.json}`).join(',')}}`;
  }
  if (node.device) text += `,"device":${node.device}`;
  return text;
}

/** What follows a node's content. */
function encodeTail(node: TreeNode): string {
  const subtree = node.subtree === undefined ? '' : `,"subtree":"${node.subtree}"`;
  return node.error ? `${subtree},"error":${quoteJson(node.error)}}` : `${subtree}}`;
}

function encodeContent(node: TreeNode): string {
  const content = node.content === undefined && node.type === 'file' ? [] : node.content;
  if (content === null || content === undefined) return ',"content":null';
  return content.length === 0 ? ',"content":[]' : `,"content":["${content.join('","')}"]`;
}

function sameTime(a: GoTime, b: GoTime): boolean {
  return a === b || (a.ns === b.ns && a.offset === b.offset);
}

// What a double may have rounded, and what must be kept as text, sends a piece of a tree through the slower parser.
const needsLossless = /[:,[]\s*-?[0-9]{16}|"generic_attributes"/;

function parseText(text: string): unknown {
  if (needsLossless.test(text)) return parseLossless(text, 'tree');
  try {
    return JSON.parse(text);
  } catch {
    throw new DamagedError('tree: not valid JSON');
  }
}

/**
 * The nodes of a tree, in their order. Unknown keys are skipped. Throws DamagedError for anything that is not a tree: bad types,
 * numbers, ids, times, empty or repeated names, more than the limits allow. A name may still be hostile (`..`): see `safeName`.
 */
export function parseTree(bytes: Uint8Array, limits: TreeLimits = treeLimits): TreeNode[] {
  if (bytes.length > limits.bytes) throw new DamagedError(`tree: ${bytes.length} bytes of JSON are too many`);
  const nodes = bytes.length <= limits.pieceBytes ? parseWhole(bytes, limits) : parsePieces(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), limits);
  // A second node of the same name could be followed through the first, for example a symbolic link.
  const ascending = nodes.every((node, i) => i === 0 || compareNames((nodes[i - 1] as TreeNode).name, node.name) < 0);
  if (!ascending && new Set(nodes.map((node) => node.name)).size !== nodes.length) throw new DamagedError('tree: two nodes have the same name');
  return nodes;
}

function parseWhole(bytes: Uint8Array, limits: TreeLimits): TreeNode[] {
  const list = asObject(parseText(jsonText(bytes, 'tree')), 'tree')['nodes'];
  const nodes: TreeNode[] = [];
  if (list === null) return nodes;
  if (!Array.isArray(list)) throw new DamagedError('tree: no list of nodes');
  addNodes(nodes, list, limits);
  return nodes;
}

/** The same for a tree of any size: only a few nodes at a time are text. */
function parsePieces(bytes: Buffer, limits: TreeLimits): TreeNode[] {
  let nodes: TreeNode[] | undefined;
  for (const { key, value } of membersOf(bytes, { from: 0, to: bytes.length }, 'tree')) {
    if (key !== 'nodes' || !isList(bytes, value)) {
      // What nobody asked for must be JSON all the same; a key given twice counts as it was given last (and a list must be right each time).
      const other = parseJson(bytes.subarray(value.from, value.to), 'tree');
      if (key === 'nodes') nodes = other === null ? [] : undefined;
      continue;
    }
    nodes = [];
    for (const run of elementRuns(bytes, value, limits.pieceBytes, 'tree')) {
      if (run.to - run.from > limits.pieceBytes) addNodes(nodes, [parseLongNode(bytes, run)], limits);
      else addNodes(nodes, parseText(`[${jsonText(bytes.subarray(run.from, run.to), 'tree')}]`) as unknown[], limits);
    }
  }
  if (nodes === undefined) throw new DamagedError('tree: no list of nodes');
  return nodes;
}

/** A node larger than a piece: its content, which may alone be longer than a string can be, is read from the bytes. */
function parseLongNode(bytes: Buffer, extent: Extent): Record<string, unknown> {
  const members: string[] = [];
  let content: string[] | undefined;
  let otherBytes = 0;
  for (const { key, value } of membersOf(bytes, extent, 'tree node')) {
    if (key === 'content' && isList(bytes, value)) content = readIds(bytes, value, 'tree node');
    else {
      if (key === 'content') content = undefined;
      otherBytes += value.to - value.from;
      if (otherBytes > jsonLimitBytes) throw new DamagedError(`tree node: ${otherBytes} bytes of JSON beside the content are too many`);
      members.push(`${JSON.stringify(key)}:${jsonText(bytes.subarray(value.from, value.to), 'tree node')}`);
    }
  }
  const raw = asObject(parseText(`{${members.join(',')}}`), 'tree node');
  if (content !== undefined) raw['content'] = content;
  return raw;
}

function addNodes(nodes: TreeNode[], list: readonly unknown[], limits: TreeLimits): void {
  if (nodes.length + list.length > limits.nodes) throw new DamagedError(`tree: more than ${limits.nodes} nodes`);
  for (const value of list) nodes.push(parseNode(asObject(value, 'tree node')));
}

function parseNode(raw: Record<string, unknown>): TreeNode {
  const type = raw['type'];
  if (typeof type !== 'string' || !Object.hasOwn(typeBits, type)) throw new DamagedError('tree node of an unknown type');
  const mtime = parseTime(raw['mtime']);
  const node: TreeNode = {
    name: unquoteName(text(raw, 'name') ?? ''),
    type: type as FileType,
    mode: integer(raw, 'mode', 0xffff_ffff) ?? 0,
    mtime,
    atime: raw['atime'] === raw['mtime'] ? mtime : parseTime(raw['atime']),
    ctime: raw['ctime'] === raw['mtime'] ? mtime : parseTime(raw['ctime']),
    uid: integer(raw, 'uid', 0xffff_ffff) ?? 0,
    gid: integer(raw, 'gid', 0xffff_ffff) ?? 0
  };
  if (node.name === '') throw new DamagedError('tree node without a name');
  const user = text(raw, 'user');
  if (user) node.user = user;
  const group = text(raw, 'group');
  if (group) node.group = group;
  const inode = unsigned64(raw, 'inode');
  if (inode) node.inode = inode;
  const deviceId = unsigned64(raw, 'device_id');
  if (deviceId) node.deviceId = deviceId;
  const size = integer(raw, 'size', Number.MAX_SAFE_INTEGER);
  if (size) node.size = size;
  const links = integer(raw, 'links', Number.MAX_SAFE_INTEGER);
  if (links) node.links = links;
  const linkTarget = parseLinkTarget(raw);
  if (linkTarget) node.linkTarget = linkTarget;
  const xattrs = parseXattrs(raw['extended_attributes']);
  if (xattrs.length > 0) node.xattrs = xattrs;
  const generic = raw['generic_attributes'];
  if (generic !== undefined && generic !== null) {
    const attributes = Object.entries(asObject(generic, 'generic attributes'));
    if (attributes.length > 0) node.genericAttributes = attributes.map(([name, value]) => ({ name: name.toWellFormed(), json: stringifyGo(value) }));
  }
  const device = unsigned64(raw, 'device');
  if (device) node.device = device;
  node.content = parseContent(raw['content']);
  const subtree = raw['subtree'];
  if (subtree !== undefined && subtree !== null) node.subtree = id(subtree);
  const error = text(raw, 'error');
  if (error) node.error = error;
  return node;
}

function text(raw: Record<string, unknown>, key: string): string | undefined {
  const value = raw[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new DamagedError(`tree node: ${key} is not text`);
  // A lone surrogate spelled out in JSON is no byte of a name: Go reads it as U+FFFD.
  return value.toWellFormed();
}

function integer(raw: Record<string, unknown>, key: string, most: number): number | undefined {
  const value = raw[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > most) throw new DamagedError(`tree node: ${key} out of range`);
  return value;
}

function unsigned64(raw: Record<string, unknown>, key: string): bigint | undefined {
  const value = raw[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === 'bigint' && value >= 0n && value <= 0xffff_ffff_ffff_ffffn) return value;
  throw new DamagedError(`tree node: ${key} out of range`);
}

function parseLinkTarget(raw: Record<string, unknown>): string | undefined {
  const bytes = decodeBase64(raw['linktarget_raw'], 'linktarget_raw');
  return bytes.length > 0 ? decodeName(bytes) : text(raw, 'linktarget');
}

function parseXattrs(value: unknown): NodeXattr[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new DamagedError('tree node: extended_attributes is not a list');
  return value.map((item) => {
    const raw = asObject(item, 'extended attribute');
    return { name: text(raw, 'name') ?? '', value: decodeBase64(raw['value'], 'extended attribute') };
  });
}

function parseContent(value: unknown): string[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value)) throw new DamagedError('tree node: content is not a list');
  for (const item of value) id(item);
  return value as string[];
}

function id(value: unknown): string {
  if (typeof value !== 'string' || !isFileName(value)) throw new DamagedError('tree node: not an id');
  return value;
}

const windowsDevice = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:[ .]|$)/i;

/**
 * Whether a node's name may become a file on this platform. A repository is untrusted: `..`, separators, and on Windows drive letters,
 * streams and device names would leave the target folder or reach something else than a file.
 */
export function safeName(name: string, platform: string): boolean {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) return false;
  if (platform !== 'win32') return true;
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  return !/[\\:*?"<>|\u0001-\u001f]/.test(name) && !/[ .]$/.test(name) && !windowsDevice.test(name);
}
