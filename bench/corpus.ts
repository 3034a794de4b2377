// Folders to measure with, the same bytes for the same seed: `mixed` about 0.9 GiB of a research desk, `small` 100,000 files of 0.2 to 8 KiB, `big` one file
// of 1 GiB. And the changes between two snapshots: every 100th file edited in place and grown; in `mixed` the log grows, too; 1 MB in front of `big`.
import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, readSync, renameSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';

export type CorpusName = 'mixed' | 'small' | 'big';
const MiB = 1024 * 1024;

/** xorshift over 32 bits: small, quick, the same everywhere. */
class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0 || 1;
  }
  next(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }
  share(): number {
    return this.next() / 2 ** 32;
  }
  between(low: number, high: number): number {
    return low + Math.floor(this.share() * (high - low + 1));
  }
  of<T>(all: readonly T[]): T {
    return all[this.next() % all.length] as T;
  }
  bytes(length: number): Buffer {
    const words = new Uint32Array(Math.ceil(length / 4));
    for (let i = 0; i < words.length; i++) words[i] = this.next();
    return Buffer.from(words.buffer, 0, length);
  }
}

const words = 'layer sediment core sensor depth drift signal noise epoch batch model trial archive snapshot audit anchor station reading window baseline the of and to in a is that for on with as by at from it'.split(' ');
const sentence = (chance: Chance): string => `${Array.from({ length: chance.between(6, 20) }, () => chance.of(words)).join(' ')}. `;
const lines = {
  text: (chance: Chance) => sentence(chance) + (chance.share() < 0.1 ? '\n\n' : ''),
  jsonl: (chance: Chance, i: number) => `${JSON.stringify({ seq: i, at: new Date(1.7e12 + i * 1000).toISOString(), run: chance.next().toString(16), step: chance.between(0, 50_000), loss: Number(chance.share().toFixed(6)), note: sentence(chance), hash: chance.bytes(32).toString('hex') })}\n`,
  csv: (chance: Chance, i: number) => `${i},st${chance.between(1, 40)},${Array.from({ length: 10 }, () => (chance.share() * 100).toFixed(4)).join(',')},${chance.of(['ok', 'ok', 'warn', 'bad'])}\n`
};

function textOf(chance: Chance, kind: keyof typeof lines, length: number): string {
  let text = '';
  for (let i = 0; text.length < length; i++) text += lines[kind](chance, i);
  return text.slice(0, length);
}

