// Where an entry of a snapshot lies on this computer: below a target folder, or where it came from. Pure.
import { isAbsolute, join, parse, sep } from 'node:path';
import { fail } from '../../kit/errors.ts';
import type { Platform } from '../../kit/paths.ts';

/** From an item's path to a place; undefined where there can be none. */
export type Place = (itemPath: string) => string | undefined;

export function placeBelow(target: string): Place {
  const top = join(target, sep);
  return (path) => top + path; // their names were checked: nothing is left to normalise
}

/** As snapshots nest absolute paths: `home/u` is `/home/u`; on Windows `C\a` is `C:\a`. */
export function placeOfOrigin(platform: Platform): Place {
  if (platform !== 'win32') return (path) => `/${path}`;
  return (path) => (/^[A-Za-z](?:\\|$)/.test(path) ? `${path.slice(0, 1)}:\\${path.slice(2)}` : undefined);
}

/** The same the other way round: names of a path as snapshots nest it. */
export function namesOfPlace(path: string, platform: Platform): string[] {
  return (platform === 'win32' ? path.replace(':', '') : path).split(platform === 'win32' ? /[\\/]/ : '/').filter((name) => name !== '');
}

/** The top of the file system that these folders lie on. BAD_INPUT when they are of another computer's kind, or of no place at all. */
export function originTop(paths: readonly string[]): string {
  const [first] = paths;
  if (first === undefined || !paths.every((path) => isAbsolute(path))) fail('BAD_INPUT', 'the snapshot names no place here', { field: 'target', reason: 'the snapshot was not taken of folders of this computer; choose a folder' });
  return parse(first).root;
}
