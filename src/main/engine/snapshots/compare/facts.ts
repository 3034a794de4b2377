// What of two entries of one name differs. Pure, but for files whose content must be read to know.
import type { ChangeKind, MetadataPart } from '../../../../contract/compare.ts';
import type { TreeNode } from '../../repository/index.ts';

export interface Difference {
  kind: ChangeKind;
  parts: readonly MetadataPart[];
  suspect: boolean;
}

/**
 * undefined: nothing a person would call a change. Inode, device, access and change times and the number of links are the file system's own;
 * the time of a folder only says that something in it changed, which is shown by itself.
 */
export function differenceOf(before: TreeNode, after: TreeNode, sameContent: boolean): Difference | undefined {
  if (before.type !== after.type) return { kind: 'type', parts: [], suspect: false };
  const parts = metadataParts(before, after);
  if (!sameContent) {
    const suspect = before.type === 'file' && before.size === after.size && before.mtime.ns === after.mtime.ns;
    return { kind: 'content', parts, suspect };
  }
  return parts.length === 0 ? undefined : { kind: 'metadata', parts, suspect: false };
}

/** Which of its recorded facts beside the content differ. */
export function metadataParts(a: TreeNode, b: TreeNode): MetadataPart[] {
  const parts: MetadataPart[] = [];
  if (a.mode !== b.mode) parts.push('mode');
  if (a.uid !== b.uid || a.gid !== b.gid) parts.push('owner');
  if (a.type !== 'dir' && a.mtime.ns !== b.mtime.ns) parts.push('time');
  if (attributesOf(a) !== attributesOf(b)) parts.push('attributes');
  return parts;
}

function attributesOf({ xattrs, genericAttributes }: TreeNode): string {
  if (xattrs === undefined && genericAttributes === undefined) return '';
  const own = (xattrs ?? []).map(({ name, value }) => `${name}=${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`);
  const generic = (genericAttributes ?? []).map(({ name, json }) => `${name}:${json}`);
  return [...own, ...generic].sort().join('\0');
}

/** True or false where the nodes alone tell whether the content is the same; undefined where the bytes must be read. */
export function contentByNodes(a: TreeNode, b: TreeNode, comparable: boolean): boolean | undefined {
  if (a.type !== 'file') return a.type === 'symlink' ? a.linkTarget === b.linkTarget : (a.device ?? 0n) === (b.device ?? 0n);
  if ((a.size ?? 0) !== (b.size ?? 0)) return false;
  if (comparable) return sameIds(a.content ?? [], b.content ?? []);
  return (a.size ?? 0) === 0 ? true : undefined;
}

export function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}

/** The live file as the snapshot saw it: nobody wrote to it since, by its times and inode. */
export function untouched(kept: TreeNode, live: TreeNode): boolean {
  return kept.size === live.size && kept.mtime.ns === live.mtime.ns && kept.ctime.ns === live.ctime.ns && (kept.inode ?? 0n) === (live.inode ?? 0n);
}
