// Path logic that depends on a platform only by parameter, so that each rule can be tested anywhere. Nothing here touches a disk:
// links are not followed, and two names that differ only by case are two names.
import { posix, win32, type PlatformPath } from 'node:path';
import { fail } from './errors.ts';

/** The file that makes a folder a Varve home. */
export const homeMarker = 'varve-home.json';

export type Platform = 'linux' | 'darwin' | 'win32';

export function pathsOf(platform: Platform): PlatformPath {
  return platform === 'win32' ? win32 : posix;
}

/** True when `child` is `parent` itself or lies below it. Both absolute. On Windows without regard to case. */
export function isInside(parent: string, child: string, platform: Platform): boolean {
  const paths = pathsOf(platform);
  const fold = (path: string): string => (platform === 'win32' ? paths.resolve(path).toLowerCase() : paths.resolve(path));
  if (!paths.isAbsolute(parent) || !paths.isAbsolute(child)) fail('INTERNAL', 'isInside needs absolute paths', { what: 'isInside needs absolute paths' });
  const upper = fold(parent);
  const lower = fold(child);
  return lower === upper || lower.startsWith(upper.endsWith(paths.sep) ? upper : upper + paths.sep);
}

/** Throws BAD_INPUT naming `field` for a path that does not start at the root. */
export function requireAbsolute(path: string, field: string, platform: Platform): void {
  if (!pathsOf(platform).isAbsolute(path)) fail('BAD_INPUT', `${path} is not absolute`, { field, reason: 'must be a whole path, from the root on' });
}

export interface UserPathContext {
  platform: Platform;
  userHome: string;
  /** What relative paths start from; a command's working folder. Without it they are refused. */
  workingFolder?: string;
}

/**
 * A path as a person types it, made absolute and normal: `~` and `~/x` are the user's home, relative ones start at the working folder.
 * Throws BAD_INPUT (field `path`) for an empty one, one with a NUL, `~other`, and a relative one where there is no working folder.
 */
export function resolveUserPath(typed: string, context: UserPathContext): string {
  const paths = pathsOf(context.platform);
  if (typed.trim() === '') refuse('is empty');
  if (typed.includes('\0')) refuse('holds a NUL character');
  const startsHome = typed === '~' || typed.startsWith('~/') || (context.platform === 'win32' && typed.startsWith('~\\'));
  if (startsHome) return paths.resolve(context.userHome, `.${paths.sep}${typed.slice(1)}`);
  // A file may be called `~x`; only a lone `~name` or `~name/...` at the start reads as somebody's home in a shell.
  if (/^~[a-z_][a-z0-9_-]*(\/|$)/i.test(typed)) refuse("means another user's home; write the whole path");
  if (paths.isAbsolute(typed)) return paths.resolve(typed);
  if (context.workingFolder === undefined) refuse('is not absolute');
  return paths.resolve(context.workingFolder, typed);
}

/**
 * Where the home is when nobody says otherwise: `VARVE_HOME`, else the platform's data folder (docs/decisions, "Home and processes").
 * `userHome` is used where the environment has no folder. A relative XDG_DATA_HOME is ignored, as its specification demands.
 */
export function defaultHomePath(env: Readonly<Record<string, string | undefined>>, platform: Platform, userHome: string): string {
  const paths = pathsOf(platform);
  const chosen = env['VARVE_HOME'];
  if (chosen !== undefined && chosen !== '') {
    if (!paths.isAbsolute(chosen)) fail('BAD_INPUT', 'VARVE_HOME is not absolute', { field: 'VARVE_HOME', reason: 'is not absolute' });
    return paths.resolve(chosen);
  }
  if (platform === 'darwin') return paths.join(userHome, 'Library', 'Application Support', 'Varve');
  if (platform === 'win32') return paths.join(absoluteOr(paths, env['LOCALAPPDATA'], paths.join(userHome, 'AppData', 'Local')), 'Varve');
  return paths.join(absoluteOr(paths, env['XDG_DATA_HOME'], paths.join(userHome, '.local', 'share')), 'varve');
}

function absoluteOr(paths: PlatformPath, value: string | undefined, otherwise: string): string {
  return value !== undefined && value !== '' && paths.isAbsolute(value) ? value : otherwise;
}

function refuse(reason: string): never {
  fail('BAD_INPUT', `the path ${reason}`, { field: 'path', reason });
}
