// A witness: follows logs, one checkpoint each, and never puts its name to two histories of one. Order of a cosignature, and what a stop after
// each step leaves:
//   1. the folder's lock                 -> nothing
//   2. read what is followed, judge      -> nothing
//   3. write the new checkpoint durably  -> it is followed; the log asks again from its size and gets its cosignature
//   4. answer
import { VarveError, fail } from '../kit/errors.ts';
import type { Clock, Files, Keyring, Random } from '../ports.ts';
import { BadNote, cosign, encodeBase64, formatNote, formatVkey, keyTypes, parseCheckpoint, parseNote, parseVkey, publicKeyOf, verifyCosignature, type Vkey } from '../log/note/index.ts';
import { formatSignatureLine } from '../log/note/note.ts';
import { parseRequest, type WitnessRequest } from '../log/note/witness-request.ts';
import type { WitnessAnswer } from './answer.ts';
import { createWitnessFolder, damaged, originHash, type WitnessFolder } from './folder.ts';
import { judge, type Followed } from './judge.ts';
import { keepSeed, openSeed, type KeyPlace } from './key.ts';
import { alone } from './lock.ts';
import { aboutWitness, mostForks, witnessNamePattern, type LogFile, type WitnessFile } from './model.ts';

export interface WitnessDeps {
  files: Files;
  random: Random;
  clock: Clock;
  keyring: Keyring;
}

export interface FollowedLog {
  origin: string;
  vkeys: string[];
  /** null before the first cosignature. */
  size: number | null;
  root: string | null;
  atSeconds: number | null;
  forks: { cosigned: string; refused: string; seenAt: string }[];
}

export interface WitnessView {
  name: string;
  vkey: string;
  key: 'passphrase' | 'keyring' | 'plain';
  createdAt: string;
  logs: FollowedLog[];
}

export interface AddOptions {
  /** How long to wait for another process in the folder. */
  waitMs?: number;
  /** The clock stood ahead at the last cosignature and was set right since. */
  trustClock?: boolean;
}

export interface Witness {
  readonly vkey: string;
  readonly needsPassphrase: boolean;
  view(): WitnessView;
  /** Follows a log from now on, or trusts one more key of a log it follows. `origin`: where it is not the key's name. */
  trust(vkeyText: string, origin?: string): { origin: string; added: boolean };
  /** Throws WITNESS_LOCKED, WITNESS_WRONG_PASSPHRASE, SECRET_MISSING. */
  unlock(passphrase: string | undefined): Promise<void>;
  /** Judges a request and cosigns what extends the log. Throws WITNESS_LOCKED before `unlock`, WITNESS_BUSY, WITNESS_DAMAGED, WITNESS_CLOCK. */
  add(request: string | Uint8Array, options?: AddOptions): WitnessAnswer;
  /** The last cosigned checkpoint of the log with this hash of its origin. */
  latest(hash: string): string | undefined;
}

const waitMs = 10_000;

export async function initWitness(deps: WitnessDeps, { path, name, place }: { path: string; name: string; place: KeyPlace }): Promise<{ vkey: string }> {
  if (!witnessNamePattern.test(name)) fail('BAD_INPUT', 'not a name for a witness', { field: 'name', reason: 'must be lower-case letters, digits, ".", "/" and "-", as in an address without "https://", for example usb.ada.example' });
  const folder = createWitnessFolder({ ...deps, path });
  if (folder.exists()) fail('CONFLICT', `there is a witness in ${path}`, { kind: 'witness', name: path });
  const seed = deps.random.bytes(32);
  const vkey = formatVkey(name, publicKeyOf(seed), keyTypes.cosignature);
  const key = await keepSeed(deps, place, vkey, seed);
  folder.create({ format: 'varve-witness', version: 1, about: aboutWitness, name, vkey, createdAt: new Date(deps.clock.now()).toISOString(), key, logs: [] });
  return { vkey };
}

