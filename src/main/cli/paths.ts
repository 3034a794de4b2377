// Paths as they are typed in a terminal.
import { homedir } from 'node:os';
import { resolveUserPath } from '../engine/kit/paths.ts';

export function absolutePath(typed: string): string {
  return resolveUserPath(typed, { platform: process.platform === 'win32' ? 'win32' : process.platform === 'darwin' ? 'darwin' : 'linux', userHome: homedir(), workingFolder: process.cwd() });
}
