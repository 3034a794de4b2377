// The welcome's answers and the names made from them. Pure.
import type { Probe } from '../../../contract/repository.ts';

export type Page = 'start' | 'folders' | 'place' | 'password' | 'run' | 'open' | 'earlier' | 'sample' | 'empty';

export type Place = { kind: 'path'; path: string } | { kind: 'repository'; id: string; name: string; path: string };

export interface Answers {
  folders: string[];
  leaveOut: boolean;
  place: Place | null;
  /** Where the repository really goes, after looking at the place. */
  repositoryPath: string;
  opensExisting: boolean;
  password: string;
  vaultPassphrase: string;
}

export const noAnswers: Answers = { folders: [], leaveOut: true, place: null, repositoryPath: '', opensExisting: false, password: '', vaultPassphrase: '' };

export function joinPath(folder: string, ...names: string[]): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return [folder.replace(/[\\/]+$/, ''), ...names].join(separator);
}

export interface PlaceVerdict {
  repositoryPath: string;
  opensExisting: boolean;
  usable: boolean;
  note: 'restic' | 'other' | 'bad' | 'missing' | null;
}

/** A folder with other things in it gets a folder of its own for the copies; a drive's top always does. */
export function judgePlace(path: string, probe: Probe): PlaceVerdict {
  const own = joinPath(path, 'varve-copies');
  switch (probe.kind) {
    case 'restic':
      return { repositoryPath: path, opensExisting: true, usable: true, note: 'restic' };
    case 'missing':
      return { repositoryPath: path, opensExisting: false, usable: true, note: 'missing' };
    case 'empty':
      return { repositoryPath: path, opensExisting: false, usable: true, note: null };
    case 'other-files':
      return { repositoryPath: own, opensExisting: false, usable: true, note: 'other' };
    case 'legacy':
    case 'not-a-folder':
    case 'not-writable':
      return { repositoryPath: path, opensExisting: false, usable: false, note: 'bad' };
  }
}

/** A folder inside another chosen one is already kept. */
export function withoutNested(folders: readonly string[]): string[] {
  return folders.filter((folder) => !folders.some((other) => other !== folder && folder.startsWith(joinPath(other, ''))));
}
