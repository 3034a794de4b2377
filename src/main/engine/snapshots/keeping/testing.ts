// Snapshots at chosen times in a repository, without files to save: one empty tree, and a snapshot file for each. Only for tests.
import { createLocalBackend, encodeTree, PackWriter, Repository, sha256Hex, type MasterKey, type SnapshotFile } from '../../repository/index.ts';
import { parseTime } from '../../repository/format/time.ts';
import type { Context } from '../testing/workshop.ts';

export interface Wanted {
  /** RFC 3339. */
  time: string;
  hostname?: string;
  paths?: string[];
  tags?: string[];
  extra?: Record<string, unknown>;
}

/** Writes the snapshots and returns their ids in the order given. */
export async function writeSnapshots(context: Pick<Context, 'files' | 'clock' | 'random'>, path: string, masterKey: MasterKey, wanted: readonly Wanted[]): Promise<string[]> {
  const { files, clock, random } = context;
  const repository = await Repository.open({ backend: createLocalBackend({ files, random, path }), masterKey, random, clock });
  await repository.loadIndex();
  const bytes = Buffer.from(encodeTree([]));
  const tree = sha256Hex(bytes);
  if (!repository.index.has('tree', tree)) {
    const writer = new PackWriter({ sealer: repository.sealer, randomBytes: (length) => random.bytes(length), type: 'tree', version: repository.config.version, store: (pieces, packId) => repository.savePack(pieces, packId) });
    await writer.add(tree, bytes);
    await writer.flush();
    await repository.saveIndex(writer.takeFinished());
  }
  const ids: string[] = [];
  for (const { time, hostname = 'host', paths = ['/work'], tags, extra } of wanted) {
    const file: SnapshotFile = { time: parseTime(time), tree, paths, hostname, username: 'tester', ...(tags && { tags }), ...(extra && { extra }) };
    ids.push(await repository.saveSnapshot(file));
  }
  return ids;
}
