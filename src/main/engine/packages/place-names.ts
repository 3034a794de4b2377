// How packages are called, and which files in a folder are packages of ours by their names.
import type { PackageFormat, PackageKind } from '../../../contract/packages.ts';
import { manifestEnding } from './manifest.ts';

/** What a snapshot's or folder's package begins with: a good file name on every system, from any text. */
export function packageBase(name: string): string {
  const good = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._ -]+/gu, '_')
    .replace(/^[._ -]+|[. ]+$/g, '')
    .slice(0, 100)
    .replace(/[. ]+$/, '');
  return good === '' ? 'package' : good;
}

/** `attempt` 1 is the plain name, 2 has `-2` before its ending. */
export function packageName(kind: PackageKind, format: PackageFormat, sealed: boolean, atMs: number, base: string, attempt: number): string {
  const [date, time] = new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, '').split('T') as [string, string];
  const again = attempt === 1 ? '' : `-${attempt}`;
  const stem = kind === 'log' ? `backup-eventlog-${date}-${time}` : `${base}_backup_${date}_${time}`;
  return `${stem}${again}.${format}${sealed ? '.age' : ''}`;
}

export interface NamedPackage {
  name: string;
  kind: 'log' | 'files';
  /** Of the kind `files`. */
  base: string;
  /** Order of age among those of one kind. */
  order: string;
}

const ofLog = /^backup-eventlog-(\d{8})-(\d{6})(?:-([2-9]|[1-9]\d{1,5}))?\.tar\.gz(?:\.age)?$/;
const ofFiles = /^([^/\\]{1,100})_backup_(\d{8})_(\d{6})(?:-([2-9]|[1-9]\d{1,5}))?\.(?:zip|tar\.gz)(?:\.age)?$/;

/** What the name says when it is, whole, that of a package. */
export function readPackageName(name: string): NamedPackage | undefined {
  const log = ofLog.exec(name);
  if (log) return { name, kind: 'log', base: '', order: order(log[1], log[2], log[3]) };
  const files = ofFiles.exec(name);
  return files ? { name, kind: 'files', base: files[1] as string, order: order(files[2], files[3], files[4]) } : undefined;
}

function order(date = '', time = '', again = '1'): string {
  return `${date}${time}${again.padStart(6, '0')}`;
}

/** A temporary file beside a package: of the package or of its manifest. */
export function partialName(name: string, random: Uint8Array): string {
  return `.${name}.partial-${Buffer.from(random).toString('hex')}`;
}

export function isPartialName(name: string): boolean {
  const found = /^\.(.+)\.partial-[0-9a-f]{16}$/.exec(name);
  return found !== null && readPackageName(withoutManifest(found[1] as string)) !== undefined;
}

export function withoutManifest(name: string): string {
  return name.endsWith(manifestEnding) ? name.slice(0, -manifestEnding.length) : name;
}
