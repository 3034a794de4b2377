#!/usr/bin/env node
// varve-verify: checks what a Varve log hands out, with nothing of Varve in it. One file, no dependencies, Node 18 or newer, no network.
// It reads: evidence bundles, proof files (C2SP tlog-proof), checkpoints (C2SP signed notes), tile folders (C2SP tlog-tiles).
// Written from the formats alone (docs/formats/evidence-bundle.md); it treats every file as made by somebody who wants to be believed.
// README.md beside it tells how to use it, and how to do the same by hand.
// SPDX-License-Identifier: Apache-2.0
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { closeSync, lstatSync, openSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

export const version = 1;

/** Nothing is read beyond these. Sizes in bytes of UTF-8 unless said otherwise. */
const limits = {
  headLine: 16 * 2 ** 20,
  entryLine: 2 * 2 ** 20,
  closingLine: 256,
  smallFile: 256 * 1024,
  proofFile: 4 * 2 ** 20,
  header: 4095,
  payload: 256 * 1024,
  noteText: 64 * 1024,
  signatures: 100,
  hashes: 64,
  headerDepth: 16,
  jsonDepth: 128,
  listedInHead: 10_000,
  erasedWaiting: 2_000_000,
  /** More numbers than this do not fit into one payload. */
  namedByOne: 131_072,
  keys: 16,
  shown: 300
};

// ---------------------------------------------------------------------------------------------------------------------------------
// Failing. A Stop carries a code and values; its words are made when it is printed.

export class Stop extends Error {
  /** @param kind refused: the evidence is bad; usage, missing, unreadable, failed: it could not be looked at. */
  constructor(kind, code, values = {}) {
    super(code);
    this.kind = kind;
    this.code = code;
    this.values = values;
  }
}

function refuse(code, values) {
  throw new Stop('refused', code, values);
}

/** Runs a step and, where it stops, writes down where in the file that was. */
function within(place, step) {
  try {
    return step();
  } catch (error) {
    if (error instanceof Stop) error.place = { ...place, ...error.place };
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Bytes and text.

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function decodeUtf8(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('not-utf8');
  }
}

/** Base64 of RFC 4648 section 4 in its one canonical spelling, else undefined. */
export function decodeBase64(text) {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function hashFrom(text, what) {
  const bytes = decodeBase64(text);
  if (bytes === undefined || bytes.length !== 32) refuse('hash-form', { what });
  return bytes;
}

function hashesFrom(list, what) {
  if (!Array.isArray(list) || list.length > limits.hashes) refuse('hash-list', { what });
  return list.map((text) => hashFrom(text, what));
}

const deceptive = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;
const spelled = (character) => [...Array(character.length).keys()].map((at) => '\\u' + character.charCodeAt(at).toString(16).padStart(4, '0')).join('');

/** Text of a stranger as it may be printed: what steers a terminal, hides or turns text around is spelled out, and it is not endless. */
export function visible(text, length = limits.shown) {
  const cut = text.length > length ? text.slice(0, length) + '…' : text;
  return cut.replace(deceptive, spelled);
}

// ---------------------------------------------------------------------------------------------------------------------------------
// JSON: a reader that refuses what two programs could read differently, and the canonical form of RFC 8785.

const numberAt = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const surrogate = /\p{Surrogate}/u;

export function parseJson(text, { depth = limits.jsonDepth, integersOnly = false } = {}) {
  let at = 0;
  const wrong = () => refuse('json', { at });
  const skip = () => {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      at += 1;
    }
  };
  function string() {
    const start = at;
    let end = at;
    for (;;) {
      end = text.indexOf('"', end + 1);
      if (end === -1) wrong();
      let slashes = 0;
      while (text.charCodeAt(end - 1 - slashes) === 92) slashes += 1;
      if (slashes % 2 === 0) break;
    }
    at = end + 1;
    let value;
    try {
      value = JSON.parse(text.slice(start, at));
    } catch {
      at = start;
      wrong();
    }
    if (surrogate.test(value)) refuse('json-surrogate');
    return value;
  }
  function number() {
    numberAt.lastIndex = at;
    const match = numberAt.exec(text);
    if (match === null) wrong();
    at = numberAt.lastIndex;
    const value = Number(match[0]);
    const lost = !Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value) && (integersOnly || Math.abs(value) < 1e21));
    if (lost) refuse('json-number', { text: match[0] });
    if (integersOnly && !Number.isInteger(value)) refuse('json-fraction', { text: match[0] });
    return value;
  }
  function word(letters, value) {
    if (!text.startsWith(letters, at)) wrong();
    at += letters.length;
    return value;
  }
  function array(level) {
    const items = [];
    at += 1;
    skip();
    if (text[at] === ']') {
      at += 1;
      return items;
    }
    for (;;) {
      items.push(value(level));
      skip();
      if (text[at] !== ']' && text[at] !== ',') wrong();
      at += 1;
      if (text[at - 1] === ']') return items;
    }
  }
  function object(level) {
    // No prototype: "__proto__" is a name like any other.
    const members = Object.create(null);
    at += 1;
    skip();
    if (text[at] === '}') {
      at += 1;
      return members;
    }
    for (;;) {
      skip();
      if (text[at] !== '"') wrong();
      const key = string();
      if (key in members) refuse('json-twice', { key });
      skip();
      if (text[at] !== ':') wrong();
      at += 1;
      members[key] = value(level);
      skip();
      if (text[at] !== '}' && text[at] !== ',') wrong();
      at += 1;
      if (text[at - 1] === '}') return members;
    }
  }
  function value(level) {
    skip();
    const mark = text[at];
    if ((mark === '{' || mark === '[') && level >= depth) refuse('json-deep', { limit: depth });
    if (mark === '{') return object(level + 1);
    if (mark === '[') return array(level + 1);
    if (mark === '"') return string();
    if (mark === 't') return word('true', true);
    if (mark === 'f') return word('false', false);
    if (mark === 'n') return word('null', null);
    return number();
  }
  const result = value(0);
  skip();
  if (at !== text.length) wrong();
  return result;
}

/** RFC 8785 of a value that `parseJson` made (or one like it). */
export function canonicalize(value) {
  if (Array.isArray(value)) return '[' + value.map(canonicalize).join(',') + ']';
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value).sort();
    return '{' + keys.map((key) => canonicalize(key) + ':' + canonicalize(value[key])).join(',') + '}';
  }
  if (typeof value === 'number' && !Number.isFinite(value)) refuse('json-number', { text: String(value) });
  if (typeof value === 'string' && surrogate.test(value)) refuse('json-surrogate');
  return JSON.stringify(value);
}

function parseCanonical(text, what, options) {
  const value = parseJson(text, options);
  if (canonicalize(value) !== text) refuse('not-canonical', { what });
  return value;
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (value) => typeof value === 'string';
const isCount = (value) => Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0);
const isHash = (value) => isText(value) && /^[0-9a-f]{64}$/.test(value);
const matches = (pattern) => (value) => isText(value) && pattern.test(value);
const isTime = (value) => matches(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$/)(value) && !Number.isNaN(Date.parse(value)) && new Date(value).toISOString() === value;

/** One line of a bundle. It has one spelling, the one that JSON.stringify gives, so that nothing hides in spaces and escapes. */
function parseLine(bytes) {
  const text = decodeUtf8(bytes);
  const value = parseJson(text);
  if (JSON.stringify(value) !== text) refuse('line-spelling');
  return value;
}

