// The real work behind the welcome: home, repository, plan, first snapshot, one file restored. Each part is done once, also when the
// person tries again after a failure.
import type { TaskBoard } from '../../api/tasks.ts';
import type { TaskState } from '../../../contract/events.ts';
import type { VarveClient } from '../../../contract/index.ts';
import type { Language } from '../../../contract/ids.ts';
import type { TreeEntry } from '../../../contract/snapshots.ts';
import { baseName, makeName } from '../../ui/naming.ts';
import { usualExcludes } from '../../ui/usual-excludes.ts';
import { joinPath, withoutNested, type Answers } from './draft.ts';

export interface Progress {
  repositoryId?: string;
  planId?: string;
}

interface Hands {
  client: VarveClient;
  board: TaskBoard;
}

export async function ensureHome(client: VarveClient, vaultPassphrase: string, language: Language): Promise<void> {
  const status = await client.system.status({});
  if (status.home !== null) return;
  const stores = await client.system.secretStores({});
  await client.system.init({ secretStore: stores.keyring.available ? 'keyring' : 'vault', language, ...(stores.keyring.available ? {} : { passphrase: vaultPassphrase }) });
}

async function ensureRepository(client: VarveClient, answers: Answers): Promise<string> {
  if (answers.place?.kind === 'repository') return answers.place.id;
  const taken = (await client.repositories.list({})).map((repository) => repository.name);
  const wish = baseName(answers.repositoryPath) === 'varve-copies' ? baseName(answers.repositoryPath.replace(/[\\/]varve-copies$/, '')) : baseName(answers.repositoryPath);
  const added = await client.repositories.add({ name: makeName(wish, 'copies', taken), path: answers.repositoryPath, mode: 'auto', password: { kind: 'value', password: answers.password } });
  return added.repository.id;
}

async function ensurePlan(client: VarveClient, answers: Answers, repositoryId: string): Promise<string> {
  const taken = (await client.plans.list({})).map((plan) => plan.name);
  const folders = withoutNested(answers.folders);
  const titles = folders.map(baseName);
  const title = titles.length <= 3 ? titles.join(', ') : `${titles.slice(0, 2).join(', ')} +${titles.length - 2}`;
  const plan = await client.plans.add({ name: makeName(titles[0] ?? '', 'my-work', taken), title: title || 'My work', repository: repositoryId, paths: folders, excludes: answers.leaveOut ? [...usualExcludes] : [], zone: Intl.DateTimeFormat().resolvedOptions().timeZone });
  return plan.id;
}

/** Resolves with the ended snapshot task. */
export async function takeFirstSnapshot({ client, board }: Hands, answers: Answers, language: Language, progress: Progress, onTask: (taskId: string) => void): Promise<TaskState> {
  await ensureHome(client, answers.vaultPassphrase, language);
  progress.repositoryId ??= await ensureRepository(client, answers);
  progress.planId ??= await ensurePlan(client, answers, progress.repositoryId);
  const { taskId } = await client.snapshots.take({ plan: progress.planId });
  onTask(taskId);
  return board.follow(taskId);
}

const mostFolders = 60;
const mostBytes = 20_000_000;

/** A file worth bringing back: not empty, not large; the nearest to the top. */
export async function findSmallFile(client: VarveClient, snapshot: string): Promise<TreeEntry | undefined> {
  const queue = ['/'];
  for (let looked = 0; looked < mostFolders; looked += 1) {
    const path = queue.shift();
    if (path === undefined) return undefined;
    const { entries } = await client.snapshots.tree({ snapshot, path, limit: 200 });
    const file = entries.find((entry) => entry.type === 'file' && entry.sizeBytes > 0 && entry.sizeBytes < mostBytes && !entry.name.startsWith('.'));
    if (file) return file;
    queue.push(...entries.filter((entry) => entry.type === 'dir' && entry.name !== '.varve').map((entry) => entry.path));
  }
  return undefined;
}

export async function restoreOne({ client, board }: Hands, snapshot: string, file: TreeEntry): Promise<TaskState> {
  const home = (await client.system.folders.list({})).path;
  const { taskId } = await client.restores.start({ snapshot, include: [file.path], target: joinPath(home, 'Restored', `check ${snapshot.slice(0, 8)}`), conflict: 'replace' });
  return board.follow(taskId);
}
