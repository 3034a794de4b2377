// A restore in place that would need what is damaged is refused before anything is touched: with the files, and the newest other snapshot that has them whole.
import { fail } from '../../kit/errors.ts';
import { namesOf } from '../browse/view.ts';
import { shortId, type TreeNode } from '../../repository/index.ts';
import { damagedBlobs, type ProveDeps } from './prove.ts';
import type { RestoreRequest } from './protocol.ts';

const named = 20;
/** So many are tried: each may have to be read. */
const triedSnapshots = 50;

interface WantedFile {
  /** As `tree` shows it. */
  path: string;
  content: readonly string[];
}

/** Paths of those that cannot be read whole. */
export async function damagedFiles(files: readonly WantedFile[], deps: ProveDeps): Promise<string[]> {
  const damaged = await damagedBlobs(contentsOf(files), deps);
  return damaged.size === 0 ? [] : files.filter(({ content }) => content.some((id) => damaged.has(id))).map(({ path }) => path);
}

function* contentsOf(files: readonly WantedFile[]): Generator<readonly string[]> {
  for (const { content } of files) yield content;
}

export async function refuseDamaged({ repositoryPath }: Pick<RestoreRequest, 'repositoryPath'>, paths: readonly string[], others: NonNullable<RestoreRequest['others']>, deps: ProveDeps): Promise<never> {
  const sound = await newestSound(paths, others.slice(0, triedSnapshots), deps);
  return fail('SNAPSHOT_DAMAGED', `${paths.length} files cannot be read whole`, { path: repositoryPath, files: paths.slice(0, named), count: paths.length, ...(sound !== undefined && { sound: shortId(sound.snapshotId), soundAt: sound.at }) });
}

async function newestSound<S extends { treeId: string }>(paths: readonly string[], snapshots: readonly S[], deps: ProveDeps): Promise<S | undefined> {
  for (const snapshot of snapshots) {
    const files: WantedFile[] = [];
    for (const path of paths) {
      const content = await contentAt(snapshot.treeId, path, deps);
      if (content !== undefined) files.push({ path, content });
    }
    if (files.length === paths.length && (await damagedFiles(files, deps)).length === 0) return snapshot;
  }
  return undefined;
}

/** undefined where there is no such file, or it cannot be found out. */
async function contentAt(treeId: string, path: string, { repository, signal }: ProveDeps): Promise<readonly string[] | undefined> {
  let at: string | undefined = treeId;
  const names = namesOf(path);
  try {
    for (const [i, name] of names.entries()) {
      if (at === undefined) return undefined;
      const node: TreeNode | undefined = (await repository.loadTree(at, signal)).find((one) => one.name === name);
      if (i === names.length - 1) return node?.type === 'file' && node.content?.every((id) => repository.index.has('data', id)) === true ? node.content : undefined;
      at = node?.subtree;
    }
  } catch (error) {
    if (signal.aborted) throw error;
  }
  return undefined;
}