/** In pieces, so that a large one needs little memory. */
function writeInPieces(path: string, size: number, piece: (length: number) => string | Buffer): void {
  const fd = openSync(path, 'w');
  for (let done = 0; done < size; done += MiB) {
    const bytes = piece(Math.min(MiB, size - done));
    writeSync(fd, typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }
  closeSync(fd);
}

/** Numbers as an instrument writes them: half of the files rounded, which packs well, half not at all. */
function numbersOf(chance: Chance, rounded: boolean): (length: number) => Buffer {
  let value = 0;
  return (length) => {
    const all = new Float64Array(Math.floor(length / 8));
    for (let i = 0; i < all.length; i++) {
      value = value * 0.999 + chance.share() - 0.5;
      all[i] = rounded ? Math.round(value * 64) / 64 : value;
    }
    return Buffer.from(all.buffer);
  };
}

function writeDatabase(path: string, size: number, chance: Chance): void {
  const db = new BetterSqlite3(path);
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE readings (id INTEGER PRIMARY KEY, run TEXT, kind TEXT, value REAL, note TEXT, raw BLOB); CREATE INDEX by_run ON readings (run, kind)');
  const insert = db.prepare('INSERT INTO readings (run, kind, value, note, raw) VALUES (?, ?, ?, ?, ?)');
  while (statSync(path).size < size) {
    db.exec('BEGIN');
    for (let i = 0; i < 2000; i++) insert.run(`run-${chance.between(1, 500)}`, chance.of(words), chance.share(), sentence(chance), chance.bytes(48));
    db.exec('COMMIT');
  }
  db.close();
}

function makeMixed(folder: string, scale: number): void {
  const chance = new Chance(11);
  const size = (bytes: number): number => Math.max(4096, Math.round(bytes * scale));
  const at = (sub: string): string => {
    mkdirSync(join(folder, sub), { recursive: true });
    return join(folder, sub);
  };
  writeInPieces(join(at('logs'), 'events.jsonl'), size(200 * MiB), (length) => textOf(chance, 'jsonl', length));
  writeInPieces(join(at('tables'), 'stations.csv'), size(96 * MiB), (length) => textOf(chance, 'csv', length));
  writeDatabase(join(at('databases'), 'metrics.db'), size(120 * MiB), chance);
  writeInPieces(join(at('arrays'), 'embeddings.bin'), size(128 * MiB), numbersOf(chance, false));
  writeInPieces(join(at('packed'), 'frames.zip'), size(100 * MiB), (length) => chance.bytes(length));
  for (let i = 0; i < 40; i++) {
    writeInPieces(join(at('logs/daily'), `d${i}.jsonl`), size(chance.between(256, 3072) * 1024), (length) => textOf(chance, 'jsonl', length));
    writeInPieces(join(at('tables'), `t${i}.csv`), size(chance.between(64, 3072) * 1024), (length) => textOf(chance, 'csv', length));
    writeInPieces(join(at('arrays'), `a${i}.bin`), size(chance.between(128, 3072) * 1024), numbersOf(chance, i % 2 === 0));
    if (i < 24) writeInPieces(join(at('packed'), `z${i}.gz`), size(chance.between(256, 3072) * 1024), (length) => chance.bytes(length));
    if (i < 8) writeDatabase(join(at('databases'), `s${i}.db`), size(chance.between(2, 6) * MiB), chance);
  }
  for (let i = 0; i < 1200; i++) writeFileSync(join(at(`notes/p${i % 40}`), `n${i}.md`), textOf(chance, 'text', 4096 + chance.between(0, 60 * 1024)));
}

function makeSmall(folder: string, scale: number): void {
  const chance = new Chance(22);
  const files = Math.round(100_000 * scale);
  for (let i = 0; i < files; i++) {
    const sub = Math.floor(i / 50);
    const place = join(folder, `g${Math.floor(sub / 50)}`, `f${sub}`);
    if (i % 50 === 0) mkdirSync(place, { recursive: true });
    const size = Math.round(200 + 7992 * chance.share() ** 2);
    if (chance.share() < 0.15) writeFileSync(join(place, `b${i}.bin`), chance.bytes(size));
    else {
      const kind = chance.of(['text', 'jsonl', 'csv'] as const);
      writeFileSync(join(place, `x${i}.${kind}`), textOf(chance, kind, size));
    }
  }
}

function makeBig(folder: string, scale: number): void {
  const chance = new Chance(33);
  mkdirSync(folder, { recursive: true });
  let piece = 0;
  writeInPieces(join(folder, 'big.bin'), Math.round(1024 * MiB * scale), (length) => (Math.floor(piece++ / 4) % 2 === 0 ? chance.bytes(length) : textOf(chance, 'jsonl', length)));
}

/** `scale` 1: the full size. */
export function makeCorpus(name: CorpusName, folder: string, scale: number): void {
  mkdirSync(folder, { recursive: true });
  ({ mixed: makeMixed, small: makeSmall, big: makeBig })[name](folder, scale);
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

export function changeCorpus(name: CorpusName, folder: string): void {
  const chance = new Chance(44);
  if (name === 'big') {
    const path = join(folder, 'big.bin');
    const [from, to] = [openSync(path, 'r'), openSync(`${path}.new`, 'w')];
    writeSync(to, chance.bytes(1_000_000));
    const room = Buffer.alloc(8 * MiB);
    for (let count = readSync(from, room); count > 0; count = readSync(from, room)) writeSync(to, room, 0, count);
    closeSync(from);
    closeSync(to);
    rmSync(path);
    renameSync(`${path}.new`, path);
    return;
  }
  for (const [i, path] of filesBelow(folder).entries()) {
    // A database that is edited like that is none any more.
    if (i % 100 !== 0 || path.endsWith('.db')) continue;
    const fd = openSync(path, 'r+');
    writeSync(fd, chance.bytes(64), 0, 64, Math.floor(chance.share() * Math.max(1, statSync(path).size - 64)));
    closeSync(fd);
    appendFileSync(path, `${sentence(chance)}\n`);
  }
  if (name === 'mixed') appendFileSync(join(folder, 'logs/events.jsonl'), textOf(chance, 'jsonl', MiB));
}