/** Exactly these fields, each passing its test. */
function checkFields(value, what, required, optional = {}) {
  if (!isObject(value)) refuse('not-object', { what });
  for (const field of Object.keys(value)) {
    const test = Object.hasOwn(required, field) ? required[field] : Object.hasOwn(optional, field) ? optional[field] : undefined;
    if (test === undefined) refuse('field-unknown', { what, field });
    if (!test(value[field])) refuse('field-bad', { what, field });
  }
  for (const field of Object.keys(required)) if (!(field in value)) refuse('field-missing', { what, field });
  return value;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// The Merkle tree of RFC 6962. Sizes and indices may be numbers, BigInts or decimal text; the arithmetic is BigInt.

const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const leafMark = Buffer.from([0]);
const nodeMark = Buffer.from([1]);

export const emptyRoot = sha256();
export const leafHash = (leaf) => sha256(leafMark, leaf);
export const nodeHash = (left, right) => sha256(nodeMark, left, right);
const isNode = (hash) => hash instanceof Uint8Array && hash.length === 32;
const same = (left, right) => Buffer.compare(left, right) === 0;

export function checkInclusion({ index, size, leaf, path, root }) {
  if (!isNode(leaf) || !isNode(root) || !path.every(isNode)) return false;
  const at = BigInt(index);
  let last = BigInt(size) - 1n;
  if (at < 0n || at > last) return false;
  let place = at;
  let hash = leaf;
  for (const sibling of path) {
    if (last === 0n) return false;
    if (place % 2n === 1n || place === last) {
      hash = nodeHash(sibling, hash);
      while (place % 2n === 0n && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else hash = nodeHash(hash, sibling);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && same(hash, root);
}

/** Is the tree of `oldSize` the beginning of the tree of `newSize`? Old size 0 is for the caller to settle. */
export function checkConsistency({ oldSize, oldRoot, newSize, newRoot, path }) {
  if (!isNode(oldRoot) || !isNode(newRoot) || !path.every(isNode)) return false;
  const [older, newer] = [BigInt(oldSize), BigInt(newSize)];
  if (older <= 0n || older > newer) return false;
  if (older === newer) return path.length === 0 && same(oldRoot, newRoot);
  if (path.length === 0) return false;
  const hashes = (older & (older - 1n)) === 0n ? [oldRoot, ...path] : path;
  let [place, last] = [older - 1n, newer - 1n];
  while (place % 2n === 1n) [place, last] = [place >> 1n, last >> 1n];
  let before = hashes[0];
  let after = hashes[0];
  for (const sibling of hashes.slice(1)) {
    if (last === 0n) return false;
    if (place % 2n === 1n || place === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (place % 2n === 0n && place !== 0n) [place, last] = [place >> 1n, last >> 1n];
    } else after = nodeHash(after, sibling);
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && same(before, oldRoot) && same(after, newRoot);
}

/** Grows a tree leaf by leaf and holds its right edge only. */
export class GrowingTree {
  size = 0;
  #edge = [];

  append(leaf) {
    let hash = leaf;
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) hash = nodeHash(this.#edge.pop(), hash);
    this.#edge.push(hash);
    this.size += 1;
  }

  root() {
    return this.#edge.length === 0 ? emptyRoot : this.#edge.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** Number of a tile or entry bundle as the path says it: 1234067 is x001/x234/067. */
export function tileNumber(number) {
  const digits = String(number);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/.{3}/g);
  return groups.map((group, at) => (at === groups.length - 1 ? group : 'x' + group)).join('/');
}

export function tilePath(level, number, width = 256) {
  return `tile/${level}/${tileNumber(number)}${width === 256 ? '' : `.p/${width}`}`;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Keys, signed notes, checkpoints, cosignatures (C2SP).

const keyLetters = Buffer.from('302a300506032b6570032100', 'hex');
const nameForm = /^[^+\s\u0085\p{Surrogate}\p{Cc}]+$/u;

/** Points of small order, sign bit cleared: a key or signature made of one says nothing, and programs disagree about them. */
const smallOrder = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'
]);

function hasSmallOrder(point) {
  const bytes = Buffer.from(point.subarray(0, 32));
  bytes[31] &= 0x7f;
  return smallOrder.has(bytes.toString('hex'));
}

export function verifyEd25519(publicKey, message, signature) {
  if (publicKey.length !== 32 || signature.length !== 64 || hasSmallOrder(publicKey) || hasSmallOrder(signature)) return false;
  try {
    const key = createPublicKey({ key: Buffer.concat([keyLetters, publicKey]), format: 'der', type: 'spki' });
    return verifySignature(null, message, key, signature);
  } catch {
    return false; // 32 bytes that are no point of the curve
  }
}

/** `name+id+base64(type, public key)`; types 1 (log) and 4 (witness). */
export function parseVkey(text) {
  // A key must fit on the screen whole: it is there to be compared.
  const match = /^([^+]{1,200})\+([0-9a-f]{8})\+([A-Za-z0-9+/=]{1,64})$/u.exec(text);
  if (match === null || !nameForm.test(match[1])) refuse('vkey-form', { vkey: text });
  const [, name, id, encoded] = match;
  const bytes = decodeBase64(encoded);
  if (bytes === undefined || bytes.length !== 33 || (bytes[0] !== 1 && bytes[0] !== 4)) refuse('vkey-form', { vkey: text });
  if (sha256(name, '\n', bytes).subarray(0, 4).toString('hex') !== id) refuse('vkey-id', { vkey: text });
  return { vkey: text, name, id, type: bytes[0], publicKey: bytes.subarray(1) };
}

export function parseNote(note, what = nouns.checkpoint) {
  const bad = () => refuse('note-form', { what });
  if (note.length > limits.noteText || /[\u0000-\u0009\u000b-\u001f]|\p{Surrogate}/u.test(note)) bad();
  const cut = note.lastIndexOf('\n\n');
  if (cut === -1 || !note.endsWith('\n') || note.length === cut + 2) bad();
  const lines = note.slice(cut + 2, -1).split('\n');
  if (lines.length > limits.signatures) bad();
  const signatures = lines.map((line) => {
    const match = /^\u2014 ([^ ]+) ([^ ]+)$/u.exec(line);
    const bytes = match === null || !nameForm.test(match[1]) ? undefined : decodeBase64(match[2]);
    if (bytes === undefined || bytes.length < 5) return bad();
    return { name: match[1], id: bytes.subarray(0, 4).toString('hex'), bytes: bytes.subarray(4) };
  });
  return { text: note.slice(0, cut + 1), signatures };
}

/** Seconds at which a witness cosigned, or undefined where the signature is bad. */
function cosignedAt(text, key, bytes) {
  if (bytes.length !== 72) return undefined;
  const time = bytes.readBigUInt64BE(0);
  return verifyEd25519(key.publicKey, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), bytes.subarray(8)) ? time : undefined;
}

/** Lines of unknown keys are passed over; a line that claims a known key must be good. Returns the keys that signed. */
export function verifyNote(note, keys, what = nouns.checkpoint) {
  const good = new Map();
  for (const { name, id, bytes } of note.signatures) {
    const key = keys.find((known) => known.name === name && known.id === id);
    if (key === undefined) continue;
    if (key.type === 4) {
      const time = cosignedAt(note.text, key, bytes);
      if (time === undefined) refuse('cosignature-bad', { what, name });
      if (!(good.get(key) > time)) good.set(key, time);
    } else {
      if (bytes.length !== 64 || !verifyEd25519(key.publicKey, Buffer.from(note.text), bytes)) refuse('signature-bad', { what, name });
      good.set(key, true);
    }
  }
  return good;
}

export function parseCheckpoint(text, what = nouns.checkpoint) {
  const lines = text.split('\n');
  const bad = () => refuse('checkpoint-form', { what });
  if (lines.length < 4 || lines.pop() !== '' || lines.includes('')) bad();
  const [origin, digits, encoded] = lines;
  if (!/^(?:0|[1-9][0-9]{0,19})$/.test(digits)) bad();
  const size = BigInt(digits);
  const root = decodeBase64(encoded);
  if (size >= 2n ** 64n || root === undefined || root.length !== 32) bad();
  if (size === 0n && !same(root, emptyRoot)) bad();
  return { origin, size, root, extensions: lines.length - 3 };
}

/** A signed checkpoint: text, numbers and signature lines, nothing verified yet. */
function readCheckpoint(note, what) {
  const parsed = parseNote(note, what);
  return { ...parsed, ...parseCheckpoint(parsed.text, what), what };
}

/** One in Varve's own files: other logs may write lines after the root, Varve writes none. */
function readPlainCheckpoint(note, what) {
  const checkpoint = readCheckpoint(note, what);
  if (checkpoint.extensions > 0) refuse('checkpoint-lines', { what });
  return checkpoint;
}

function requireSigned(checkpoint, keys) {
  const good = verifyNote(checkpoint, keys, checkpoint.what);
  if (good.size === 0) refuse('signature-none', { what: checkpoint.what, names: checkpoint.signatures.map(({ name, id }) => `${name}+${id}`).join(', ') });
  return good;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Entries: header (the leaf), chain, content.

const hex32 = /^[0-9a-f]{64}$/;
const headerFields = {
  v: (value) => value === 1,
  seq: isCount,
  id: matches(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  ts: isTime,
  actor: isText,
  session: isText,
  trace: isText,
  category: matches(/^[a-z][a-z0-9-]{0,63}$/),
  action: matches(/^[a-z][a-z0-9._-]*$/),
  subject: isText,
  level: matches(/^[a-z]{1,16}$/),
  prev: matches(hex32),
  payload: (value) => value === null || isObject(value)
};
const commitmentFields = {
  alg: (value) => value === 'hmac-sha256',
  commit: isHash,
  size: (value) => isCount(value) && value <= limits.payload,
  enc: (value) => value === 'none' || value === 'a256gcm'
};

export function parseHeader(text) {
  if (!isText(text) || Buffer.byteLength(text) > limits.header) refuse('header-long', { limit: limits.header });
  const header = parseCanonical(text, nouns.header, { depth: limits.headerDepth, integersOnly: true });
  checkFields(header, nouns.header, headerFields);
  if (header.payload !== null) checkFields(header.payload, nouns.header, commitmentFields);
  return header;
}

export const genesisHash = (origin) => sha256('varve/genesis/v1\n', origin);
/** Chain hash after the entry, from the hash its header names and its own bytes. */
export const chainHash = (previous, header) => sha256('varve/chain/v1\n', previous, header);

/** HMAC-SHA-256 with a key of 32 bytes, written out: the library's own costs more than the hashing. */
function hmac(key, ...parts) {
  const inner = Buffer.alloc(64, 0x36);
  const outer = Buffer.alloc(64, 0x5c);
  for (let at = 0; at < 32; at += 1) {
    inner[at] ^= key[at];
    outer[at] ^= key[at];
  }
  return sha256(outer, sha256(inner, ...parts));
}

const noSalt = Buffer.alloc(32);

/** HKDF-SHA-256 of the secret (no salt, one block), then HMAC over the content. */
export function payloadCommitment(secret, payload) {
  const key = hmac(hmac(noSalt, secret), 'varve/commit/v1\u0001');
  return hmac(key, 'varve/payload/v1\n', payload).toString('hex');
}

/** The opened content, when it is what the header committed to. */
function openPayload(header, text, salt) {
  if (header.payload === null) refuse('payload-unexpected');
  // The header's size has a limit, so the content has one too.
  if (Buffer.byteLength(text) !== header.payload.size) refuse('payload-size');
  const value = parseCanonical(text, nouns.payload);
  if (payloadCommitment(Buffer.from(salt, 'hex'), text) !== header.payload.commit) refuse('payload-altered');
  return value;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Erased contents: each waits for the later entry that is said to explain it.

export class Erasures {
  #waiting = new Map();
  #kept = 0;

  wait(index, category, by) {
    let group = this.#waiting.get(by);
    if (group === undefined) this.#waiting.set(by, (group = { first: index, exact: [], ranges: new Map() }));
    const range = group.ranges.get(category);
    if (range === undefined) group.ranges.set(category, [index, index]);
    else range[1] = index;
    // Beyond what one payload can name one by one, only a rule over a range can be the reason, and for that the ends suffice.
    if (group.exact !== undefined && group.exact.length < limits.namedByOne) {
      group.exact.push(index);
      this.#kept += 1;
    } else if (group.exact !== undefined) {
      this.#kept -= group.exact.length;
      group.exact = undefined;
    }
    if (this.#kept + this.#waiting.size + group.ranges.size > limits.erasedWaiting) refuse('erased-many', { limit: limits.erasedWaiting });
  }

  /** Called for every entry, with its content where that was opened. */
  explain(header, content) {
    const group = this.#waiting.get(header.seq);
    if (group === undefined) return;
    if (!(header.category === 'record' && isObject(content) && this.#explains(header.action, content, group))) refuse('erased-unexplained', { index: group.first, by: header.seq });
    this.#waiting.delete(header.seq);
    this.#kept -= group.exact?.length ?? 0;
  }

  #explains(action, content, group) {
    if (action === 'log.erasure') {
      if (!Array.isArray(content.seqs) || group.exact === undefined) return false;
      const named = new Set(content.seqs);
      return group.exact.every((index) => named.has(index));
    }
    if (action !== 'log.retention' || !isCount(content.from) || !isCount(content.to)) return false;
    return [...group.ranges].every(([category, [first, last]]) => category === content.category && first >= content.from && last <= content.to);
  }

  finish() {
    for (const [by, group] of this.#waiting) refuse('erased-unexplained', { index: group.first, by });
  }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Reading files without trusting their size.

/** Turns what the file system says into a missing or an unreadable file. */
function reading(path, step) {
  try {
    return step();
  } catch (error) {
    if (error instanceof Stop || error?.code === undefined) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new Stop('missing', 'file-missing', { path });
    throw new Stop('unreadable', 'file-unreadable', { path, why: error.code });
  }
}

class LineReader {
  line = 0;
  #file;
  #chunk = Buffer.allocUnsafe(2 ** 18);
  #rest = Buffer.alloc(0);

  constructor(path) {
    this.path = path;
    this.#file = reading(path, () => openSync(path, 'r'));
  }

  #fill() {
    const count = reading(this.path, () => readSync(this.#file, this.#chunk, 0, this.#chunk.length, null));
    this.#rest = this.#chunk.subarray(0, count);
    return count > 0;
  }

  /** The first bytes, without taking them. */
  peek() {
    if (this.#rest.length === 0) this.#fill();
    return this.#rest.subarray(0, 64);
  }

  /** The next line without its end, valid until the next call; undefined at the end of the file. */
  next(limit) {
    const parts = [];
    let length = 0;
    for (;;) {
      if (this.#rest.length === 0 && !this.#fill()) {
        if (length === 0) return undefined;
        this.line += 1;
        return within({ line: this.line }, () => refuse('line-open'));
      }
      const end = this.#rest.indexOf(10);
      const part = end === -1 ? this.#rest : this.#rest.subarray(0, end);
      length += part.length;
      if (length > limit) return within({ line: this.line + 1 }, () => refuse('line-long', { limit }));
      this.#rest = end === -1 ? Buffer.alloc(0) : this.#rest.subarray(end + 1);
      // What waits for its rest must survive the next filling of the chunk.
      if (end === -1) parts.push(Buffer.from(part));
      else {
        this.line += 1;
        return parts.length === 0 ? part : Buffer.concat([...parts, part], length);
      }
    }
  }

  /** Everything that is left. */
  all(limit) {
    const parts = [];
    let length = 0;
    while (this.#rest.length > 0 || this.#fill()) {
      length += this.#rest.length;
      if (length > limit) refuse('file-long', { limit });
      parts.push(Buffer.from(this.#rest));
      this.#rest = Buffer.alloc(0);
    }
    return Buffer.concat(parts, length);
  }

  close() {
    closeSync(this.#file);
  }
}

function readText(path, limit = limits.smallFile) {
  const reader = new LineReader(path);
  try {
    return within({ file: path }, () => decodeUtf8(reader.all(limit)));
  } finally {
    reader.close();
  }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Questions asked of every kind of evidence: whose log, what the reader holds, who witnessed it.

function checkOrigin({ origin, what }, expected) {
  if (!expected.includes(origin)) refuse('origin-differs', { what, origin, expected: expected.join(', ') });
}

/** The log that the reader expects: said outright, else the names of the keys they hold; without either, whatever comes. */
function expectedOrigins(given, found) {
  if (given.origin !== undefined) return [given.origin];
  return given.keys.length === 0 ? [found] : given.keys.map(({ name }) => name);
}

/** Compares what the reader holds with the checkpoint of the evidence. `older` stays open: somebody must prove the way to it. */
function compareHeld(held, checkpoint) {
  if (held.origin !== checkpoint.origin) refuse('held-other-log', { origin: held.origin, expected: checkpoint.origin });
  if (held.size > checkpoint.size) return 'newer';
  if (held.size < checkpoint.size) return 'older';
  if (!same(held.root, checkpoint.root)) refuse('held-forked', { size: held.size });
  return 'same';
}

/** Settles the held checkpoint with what is there: a list of proofs, or a consistency file that the reader brought. */
function settleHeld(report, held, checkpoint, given, listed = []) {
  const relation = compareHeld(held, checkpoint);
  report.held = { size: held.size, root: held.root.toString('base64'), relation };
  const proven = () => report.check(`held-${relation}`, { size: held.size });
  const [older, newer] = relation === 'newer' ? [checkpoint, held] : [held, checkpoint];
  if (given.consistency !== undefined && older.size > 0n) {
    requireConsistency(given.consistency, older, newer);
    return proven();
  }
  if (relation === 'same' || (relation === 'older' && held.size === 0n)) return proven();
  if (relation === 'newer') return report.lack('held-behind', { held: held.size, size: checkpoint.size }, 'behind');
  const known = listed.find(({ size }) => size === held.size);
  if (known === undefined) return report.lack('held-unproven', { held: held.size, size: checkpoint.size });
  if (!same(known.root, held.root)) refuse('held-forked', { size: held.size });
  return proven();
}

/** A proof that the reader brought: of just these two checkpoints. */
function requireConsistency({ old, path, checkpoint }, older, newer) {
  const sizes = { older: older.size, newer: newer.size };
  const brought = checkpoint === undefined ? newer : readCheckpoint(checkpoint, nouns.consistency);
  if ((old !== undefined && old !== older.size) || brought.size !== newer.size || !same(brought.root, newer.root)) refuse('consistency-other', sizes);
  if (!checkConsistency({ oldSize: older.size, oldRoot: older.root, newSize: newer.size, newRoot: newer.root, path })) refuse('consistency-bad', sizes);
}

function settleWitnesses(report, checkpoint, given) {
  const good = verifyNote(checkpoint, given.witnesses, checkpoint.what);
  for (const witness of given.witnesses) {
    const time = good.get(witness);
    if (time === undefined) report.lack('witness-missing', { name: witness.name });
    else {
      const text = time < 253402300800n ? new Date(Number(time) * 1000).toISOString() : `${time} s`;
      report.witnesses.push({ vkey: witness.vkey, time: text });
      report.check('witness', { name: witness.name, time: text });
    }
  }
}

/** A checkpoint that stands alone, in a proof file or in a tile folder: its key can only come from the reader. */
function settleLone(report, checkpoint, given) {
  checkOrigin(checkpoint, expectedOrigins(given, checkpoint.origin));
  report.setCheckpoint(checkpoint);
  if (given.keys.length === 0) report.lack('key-missing', {});
  else {
    const [key] = requireSigned(checkpoint, given.keys).keys();
    report.key = { vkey: key.vkey, from: 'given' };
    report.check('signed', { size: checkpoint.size });
  }
  settleWitnesses(report, checkpoint, given);
  const held = given.held;
  if (held !== undefined && given.keys.length > 0) requireSigned(held, given.keys);
  return held;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// The evidence bundle (varve-evidence 1).

const headFields = {
  format: (value) => value === 'varve-evidence',
  version: (value) => value === 1,
  about: isText,
  origin: isText,
  vkey: isText,
  checkpoint: isText,
  size: isCount,
  created: isTime,
  complete: (value) => typeof value === 'boolean',
  entries: isCount,
  disclosure: (value) => value === 'payloads' || value === 'commitments',
  filter: (value) => value === null || isObject(value),
  rotations: (value) => Array.isArray(value) && value.length <= limits.listedInHead,
  consistency: (value) => Array.isArray(value) && value.length <= limits.listedInHead
};
const rotationFields = { checkpoint: isText, vkey: isText, index: isCount, header: isText, payload: isText, salt: isHash, proof: Array.isArray };
const olderFields = { checkpoint: isText, proof: Array.isArray };
const entryFields = { index: isCount, header: isText, payload: (value) => value === null || isObject(value) };
const stateFields = {
  opened: { state: isText, text: isText, salt: isHash },
  withheld: { state: isText },
  locked: { state: isText },
  erased: { state: isText, by: isCount }
};

function parseLogKey(vkey, origin) {
  const key = parseVkey(vkey);
  if (key.type !== 1) refuse('vkey-type', { vkey });
  if (key.name !== origin) refuse('vkey-name', { vkey, origin });
  return key;
}

/** The log's keys in order, each with the sizes it may sign: up to and with the entry that replaced it, from that entry on. */
class KeyChain {
  #reigns;

  constructor(first) {
    this.#reigns = [{ key: first, from: 0n, to: undefined }];
  }

  get newest() {
    return this.#reigns.at(-1).key;
  }

  get length() {
    return this.#reigns.length;
  }

  replace(key, size) {
    this.#reigns.at(-1).to = size;
    this.#reigns.push({ key, from: size, to: undefined });
  }

  at(size) {
    return this.#reigns.filter(({ from, to }) => size >= from && (to === undefined || size <= to)).map(({ key }) => key);
  }

  find(vkey) {
    return this.#reigns.find(({ key }) => key.vkey === vkey)?.key;
  }
}

/** One change of key: the old key signed a tree whose last entry names the new key, and the new key signed it too. */
function walkRotation(chain, rotation, origin) {
  checkFields(rotation, nouns.rotation, rotationFields);
  const checkpoint = readPlainCheckpoint(rotation.checkpoint, nouns.rotationCheckpoint);
  checkOrigin(checkpoint, [origin]);
  const size = BigInt(rotation.index) + 1n;
  if (checkpoint.size !== size) refuse('rotation-size', { index: rotation.index });
  const [old, next] = [chain.newest, parseLogKey(rotation.vkey, origin)];
  const header = parseHeader(rotation.header);
  if (header.seq !== rotation.index || header.category !== 'record' || header.action !== 'log.key-rotated') refuse('rotation-entry', { index: rotation.index });
  const content = openPayload(header, rotation.payload, rotation.salt);
  if (!isObject(content) || content.vkey !== next.vkey || content.previous !== old.vkey) refuse('rotation-keys', { index: rotation.index });
  const leaf = leafHash(rotation.header);
  if (!checkInclusion({ index: rotation.index, size, leaf, path: hashesFrom(rotation.proof, nouns.rotation), root: checkpoint.root })) refuse('rotation-proof', { index: rotation.index });
  const good = verifyNote(checkpoint, [old, next], checkpoint.what);
  if (!good.has(old) || !good.has(next)) refuse('rotation-signatures', { index: rotation.index });
  chain.replace(next, size);
  return { index: rotation.index, header: rotation.header, checkpoint };
}

class BundleCheck {
  #report;
  #given;
  #head;
  #checkpoint;
  #rotations = new Map();
  /** Roots that the recomputed tree must have, by size. */
  #milestones = new Map();
  #tree = new GrowingTree();
  #erasures = new Erasures();
  #last = -1;
  #chained = undefined;
  #counts = { entries: 0, opened: 0, withheld: 0, locked: 0, erased: 0, none: 0 };

  constructor(report, given) {
    this.#report = report;
    this.#given = given;
    report.counts = this.#counts;
  }

  run(reader, progress) {
    const sum = createHash('sha256');
    const take = (limit) => {
      const line = reader.next(limit);
      if (line !== undefined) sum.update(line).update('\n');
      return line;
    };
    const first = take(limits.headLine);
    const head = within({ line: 1 }, () => this.#begin(first));
    for (let left = head.entries; left > 0; left -= 1) {
      const line = take(limits.entryLine);
      if (line === undefined) refuse('cut-off', { found: this.#counts.entries, expected: head.entries });
      within({ line: reader.line }, () => this.#entry(parseLine(line)));
      progress(this.#counts.entries, head.entries);
    }
    const digest = sum.digest('hex');
    const closing = reader.next(limits.closingLine);
    if (closing === undefined) refuse('closing-missing');
    within({ line: reader.line }, () => {
      if (decodeUtf8(closing) !== `{"end":true,"entries":${head.entries},"sha256":"${digest}"}`) refuse('closing-differs');
      if (reader.peek().length > 0) refuse('after-end');
    });
    this.#end();
  }

  #begin(line) {
    const head = checkFields(parseLine(line), nouns.head, headFields);
    this.#head = head;
    const { origin } = head;
    checkOrigin({ origin, what: nouns.head }, expectedOrigins(this.#given, origin));
    const checkpoint = readPlainCheckpoint(head.checkpoint, nouns.checkpoint);
    this.#checkpoint = checkpoint;
    checkOrigin(checkpoint, [origin]);
    if (checkpoint.size !== BigInt(head.size)) refuse('head-size', { size: checkpoint.size, said: head.size });
    if (head.entries > head.size || (head.complete && head.entries !== head.size)) refuse('head-entries', { size: head.size, said: head.entries });
    this.#report.setCheckpoint(checkpoint);
    const chain = this.#walkKeys(head, checkpoint);
    this.#judgeKey(chain, checkpoint);
    const older = this.#readOlder(head, checkpoint, chain);
    for (const rotation of this.#rotations.values()) this.#requireAncestor(rotation.checkpoint, older, 'rotation-unproven', { index: rotation.index });
    settleWitnesses(this.#report, checkpoint, this.#given);
    if (this.#given.held !== undefined) this.#settleHeld(chain, older);
    if (head.complete) this.#expectRoot(checkpoint, 'root-differs', { size: head.size });
    return head;
  }

  #walkKeys(head, checkpoint) {
    const chain = new KeyChain(parseLogKey(head.vkey, head.origin));
    let last = -1;
    for (const rotation of head.rotations) {
      const walked = walkRotation(chain, rotation, head.origin);
      if (walked.index <= last || walked.checkpoint.size > checkpoint.size) refuse('rotation-order', { index: walked.index });
      last = walked.index;
      this.#rotations.set(walked.index, walked);
    }
    return chain;
  }

  #judgeKey(chain, checkpoint) {
    const { keys } = this.#given;
    const pinned = keys.map(({ vkey }) => chain.find(vkey)).find((key) => key !== undefined);
    if (keys.length > 0 && pinned === undefined) refuse('key-foreign', { vkey: chain.newest.vkey });
    const good = requireSigned(checkpoint, chain.at(checkpoint.size));
    const signer = chain.at(checkpoint.size).findLast((key) => good.has(key));
    this.#report.key = { vkey: (pinned ?? chain.find(this.#head.vkey)).vkey, from: pinned === undefined ? 'file' : 'given', signer: signer.vkey };
    this.#report.rotations = this.#rotations.size;
    if (chain.length > 1) this.#report.check('rotations', { count: chain.length - 1 });
    this.#report.check(pinned === undefined ? 'signed-own' : pinned === signer ? 'signed' : 'signed-later', { size: checkpoint.size });
  }

  #readOlder(head, checkpoint, chain) {
    const older = head.consistency.map((item) => {
      checkFields(item, nouns.older, olderFields);
      const known = readPlainCheckpoint(item.checkpoint, nouns.older);
      checkOrigin(known, [head.origin]);
      requireSigned(known, chain.at(known.size));
      const path = hashesFrom(item.proof, nouns.older);
      const fits = known.size === 0n ? path.length === 0 : checkConsistency({ oldSize: known.size, oldRoot: known.root, newSize: checkpoint.size, newRoot: checkpoint.root, path });
      if (!fits) refuse('consistency-bad', { older: known.size, newer: checkpoint.size });
      return known;
    });
    if (older.length > 0) this.#report.check('older', { count: older.length });
    return older;
  }

  /** Whole bundles show it by their entries, others by a listed proof. */
  #requireAncestor(known, older, code, values) {
    if (known.size === this.#checkpoint.size) {
      if (!same(known.root, this.#checkpoint.root)) refuse(code, values);
    } else if (this.#head.complete) this.#expectRoot(known, code, values);
    else if (!older.some(({ size, root }) => size === known.size && same(root, known.root))) refuse(code, values);
  }

  #settleHeld(chain, older) {
    const { held } = this.#given;
    // A newer one may be signed with a key that this file cannot know yet; what it says is "behind" in any case.
    if (held.size > this.#checkpoint.size) verifyNote(held, [...chain.at(held.size), ...this.#given.keys], held.what);
    else requireSigned(held, chain.at(held.size));
    const provenByEntries = this.#head.complete && held.size > 0n && compareHeld(held, this.#checkpoint) === 'older';
    if (!provenByEntries) return settleHeld(this.#report, held, this.#checkpoint, this.#given, older);
    this.#report.held = { size: held.size, root: held.root.toString('base64'), relation: 'older' };
    this.#expectRoot(held, 'held-forked', { size: held.size }, () => this.#report.check('held-older', { size: held.size }));
  }

  #entry(entry) {
    const { complete, size, origin } = this.#head;
    checkFields(entry, nouns.entry, complete ? entryFields : { ...entryFields, proof: Array.isArray });
    const { index } = entry;
    within({ entry: index }, () => {
      if (complete ? index !== this.#last + 1 : index <= this.#last) refuse('index-order', { index });
      if (index >= size) refuse('index-beyond', { index, size });
      const header = parseHeader(entry.header);
      if (header.seq !== index) refuse('seq-differs', { index, seq: header.seq });
      const expected = index === 0 ? genesisHash(origin).toString('hex') : this.#last === index - 1 ? this.#chained : undefined;
      if (expected !== undefined && header.prev !== expected) refuse('chain-broken', { index });
      this.#chained = chainHash(Buffer.from(header.prev, 'hex'), entry.header).toString('hex');
      this.#last = index;
      const leaf = leafHash(entry.header);
      if (complete) this.#grow(leaf);
      else if (!checkInclusion({ index, size, leaf, path: hashesFrom(entry.proof, nouns.entry), root: this.#checkpoint.root })) refuse('not-included', { index });
      this.#checkRotation(header, entry.header);
      const content = this.#payload(header, entry.payload);
      this.#erasures.explain(header, content);
      this.#counts.entries += 1;
      this.#report.show(header, entry.payload);
    });
  }

  #expectRoot({ size, root }, code, values, done = () => undefined) {
    const at = Number(size);
    if (!this.#milestones.has(at)) this.#milestones.set(at, []);
    this.#milestones.get(at).push({ root, code, values, done });
  }

  #grow(leaf) {
    this.#tree.append(leaf);
    for (const { root, code, values, done } of this.#milestones.get(this.#tree.size) ?? []) {
      if (!same(this.#tree.root(), root)) refuse(code, values);
      done();
    }
  }

  /** A change of key that the first line does not walk would leave the old key signing on. */
  #checkRotation(header, text) {
    if (header.category !== 'record' || header.action !== 'log.key-rotated') return;
    if (this.#rotations.get(header.seq)?.header !== text) refuse('rotation-unlisted', { index: header.seq });
  }

  #payload(header, payload) {
    if ((payload === null) !== (header.payload === null)) refuse(payload === null ? 'payload-missing' : 'payload-unexpected');
    if (payload === null) {
      this.#counts.none += 1;
      return undefined;
    }
    const fields = isText(payload.state) && Object.hasOwn(stateFields, payload.state) ? stateFields[payload.state] : refuse('payload-state');
    checkFields(payload, nouns.payload, fields);
    this.#counts[payload.state] += 1;
    if (payload.state === 'opened') return openPayload(header, payload.text, payload.salt);
    if (payload.state === 'locked' && header.payload.enc === 'none') refuse('payload-locked');
    if (payload.state === 'erased') {
      if (payload.by <= header.seq || payload.by >= this.#head.size) refuse('erased-unexplained', { index: header.seq, by: payload.by });
      this.#erasures.wait(header.seq, header.category, payload.by);
    }
    return undefined;
  }

  #end() {
    this.#erasures.finish();
    const { complete, size } = this.#head;
    const { entries } = this.#counts;
    if (entries === 0) this.#report.lack('no-entries', {});
    else this.#report.check(complete ? 'complete' : 'included', { count: entries, size });
    if (entries > 0) this.#report.check('contents', { parts: contentParts(this.#counts) });
    if (!complete && entries < size) this.#report.caution('others', {});
    if (this.#counts.withheld + this.#counts.locked > 0) this.#report.caution('unopened', {});
    if (this.#counts.erased > 0) this.#report.caution('erased', {});
    this.#report.caution('claims', {});
  }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// The proof file of one entry (c2sp.org/tlog-proof@v1).

export function parseProofFile(text) {
  const cut = text.indexOf('\n\n');
  if (cut === -1) refuse('proof-form');
  const lines = text.slice(0, cut).split('\n');
  if (lines.shift() !== 'c2sp.org/tlog-proof@v1') refuse('proof-form');
  let extra;
  if (lines[0]?.startsWith('extra ')) {
    extra = decodeBase64(lines.shift().slice('extra '.length));
    if (extra === undefined) refuse('proof-form');
  }
  const match = /^index (0|[1-9][0-9]{0,19})$/.exec(lines.shift() ?? '');
  if (match === null || BigInt(match[1]) >= 2n ** 64n) refuse('proof-form');
  return { index: BigInt(match[1]), extra, path: hashesFrom(lines, nouns.proofFile), checkpoint: text.slice(cut + 2) };
}

function checkProofFile(report, reader, given) {
  const proof = parseProofFile(decodeUtf8(reader.all(limits.proofFile)));
  const checkpoint = readPlainCheckpoint(proof.checkpoint, nouns.checkpoint);
  const held = settleLone(report, checkpoint, given);
  if (held !== undefined) settleHeld(report, held, checkpoint, given);
  if (proof.extra === undefined) return report.lack('extra-missing', {});
  const extra = parseCanonical(decodeUtf8(proof.extra), nouns.extra);
  checkFields(extra, nouns.extra, { header: isText }, { payload: isText, salt: isHash });
  if (('payload' in extra) !== ('salt' in extra)) refuse('field-missing', { what: nouns.extra, field: 'payload' in extra ? 'salt' : 'payload' });
  const header = parseHeader(extra.header);
  const index = header.seq;
  report.counts = { entries: 1, opened: 0, withheld: 0, locked: 0, erased: 0, none: 0 };
  within({ entry: index }, () => {
    if (BigInt(index) !== proof.index) refuse('seq-differs', { index: proof.index, seq: index });
    if (index === 0 && header.prev !== genesisHash(checkpoint.origin).toString('hex')) refuse('chain-broken', { index });
    if (!checkInclusion({ index, size: checkpoint.size, leaf: leafHash(extra.header), path: proof.path, root: checkpoint.root })) refuse('not-included', { index });
    if ('payload' in extra) openPayload(header, extra.payload, extra.salt);
    report.counts['payload' in extra ? 'opened' : header.payload === null ? 'none' : 'withheld'] += 1;
  });
  report.check('included', { count: 1, size: checkpoint.size });
  report.check('contents', { parts: contentParts(report.counts) });
  if (checkpoint.size > 1n) report.caution('others', {});
  if (report.counts.withheld > 0) report.caution('unopened', {});
  report.show(header, 'payload' in extra ? { state: 'opened', text: extra.payload } : header.payload === null ? null : { state: 'withheld' });
}

// ---------------------------------------------------------------------------------------------------------------------------------
// A checkpoint alone, or with the proof that an older one is its beginning.

/** Bare base64 lines, or the body of a witness request: `old N`, hashes, an empty line, the newer checkpoint. */
export function parseConsistency(text) {
  const cut = text.indexOf('\n\n');
  const lines = (cut === -1 ? text.replace(/\n$/, '') : text.slice(0, cut)).split('\n');
  let old;
  if (lines[0]?.startsWith('old ')) {
    const match = /^old (0|[1-9][0-9]{0,19})$/.exec(lines.shift());
    if (match === null) refuse('consistency-form');
    old = BigInt(match[1]);
  } else if (cut !== -1) refuse('consistency-form');
  if (lines.length === 1 && lines[0] === '') lines.pop();
  return { old, path: hashesFrom(lines, nouns.consistency), checkpoint: cut === -1 ? undefined : text.slice(cut + 2) };
}

function checkNote(report, text, given) {
  const request = text.startsWith('old ') ? parseConsistency(text) : undefined;
  if (request !== undefined && request.checkpoint === undefined) refuse('consistency-form');
  const checkpoint = readCheckpoint(request?.checkpoint ?? text, nouns.checkpoint);
  const held = settleLone(report, checkpoint, given);
  if (request !== undefined && held === undefined) report.lack('held-needed', { old: request.old });
  if (request?.old === 0n && request.path.length > 0) refuse('consistency-form');
  if (request !== undefined && held !== undefined && held.size !== request.old) refuse('consistency-other', { older: held.size, newer: checkpoint.size });
  if (held !== undefined) settleHeld(report, held, checkpoint, request === undefined ? given : { ...given, consistency: request });
  report.caution('note-only', {});
}

// ---------------------------------------------------------------------------------------------------------------------------------
// A folder of tiles: every leaf hash, every higher tile, every entry that is there.

class TileFolder {
  constructor(path) {
    this.path = path;
  }

  /** Bytes of a plain file below the folder, or undefined; links, pipes and devices are refused before they are opened. */
  read(name, limit) {
    const path = join(this.path, name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return within({ file: name }, () => {
      if (!stat.isFile()) refuse('tile-odd', { name });
      if (stat.size > limit) refuse('file-long', { limit });
      return reading(path, () => readFileSync(path));
    });
  }

  /** Hashes of one tile: the partial file of that width, or the first `width` of the full one. */
  hashes(level, number, width) {
    for (const held of width === 256 ? [256] : [width, 256]) {
      const name = tilePath(level, number, held);
      const bytes = this.read(name, 8192);
      if (bytes === undefined) continue;
      if (bytes.length !== held * 32) within({ file: name }, () => refuse('tile-length', { name }));
      return bytes.subarray(0, width * 32);
    }
    return refuse('tile-missing', { name: tilePath(level, number, width) });
  }

  /** The entries of one entry bundle, or undefined where it was left out. */
  entries(number, width) {
    for (const held of width === 256 ? [256] : [width, 256]) {
      const name = tilePath('entries', number, held);
      const bytes = this.read(name, 256 * (limits.header + 2));
      if (bytes === undefined) continue;
      return within({ file: name }, () => {
        const entries = [];
        for (let at = 0; at < bytes.length; ) {
          const end = at + 2 + (at + 2 <= bytes.length ? bytes.readUInt16BE(at) : Infinity);
          if (end > bytes.length) refuse('tile-length', { name });
          entries.push(bytes.subarray(at + 2, end));
          at = end;
        }
        if (entries.length !== held) refuse('tile-length', { name });
        return entries.slice(0, width);
      });
    }
    return undefined;
  }
}

/** Hashes of one level waiting to fill their tile; each full tile gives one hash to the level above. */
class TileLevels {
  #levels = [];

  constructor(folder) {
    this.folder = folder;
  }

  add(level, hash) {
    const row = (this.#levels[level] ??= { number: 0, hashes: [] });
    row.hashes.push(hash);
    if (row.hashes.length < 256) return;
    const tree = new GrowingTree();
    for (const each of row.hashes) tree.append(each);
    if (level > 0) this.#compare(level, row);
    row.number += 1;
    row.hashes = [];
    this.add(level + 1, tree.root());
  }

  finish() {
    for (const [level, row] of this.#levels.entries()) if (level > 0 && row.hashes.length > 0) this.#compare(level, row);
  }

  #compare(level, { number, hashes }) {
    const name = tilePath(level, number, hashes.length);
    if (!same(this.folder.hashes(level, number, hashes.length), Buffer.concat(hashes))) within({ file: name }, () => refuse('tile-differs', { name }));
  }
}

function checkTiles(report, path, given, progress) {
  const folder = new TileFolder(path);
  const bytes = folder.read('checkpoint', limits.noteText);
  if (bytes === undefined) throw new Stop('missing', 'file-missing', { path: join(path, 'checkpoint') });
  const checkpoint = within({ file: 'checkpoint' }, () => readCheckpoint(decodeUtf8(bytes), nouns.checkpoint));
  const held = settleLone(report, checkpoint, given);
  if (checkpoint.size > BigInt(Number.MAX_SAFE_INTEGER)) refuse('size-large');
  const size = Number(checkpoint.size);
  const walksToHeld = held !== undefined && held.size > 0n && compareHeld(held, checkpoint) === 'older';
  if (held !== undefined && !walksToHeld) settleHeld(report, held, checkpoint, given);
  if (walksToHeld) report.held = { size: held.size, root: held.root.toString('base64'), relation: 'older' };
  const tree = new GrowingTree();
  const levels = new TileLevels(folder);
  report.counts = { entries: 0, opened: 0, withheld: 0, locked: 0, erased: 0, none: 0 };
  let chained = genesisHash(checkpoint.origin).toString('hex');
  for (let number = 0; number * 256 < size; number += 1) {
    const width = Math.min(256, size - number * 256);
    const hashes = folder.hashes(0, number, width);
    const entries = folder.entries(number, width);
    if (entries === undefined) chained = undefined;
    for (let at = 0; at < width; at += 1) {
      const leaf = hashes.subarray(at * 32, at * 32 + 32);
      if (entries !== undefined) chained = within({ file: tilePath('entries', number, width), entry: tree.size }, () => checkTileEntry(report, entries[at], leaf, tree.size, chained));
      tree.append(leaf);
      levels.add(0, leaf);
      if (walksToHeld && BigInt(tree.size) === held.size) {
        if (!same(tree.root(), held.root)) refuse('held-forked', { size: held.size });
        report.check('held-older', { size: held.size });
      }
    }
    progress(tree.size, size);
  }
  if (!same(tree.root(), checkpoint.root)) refuse('root-differs', { size });
  levels.finish();
  report.check('tiles', { size });
  if (report.counts.entries === 0) report.lack('no-entries', {});
  else report.check('tile-entries', { count: report.counts.entries, size });
  if (report.counts.entries < size && report.counts.entries > 0) report.caution('others', {});
  report.caution('unopened', {});
}

function checkTileEntry(report, bytes, leaf, index, chained) {
  if (!same(leafHash(bytes), leaf)) refuse('leaf-differs', { index });
  const text = decodeUtf8(bytes);
  const header = parseHeader(text);
  if (header.seq !== index) refuse('seq-differs', { index, seq: header.seq });
  if (chained !== undefined && header.prev !== chained) refuse('chain-broken', { index });
  report.counts.entries += 1;
  report.counts[header.payload === null ? 'none' : 'withheld'] += 1;
  report.show(header, header.payload === null ? null : { state: 'withheld' });
  return chainHash(Buffer.from(header.prev, 'hex'), text).toString('hex');
}

// ---------------------------------------------------------------------------------------------------------------------------------
// Words, English and Portuguese. {name} stands for a value; what comes from the file is made visible before it is put in.

const nouns = {
  head: ['The first line of the bundle', 'A primeira linha do pacote'],
  entry: ['The entry\'s line', 'A linha da entrada'],
  header: ['The header of the entry', 'O cabeçalho da entrada'],
  payload: ['The content of the entry', 'O conteúdo da entrada'],
  checkpoint: ['The checkpoint', 'O ponto de verificação'],
  held: ['Your checkpoint', 'O seu ponto de verificação'],
  older: ['An older checkpoint in the file', 'Um ponto de verificação mais antigo no arquivo'],
  rotation: ['A change of key in the first line', 'Uma troca de chave na primeira linha'],
  rotationCheckpoint: ['The checkpoint of a change of key', 'O ponto de verificação de uma troca de chave'],
  proofFile: ['The proof file', 'O arquivo de prova'],
  extra: ['The "extra" line of the proof file', 'A linha "extra" do arquivo de prova'],
  consistency: ['The consistency proof', 'A prova de consistência']
};

const reasons = {
  // the file as such
  'file-empty': ['The file is empty.', 'O arquivo está vazio.'],
  'file-long': ['The file is longer than {limit} bytes, more than such a file can need.', 'O arquivo tem mais de {limit} bytes, mais do que um arquivo assim pode precisar.'],
  'file-missing': ['There is no such file: {path}. Check the name.', 'Não existe este arquivo: {path}. Confira o nome.'],
  'file-unreadable': ['The file cannot be read ({why}): {path}.', 'O arquivo não pode ser lido ({why}): {path}.'],
  internal: ['This program failed on the file; nothing is verified by that. It is a fault of the program: {why}', 'Este programa falhou com o arquivo; nada se verificou com isso. É um defeito do programa: {why}'],
  'line-long': ['A line is longer than {limit} bytes, more than such a line can need.', 'Uma linha tem mais de {limit} bytes, mais do que uma linha assim pode precisar.'],
  'line-open': ['The last line has no end: the file was cut off or is not text.', 'A última linha não termina: o arquivo foi cortado ou não é texto.'],
  'not-utf8': ['The text is not valid UTF-8.', 'O texto não é UTF-8 válido.'],
  'cut-off': ['The file ends early: {found} of {expected} entries are there.', 'O arquivo termina antes da hora: há {found} de {expected} entradas.'],
  'closing-missing': ['The closing line is missing: the file was cut off.', 'Falta a linha final: o arquivo foi cortado.'],
  'closing-differs': ['The closing line does not fit what stands before it: the file was changed or damaged after it was written.', 'A linha final não corresponde ao que vem antes: o arquivo foi alterado ou danificado depois de escrito.'],
  'after-end': ['There is something after the closing line.', 'Há algo depois da linha final.'],
  'size-large': ['The tree is larger than this program can count exactly.', 'A árvore é maior do que este programa consegue contar com exatidão.'],
  // JSON and fields
  json: ['This is not valid JSON (near character {at}).', 'Isto não é JSON válido (perto do caractere {at}).'],
  'json-twice': ['The name "{key}" stands twice in one JSON object; two programs could read it differently.', 'O nome "{key}" aparece duas vezes no mesmo objeto JSON; dois programas poderiam lê-lo de modos diferentes.'],
  'json-deep': ['JSON is nested deeper than {limit} levels.', 'O JSON está aninhado além de {limit} níveis.'],
  'json-surrogate': ['A text holds half of a surrogate pair.', 'Um texto contém metade de um par substituto.'],
  'json-number': ['The number {text} cannot be held exactly; beyond 2^53 - 1 it must be written as text.', 'O número {text} não pode ser representado com exatidão; além de 2^53 - 1 deve vir como texto.'],
  'json-fraction': ['Only whole numbers are allowed here, not {text}.', 'Aqui só cabem números inteiros, não {text}.'],
  'line-spelling': ['The line is not spelled as such a line must be: compact JSON, no needless spaces or escapes.', 'A linha não está escrita como deve: JSON compacto, sem espaços nem escapes desnecessários.'],
  'not-canonical': ['{what} is not in its canonical form (RFC 8785).', '{what} não está na forma canônica (RFC 8785).'],
  'not-object': ['{what} is not a JSON object.', '{what} não é um objeto JSON.'],
  'field-unknown': ['{what} has a field that the format does not know: "{field}".', '{what} tem um campo que o formato não conhece: "{field}".'],
  'field-missing': ['{what} lacks the field "{field}".', 'Falta o campo "{field}": {what}.'],
  'field-bad': ['{what}: the value of "{field}" is not allowed.', '{what}: o valor de "{field}" não é permitido.'],
  'hash-form': ['{what}: a hash is not 32 bytes in base64.', '{what}: um hash não tem 32 bytes em base64.'],
  'hash-list': ['{what}: the list of hashes is no list or too long.', '{what}: a lista de hashes não é uma lista ou é longa demais.'],
  // keys and notes
  'vkey-form': ['This is not a verifier key (name+id+base64, type 1 or 4): {vkey}', 'Isto não é uma chave de verificação (nome+id+base64, tipo 1 ou 4): {vkey}'],
  'vkey-id': ['The id in the verifier key does not belong to it; it was mistyped or changed: {vkey}', 'O id na chave de verificação não pertence a ela; foi digitado errado ou alterado: {vkey}'],
  'vkey-type': ['This key is of the wrong kind (logs sign with type 1, witnesses with type 4): {vkey}', 'Esta chave é do tipo errado (registros assinam com o tipo 1, testemunhas com o tipo 4): {vkey}'],
  'vkey-name': ['The key does not carry the name of the log {origin}: {vkey}', 'A chave não leva o nome do registro {origin}: {vkey}'],
  'note-form': ['{what} is not a well-formed signed note.', '{what} não é uma nota assinada bem formada.'],
  'checkpoint-form': ['{what} does not hold origin, size and root as a checkpoint must.', '{what} não traz origem, tamanho e raiz como um ponto de verificação deve.'],
  'checkpoint-lines': ['{what} has lines after its root; Varve writes none.', '{what} tem linhas depois da raiz; o Varve não escreve nenhuma.'],
  'signature-bad': ['{what}: the signature of {name} is wrong. Text or signature was changed, or another key made it.', '{what}: a assinatura de {name} está errada. O texto ou a assinatura foi alterado, ou outra chave a fez.'],
  'signature-none': ['{what} carries no signature of the key that must have signed it. Found: {names}.', '{what} não traz assinatura da chave que deveria tê-lo assinado. Encontrado: {names}.'],
  'cosignature-bad': ['{what}: the cosignature of the witness {name} is wrong.', '{what}: a coassinatura da testemunha {name} está errada.'],
  'origin-differs': ['{what} is of the log {origin}, not of {expected}.', '{what} é do registro {origin}, não de {expected}.'],
  'key-foreign': ['The file is signed with a key that is not yours: {vkey}. Somebody else made it, or the key you hold is of another log.', 'O arquivo está assinado com uma chave que não é a sua: {vkey}. Outra pessoa o fez, ou a chave que você tem é de outro registro.'],
  'rotation-size': ['The change of key at entry {index}: its checkpoint is not the one of that entry.', 'A troca de chave na entrada {index}: o ponto de verificação não é o dessa entrada.'],
  'rotation-entry': ['The change of key at entry {index}: the entry does not record a change of key.', 'A troca de chave na entrada {index}: a entrada não registra uma troca de chave.'],
  'rotation-keys': ['The change of key at entry {index}: the entry names other keys.', 'A troca de chave na entrada {index}: a entrada nomeia outras chaves.'],
  'rotation-proof': ['The change of key at entry {index}: the entry is not in the tree that was signed.', 'A troca de chave na entrada {index}: a entrada não está na árvore assinada.'],
  'rotation-signatures': ['The change of key at entry {index} is not signed with both the old key and the new one.', 'A troca de chave na entrada {index} não está assinada com as duas chaves, a antiga e a nova.'],
  'rotation-order': ['The change of key at entry {index} is out of order or beyond the checkpoint.', 'A troca de chave na entrada {index} está fora de ordem ou além do ponto de verificação.'],
  'rotation-unproven': ['The change of key at entry {index}: nothing in the file shows that the log went on from there; its history may have been replaced.', 'A troca de chave na entrada {index}: nada no arquivo mostra que o registro continuou dali; o histórico pode ter sido substituído.'],
  'rotation-unlisted': ['Entry {index} records a change of key that the first line does not show.', 'A entrada {index} registra uma troca de chave que a primeira linha não mostra.'],
  // the tree
  'head-size': ['The first line speaks of {said} entries, the signed checkpoint of {size}.', 'A primeira linha fala de {said} entradas, o ponto de verificação assinado de {size}.'],
  'head-entries': ['The first line promises {said} entries; with {size} in the log that cannot be.', 'A primeira linha promete {said} entradas; com {size} no registro isso não pode ser.'],
  'index-order': ['Entry {index} stands out of order: entries were removed, inserted or moved.', 'A entrada {index} está fora de ordem: entradas foram removidas, inseridas ou movidas.'],
  'index-beyond': ['Entry {index} lies beyond the checkpoint of size {size}: nothing signed covers it.', 'A entrada {index} está além do ponto de verificação de tamanho {size}: nada assinado a cobre.'],
  'seq-differs': ['Stands in place {index}, but its header says {seq}.', 'Está no lugar {index}, mas o cabeçalho diz {seq}.'],
  'chain-broken': ['Entry {index} does not continue the entry before it: one of the two was changed, removed or inserted.', 'A entrada {index} não continua a anterior: uma das duas foi alterada, removida ou inserida.'],
  'not-included': ['Entry {index} is not in the log that was signed: its header was changed, or it was never there.', 'A entrada {index} não está no registro assinado: o cabeçalho foi alterado, ou ela nunca esteve lá.'],
  'root-differs': ['The root recomputed from the {size} entries is not the signed one: something in them was changed.', 'A raiz recalculada das {size} entradas não é a assinada: algo nelas foi alterado.'],
  'leaf-differs': ['Entry {index} does not fit the hash kept for it: it was changed.', 'A entrada {index} não corresponde ao hash guardado para ela: foi alterada.'],
  'consistency-form': ['The consistency proof is not in a form that is known here.', 'A prova de consistência não está numa forma conhecida aqui.'],
  'consistency-bad': ['The proof from {older} to {newer} entries fails: the older checkpoint is not a beginning of the newer log.', 'A prova de {older} para {newer} entradas falha: o ponto de verificação mais antigo não é um começo do registro mais novo.'],
  'consistency-other': ['The consistency proof is of other checkpoints than these of {older} and {newer} entries.', 'A prova de consistência é de outros pontos de verificação, não destes de {older} e {newer} entradas.'],
  'proof-form': ['This is not a well-formed proof file (c2sp.org/tlog-proof@v1).', 'Isto não é um arquivo de prova bem formado (c2sp.org/tlog-proof@v1).'],
  'tile-missing': ['A tile is missing: {name}.', 'Falta um bloco: {name}.'],
  'tile-odd': ['This is not a plain file: {name}.', 'Isto não é um arquivo comum: {name}.'],
  'tile-length': ['This tile has not the length that it must have: {name}.', 'Este bloco não tem o comprimento que deve ter: {name}.'],
  'tile-differs': ['This tile does not fit the entries below it: {name}.', 'Este bloco não corresponde às entradas abaixo dele: {name}.'],
  // entries
  'header-long': ['The header of the entry is no text or longer than {limit} bytes.', 'O cabeçalho da entrada não é texto ou tem mais de {limit} bytes.'],
  'payload-size': ['The content has not the length that the header states.', 'O conteúdo não tem o comprimento que o cabeçalho diz.'],
  'payload-altered': ['The content is not what was recorded: it does not open the commitment in the header.', 'O conteúdo não é o que foi registrado: não abre o compromisso no cabeçalho.'],
  'payload-missing': ['The content is missing, and nothing says why.', 'Falta o conteúdo, e nada diz por quê.'],
  'payload-unexpected': ['There is content where the header says that there is none.', 'Há conteúdo onde o cabeçalho diz que não há.'],
  'payload-state': ['The state of the content is none that the format knows.', 'O estado do conteúdo não é nenhum que o formato conhece.'],
  'payload-locked': ['The content is called locked, but the header says that it was never encrypted.', 'O conteúdo é dito trancado, mas o cabeçalho diz que nunca foi cifrado.'],
  'erased-unexplained': ['The content of entry {index} is gone and said to be erased by entry {by}, but no such opened entry in this file names it.', 'O conteúdo da entrada {index} não está e se diz apagado pela entrada {by}, mas nenhuma entrada aberta neste arquivo a nomeia.'],
  'erased-many': ['More than {limit} erased contents wait for their explanation; this program does not hold more.', 'Mais de {limit} conteúdos apagados aguardam explicação; este programa não guarda mais que isso.'],
  // what the reader holds
  'held-other-log': ['Your checkpoint is of another log ({origin}, not {expected}).', 'O seu ponto de verificação é de outro registro ({origin}, não {expected}).'],
  'held-forked': ['The log shown here is not the one you hold a checkpoint of: at {size} entries it has another root. There are two histories.', 'O registro mostrado aqui não é aquele do qual você tem um ponto de verificação: com {size} entradas tem outra raiz. Há duas histórias.'],
  // usage
  'usage-file': ['Say which file or folder to check.', 'Diga qual arquivo ou pasta conferir.'],
  'usage-files': ['Only one file or folder at a time: {argument}', 'Só um arquivo ou pasta por vez: {argument}'],
  'usage-option': ['There is no such option: {argument}', 'Não existe esta opção: {argument}'],
  'usage-value': ['The option needs a value: {argument}', 'A opção precisa de um valor: {argument}'],
  'usage-no-value': ['The option takes no value: {argument}', 'A opção não recebe valor: {argument}'],
  'usage-twice': ['The option may be given once only: {argument}', 'A opção só pode ser dada uma vez: {argument}'],
  'usage-language': ['The language is en or pt, not {argument}.', 'O idioma é en ou pt, não {argument}.'],
  'usage-consistency': ['--consistency needs --checkpoint: a proof leads from one checkpoint to another.', '--consistency precisa de --checkpoint: uma prova leva de um ponto de verificação a outro.'],
  'usage-keys': ['Too many keys; {limit} are the most.', 'Chaves demais; o máximo é {limit}.']
};

/** What keeps evidence that shows no fault from proving what was asked. */
const lacks = {
  'key-missing': ['No key was given, and this file carries none: the signature could not be checked. Give the log\'s key with --key.', 'Nenhuma chave foi dada, e este arquivo não traz uma: a assinatura não pôde ser conferida. Dê a chave do registro com --key.'],
  'key-required': ['--require-key was asked for, and the key came with the file only.', '--require-key foi pedido, e a chave veio só com o arquivo.'],
  'held-behind': ['Your checkpoint has {held} entries, this file shows only {size}. Either the file is older than your checkpoint, or the log was cut back.', 'O seu ponto de verificação tem {held} entradas, este arquivo mostra só {size}. Ou o arquivo é mais antigo que o seu ponto de verificação, ou o registro foi cortado.'],
  'held-unproven': ['Nothing in the file leads from your checkpoint of size {held} to this one of size {size}. Ask for a consistency proof and give it with --consistency.', 'Nada no arquivo leva do seu ponto de verificação de tamanho {held} a este de tamanho {size}. Peça uma prova de consistência e dê-a com --consistency.'],
  'held-needed': ['The file proves how the log went on from {old} entries; give the checkpoint of that size with --checkpoint.', 'O arquivo prova como o registro continuou a partir de {old} entradas; dê o ponto de verificação desse tamanho com --checkpoint.'],
  'witness-missing': ['The witness {name} has not signed this checkpoint.', 'A testemunha {name} não assinou este ponto de verificação.'],
  'extra-missing': ['The proof file does not carry the entry itself ("extra" line): there is nothing to prove.', 'O arquivo de prova não traz a própria entrada (linha "extra"): não há o que provar.'],
  'no-entries': ['There is no entry in it: nothing is proven but the checkpoint.', 'Não há nenhuma entrada: nada se prova além do ponto de verificação.']
};

const checks = {
  signed: ['The checkpoint of size {size} is signed with the key that you gave.', 'O ponto de verificação de tamanho {size} está assinado com a chave que você deu.'],
  'signed-later': ['The checkpoint of size {size} is signed with the key that replaced the one you gave.', 'O ponto de verificação de tamanho {size} está assinado com a chave que substituiu a que você deu.'],
  'signed-own': ['The checkpoint of size {size} is signed with the key that came with the file.', 'O ponto de verificação de tamanho {size} está assinado com a chave que veio com o arquivo.'],
  rotations: ['Changes of key: {count}. Each is recorded in the log and signed with the old key and the new one.', 'Trocas de chave: {count}. Cada uma está registrada e assinada com a chave antiga e a nova.'],
  older: ['Older checkpoints in the file: {count}. The log continues each of them.', 'Pontos de verificação mais antigos no arquivo: {count}. O registro continua cada um deles.'],
  'held-same': ['Your checkpoint of size {size} is the same one.', 'O seu ponto de verificação de tamanho {size} é o mesmo.'],
  'held-older': ['The log continues your checkpoint of size {size}: nothing up to there was changed.', 'O registro continua o seu ponto de verificação de tamanho {size}: nada até ali foi alterado.'],
  'held-newer': ['Your checkpoint of size {size} is newer and continues this one: nothing up to here was changed.', 'O seu ponto de verificação de tamanho {size} é mais novo e continua este: nada até aqui foi alterado.'],
  witness: ['The witness {name} saw this checkpoint at {time} (by its own clock).', 'A testemunha {name} viu este ponto de verificação em {time} (pelo relógio dela).'],
  complete: ['All {count} entries: the root recomputed from them is the signed one, and each names the one before it.', 'Todas as {count} entradas: a raiz recalculada delas é a assinada, e cada uma nomeia a anterior.'],
  included: ['{count} of {size} entries: each stands at its place under the signed root.', '{count} de {size} entradas: cada uma está no seu lugar sob a raiz assinada.'],
  contents: ['Contents: {parts}.', 'Conteúdos: {parts}.'],
  tiles: ['All {size} leaf hashes and the tiles above them lead to the signed root.', 'Todos os {size} hashes de folhas e os blocos acima deles levam à raiz assinada.'],
  'tile-entries': ['{count} of {size} entries are in the folder, and each fits its hash and the entry before it.', '{count} de {size} entradas estão na pasta, e cada uma corresponde ao seu hash e à entrada anterior.']
};

const contentStates = {
  opened: ['opened, exactly what was recorded: {count}', 'abertos, exatamente o que foi registrado: {count}'],
  withheld: ['withheld: {count}', 'retidos: {count}'],
  locked: ['locked: {count}', 'trancados: {count}'],
  erased: ['erased, each named by a later entry: {count}', 'apagados, cada um nomeado por uma entrada posterior: {count}'],
  none: ['entries without content: {count}', 'entradas sem conteúdo: {count}']
};

const cautions = {
  tail: ['Whether there were more than {size} entries: only a newer checkpoint, kept by somebody else, can tell.', 'Se houve mais de {size} entradas: só um ponto de verificação mais novo, guardado por outra pessoa, pode dizer.'],
  truth: ['Whether what the entries say is true. Their times come from the clock of whoever kept the log.', 'Se o que as entradas dizem é verdade. Os horários vêm do relógio de quem manteve o registro.'],
  others: ['What the entries say that are not in this file.', 'O que dizem as entradas que não estão neste arquivo.'],
  unopened: ['The contents that are not opened here: only their commitments were seen.', 'Os conteúdos não abertos aqui: só se viram os compromissos.'],
  erased: ['Erased contents: that they are gone is explained, what they said is not verified.', 'Conteúdos apagados: a ausência está explicada, o que diziam não é verificado.'],
  claims: ['"about", "created", "disclosure" and "filter" in the first line: nothing proves them.', '"about", "created", "disclosure" e "filter" na primeira linha: nada os prova.'],
  'note-only': ['The entries themselves: a checkpoint only fixes them.', 'As próprias entradas: um ponto de verificação apenas as fixa.']
};

const verdicts = {
  verified: [
    'VERIFIED with the key that you gave. The end is not proven: no checkpoint of your own was given to compare with.',
    'VERIFICADO com a chave que você deu. O fim não está provado: nenhum ponto de verificação seu foi dado para comparar.'
  ],
  'verified-held': ['VERIFIED with the key that you gave and against the checkpoint that you hold.', 'VERIFICADO com a chave que você deu e contra o ponto de verificação que você tem.'],
  consistent: [
    'CONSISTENT, NOT VERIFIED. Everything fits together, but the key came only from this file, and whoever made the file could have made the key. Compare it, character by character, with the key that the log\'s owner gives you another way, then check again with --key:\n  {vkey}',
    'CONSISTENTE, NÃO VERIFICADO. Tudo se encaixa, mas a chave veio só deste arquivo, e quem fez o arquivo pode ter feito a chave. Compare-a, caractere por caractere, com a chave que o dono do registro lhe der por outro caminho, e confira de novo com --key:\n  {vkey}'
  ],
  'consistent-held': [
    'CONSISTENT with the checkpoint that you hold, but the key came only from this file. Compare it, character by character, with the key that the log\'s owner gives you another way, then check again with --key:\n  {vkey}',
    'CONSISTENTE com o ponto de verificação que você tem, mas a chave veio só deste arquivo. Compare-a, caractere por caractere, com a chave que o dono do registro lhe der por outro caminho, e confira de novo com --key:\n  {vkey}'
  ],
  behind: ['BEHIND what you hold. {reason}', 'ATRÁS do que você tem. {reason}'],
  unproven: ['NOT PROVEN. {reason}', 'NÃO PROVADO. {reason}'],
  refused: ['REFUSED. {reason}\n  Rely on nothing in this file.', 'RECUSADO. {reason}\n  Não confie em nada deste arquivo.']
};

const labels = {
  title: ['varve-verify {version}: an independent check that shares no code with Varve', 'varve-verify {version}: uma conferência independente, sem código em comum com o Varve'],
  bundle: ['evidence bundle', 'pacote de evidências'],
  proof: ['proof of one entry', 'prova de uma entrada'],
  checkpoint: ['checkpoint', 'ponto de verificação'],
  tiles: ['folder of tiles', 'pasta de blocos'],
  file: ['File', 'Arquivo'],
  log: ['Log', 'Registro'],
  against: ['Checkpoint', 'Ponto de verificação'],
  sizeRoot: ['{size} entries, root {root}', '{size} entradas, raiz {root}'],
  key: ['Key', 'Chave'],
  given: ['{vkey} (given by you)', '{vkey} (dada por você)'],
  fromFile: ['{vkey} (came with the file)', '{vkey} (veio com o arquivo)'],
  signer: ['Signed with', 'Assinado com'],
  held: ['You hold', 'Você tem'],
  checked: ['What was checked', 'O que foi conferido'],
  open: ['What this does not show', 'O que isto não mostra'],
  at: ['Where', 'Onde'],
  line: ['line {line}', 'linha {line}'],
  entryAt: ['entry {entry}', 'entrada {entry}'],
  fileAt: ['file {file}', 'arquivo {file}'],
  beforeVerdict: ['Entries as they were checked, for the verdict at the end to confirm or refuse:', 'Entradas conforme foram conferidas, para o veredito no fim confirmar ou recusar:']
};

const help = [
  `Usage: node varve-verify.mjs FILE|FOLDER [options]

FILE is an evidence bundle (.varve-evidence), a proof file (.tlog-proof), a checkpoint, or
the request for a witness ("old N", hashes, checkpoint). FOLDER holds tiles.

  --key VKEY|FILE          the log's key, got from its owner another way; may be repeated
  --checkpoint FILE        a checkpoint that you hold yourself: the file must fit it
  --consistency FILE       the proof that leads from one checkpoint to the other
  --witness VKEY|FILE      a witness that must have cosigned; may be repeated
  --origin NAME            the log that is expected (default: the name in the key)
  --require-key            a key from the file itself is not enough
  --list                   also print each entry
  --json                   one JSON document instead of sentences
  --language en|pt         default: from LC_ALL, LC_MESSAGES, LANG
  --version, --help

Exit codes: 0 verified or consistent (read which), 1 unreadable, 2 wrong usage, 4 no such
file, 5 refused, 9 evidence missing, or behind the checkpoint that you hold.
`,
  `Uso: node varve-verify.mjs ARQUIVO|PASTA [opções]

ARQUIVO é um pacote de evidências (.varve-evidence), um arquivo de prova (.tlog-proof), um
ponto de verificação ou o pedido a uma testemunha ("old N", hashes, ponto de verificação).
PASTA contém blocos (tiles).

  --key VKEY|ARQUIVO       a chave do registro, recebida do dono por outro caminho; pode repetir
  --checkpoint ARQUIVO     um ponto de verificação que você mesmo tem: o arquivo deve caber nele
  --consistency ARQUIVO    a prova que leva de um ponto de verificação ao outro
  --witness VKEY|ARQUIVO   uma testemunha que deve ter coassinado; pode repetir
  --origin NOME            o registro esperado (padrão: o nome na chave)
  --require-key            uma chave vinda do próprio arquivo não basta
  --list                   mostra também cada entrada
  --json                   um documento JSON em vez de frases
  --language en|pt         padrão: de LC_ALL, LC_MESSAGES, LANG
  --version, --help

Códigos de saída: 0 verificado ou consistente (leia qual), 1 ilegível, 2 uso errado, 4 não há
tal arquivo, 5 recusado, 9 falta evidência, ou atrás do ponto de verificação que você tem.
`
];

/** How many contents stand in which state, without the states that none is in. */
function contentParts(counts) {
  const present = Object.entries(contentStates).filter(([state]) => counts[state] > 0);
  return [0, 1].map((language) => present.map(([state, pair]) => say(pair, { count: counts[state] }, language)).join('; '));
}

function say(pair, values, language) {
  return pair[language].replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    return value === undefined ? whole : Array.isArray(value) ? value[language] : visible(String(value));
  });
}

// ---------------------------------------------------------------------------------------------------------------------------------
// The report: what was checked against what, what stays open, and one of three verdicts (or what keeps it from one).

class Report {
  file;
  kind = 'unknown';
  origin = undefined;
  checkpoint = undefined;
  key = undefined;
  held = undefined;
  rotations = 0;
  counts = undefined;
  witnesses = [];
  checks = [];
  lacks = [];
  cautions = [];
  stop = undefined;
  requireKey = false;
  /** Called with each entry that passed, where entries are to be listed. */
  show = () => undefined;

  constructor(file) {
    this.file = file;
  }

  setCheckpoint({ origin, size, root }) {
    this.origin = origin;
    this.checkpoint = { size, root: root.toString('base64') };
  }

  check(code, values) {
    this.checks.push({ code, values });
  }

  lack(code, values, kind = 'unproven') {
    this.lacks.push({ code, values, kind });
  }

  caution(code, values) {
    this.cautions.push({ code, values });
  }

  get verdict() {
    if (this.stop !== undefined) return this.stop.kind === 'refused' ? 'refused' : 'error';
    if (this.lacks.some(({ kind }) => kind === 'behind')) return 'behind';
    if (this.lacks.length > 0) return 'unproven';
    return this.key?.from === 'given' ? 'verified' : 'consistent';
  }

  get exit() {
    if (this.stop !== undefined) return { refused: 5, missing: 4, usage: 2 }[this.stop.kind] ?? 1;
    const needsKey = this.requireKey && this.verdict === 'consistent';
    return this.lacks.length > 0 || needsKey ? 9 : 0;
  }

  /** Everything as plain values; sizes beyond what JSON holds exactly as text. */
  toJson(language) {
    const number = (size) => (typeof size === 'bigint' && size <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(size) : typeof size === 'bigint' ? String(size) : size);
    const worded = (table) => ({ code, values }) => ({ code, message: say(table[code], values, language) });
    const reason = this.stop === undefined ? null : { code: this.stop.code, message: say(reasons[this.stop.code], this.stop.values, language) };
    return {
      tool: 'varve-verify',
      version,
      file: this.file,
      kind: this.kind,
      verdict: this.verdict,
      exit: this.exit,
      reason,
      at: this.stop?.place ?? null,
      lacks: [...this.lacks, ...(this.exit === 9 && this.lacks.length === 0 ? [{ code: 'key-required', values: {} }] : [])].map(worded(lacks)),
      origin: this.origin ?? null,
      checkpoint: this.checkpoint === undefined ? null : { size: number(this.checkpoint.size), root: this.checkpoint.root },
      key: this.key ?? null,
      rotations: this.rotations,
      held: this.held === undefined ? null : { ...this.held, size: number(this.held.size) },
      witnesses: this.witnesses,
      counts: this.counts ?? null,
      checks: this.checks.map(worded(checks)),
      notShown: this.allCautions().map(worded(cautions))
    };
  }

  allCautions() {
    if (this.stop !== undefined || this.checkpoint === undefined) return [];
    const newer = this.held?.relation === 'newer';
    return [...(newer ? [] : [{ code: 'tail', values: { size: this.checkpoint.size } }]), { code: 'truth', values: {} }, ...this.cautions];
  }

  toText(language) {
    const told = (pair, values = {}) => say(pair, values, language);
    const facts = [[told(labels.file), visible(this.file) + (labels[this.kind] === undefined ? '' : ` (${told(labels[this.kind])})`)]];
    if (this.origin !== undefined) facts.push([told(labels.log), visible(this.origin)]);
    if (this.checkpoint !== undefined) facts.push([told(labels.against), told(labels.sizeRoot, this.checkpoint)]);
    if (this.key !== undefined) facts.push([told(labels.key), told(this.key.from === 'given' ? labels.given : labels.fromFile, this.key)]);
    if (this.key?.signer !== undefined && this.key.signer !== this.key.vkey) facts.push([told(labels.signer), visible(this.key.signer)]);
    if (this.held !== undefined) facts.push([told(labels.held), told(labels.sizeRoot, this.held)]);
    const wide = Math.max(...facts.map(([label]) => label.length)) + 2;
    const lines = [told(labels.title, { version }), '', ...facts.map(([label, text]) => label.padEnd(wide) + text)];
    const list = (title, table, items) => items.length > 0 && lines.push('', told(title), ...items.map(({ code, values }) => `  - ${told(table[code], values)}`));
    // After a refusal, what had passed before it must not look like a result.
    if (this.stop === undefined) list(labels.checked, checks, this.checks);
    list(labels.open, cautions, this.allCautions());
    lines.push('', ...this.#verdictText(told));
    return lines.join('\n') + '\n';
  }

  #verdictText(told) {
    const { place } = this.stop ?? {};
    if (this.verdict === 'error') return [told(reasons[this.stop.code], this.stop.values)];
    if (this.verdict === 'refused') {
      const where = [
        ...(place?.file === undefined ? [] : [told(labels.fileAt, place)]),
        ...(place?.line === undefined ? [] : [told(labels.line, place)]),
        ...(place?.entry === undefined ? [] : [told(labels.entryAt, place)])
      ];
      const lines = [told(verdicts.refused, { reason: reasons[this.stop.code].map((_, at) => say(reasons[this.stop.code], this.stop.values, at)) })];
      return where.length === 0 ? lines : [...lines, `  ${told(labels.at)}: ${where.join(', ')}`];
    }
    if (this.lacks.length > 0) {
      const ordered = [...this.lacks].sort((left, right) => Number(right.kind === 'behind') - Number(left.kind === 'behind'));
      const [first, ...rest] = ordered.map(({ code, values }) => told(lacks[code], values));
      return [told(verdicts[this.verdict], { reason: [first, first] }), ...rest.map((line) => `  ${line}`)];
    }
    const fits = this.held === undefined ? '' : '-held';
    return [told(verdicts[this.verdict + fits], { vkey: this.key?.vkey ?? '' }), ...(this.exit === 9 ? [`  ${told(lacks['key-required'])}`] : [])];
  }
}

// ---------------------------------------------------------------------------------------------------------------------------------
// One check from end to end.

/** Keys as given: the key itself, or a file with one key per line. */
function readKeys(values, type) {
  const isKey = (value) => /^[^+\s]+\+[^+\s]*\+\S+$/.test(value) && statSync(value, { throwIfNoEntry: false }) === undefined;
  const texts = values.flatMap((value) => (isKey(value) ? [value] : readText(value).split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== '')));
  if (texts.length > limits.keys) throw new Stop('usage', 'usage-keys', { limit: limits.keys });
  return [...new Set(texts)].map((vkey) => {
    try {
      const key = parseVkey(vkey);
      if (key.type !== type) refuse('vkey-type', { vkey });
      return key;
    } catch (error) {
      if (error instanceof Stop && error.kind === 'refused') error.kind = 'usage';
      throw error;
    }
  });
}

function readHeld(path) {
  const text = readText(path);
  return within({ file: path }, () => readCheckpoint(text, nouns.held));
}

function checkFile(report, path, given, progress) {
  if (reading(path, () => statSync(path)).isDirectory()) {
    report.kind = 'tiles';
    return checkTiles(report, path, given, progress);
  }
  const reader = new LineReader(path);
  try {
    const beginning = reader.peek().toString('latin1');
    if (beginning === '') refuse('file-empty');
    if (path.endsWith('.varve-evidence') || beginning.startsWith('{')) {
      report.kind = 'bundle';
      return new BundleCheck(report, given).run(reader, progress);
    }
    if (path.endsWith('.tlog-proof') || beginning.startsWith('c2sp.org/tlog-proof@')) {
      report.kind = 'proof';
      return checkProofFile(report, reader, given);
    }
    report.kind = 'checkpoint';
    return checkNote(report, decodeUtf8(reader.all(limits.smallFile)), given);
  } finally {
    reader.close();
  }
}

/**
 * Checks one file or folder.
 * @param options keys, witnesses: lists of vkeys or files; checkpoint, consistency: files; origin; requireKey; show(header, payload); progress(done, of).
 */
export function check(path, options = {}) {
  const report = new Report(path);
  report.requireKey = options.requireKey === true;
  if (options.show !== undefined) report.show = options.show;
  try {
    const given = {
      keys: readKeys(options.keys ?? [], 1),
      witnesses: readKeys(options.witnesses ?? [], 4),
      held: options.checkpoint === undefined ? undefined : readHeld(options.checkpoint),
      consistency: undefined,
      origin: options.origin
    };
    if (options.consistency !== undefined) {
      const text = readText(options.consistency);
      given.consistency = within({ file: options.consistency }, () => parseConsistency(text));
    }
    checkFile(report, path, given, options.progress ?? (() => undefined));
  } catch (error) {
    report.stop = error instanceof Stop ? error : new Stop('failed', 'internal', { why: String(error) });
  }
  return report;
}

// ---------------------------------------------------------------------------------------------------------------------------------
// The command line.

const valued = { '--key': 'keys', '--witness': 'witnesses', '--checkpoint': 'checkpoint', '--consistency': 'consistency', '--origin': 'origin', '--language': 'language' };
const repeated = new Set(['keys', 'witnesses']);
const switches = { '--json': 'json', '--list': 'list', '--require-key': 'requireKey', '--help': 'help', '-h': 'help', '--version': 'version' };

function parseArguments(list) {
  const options = {};
  const usage = (code, argument) => {
    throw new Stop('usage', code, { argument });
  };
  for (let at = 0, plain = false; at < list.length; at += 1) {
    const argument = list[at];
    if (plain || !argument.startsWith('-') || argument === '-') {
      if (options.file !== undefined) usage('usage-files', argument);
      options.file = argument;
      continue;
    }
    if (argument === '--') {
      plain = true;
      continue;
    }
    const equals = argument.startsWith('--') ? argument.indexOf('=') : -1;
    const name = equals === -1 ? argument : argument.slice(0, equals);
    if (Object.hasOwn(switches, name)) {
      if (equals !== -1) usage('usage-no-value', name);
      options[switches[name]] = true;
      continue;
    }
    if (!Object.hasOwn(valued, name)) usage('usage-option', name);
    if (equals === -1) at += 1;
    const value = equals === -1 ? list[at] : argument.slice(equals + 1);
    if (value === undefined || value === '') usage('usage-value', name);
    const field = valued[name];
    if (repeated.has(field)) (options[field] ??= []).push(value);
    else if (options[field] === undefined) options[field] = value;
    else usage('usage-twice', name);
  }
  if (options.consistency !== undefined && options.checkpoint === undefined) usage('usage-consistency');
  if (options.file === undefined && options.help !== true && options.version !== true) usage('usage-file');
  return options;
}

function languageOf(list, env) {
  const at = list.lastIndexOf('--language');
  const wanted = at === -1 ? list.findLast((item) => item.startsWith('--language='))?.slice('--language='.length) : list[at + 1];
  if (wanted !== undefined) {
    if (/^en([-_]|$)/i.test(wanted)) return 0;
    if (/^pt([-_]|$)/i.test(wanted)) return 1;
    throw new Stop('usage', 'usage-language', { argument: wanted });
  }
  return /^pt/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? 1 : 0;
}

/** JSON in which nothing can steer a terminal either. */
const printJson = (value) => JSON.stringify(value).replace(deceptive, spelled) + '\n';

function entryLine(header, payload) {
  const content = payload === null ? '' : payload.state === 'opened' ? ' ' + payload.text : ` (${payload.state})`;
  return visible(`${header.seq} ${header.ts} ${header.actor} ${header.action}${header.subject === '' ? '' : ' ' + header.subject}${content}`, 2000) + '\n';
}

/** Runs the command line; returns the exit code. `io` is { out, err, env, showsProgress }. */
export function main(list, io) {
  let language = 0;
  let options;
  try {
    language = languageOf(list, io.env);
    options = parseArguments(list);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    const report = new Report('');
    report.stop = error;
    if (list.includes('--json')) io.out(printJson(report.toJson(language)));
    else io.err(`varve-verify: ${say(reasons[error.code], error.values, language)}\n${help[language]}`);
    return report.exit;
  }
  if (options.help === true || options.version === true) {
    io.out(options.help === true ? help[language] : `varve-verify ${version}\n`);
    return 0;
  }
  const listing = options.list === true;
  if (listing && options.json !== true) io.out(`${say(labels.beforeVerdict, {}, language)}\n`);
  const listed = options.json === true ? (header, payload) => io.out(printJson({ header, payload })) : (header, payload) => io.out(entryLine(header, payload));
  const progress = io.showsProgress !== true ? undefined : (done, of) => done % 20_000 === 0 && io.err(`\r${done} / ${of}`);
  const report = check(options.file, { ...options, show: listing ? listed : undefined, progress });
  if (io.showsProgress === true) io.err('\r\u001b[K');
  if (options.json === true) io.out(printJson(report.toJson(language)));
  else if (report.verdict === 'error') io.err(`varve-verify: ${say(reasons[report.stop.code], report.stop.values, language)}\n`);
  else io.out((listing ? '\n' : '') + report.toText(language));
  return report.exit;
}

function isMain() {
  try {
    return process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url));
  } catch {
    return false;
  }
}

if (isMain()) {
  // Whoever closes the pipe early has read enough.
  process.stdout.on('error', () => undefined);
  process.exitCode = main(process.argv.slice(2), {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    env: process.env,
    showsProgress: process.stderr.isTTY === true
  });
}
