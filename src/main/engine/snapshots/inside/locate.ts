// Finds the file of a side by its names, with what lies beside it that belongs to it.
import { fail } from '../../kit/errors.ts';
import type { Files } from '../../ports.ts';
import type { Folder, SideNode } from '../compare/sides.ts';
import type { Repository } from '../../repository/index.ts';
import { blobSource, openLive, type ByteSource } from './source.ts';

export interface LocatedFile {
  name: string;
  source: ByteSource;
  /** Where it lies on this computer, of a live side. */
  livePath: string | undefined;
  wal: ByteSource | undefined;
  journal: boolean;
  close(): void;
}

/** Throws NOT_FOUND, and BAD_INPUT when it is no file. `repository`: of a snapshot's side. */
export async function locate(top: Folder, names: readonly string[], from: { repository: Repository; signal: AbortSignal } | { files: Files }): Promise<LocatedFile> {
  const path = `/${names.join('/')}`;
  const missing = (): never => fail('NOT_FOUND', `${path} is not there`, { kind: 'path', name: path });
  let folder: Folder | undefined = top;
  for (const name of names.slice(0, -1)) folder = (await list(folder ?? missing())).find((each) => each.name === name)?.folder;
  const entries = await list(folder ?? missing());
  const name = names.at(-1) ?? missing();
  const found = entries.find((each) => each.name === name) ?? missing();
  if (found.node?.type !== 'file') fail('BAD_INPUT', `${path} is no file`, { field: 'path', reason: 'is no file of the snapshot' });
  const opened: { close(): void }[] = [];
  const open = async ({ node, livePath }: SideNode): Promise<ByteSource> => {
    if ('repository' in from) return blobSource(from.repository, node?.content ?? [], from.signal);
    const live = openLive(from.files, livePath ?? missing());
    opened.push(live);
    return live;
  };
  const beside = (end: string): SideNode | undefined => entries.find((each) => each.name === name + end && each.node?.type === 'file' && (each.node.size ?? 0) > 0);
  const [wal, journal] = [beside('-wal'), beside('-journal')];
  return { name, source: await open(found), livePath: found.livePath, wal: wal && (await open(wal)), journal: journal !== undefined, close: () => opened.forEach((each) => each.close()) };
}

async function list(folder: Folder): Promise<SideNode[]> {
  return (await folder.list()) ?? [];
}
