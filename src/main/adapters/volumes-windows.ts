// Volumes of Windows: the drive letters that answer, and GetDriveTypeW for what they are. A path `\\server\share` is always a network one.
import { createRequire } from 'node:module';
import { win32 } from 'node:path';
import type { Volumes } from '../engine/ports.ts';
import { askSpace } from './volumes-space.ts';

const removableDrive = 2;
const remoteDrive = 4;

/** `driveType` only so that tests can play the system. undefined: the system cannot be asked. */
export function createWindowsVolumes(options: { driveType?: (root: string) => number | undefined } = {}): Volumes {
  const driveType = options.driveType ?? systemDriveType();
  return {
    async list() {
      const roots = Array.from({ length: 26 }, (_, i) => `${String.fromCharCode(65 + i)}:\\`);
      const volumes = await Promise.all(
        roots.map(async (path) => {
          const space = await askSpace(path);
          if (!space) return [];
          const { freeBytes, totalBytes } = space;
          return [{ path, label: path.slice(0, 2), fileSystem: 'unknown', freeBytes, totalBytes, removable: driveType(path) === removableDrive, network: driveType(path) === remoteDrive }];
        })
      );
      return volumes.flat();
    },
    kindOf(path) {
      const root = win32.parse(win32.resolve(path)).root;
      // `\\?\C:\` and `\\.\C:\` are local names in long form.
      const share = root.startsWith('\\\\') && !/^\\\\[?.]\\[a-z]:/i.test(root);
      const network = share || driveType(root.replace(/^\\\\[?.]\\/, '')) === remoteDrive;
      return { fileSystem: 'unknown', network };
    }
  };
}

function systemDriveType(): (root: string) => number | undefined {
  let ask: ((root: string) => number) | undefined;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    ask = koffi.load('kernel32.dll').func('GetDriveTypeW', 'uint32_t', ['str16']) as unknown as (root: string) => number;
  } catch {
    ask = undefined;
  }
  return (root) => ask?.(root);
}
