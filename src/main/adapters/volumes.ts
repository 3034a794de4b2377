// Places where a person may keep a repository, and what kind of file system holds a path. Linux: /proc/self/mountinfo (proc(5));
// macOS: `mount`; Windows: drive letters and what the system says of them.
import type { Files, Volumes } from '../engine/ports.ts';
import { createDarwinVolumes } from './volumes-darwin.ts';
import { createLinuxVolumes } from './volumes-linux.ts';
import { createWindowsVolumes } from './volumes-windows.ts';

export function createVolumes(options: { files: Files; platform?: string }): Volumes {
  const platform = options.platform ?? process.platform;
  if (platform === 'win32') return createWindowsVolumes();
  return platform === 'darwin' ? createDarwinVolumes(options) : createLinuxVolumes(options);
}
