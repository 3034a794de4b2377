// What a snapshot has done so far, for its summary, its list of gaps and whoever watches.
import type { TaskProgress } from '../../../../contract/events.ts';
import type { Gap, SnapshotSummary } from '../../../../contract/snapshots.ts';
import { errnoOf } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';
import type { Clock } from '../../ports.ts';

const progressMs = 100;
const listedGaps = 1000;

export type SavedCounts = Pick<SnapshotSummary, 'filesNew' | 'filesChanged' | 'filesUnmodified' | 'dirsNew' | 'dirsChanged' | 'dirsUnmodified' | 'totalFiles' | 'totalBytes'>;

export class SaveTally {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #onProgress: (update: Partial<TaskProgress>) => void;
  readonly counts: SavedCounts = { filesNew: 0, filesChanged: 0, filesUnmodified: 0, dirsNew: 0, dirsChanged: 0, dirsUnmodified: 0, totalFiles: 0, totalBytes: 0 };
  /** The first ones; `gapCount` of them there were. */
  readonly gaps: Gap[] = [];
  gapCount = 0;
  /** What could not be kept of entries that were, counted by what it was. */
  readonly degraded = new Map<string, number>();
  #bytesUnchanged = 0;
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor({ clock, onProgress }: { clock: Pick<Clock, 'monotonicMs'>; onProgress(update: Partial<TaskProgress>): void }) {
    this.#clock = clock;
    this.#onProgress = onProgress;
  }

  /** Looks at an entry. What is gone by now is no gap, unless the plan names it; undefined for that and for a gap. */
  attempt<R>(path: string, look: () => R | undefined, named: boolean): R | undefined {
    try {
      const found = look();
      if (found === undefined && named) this.gap(path, 'ENOENT');
      return found;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      if (named || (errno !== 'ENOENT' && errno !== 'ENOTDIR')) this.gap(path, errno);
      return undefined;
    }
  }

  /** `reason`: the system's code, or one of ours. */
  gap(path: string, reason: string): undefined {
    this.gapCount += 1;
    if (this.gaps.length < listedGaps) this.gaps.push({ path: displayName(path), reason });
    this.#onProgress({ errors: this.gapCount });
  }

  degrade(what: string): void {
    this.degraded.set(what, (this.degraded.get(what) ?? 0) + 1);
  }

  /** Files that are as in the parent; `path` is shown as what is being looked at. */
  unchanged(files: number, sizeBytes: number, path: string): void {
    this.counts.filesUnmodified += files;
    this.#bytesUnchanged += sizeBytes;
    this.#count(files, sizeBytes, path);
  }

  read(isNew: boolean, sizeBytes: number, path: string): void {
    if (isNew) this.counts.filesNew += 1;
    else this.counts.filesChanged += 1;
    this.#count(1, sizeBytes, path);
  }

  /** A folder whose tree is written, or is the parent's. */
  folder(change: 'New' | 'Changed' | 'Unmodified'): void {
    this.counts[`dirs${change}`] += 1;
  }

  #count(files: number, sizeBytes: number, path: string): void {
    this.counts.totalFiles += files;
    this.counts.totalBytes += sizeBytes;
    const now = this.#clock.monotonicMs();
    if (now - this.#shownAt < progressMs) return;
    this.#shownAt = now;
    const { totalFiles, totalBytes, filesNew, filesChanged, filesUnmodified } = this.counts;
    this.#onProgress({ filesDone: totalFiles, bytesDone: totalBytes, filesNew: filesNew + filesChanged, filesUnchanged: filesUnmodified, bytesUnchanged: this.#bytesUnchanged, current: displayName(path) });
  }
}
