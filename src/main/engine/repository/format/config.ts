// The config file of a repository: sealed, never compressed, without version byte. Rustic's additions are understood where they
// change what is written; everything unknown is kept, because an upgrade rewrites the file.
import { randomPolynomial, isIrreducible, defaultChunker } from './polynomial.ts';
import { DamagedError, UnsupportedError } from './damaged.ts';
import { asObject, parseLossless, stringifyGo } from './go-json.ts';
import { bytesToHex, isFileName, type RandomBytes } from './ids.ts';

export type ChunkerConfig = { kind: 'rabin'; minBytes: number; maxBytes: number; bits: number } | { kind: 'fixed'; bytes: number };

export interface RepositoryConfig {
  version: 1 | 2;
  /** 64 hex digits, random. */
  id: string;
  /** Hex, degree 53, irreducible. */
  chunkerPolynomial: string;
  /** Rustic's mark: nothing may be deleted. */
  appendOnly: boolean;
  /** Rustic's mark: the hot half of a two-part repository; it must not be written by others. */
  isHot: boolean;
  chunker: ChunkerConfig;
  /** All fields as they stand in the file. `encodeConfig` starts from them. */
  raw: Record<string, unknown>;
}

const largestChunk = 64 * 1024 * 1024;

/** Reads an opened config. Throws UnsupportedError for other versions, DamagedError for nonsense. */
export function parseConfig(plain: Uint8Array): RepositoryConfig {
  const raw = asObject(parseLossless(plain, 'config'), 'config');
  const version = raw['version'];
  if (typeof version !== 'number' || !Number.isInteger(version)) throw new DamagedError('config without a version');
  if (version !== 1 && version !== 2) throw new UnsupportedError(`repository version ${version}; this program reads 1 and 2`);
  const id = raw['id'];
  if (typeof id !== 'string' || !isFileName(id)) throw new DamagedError('config without an id');
  const chunkerPolynomial = raw['chunker_polynomial'];
  if (typeof chunkerPolynomial !== 'string' || !isIrreducible(chunkerPolynomial)) throw new DamagedError('config: the chunker polynomial is not irreducible');
  return { version, id, chunkerPolynomial, appendOnly: raw['append_only'] === true, isHot: raw['is_hot'] === true, chunker: parseChunker(raw), raw };
}

function parseChunker(raw: Record<string, unknown>): ChunkerConfig {
  const size = (key: string): number | undefined => {
    const value = raw[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > largestChunk) throw new DamagedError(`config: ${key} out of range`);
    return value;
  };
  // The spelling has varied between releases of rustic: Rabin, rabin, FixedSize, fixed_size.
  const named = raw['chunker'] ?? 'rabin';
  const kind = typeof named === 'string' ? named.toLowerCase().replace(/[-_]/g, '') : '';
  const bytes = size('chunk_size');
  if (kind === 'fixedsize') return { kind: 'fixed', bytes: bytes ?? 1 << 20 };
  if (kind !== 'rabin') throw new UnsupportedError('a chunker this program does not know');
  const minBytes = size('chunk_min_size') ?? defaultChunker.minBytes;
  const maxBytes = size('chunk_max_size') ?? defaultChunker.maxBytes;
  const bits = bytes === undefined ? defaultChunker.bits : Math.log2(bytes);
  if (!Number.isInteger(bits) || bits < 1 || minBytes < 64 || minBytes > maxBytes) throw new DamagedError('config: chunk sizes contradict each other');
  return { kind: 'rabin', minBytes, maxBytes, bits };
}

/** The plaintext of a config: the fields of `raw`, with version, id and polynomial as given. */
export function encodeConfig(config: Pick<RepositoryConfig, 'version' | 'id' | 'chunkerPolynomial'> & { raw?: Record<string, unknown> }): Buffer {
  return Buffer.from(stringifyGo({ version: config.version, id: config.id, chunker_polynomial: config.chunkerPolynomial, ...config.raw, ...named(config) }));
}

function named(config: Pick<RepositoryConfig, 'version' | 'id' | 'chunkerPolynomial'>): Record<string, unknown> {
  return { version: config.version, id: config.id, chunker_polynomial: config.chunkerPolynomial };
}

/** The config of a new repository of version 2. `chunkerPolynomial` of another repository lets the two share chunks. */
export function createConfig(random: RandomBytes, chunkerPolynomial: string = randomPolynomial(random)): RepositoryConfig {
  const config = { version: 2 as const, id: bytesToHex(random(32)), chunkerPolynomial };
  return { ...config, appendOnly: false, isHot: false, chunker: { kind: 'rabin', ...defaultChunker }, raw: named(config) };
}
