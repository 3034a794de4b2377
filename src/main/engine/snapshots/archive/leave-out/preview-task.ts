// The worker task `snapshots.preview`: what a snapshot would keep and what it would leave out, and why, with count and size. Walks as the
// snapshot does and reports as it goes; what is left out is walked too, for its size. Reads no file but markers and `.gitignore` files.
import { join } from 'node:path';
import type { LeaveOut, PlanPreview } from '../../../../../contract/snapshots.ts';
import { displayName } from '../../../kit/names.ts';
import { homeMarker, pathsOf } from '../../../kit/paths.ts';
import type { DirEntry, FileStat, WorkerContext, WorkerTask } from '../../../ports.ts';
import { targetTree, type TargetFolder } from '../targets.ts';
import { LeavesOut, type FolderRules, type LeftOutBy } from './leave-out.ts';

export interface PreviewInput {
  paths: readonly string[];
  excludes: readonly string[];
  leaveOut: LeaveOut;
}

const reportEveryMs = 100;
const breatheEvery = 500;
const listed = 500;

interface Waiting {
  path: string;
  names: readonly string[];
  above: FolderRules | undefined;
  target: TargetFolder | undefined;
  /** Where its files are counted when it lies below something left out. */
  out: { by: LeftOutBy; item: PlanPreview['items'][number] | undefined } | undefined;
}

export const previewTask: WorkerTask = async (context, input) => new Preview(context, input as PreviewInput).run();

class Preview {
  readonly #context: WorkerContext;
  readonly #leavesOut: LeavesOut;
  readonly #top: TargetFolder;
  readonly #kept = { files: 0, bytes: 0 };
  readonly #reasons = new Map<LeftOutBy, { items: number; files: number; bytes: number }>();
  readonly #items: PlanPreview['items'] = [];
  #unreadable = 0;

  constructor(context: WorkerContext, { paths, excludes, leaveOut }: PreviewInput) {
    this.#context = context;
    this.#leavesOut = new LeavesOut(context.files, excludes, leaveOut);
    this.#top = targetTree(paths, pathsOf(context.machine.platform));
  }

  async run(): Promise<void> {
    const { clock, closing, post } = this.#context;
    const waiting: Waiting[] = [{ path: '', names: [], above: undefined, target: this.#top, out: undefined }];
    let reportedMs = clock.monotonicMs();
    for (let next = waiting.pop(), steps = 1; next !== undefined && !closing.aborted; next = waiting.pop(), steps++) {
      this.#enter(next, waiting);
      if (clock.monotonicMs() - reportedMs >= reportEveryMs) {
        post(this.#state(false));
        reportedMs = clock.monotonicMs();
      }
      if (steps % breatheEvery === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    }
    post(this.#state(true));
  }

  #state(done: boolean): PlanPreview {
    const leftOut = [...this.#reasons].map(([by, counts]) => ({ by, ...counts })).sort((a, b) => b.bytes - a.bytes);
    return { kept: { ...this.#kept }, leftOut, items: this.#items.map((item) => ({ ...item })), unreadable: this.#unreadable, done };
  }

  #enter(folder: Waiting, waiting: Waiting[]): void {
    const { target, out } = folder;
    if (target !== undefined && !target.whole) {
      for (const [name, child] of target.children) this.#look(child.path, [...folder.names, name], undefined, child, undefined, waiting);
      return;
    }
    const path = target?.path ?? folder.path;
    const entries = this.#list(path);
    if (entries.some(({ name, type }) => name === homeMarker && type === 'file')) return;
    const rules = out !== undefined || this.#leavesOut.empty ? undefined : this.#leavesOut.folder(path, folder.names, entries, folder.above);
    for (const { name, type } of entries) {
      const names = rules === undefined ? folder.names : [...folder.names, name];
      const by = rules === undefined ? undefined : this.#leavesOut.byName(rules, names, name, type === 'dir');
      this.#look(join(path, name), names, rules, undefined, by === undefined ? out : { by, item: undefined }, waiting);
    }
  }

  #look(path: string, names: readonly string[], rules: FolderRules | undefined, target: TargetFolder | undefined, given: Waiting['out'], waiting: Waiting[]): void {
    const stat = this.#stat(path);
    if (stat === undefined || stat.type === 'socket') return;
    const elsewhere = rules !== undefined && this.#leavesOut.isElsewhere(rules, stat);
    const by = given?.by ?? (rules === undefined ? undefined : this.#leavesOut.byStat(rules, stat)) ?? (elsewhere ? 'file-system' : undefined);
    // Below something left out everything belongs to that.
    const out = by === undefined ? undefined : rules === undefined && given !== undefined ? given : this.#leaveOut(path, by, stat.type === 'dir');
    if (stat.type === 'dir') waiting.push({ path, names, above: rules, target, out });
    else this.#count(stat, out);
  }

  #leaveOut(path: string, by: LeftOutBy, folder: boolean): Waiting['out'] {
    this.#reason(by).items += 1;
    const item = this.#items.length < listed ? { path: displayName(path), by, folder, files: 0, bytes: 0 } : undefined;
    if (item !== undefined) this.#items.push(item);
    return { by, item };
  }

  #reason(by: LeftOutBy): { items: number; files: number; bytes: number } {
    const known = this.#reasons.get(by) ?? { items: 0, files: 0, bytes: 0 };
    this.#reasons.set(by, known);
    return known;
  }

  #count(stat: FileStat, out: Waiting['out']): void {
    const bytes = stat.type === 'file' ? stat.size : 0;
    for (const counts of out === undefined ? [this.#kept] : [this.#reason(out.by), out.item]) {
      if (counts === undefined) continue;
      counts.files += 1;
      counts.bytes += bytes;
    }
  }

  #stat(path: string): FileStat | undefined {
    try {
      return this.#context.files.lstat(path);
    } catch {
      this.#unreadable += 1;
      return undefined;
    }
  }

  #list(path: string): DirEntry[] {
    try {
      return this.#context.files.readdir(path);
    } catch {
      this.#unreadable += 1;
      return [];
    }
  }
}
