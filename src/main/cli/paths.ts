// Paths as they are typed in a terminal.
import { homedir } from 'node:os';
import { isInside, resolveUserPath, type Platform } from '../engine/kit/paths.ts';

const platform: Platform = process.platform === 'win32' ? 'win32' : process.platform === 'darwin' ? 'darwin' : 'linux';

export function absolutePath(typed: string): string {
  return resolveUserPath(typed, { platform, userHome: homedir(), workingFolder: process.cwd() });
}

/** Is the path this folder, or something in it? Both absolute. */
export function isBelow(folder: string, path: string): boolean {
  return isInside(folder, path, platform);
}
