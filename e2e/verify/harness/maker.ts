// Makes small logs and the evidence they hand out, honest or not, the same for the same seed.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commitmentOf, consistencyOf, jcs, keyFrom, leafOf, noteOf, pathOf, rootOf, seeded, sha256, tileNumberOf, type Hash, type Key } from './formats.ts';

export interface Recorded {
  header: string;
  payload: string | null;
  salt: string;
}

interface Wanted {
  action?: string;
  category?: string;
  payload?: unknown;
  enc?: 'none' | 'a256gcm';
  subject?: string;
  /** The content as text, recorded as it stands, right or wrong. */
  payloadText?: string;
  /** Fields of the header that are set otherwise, or taken away (undefined). */
  fields?: Record<string, unknown>;
  /** How the header is written; canonical where nobody says otherwise. */
  print?: (fields: Record<string, unknown>) => string;
}

type State = { state: 'opened' } | { state: 'withheld' } | { state: 'locked' } | { state: 'erased'; by: number };

export interface BundleWanted {
  size?: number;
  /** Indices to hand out with proofs; without it the whole log, without proofs. */
  entries?: number[];
  states?: Record<number, State>;
  /** Sizes of older checkpoints to prove. */
  older?: number[];
  head?: Record<string, unknown>;
  /** Last change before the lines are joined; the closing line is made after it. */
  edit?: (head: Record<string, unknown>, entries: Record<string, unknown>[]) => void;
}

const base64 = (hashes: readonly Hash[]): string[] => hashes.map((hash) => hash.toString('base64'));

/** Joins lines and closes them as the format says. */
export function closed(lines: readonly string[]): string {
  const body = lines.map((line) => `${line}\n`).join('');
  return `${body}{"end":true,"entries":${lines.length - 1},"sha256":"${sha256(body).toString('hex')}"}\n`;
}

export class MadeLog {
  readonly origin: string;
  readonly entries: Recorded[] = [];
  readonly keys: Key[];
  /** Sizes at which the next key came. */
  readonly rotations: number[] = [];
  #random: ReturnType<typeof seeded>;
  #chain: Hash;

