// Free space without risk: a network mount whose server is gone keeps statfs waiting for minutes, so it is asked off this thread and
// given up after a while.
import { fileSystemName } from './file-systems.ts';
import { loadFs } from './raw-fs.ts';

export interface VolumeSpace {
  freeBytes: number;
  totalBytes: number;
  fileSystem: string;
}

/** undefined when it cannot be asked or does not answer in time. */
export function askSpace(path: string, limitMs = 2_000): Promise<VolumeSpace | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), limitMs);
    loadFs().statfs(path, { bigint: true }, (error, facts) => {
      clearTimeout(timer);
      resolve(error ? undefined : { freeBytes: Number(facts.bavail * facts.bsize), totalBytes: Number(facts.blocks * facts.bsize), fileSystem: fileSystemName(facts.type) });
    });
  });
}

/** Nearest folder at or above `path` for which `exists` holds; homes and repositories are asked about before they are made. */
export function nearestExisting(path: string, exists: (path: string) => boolean, parent: (path: string) => string): string {
  for (let at = path; ; at = parent(at)) {
    if (exists(at) || parent(at) === at) return at;
  }
}
