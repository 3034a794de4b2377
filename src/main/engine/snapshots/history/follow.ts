// One path back through snapshots, from the newest to the oldest: which version each holds, where nothing is there, and where it lay before.
import type { StretchState } from '../../../../contract/history.ts';
import { emptyTreeId, type Repository, type TreeNode } from '../../repository/index.ts';
import { contentKey } from './content.ts';
import type { HistoryFacts, SnapshotToSearch, StretchFacts } from './protocol.ts';
import { findCandidates } from './renames.ts';
import { TreeFinder, type Looked, type TreeAt } from './trees.ts';
import { cutAlike, Versions, type Met } from './versions.ts';

export interface FollowOptions {
  /** By the `place` of the snapshots. */
  repositories: readonly Repository[];
  /** Newest first. */
  snapshots: readonly SnapshotToSearch[];
  names: readonly string[];
  renames: boolean;
  signal: AbortSignal;
  onSnapshot(done: number): Promise<void>;
  onEntry(): Promise<void> | undefined;
}

export function followBack(options: FollowOptions): Promise<HistoryFacts> {
  return new Following(options).run();
}

class Following {
  readonly #o: FollowOptions;
  readonly #finder: TreeFinder;
  readonly #versions: Versions;
  readonly #stretches: StretchFacts[] = [];
  readonly #lost: HistoryFacts['lost'] = [];
  #names: readonly string[];
  /** The snapshot before, in which it was there, for as long as it may have been renamed since the one that is looked at. */
  #newer: Met | undefined;
  #elsewhere = 0;

  constructor(options: FollowOptions) {
    this.#o = options;
    this.#finder = new TreeFinder(options.signal);
    this.#versions = new Versions(this.#finder, options.signal);
    this.#names = options.names;
  }

  async run(): Promise<HistoryFacts> {
    for (const [number, snapshot] of this.#o.snapshots.entries()) {
      await this.#o.onSnapshot(number);
      await this.#snapshot(number, snapshot);
    }
    return { versions: this.#versions.facts(), stretches: this.#stretches, lost: this.#lost, elsewhere: this.#elsewhere };
  }

  async #snapshot(number: number, snapshot: SnapshotToSearch): Promise<void> {
    const at = { repository: this.#o.repositories[snapshot.place] as Repository, treeId: snapshot.treeId };
    let looked = await this.#finder.find(at, this.#names);
    if (looked.state === 'absent') {
      if (!covers(snapshot.paths, this.#names)) {
        this.#elsewhere += 1;
        return;
      }
      looked = (await this.#before(number, at)) ?? looked;
    }
    if (looked.state === 'held') {
      const met = { snapshot: number, at, names: this.#names, node: looked.node, key: looked.key };
      this.#newer = met;
      this.#note(number, 'held', await this.#versions.meet(met));
    } else if (looked.state === 'unreadable') this.#note(number, 'unreadable', null, looked.reason);
    else {
      if (!snapshot.incomplete) this.#newer = undefined;
      this.#note(number, snapshot.incomplete ? 'unsure' : 'absent', null);
    }
  }

  #note(number: number, state: StretchState, version: number | null, reason: string | null = null): void {
    const path = `/${this.#names.join('/')}`;
    const last = this.#stretches.at(-1);
    if (last?.state === state && last.version === version && last.path === path && last.reason === reason) last.snapshots.push(number);
    else this.#stretches.push({ state, version, path, snapshots: [number], reason });
  }

  /** Where it lay in this snapshot when it was renamed since; the path that is followed changes with it. */
  async #before(number: number, at: TreeAt): Promise<Looked | undefined> {
    const newer = this.#newer;
    if (!this.#o.renames || newer === undefined || !cutAlike(newer.at.repository, at.repository)) return undefined;
    const { node, key } = newer;
    if (node.type === 'file' ? (node.size ?? 0) === 0 : node.type !== 'dir' || node.subtree === emptyTreeId) return undefined;
    const matches = (other: TreeNode): boolean => other.type === node.type && (other.size ?? 0) === (node.size ?? 0) && contentKey(other) === key;
    const { paths, whole } = await findCandidates({ finder: this.#finder, older: at, newer: newer.at, matches, signal: this.#o.signal, onEntry: this.#o.onEntry });
    const [only] = paths;
    if (only !== undefined && paths.length === 1 && whole) {
      this.#names = only;
      return this.#finder.find(at, only);
    }
    if (paths.length > 0 || !whole) {
      this.#lost.push({ why: whole ? 'several' : 'unreadable', snapshot: number, paths: paths.map((names) => `/${names.join('/')}`) });
      this.#newer = undefined;
    }
    return undefined;
  }
}

/** Was the snapshot taken of a folder that holds the path, or of something below it? */
function covers(paths: readonly string[], names: readonly string[]): boolean {
  const wanted = `/${names.join('/')}/`;
  return paths.length === 0 || paths.some((path) => wanted.startsWith(withSlash(path)) || withSlash(path).startsWith(wanted));
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
