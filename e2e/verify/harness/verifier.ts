// The verifier under test: its functions, and its command line on any Node.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

export const verifierFile = resolve(import.meta.dirname, '../../../docs/verify/varve-verify.mjs');
export const fixtures = join(process.env['VARVE_FIXTURES'] ?? resolve(import.meta.dirname, '../../../../shared/fixtures'), 'evidence');

interface KnownKey {
  vkey: string;
  name: string;
  id: string;
  type: number;
  publicKey: Buffer;
}
interface Note {
  text: string;
  signatures: { name: string; id: string; bytes: Buffer }[];
}
type Size = number | bigint | string;

export interface Options {
  keys?: string[];
  witnesses?: string[];
  checkpoint?: string;
  consistency?: string;
  origin?: string;
  requireKey?: boolean;
}

export interface Outcome {
  verdict: 'verified' | 'consistent' | 'refused' | 'behind' | 'unproven' | 'error';
  exit: number;
  kind: string;
  reason: { code: string; message: string } | null;
  at: { line?: number; entry?: number; file?: string } | null;
  lacks: { code: string; message: string }[];
  key: { vkey: string; from: 'given' | 'file'; signer?: string } | null;
  rotations: number;
  checkpoint: { size: number; root: string } | null;
  held: { size: number; relation: string } | null;
  witnesses: { vkey: string; time: string }[];
  counts: { entries: number; opened: number; withheld: number; locked: number; erased: number; none: number } | null;
  checks: { code: string; message: string }[];
  notShown: { code: string; message: string }[];
}

interface Verifier {
  check: (path: string, options?: Options) => { verdict: Outcome['verdict']; exit: number; toJson: (language: 0 | 1) => Outcome; toText: (language: 0 | 1) => string };
  decodeUtf8: (bytes: Uint8Array) => string;
  decodeBase64: (text: string) => Buffer | undefined;
  visible: (text: string, length?: number) => string;
  parseJson: (text: string, options?: { depth?: number; integersOnly?: boolean }) => unknown;
  canonicalize: (value: unknown) => string;
  emptyRoot: Buffer;
  leafHash: (leaf: Uint8Array | string) => Buffer;
  nodeHash: (left: Uint8Array, right: Uint8Array) => Buffer;
  GrowingTree: new () => { append: (leaf: Uint8Array) => void; root: () => Buffer };
  Erasures: new () => { wait: (index: number, category: string, by: number) => void; explain: (header: { seq: number; action: string; category: string }, content: unknown) => void; finish: () => void };
  checkInclusion: (claim: { index: Size; size: Size; leaf: Uint8Array; path: Uint8Array[]; root: Uint8Array }) => boolean;
  checkConsistency: (claim: { oldSize: Size; oldRoot: Uint8Array; newSize: Size; newRoot: Uint8Array; path: Uint8Array[] }) => boolean;
  tileNumber: (number: Size) => string;
  tilePath: (level: number, number: Size, width?: number) => string;
  verifyEd25519: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
  parseVkey: (text: string) => KnownKey;
  parseNote: (text: string) => Note;
  verifyNote: (note: Note, keys: KnownKey[]) => Map<KnownKey, true | bigint>;
  parseCheckpoint: (text: string) => { origin: string; size: bigint; root: Buffer };
  parseProofFile: (text: string) => { index: bigint; extra?: Buffer; path: Buffer[]; checkpoint: string };
  parseHeader: (text: string) => Record<string, unknown>;
  genesisHash: (origin: string) => Buffer;
  chainHash: (previous: Uint8Array, header: string) => Buffer;
  payloadCommitment: (secret: Uint8Array, payload: string) => string;
}

export const verifier = (await import(pathToFileURL(verifierFile).href)) as Verifier;

/** A place for the files of one test file; in memory where the system has such a place, for the sake of many thousand small files. */
export function createPlace() {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'varve-verify-'));
  const path = (name: string): string => join(folder, name);
  return {
    path,
    file: (name: string, content: string | Uint8Array): string => {
      writeFileSync(path(name), content);
      return path(name);
    },
    /** The outcome of checking a content, as the JSON output tells it. */
    check: (name: string, content: string | Uint8Array, options?: Options): Outcome => {
      writeFileSync(path(name), content);
      return verifier.check(path(name), options).toJson(0);
    },
    dispose: () => rmSync(folder, { recursive: true, force: true })
  };
}

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

/** The command line, on this Node or another; English unless the environment says otherwise. */
export function run(args: readonly string[], { node = process.execPath, env = {} }: { node?: string; env?: Record<string, string> } = {}): Ran {
  const { status, stdout, stderr } = spawnSync(node, [verifierFile, ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', LANG: 'en_US.UTF-8', ...env }, maxBuffer: 64 * 2 ** 20 });
  return { code: status, out: stdout, err: stderr };
}
