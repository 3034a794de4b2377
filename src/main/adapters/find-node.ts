// Which Node runs the shims: a plain one, never Electron's program (it may not be used as Node, and would keep the application's files in use).
import { join } from 'node:path';

export interface FindNodeOptions {
  /** `process.execPath`. */
  execPath: string;
  insideElectron: boolean;
  /** The folder that holds `out` or `src`: the project, or `resources/app` (also `app.asar`) of a package. */
  root: string;
  platform: string;
  exists(path: string): boolean;
}

/**
 * Outside Electron the Node that runs us. Inside, the one a package ships (`resources/node`), else the one the project pins (npm package `node`);
 * undefined when neither is there.
 */
export function findNode(options: FindNodeOptions): string | undefined {
  const { execPath, insideElectron, root, platform, exists } = options;
  if (!insideElectron) return execPath;
  const name = platform === 'win32' ? 'node.exe' : 'node';
  const shipped = platform === 'win32' ? join(root, '..', 'node', name) : join(root, '..', 'node', 'bin', name);
  return [shipped, join(root, 'node_modules', 'node', 'bin', name)].find((path) => exists(path));
}

/** A file of the program as a plain Node can read it: what a package keeps in its archive lies beside it, too. */
export function outsideArchive(path: string): string {
  return path.replace(/([\\/]app\.asar)(?=[\\/])/, '$1.unpacked');
}