/** Throws WITNESS_MISSING, WITNESS_DAMAGED. Nothing is held open. */
export function openWitness(deps: WitnessDeps, path: string): Witness {
  const { clock } = deps;
  const folder = createWitnessFolder({ ...deps, path });
  if (!folder.exists()) fail('WITNESS_MISSING', `no witness in ${path}`, { path });
  const { vkey, name, key } = readChecked(folder);
  let seed: Uint8Array | undefined;

  /** Inside the lock. */
  function rule(request: WitnessRequest, own: Uint8Array, trustClock: boolean): WitnessAnswer {
    const { origin, size } = request.checkpoint;
    const known = readChecked(folder).logs.find((each) => each.origin === origin);
    const file = known && folder.readLog(origin);
    const followed = file ? followedIn(file) : null;
    const ruling = judge(request, known?.vkeys.map((text) => parseVkey(text)), followed);
    const note = formatNote(request.note.text, request.note.signatures.map((line) => formatSignatureLine(line)));
    if (ruling.kind === 'refuse') {
      if (ruling.fork && file?.latest) rememberFork(file, file.latest, note);
      return ruling.answer;
    }
    const atSeconds = timeNow(followed?.atSeconds ?? 0, trustClock);
    const line = cosign({ text: request.note.text, name, seed: own, atSeconds });
    const kept = formatNote(request.note.text, [...ruling.signatures.map((each) => formatSignatureLine(each)), line]);
    folder.writeLog({ ...(file as LogFile), latest: kept });
    return { status: 200, origin, size, atSeconds, lines: line };
  }

  function rememberFork(file: LogFile, cosigned: string, refused: string): void {
    if (file.forks.length >= mostForks || file.forks.some((each) => each.refused === refused)) return;
    folder.writeLog({ ...file, forks: [...file.forks, { cosigned, refused, seenAt: new Date(clock.now()).toISOString() }] });
  }

  /** What the file says was cosigned, which our own signature on it must bear out: a stick's file may have been changed. */
  function followedIn(file: LogFile): (Followed & { atSeconds: number }) | null {
    if (file.latest === null) return null;
    try {
      const note = parseNote(file.latest);
      const [own] = verifyCosignature(note, [parseVkey(vkey)]);
      const { origin, size, root } = parseCheckpoint(note.text);
      if (own && origin === file.origin) return { size, root, atSeconds: own.atSeconds };
    } catch (error) {
      if (!(error instanceof BadNote)) throw error;
    }
    return damaged(folder.logPath(file.origin), 'has a checkpoint that this witness did not sign');
  }

  /** A cosignature says "the largest I had seen by then": with a clock that was put back it would be a lie about the past. */
  function timeNow(last: number, trustClock: boolean): number {
    const atSeconds = Math.floor(clock.now() / 1000);
    if (!(atSeconds > 0) || (atSeconds < last && !trustClock)) {
      fail('WITNESS_CLOCK', 'the clock stands before the last cosignature', { now: new Date(clock.now()).toISOString(), last: new Date(last * 1000).toISOString() });
    }
    return atSeconds;
  }

  function viewOf(vkeys: string[], file: LogFile): FollowedLog {
    const followed = followedIn(file);
    return { origin: file.origin, vkeys, size: followed?.size ?? null, root: followed ? encodeBase64(followed.root) : null, atSeconds: followed?.atSeconds ?? null, forks: file.forks };
  }

  return {
    vkey,
    needsPassphrase: key.kind === 'passphrase',
    view() {
      const file = readChecked(folder);
      return { name: file.name, vkey: file.vkey, key: file.key.kind, createdAt: file.createdAt, logs: file.logs.map(({ origin, vkeys }) => viewOf(vkeys, folder.readLog(origin))) };
    },
    trust(vkeyText, wantedOrigin) {
      const log = parseLogKey(vkeyText);
      const origin = wantedOrigin ?? log.name;
      if (origin === '' || /[\n\r\t]/.test(origin)) fail('BAD_INPUT', 'not an origin', { field: 'origin', reason: 'must be one line, not empty' });
      return alone(path, waitMs, () => {
        const file = readChecked(folder);
        const known = file.logs.find((each) => each.origin === origin);
        if (known?.vkeys.includes(vkeyText)) return { origin, added: false };
        // The log's own file first: a log that is named in witness.json always has one.
        if (!known && !folder.hasLog(origin)) folder.writeLog({ format: 'varve-witness-log', version: 1, origin, latest: null, forks: [] });
        const logs = known ? file.logs.map((each) => (each === known ? { ...each, vkeys: [...each.vkeys, vkeyText] } : each)) : [...file.logs, { origin, vkeys: [vkeyText], addedAt: new Date(clock.now()).toISOString() }];
        folder.writeWitness({ ...file, logs });
        return { origin, added: true };
      });
    },
    async unlock(passphrase) {
      const opened = await openSeed(deps, key, vkey, folder.witnessPath, passphrase);
      if (opened.length !== 32 || formatVkey(name, publicKeyOf(opened), keyTypes.cosignature) !== vkey) damaged(folder.witnessPath, 'has a seed that does not belong to its key');
      seed = opened;
    },
    add(body, options = {}) {
      const own = seed ?? fail('WITNESS_LOCKED', 'the witness is locked', { path: folder.witnessPath });
      let request: WitnessRequest;
      try {
        request = parseRequest(body);
      } catch (error) {
        if (!(error instanceof BadNote)) throw error;
        return { status: 400, reason: 'unreadable', detail: error.message };
      }
      return alone(path, options.waitMs ?? waitMs, () => rule(request, own, options.trustClock ?? false));
    },
    latest(hash) {
      const known = readChecked(folder).logs.find((each) => originHash(each.origin) === hash);
      return known && (folder.readLog(known.origin).latest ?? undefined);
    }
  };
}

function readChecked(folder: WitnessFolder): WitnessFile {
  const file = folder.readWitness();
  try {
    const own = parseVkey(file.vkey);
    if (own.type !== keyTypes.cosignature || own.name !== file.name) damaged(folder.witnessPath, 'has a key that is not its own');
    for (const each of file.logs) for (const text of each.vkeys) parseVkey(text);
  } catch (error) {
    if (error instanceof VarveError) throw error;
    damaged(folder.witnessPath, 'has a key that cannot be read');
  }
  return file;
}

function parseLogKey(text: string): Vkey {
  let log: Vkey;
  try {
    log = parseVkey(text);
  } catch (error) {
    if (!(error instanceof BadNote)) throw error;
    return fail('BAD_INPUT', `not a key: ${error.message}`, { field: 'vkey', reason: error.message });
  }
  if (log.type !== keyTypes.note) fail('BAD_INPUT', "a witness's key", { field: 'vkey', reason: "this is a witness's key; a log's key is shown by varve log key show" });
  return log;
}
