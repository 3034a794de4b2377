// Somebody with the file and enough knowledge: changes log.db with Debian's sqlite3 and computes hashes and signatures with node:crypto, following the
// published formats. Shares no code with the engine, so that nothing of ours does the tampering.
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';

interface Entry {
  seq: number;
  header: string;
  hash: string;
}
export type Header = Record<string, unknown> & { seq: number; prev: string };

const sha = (...parts: (string | Buffer)[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const node = (left: Buffer, right: Buffer): Buffer => sha(Buffer.of(1), left, right);

/** MTH of RFC 6962, word for word. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha('');
  if (leaves.length === 1) return leaves[0] as Buffer;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return node(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)));
}

export class Forger {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
    const triggers = this.rows<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'trigger'");
    this.sql(triggers.map(({ name }) => `DROP TRIGGER ${name};`).join('\n'));
  }

  sql(text: string): void {
    execFileSync('sqlite3', ['-bail', this.path], { input: `PRAGMA foreign_keys = OFF;\n${text}\n`, maxBuffer: 1 << 28 });
  }

  rows<T>(query: string): T[] {
    const answer = execFileSync('sqlite3', ['-json', this.path, query], { encoding: 'utf8', maxBuffer: 1 << 28 });
    return answer.trim() === '' ? [] : (JSON.parse(answer) as T[]);
  }

  get size(): number {
    return this.rows<{ size: number }>('SELECT max(seq) + 1 AS size FROM entries')[0]?.size ?? 0;
  }

  get origin(): string {
    return this.rows<{ value: string }>("SELECT value FROM meta WHERE key = 'origin'")[0]?.value ?? '';
  }

  entries(): Entry[] {
    return this.rows<Entry>('SELECT seq, header, lower(hex(hash)) AS hash FROM entries ORDER BY seq');
  }

  /** Every table that has a row per entry. */
  forAll(statement: (table: string) => string): void {
    this.sql(['entries', 'payloads', 'facts'].map((table) => `${statement(table)};`).join('\n'));
  }

  removeEntry(seq: number): void {
    this.forAll((table) => `DELETE FROM ${table} WHERE seq = ${seq}`);
  }

  /** Moves all rows from `from` on by one place. */
  shift(from: number, by: 1 | -1): void {
    this.forAll((table) => `UPDATE ${table} SET seq = -seq - 1000 WHERE seq >= ${from}; UPDATE ${table} SET seq = -seq - 1000 + ${by} WHERE seq <= -1000`);
  }

  swap(a: number, b: number): void {
    this.forAll((table) => `UPDATE ${table} SET seq = -1 WHERE seq = ${a}; UPDATE ${table} SET seq = ${a} WHERE seq = ${b}; UPDATE ${table} SET seq = ${b} WHERE seq = -1`);
  }

  /** Writes the entries from `from` on anew, each following the one before: `prev`, `seq` and chain hash are put right. */
  rewrite(from: number, edit: (header: Header) => Header = (header) => header): void {
    const all = this.entries();
    let prev = from === 0 ? sha('varve/genesis/v1\n', this.origin).toString('hex') : (all[from - 1]?.hash ?? '');
    const statements = all.slice(from).map(({ seq, header }) => {
      const text = JSON.stringify({ ...edit(JSON.parse(header) as Header), prev, seq });
      prev = sha('varve/chain/v1\n', Buffer.from(prev, 'hex'), text).toString('hex');
      return `UPDATE entries SET header = '${text}', hash = x'${prev}' WHERE seq = ${seq};`;
    });
    this.sql(`BEGIN;\n${statements.join('\n')}\nCOMMIT;`);
  }

  leaves(): Buffer[] {
    return this.entries().map(({ header }) => sha(Buffer.of(0), header));
  }

  /** Makes the stored tree that of the entries as they are. */
  rebuildTree(): void {
    const statements = ['DELETE FROM leaves', 'DELETE FROM tiles'];
    let level = this.leaves();
    for (let no = 0; no * 16 < level.length; no++) statements.push(`INSERT INTO leaves (no, hashes) VALUES (${no}, X'${hex(level.slice(no * 16, no * 16 + 16))}')`);
    for (let height = 1; level.length >= 256; height++) {
      level = Array.from({ length: Math.floor(level.length / 256) }, (_, i) => rootOf(level.slice(i * 256, i * 256 + 256)));
      for (let no = 0; no * 256 < level.length; no++) statements.push(`INSERT INTO tiles (level, no, hashes) VALUES (${height}, ${no}, X'${hex(level.slice(no * 256, no * 256 + 256))}')`);
    }
    this.sql(`BEGIN;\n${statements.join(';\n')};\nCOMMIT;`);
  }

  /** Cuts the record to its first `size` entries, in every table, the tree included. */
  truncate(size: number): void {
    this.forAll((table) => `DELETE FROM ${table} WHERE seq >= ${size}`);
    this.sql(`DELETE FROM names WHERE introduced >= ${size};`);
    this.rebuildTree();
  }

  /** Replaces the checkpoint of this size by one over the entries as they are, signed with `seed`. */
  sealAt(size: number, seed: Buffer): void {
    const text = `${this.origin}\n${size}\n${rootOf(this.leaves().slice(0, size)).toString('base64')}\n`;
    const key = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]), format: 'der', type: 'pkcs8' });
    const id = sha(this.origin, Buffer.of(0x0a, 1), publicKey(seed)).subarray(0, 4);
    const note = `${text}\n\u2014 ${this.origin} ${Buffer.concat([id, sign(null, Buffer.from(text), key)]).toString('base64')}\n`;
    this.sql(`DELETE FROM checkpoints WHERE size = ${size}; INSERT INTO checkpoints (size, note, at_ms) VALUES (${size}, '${note}', 0);`);
  }

  /** All checkpoints there are, over the entries as they are. */
  sealAgain(seed: Buffer): void {
    for (const { size } of this.rows<{ size: number }>('SELECT size FROM checkpoints ORDER BY size')) this.sealAt(size, seed);
  }
}

function publicKey(seed: Buffer): Buffer {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' }).subarray(-32);
}

const hex = (hashes: readonly Buffer[]): string => Buffer.concat(hashes).toString('hex');
