// Whether a folder can be written into: it and everything above it, up to the target, are real folders and no link that somebody has put
// in the way. The answer is believed for a moment, because files come in groups of the same folder.
import { dirname } from 'node:path';
import type { Clock, Files } from '../../ports.ts';

const believedMs = 100;

export class TrustedFolders {
  readonly #deps: { files: Files; clock: Clock; target: string };
  readonly #seen = new Set<string>();
  #since = Number.NEGATIVE_INFINITY;

  constructor(deps: { files: Files; clock: Clock; target: string }) {
    this.#deps = deps;
  }

  isReal(folder: string): boolean {
    const { files, clock, target } = this.#deps;
    const now = clock.monotonicMs();
    if (now - this.#since > believedMs) {
      this.#seen.clear();
      this.#since = now;
    }
    const met: string[] = [];
    for (let at = folder; at.length > target.length && !this.#seen.has(at) && at !== dirname(at); at = dirname(at)) {
      if (files.lstat(at)?.type !== 'dir') return false;
      met.push(at);
    }
    for (const one of met) this.#seen.add(one);
    return true;
  }
}
