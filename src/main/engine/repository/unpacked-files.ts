// Snapshots, index files and locks: sealed JSON under the hash of its sealed bytes (restic design, "Unpacked data format").
import type { Backend, FileKind } from './backend/backend.ts';
import { DamagedError, decodeAt } from './format/damaged.ts';
import { sha256Hex } from './format/ids.ts';
import { release } from './format/release.ts';
import type { Sealer } from './format/seal.ts';
import { decodeUnpacked, encodeUnpacked } from './format/unpacked.ts';

export type UnpackedKind = Extract<FileKind, 'snapshots' | 'index' | 'locks'>;

export interface UnpackedFilesDeps {
  backend: Backend;
  sealer: Sealer;
  version: 1 | 2;
}

/** Sealed bytes and the name they will have. */
export interface SealedFile {
  id: string;
  bytes: Uint8Array;
}

export class UnpackedFiles {
  readonly #backend: Backend;
  readonly #sealer: Sealer;
  readonly #version: 1 | 2;

  constructor({ backend, sealer, version }: UnpackedFilesDeps) {
    this.#backend = backend;
    this.#sealer = sealer;
    this.#version = version;
  }

  /** The file's JSON. A file whose hash is not its name is read once more before it counts as damaged: the way here may have been at fault. */
  async load(kind: UnpackedKind, id: string, signal?: AbortSignal): Promise<Buffer> {
    let bytes = await this.#backend.read(kind, id, {}, signal);
    if (sha256Hex(bytes) !== id) bytes = await this.#backend.read(kind, id, {}, signal);
    const path = `${this.#backend.location}/${kind}/${id}`;
    if (sha256Hex(bytes) !== id) throw new DamagedError('content does not match its name', path);
    return decodeAt(path, () => decodeUnpacked(this.#sealer.open(bytes)));
  }

  seal(json: Uint8Array): SealedFile {
    const plain = encodeUnpacked(json, this.#version);
    const bytes = this.#sealer.seal(plain);
    release(plain);
    return { id: sha256Hex(bytes), bytes };
  }

  /** Seals and stores; the id is the new file's name. */
  async save(kind: UnpackedKind, json: Uint8Array, signal?: AbortSignal): Promise<string> {
    const { id, bytes } = this.seal(json);
    await this.#backend.write(kind, id, bytes, signal);
    return id;
  }
}
