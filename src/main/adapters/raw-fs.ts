// The file system module itself. Under Electron the usual `fs` looks into every path with `.asar` in it and reports a person's
// `app.asar` as a folder with invented times; `original-fs` does not. Only adapters may use this, and only where `Files` has no call.
import { createRequire } from 'node:module';

export type RawFs = typeof import('node:fs');

export const insideElectron = process.versions['electron'] !== undefined;

/** Throws when Electron does not give `original-fs`: a snapshot taken through the other one would be wrong without a sign of it. */
export function loadFs(): RawFs {
  return createRequire(import.meta.url)(insideElectron ? 'original-fs' : 'node:fs') as RawFs;
}
