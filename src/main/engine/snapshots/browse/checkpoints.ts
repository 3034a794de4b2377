// Checkpoints that snapshots carry in `/.varve/checkpoint`: a repository elsewhere remembers how far the record had come.
import { isVarveError } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import { refuseAbsent, type PlaceWait, type Repositories, type RepositoryRow, type SnapshotFile } from '../../repository/index.ts';
import { carriedName } from '../carried.ts';

export interface CarriedCheckpoint {
  snapshot: string;
  time: string;
  /** Not verified: it is what the snapshot holds. */
  note: string;
  vkey: string | null;
}

export type CheckpointsIn = (
  repository: string,
  /** First line of the checkpoints that are wanted. */
  origin: string,
  limit: number,
  signal: AbortSignal | undefined
) => Promise<{ repository: { id: string; name: string }; outside: boolean; looked: number; found: CarriedCheckpoint[] }>;

interface Deps {
  ports: { files: Files };
  repositories: Repositories;
  homePath: string;
  load(repository: RepositoryRow, wait: PlaceWait): Promise<{ snapshots: { id: string; ns: bigint; file: SnapshotFile; repository: RepositoryRow }[] }>;
  view(found: { repository: RepositoryRow; id: string; file: SnapshotFile }): { time: string };
}

const mostLookedInto = 200;
const limitBytes = 64 * 1024;
const patientLimitMs = 15_000;

/** The newest `limit` different checkpoints of `origin`, from the newest snapshots. Throws what a repository that cannot be read throws. */
export async function readCheckpoints(deps: Deps, name: string, origin: string, limit: number, signal: AbortSignal | undefined): ReturnType<CheckpointsIn> {
  const { repositories, ports, homePath } = deps;
  const repository = repositories.find(name);
  const wait = { fresh: true, limitMs: patientLimitMs, signal };
  refuseAbsent(await repositories.placeOf(repository, wait));
  const { snapshots } = await deps.load(repository, wait);
  const session = await repositories.withBrowser(repository.id, signal);

  const readText = async (tree: string, file: string): Promise<string | undefined> => {
    try {
      const { node } = await session.resolvePath(tree, [carriedName, file], signal);
      if (node?.type !== 'file' || (node.size ?? 0) > limitBytes) return undefined;
      return Buffer.from((await session.readFile(node.content ?? [], { offset: 0, length: limitBytes }, signal)).bytes).toString('utf8');
    } catch (error) {
      // Most snapshots of others carry nothing; a damaged one must not hide the next.
      if (!isVarveError(error) || error.code === 'CANCELLED' || error.code === 'LOCK_LOST') throw error;
      return undefined;
    }
  };

  const found = new Map<string, CarriedCheckpoint>();
  let looked = 0;
  for (const snapshot of [...snapshots].sort((a, b) => (a.ns < b.ns ? 1 : -1)).slice(0, mostLookedInto)) {
    if (found.size >= limit) break;
    looked += 1;
    const note = await readText(snapshot.file.tree, 'checkpoint');
    if (note === undefined || !note.startsWith(`${origin}\n`) || found.has(note)) continue;
    found.set(note, { snapshot: snapshot.id, time: deps.view(snapshot).time, note, vkey: (await readText(snapshot.file.tree, 'vkey'))?.trim() ?? null });
  }
  const device = (path: string): bigint | undefined => ports.files.stat(path)?.device;
  return { repository: { id: repository.id, name: repository.name }, outside: device(repository.path) !== device(homePath), looked, found: [...found.values()] };
}