  constructor(seed: number, origin?: string) {
    this.#random = seeded(seed);
    this.origin = origin ?? `varve/${this.#random.bytes(16).toString('hex')}`;
    this.keys = [keyFrom(this.origin, this.#random.bytes(32))];
    this.#chain = sha256('varve/genesis/v1\n', this.origin);
  }

  get size(): number {
    return this.entries.length;
  }

  append({ action = 'app.noted', category = 'app', payload, enc = 'none', subject = '', payloadText, fields: changed = {}, print = jcs }: Wanted): number {
    const seq = this.entries.length;
    const salt = this.#random.bytes(32);
    const id = this.#random.bytes(16);
    id[6] = (id[6]! & 0x0f) | 0x70;
    id[8] = (id[8]! & 0x3f) | 0x80;
    const text = payloadText ?? (payload === undefined ? null : jcs(payload));
    const fields = {
      v: 1, seq, id: id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), ts: new Date(Date.UTC(2026, 10, 21, 9) + seq * 61_007).toISOString(),
      actor: 'a5d1c08e2b7f46390', session: 's1', trace: '', category, action, subject, level: 'info', prev: this.#chain.toString('hex'),
      payload: text === null ? null : { alg: 'hmac-sha256', commit: commitmentOf(salt, text), size: Buffer.byteLength(text), enc },
      ...changed
    };
    for (const [field, value] of Object.entries(changed)) if (value === undefined) delete (fields as Record<string, unknown>)[field];
    const header = print(fields);
    this.#chain = sha256('varve/chain/v1\n', this.#chain, header);
    this.entries.push({ header, payload: text, salt: salt.toString('hex') });
    return seq;
  }

  erase(seqs: number[]): number {
    return this.append({ action: 'log.erasure', category: 'record', payload: { seqs, reason: 'request', basis: 'LGPD 18 VI' } });
  }

  retire(category: string, from: number, to: number): number {
    return this.append({ action: 'log.retention', category: 'record', payload: { category, from, to, rule: '90 days' } });
  }

  rotate(): number {
    const next = keyFrom(this.origin, this.#random.bytes(32));
    const seq = this.append({ action: 'log.key-rotated', category: 'record', payload: { vkey: next.vkey, previous: this.keys.at(-1)!.vkey } });
    this.keys.push(next);
    this.rotations.push(seq);
    return seq;
  }

  leaves(size = this.size): Hash[] {
    return this.entries.slice(0, size).map(({ header }) => leafOf(header));
  }

  text(size = this.size): string {
    return `${this.origin}\n${size}\n${rootOf(this.leaves(size)).toString('base64')}\n`;
  }

  keysAt(size: number): Key[] {
    return this.keys.filter((_, at) => (at === 0 || size >= this.rotations[at - 1]! + 1) && (at === this.rotations.length || size <= this.rotations[at]! + 1));
  }

  checkpoint(size = this.size, keys = this.keysAt(size)): string {
    return noteOf(this.text(size), keys);
  }

  path(index: number, size = this.size): string[] {
    return base64(pathOf(index, this.leaves(size)));
  }

  consistency(older: number, size = this.size): string[] {
    return older === 0 ? [] : base64(consistencyOf(older, this.leaves(size)));
  }

  bundle({ size = this.size, entries, states = {}, older = [], head: changed = {}, edit }: BundleWanted = {}): string {
    const indices = entries ?? [...Array(size).keys()];
    const rotations = this.rotations.filter((index) => index < size).map((index, at) => {
      const { header, payload, salt } = this.entries[index]!;
      return { checkpoint: this.checkpoint(index + 1), vkey: this.keys[at + 1]!.vkey, index, header, payload, salt, proof: this.path(index, index + 1) };
    });
    const head: Record<string, unknown> = {
      format: 'varve-evidence', version: 1, about: 'Check this file with varve-verify.mjs or by hand.', origin: this.origin, vkey: this.keys[0]!.vkey, checkpoint: this.checkpoint(size), size,
      created: '2026-11-22T08:30:00.000Z', complete: entries === undefined, entries: indices.length, disclosure: 'payloads', filter: null, rotations,
      consistency: older.map((each) => ({ checkpoint: this.checkpoint(each), proof: this.consistency(each, size) })), ...changed
    };
    const made = indices.map((index): Record<string, unknown> => {
      const { header, payload, salt } = this.entries[index]!;
      const state = states[index] ?? { state: 'opened' };
      const shown = payload === null ? null : state.state === 'opened' ? { state: 'opened', text: payload, salt } : state;
      return { index, header, payload: shown, ...(entries === undefined ? {} : { proof: this.path(index, size) }) };
    });
    edit?.(head, made);
    return closed([head, ...made].map((line) => JSON.stringify(line)));
  }

  proofFile(index: number, { size = this.size, open = true, extra = {}, checkpoint = this.checkpoint(size) }: { size?: number; open?: boolean; extra?: Record<string, unknown>; checkpoint?: string } = {}): string {
    const { header, payload, salt } = this.entries[index]!;
    const carried = jcs({ header, ...(open && payload !== null ? { payload, salt } : {}), ...extra });
    return `c2sp.org/tlog-proof@v1\nextra ${Buffer.from(carried).toString('base64')}\nindex ${index}\n${this.path(index, size).map((hash) => `${hash}\n`).join('')}\n${checkpoint}`;
  }

  /** A folder of tiles, entry bundles and the checkpoint. */
  tiles(folder: string, size = this.size): void {
    const write = (name: string, bytes: string | Uint8Array): void => {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), bytes);
    };
    const leaves = this.leaves(size);
    write('checkpoint', this.checkpoint(size));
    for (let [level, hashes] = [0, leaves]; hashes.length > 0; level += 1) {
      const above: Hash[] = [];
      for (let number = 0; number * 256 < hashes.length; number += 1) {
        const tile = hashes.slice(number * 256, number * 256 + 256);
        const width = tile.length === 256 ? '' : `.p/${tile.length}`;
        write(`tile/${level}/${tileNumberOf(number)}${width}`, Buffer.concat(tile));
        if (tile.length === 256) above.push(rootOf(tile));
        if (level > 0) continue;
        const bundled = this.entries.slice(number * 256, number * 256 + tile.length).map(({ header }) => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(Buffer.byteLength(header));
          return Buffer.concat([length, Buffer.from(header)]);
        });
        write(`tile/entries/${tileNumberOf(number)}${width}`, Buffer.concat(bundled));
      }
      hashes = above;
    }
  }
}

/** A log with a bit of everything: plain and encrypted contents, one erased, none, a change of key in the middle when asked for. */
export function madeLog(seed: number, { rotated = false, size = 13 } = {}): MadeLog {
  const log = new MadeLog(seed);
  log.append({ action: 'home.created', category: 'home', payload: { program: 'varve', version: '0.1.0' } });
  log.append({ action: 'note.added', category: 'note', payload: { text: 'Pesei a amostra 7: 12,4 g. "Φ" \u2028 fim', grams: 12.4 } });
  log.append({ action: 'app.measured', category: 'metrics', payload: { loss: 0.25, epoch: 3 }, enc: 'a256gcm' });
  log.append({ action: 'app.pinged' });
  log.append({ action: 'note.added', category: 'note', payload: { text: 'something to be forgotten' } });
  if (rotated) log.rotate();
  log.erase([4]);
  while (log.size < size) log.append({ action: 'app.noted', payload: { step: log.size } });
  return log;
}
