// Builders for tests of this and other domains. Tests only: it runs the real restic and touches the disk by itself.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createSystemClock } from '../../../adapters/clock.ts';
import { createNodeFiles } from '../../../adapters/files.ts';
import { createSystemRandom } from '../../../adapters/random.ts';
import type { Backend } from '../backend/backend.ts';
import { createLocalBackend } from '../backend/local.ts';
import { createRepository, openKey } from '../keys.ts';
import { Repository } from '../repository.ts';

export const fixturePassword = 'geheim';
export const files = createNodeFiles();
export const random = createSystemRandom();
export const clock = createSystemClock();
/** As cheap as scrypt may be: tests are not about its cost. */
export const cheapScrypt = { N: 2, r: 1, p: 1 };
export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8');

/** Stands in for the home's seal: a sealed value opens for its purpose only. */
export const testSealing = {
  seal: async (purpose: string, plain: Uint8Array): Promise<Uint8Array> => Buffer.concat([bytesOf(`${purpose}\0`), plain]),
  unseal: async (purpose: string, sealed: Uint8Array): Promise<Uint8Array | undefined> => {
    const head = bytesOf(`${purpose}\0`);
    return Buffer.from(sealed).subarray(0, head.length).equals(head) ? sealed.subarray(head.length) : undefined;
  }
};

/** Numbers in [0, 1) from a seed (mulberry32). */
export function numbersOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A folder that `dispose` removes. */
export function temporaryFolder(): { path: string; [Symbol.dispose]: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'varve-repository-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Folder of the public test repositories, or undefined with the reason printed. */
export function fixturesFolder(): string | undefined {
  const folder = join(process.env['VARVE_FIXTURES'] ?? resolve(import.meta.dirname, '../../../../../../shared/fixtures'), 'restic');
  if (existsSync(join(folder, 'small-repo.tar.gz'))) return folder;
  console.warn(`no restic fixtures at ${folder}: set VARVE_FIXTURES; tests with them are left out`);
  return undefined;
}

/** Unpacks `<name>.tar.gz` into `into` and returns the folder of the repository. */
export function unpackFixture(name: string, into: string): string {
  mkdirSync(into, { recursive: true });
  execFileSync('tar', ['xzf', join(fixturesFolder() ?? '', `${name}.tar.gz`), '-C', into]);
  return existsSync(join(into, 'repo')) ? join(into, 'repo') : join(into, readdirSync(into)[0] ?? '');
}

export const resticPath = process.env['VARVE_RESTIC'] ?? '/usr/bin/restic';

export function hasRestic(): boolean {
  if (existsSync(resticPath)) return true;
  console.warn(`no restic at ${resticPath}: set VARVE_RESTIC; tests with it are left out`);
  return false;
}

export interface ResticResult {
  code: number;
  out: string;
  err: string;
}

/** Runs restic on a repository; never throws. `--no-cache` so that what it says is what lies there. */
export function restic(repositoryPath: string, password: string, ...args: string[]): ResticResult {
  const result = spawnSync(resticPath, ['--no-cache', '-r', repositoryPath, ...args], { env: { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), RESTIC_PASSWORD: password }, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { code: result.status ?? -1, out: result.stdout, err: result.stderr };
}

export async function openLocal(path: string, password: string): Promise<Repository> {
  return openOn(createLocalBackend({ files, random, path }), password);
}

export async function openOn(backend: Backend, password: string): Promise<Repository> {
  const { masterKey } = await openKey({ backend, password: bytesOf(password) });
  return Repository.open({ backend, masterKey, random, clock });
}

/** A new, empty repository on a back end. */
export async function createOn(backend: Backend, password: string): Promise<Repository> {
  const { masterKey } = await createRepository({ backend, password: bytesOf(password), hostname: 'test', username: 'tester', random, clock, scrypt: cheapScrypt });
  return Repository.open({ backend, masterKey, random, clock });
}

export const identity = { hostname: 'elsewhere', username: 'tester', pid: 4_000_000, uid: 1000, gid: 1000 };
