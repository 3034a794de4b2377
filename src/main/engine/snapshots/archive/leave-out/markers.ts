// Folders whose content is left out because of a file in them: `NAME` (it is there) or `NAME:HEADER` (it begins with these bytes), as restic's
// `--exclude-if-present` has it. The folder itself and the marker are kept, so that a restore shows that it was there.
import type { DirEntry, Files } from '../../../ports.ts';

/** The standard way to mark a cache: https://bford.info/cachedir/ */
export const cacheMarker = 'CACHEDIR.TAG:Signature: 8a477f597d28d172789f06886806bc55';

export interface Marker {
  name: string;
  header: Buffer;
}

/** Why a marker cannot be used, or undefined. */
export function markerProblem(text: string): string | undefined {
  const { name } = parseMarker(text);
  if (name === '') return 'a marker needs the name of a file';
  return name.includes('/') || name.includes('\0') ? 'a marker is the name of a file, without folders' : undefined;
}

export function parseMarker(text: string): Marker {
  const colon = text.indexOf(':');
  return colon < 0 ? { name: text, header: Buffer.alloc(0) } : { name: text.slice(0, colon), header: Buffer.from(text.slice(colon + 1), 'utf8') };
}

/** Whether the folder with these entries carries the marker. One that cannot be read does not count. */
export function carriesMarker(files: Files, folder: string, entries: readonly DirEntry[], marker: Marker, join: (folder: string, name: string) => string): boolean {
  if (!entries.some(({ name }) => name === marker.name)) return false;
  if (marker.header.length === 0) return true;
  const path = join(folder, marker.name);
  try {
    if (files.stat(path)?.type !== 'file') return false;
    const fd = files.open(path, 'r');
    try {
      const begins = Buffer.alloc(marker.header.length);
      return files.read(fd, begins, 0, begins.length, 0) === begins.length && begins.equals(marker.header);
    } finally {
      files.close(fd);
    }
  } catch {
    return false;
  }
}
