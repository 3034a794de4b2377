// Files of the live folders that only moved: new ones are read when a file of the same size is gone, and compared with it byte for byte.
import { throwIfAborted } from '../../kit/errors.ts';
import { encodeName } from '../../kit/names.ts';
import type { ChangeKeeper } from './keep.ts';
import { readsTheSame, type Found, type WalkOptions } from './walk.ts';

/** Of more files that are gone no moves are looked for: their lists of chunks would not fit into memory. */
const mostGone = 100_000;
/** Of one size, so many are tried for each new file. */
const mostTries = 16;

export class LiveMoves {
  #gone = new Map<number, Found[]>();
  #goneCount = 0;
  readonly #arrived: Found[] = [];

  note(found: Found): void {
    const node = found.kind === 'removed' ? found.before?.node : found.kind === 'added' ? found.after?.node : undefined;
    if (node?.type !== 'file' || (node.size ?? 0) === 0 || this.#goneCount > mostGone) return;
    if (found.kind === 'added') this.#arrived.push(found);
    else {
      this.#goneCount += 1;
      const known = this.#gone.get(node.size ?? 0);
      if (known === undefined) this.#gone.set(node.size ?? 0, [found]);
      else known.push(found);
    }
  }

  async find(keeper: ChangeKeeper, options: WalkOptions): Promise<void> {
    if (this.#goneCount > mostGone) return;
    for (const arrived of this.#arrived) {
      throwIfAborted(options.signal);
      const candidates = this.#gone.get(arrived.after?.node?.size ?? 0) ?? [];
      const name = nameOf(arrived);
      const tried = candidates.toSorted((x, y) => Number(nameOf(y) === name) - Number(nameOf(x) === name)).slice(0, mostTries);
      for (const gone of tried) {
        options.onEntry(arrived.path);
        if (gone.before === undefined || arrived.after === undefined || !(await readsTheSame(options, gone.before, arrived.after, arrived.path))) continue;
        candidates.splice(candidates.indexOf(gone), 1);
        keeper.move({ no: gone.no, path: encodeName(gone.path) }, { no: arrived.no, path: encodeName(arrived.path) });
        break;
      }
    }
  }
}

function nameOf({ path }: Found): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
