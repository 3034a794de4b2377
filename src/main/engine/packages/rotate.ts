// The newest packages stay. What goes is named whole by our patterns; of files that anybody could name so, the manifest beside must say that Varve made it.
import { basename, join } from 'node:path';
import * as z from 'zod';
import { PackageKind } from '../../../contract/packages.ts';
import type { Files, WorkerTask } from '../ports.ts';
import { manifestEnding } from './manifest.ts';
import { readPackageName, withoutManifest, type NamedPackage } from './place-names.ts';

/** One-shot: the paths of the packages that went. */
export const rotateTask: WorkerTask = async ({ files }, input) => rotatePackages(files, input as RotateRequest);

export interface RotateRequest {
  folder: string;
  kind: PackageKind;
  /** Newest ones that stay, by the time in their names. */
  keep: number;
  /** The one just made: never removed, whatever the clock says. Of snapshots and folders only those go that begin with the same name as it. */
  made: string;
}

/** Removes older packages with their manifests; returns the paths of the packages. The package goes before its manifest: one without the other is swept next time. */
export function rotatePackages(files: Files, request: RotateRequest): string[] {
  if (files.lstat(request.folder) === undefined) return [];
  const base = readPackageName(basename(request.made))?.base;
  const group: NamedPackage[] = [];
  const present = new Set(files.readdir(request.folder).flatMap(({ name, type }) => (type === 'file' ? [name] : [])));
  const names = new Set([...present].map(withoutManifest));
  for (const name of names) {
    const read = readPackageName(name);
    if (read === undefined || (read.kind === 'log') !== (request.kind === 'log')) continue;
    if (read.base !== base) continue;
    if (request.kind !== 'log' && !madeByUs(files, join(request.folder, `${name}${manifestEnding}`), request.kind)) continue;
    group.push(read);
  }
  const there = group.filter(({ name }) => present.has(name)).toSorted((a, b) => (a.order < b.order ? 1 : -1));
  const kept = new Set(there.slice(0, request.keep).map(({ name }) => name));
  const oldest = there[request.keep - 1]?.order;
  if (oldest === undefined) return []; // fewer than are kept: nothing is too old
  const removed: string[] = [];
  for (const { name, order } of group) {
    const path = join(request.folder, name);
    if (kept.has(name) || path === request.made || order > oldest) continue;
    if (present.has(name)) {
      files.unlink(path);
      removed.push(path);
    }
    if (present.has(`${name}${manifestEnding}`)) files.unlink(`${path}${manifestEnding}`);
  }
  if (removed.length > 0) files.fsyncFolder(request.folder);
  return removed;
}

const Head = z.object({ version: z.literal(1), kind: PackageKind, generator: z.string().startsWith('Varve') });
const headBytes = 65_536;

/** Whether the beginning of the manifest says so; a manifest may be long. */
function madeByUs(files: Files, manifestPath: string, kind: PackageKind): boolean {
  if (files.lstat(manifestPath)?.type !== 'file') return false;
  const fd = files.open(manifestPath, 'rn');
  try {
    const bytes = Buffer.alloc(headBytes);
    const text = bytes.toString('utf8', 0, files.read(fd, bytes, 0, headBytes, 0));
    const end = text.indexOf(',\n  "files": [');
    const head = Head.safeParse(end === -1 ? undefined : jsonOrNothing(`${text.slice(0, end)}}`));
    return head.success && head.data.kind === kind;
  } finally {
    files.close(fd);
  }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
