// What lies in no folder of the plan and stands at the top of the tree: what programs gave, and what Varve carries along.
import { fail } from '../../kit/errors.ts';
import { compareNames } from '../../kit/names.ts';
import type { TreeNode } from '../../repository/index.ts';
import { carriedName, carriedNode, type CarriedFile } from '../carried.ts';
import type { DataThreads } from './data-threads.ts';
import type { DatabaseNotes } from './databases/notes.ts';
import { encodeRecord, recordName } from './databases/record.ts';
import type { OpenFolder } from './open-folder.ts';
import type { ReadResult } from './protocol.ts';
import type { SaveTally } from './save-tally.ts';

/** A file kept at the top, with the node it gets. */
export interface StreamFile {
  node: TreeNode;
  path: string;
}

export interface TopDeps {
  data: DataThreads;
  tally: SaveTally;
  databases?: DatabaseNotes | undefined;
  /** Stores a finished tree and returns its id. */
  saveTree(nodes: readonly TreeNode[]): string;
  /** Stores the content of files that are on no disk. */
  saveBytes(contents: readonly Uint8Array[]): Promise<readonly ReadResult[]>;
}

/** What a program gave. It must be there and get its name: a snapshot without it would be a wrong answer. */
export async function addStream(top: OpenFolder, { node, path }: StreamFile, { data, tally }: TopDeps): Promise<void> {
  if (top.nodes.some((other) => other?.name === node.name)) refuseTaken(node.name);
  let result: ReadResult | undefined;
  await data.submit({ kind: 'files', paths: [path], asIs: true }, (results) => (result = results[0]));
  await data.idle();
  if (result === undefined || 'errno' in result) fail('NOT_READABLE', `${path} cannot be read`, { path, reason: result?.errno ?? 'EIO' });
  node.content = result.content;
  node.size = result.sizeBytes;
  top.nodes = [...top.nodes, node].filter((each) => each !== undefined).sort((a, b) => compareNames(a.name, b.name));
  tally.read(true, result.sizeBytes, `/${node.name}`);
}

/** Adds `/.varve/` to the top of the tree, uncounted. A folder of that name that is the person's own stays, and nothing is carried along: no file of theirs is given up. */
export async function carry(top: OpenFolder, carried: () => Promise<readonly CarriedFile[]>, { tally, databases, saveBytes, saveTree }: TopDeps): Promise<void> {
  if (top.nodes.some((node) => node?.name === carriedName)) return tally.degrade(`no checkpoint: /${carriedName} is taken`);
  const record = databases !== undefined && databases.record.size > 0 ? [{ name: recordName, bytes: encodeRecord(databases.record) }] : [];
  const files = [...(await carried()), ...record].sort((a, b) => compareNames(a.name, b.name));
  if (files.length === 0) return;
  const nodes = files.map(({ name }) => carriedNode(name, 'file'));
  const results = await saveBytes(files.map(({ bytes }) => bytes));
  for (const [i, node] of nodes.entries()) {
    const result = results[i];
    if (result === undefined || 'errno' in result) continue;
    node.content = result.content;
    node.size = result.sizeBytes;
  }
  top.nodes = [...top.nodes, { ...carriedNode(carriedName, 'dir'), subtree: saveTree(nodes) }].filter((node) => node !== undefined).sort((a, b) => compareNames(a.name, b.name));
}

/** Throws BAD_INPUT: the name is that of a folder of the plan. */
export function refuseTaken(name: string): never {
  return fail('BAD_INPUT', `the name ${name} is taken`, { field: 'name', reason: `"${name}" is the name of something else at the top of the snapshot` });
}
