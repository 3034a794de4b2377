// For tests of codecs and of evidence: the shared vectors, and every change of one bit.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const fixtures = join(process.env['VARVE_FIXTURES'] ?? resolve(import.meta.dirname, '../../../../../../shared/fixtures'), 'evidence');
export const fixturesPresent = existsSync(fixtures);

export function readFixture<T>(path: string): T {
  return JSON.parse(readFileSync(join(fixtures, path), 'utf8')) as T;
}

/** Every variant of `bytes` with exactly one bit changed. The same buffer is changed and changed back: copy what must last. */
export function* bitFlips(bytes: Uint8Array): Generator<{ changed: Uint8Array; at: string }> {
  const changed = new Uint8Array(bytes);
  for (let i = 0; i < changed.length; i++) {
    for (let bit = 0; bit < 8; bit++) {
      changed[i] = (bytes[i] as number) ^ (1 << bit);
      yield { changed, at: `byte ${i} bit ${bit}` };
    }
    changed[i] = bytes[i] as number;
  }
}
