// The folders a person probably cares about: Documents, Desktop, Pictures and places where projects live, by the platform's own rules
// (XDG user-dirs.dirs on Linux). Only those that are there.
import { isAbsolute, join } from 'node:path';
import { displayName } from '../kit/names.ts';
import type { Files, Machine } from '../ports.ts';

type Kind = 'documents' | 'desktop' | 'pictures' | 'projects' | 'home' | 'other';

export interface StandardFolder {
  path: string;
  label: string;
  kind: Kind;
}

const projectNames = ['Projects', 'projects', 'Projetos', 'research', 'Research', 'data', 'Data', 'work', 'src', 'code'];
const limitBytes = 65_536;

export function standardFolders({ files, machine, environment }: { files: Files; machine: Pick<Machine, 'userHome' | 'platform'>; environment: Readonly<Record<string, string | undefined>> }): StandardFolder[] {
  const home = machine.userHome;
  const named = machine.platform === 'linux' ? userDirs(files, home, environment) : {};
  const candidates: [string, Kind][] = [
    [named['DOCUMENTS'] ?? join(home, 'Documents'), 'documents'],
    [named['DESKTOP'] ?? join(home, 'Desktop'), 'desktop'],
    [named['PICTURES'] ?? join(home, 'Pictures'), 'pictures'],
    ...projectNames.map((name): [string, Kind] => [join(home, name), 'projects']),
    ...(['MUSIC', 'VIDEOS'] as const).flatMap((key): [string, Kind][] => (named[key] ? [[named[key], 'other']] : [])),
    [home, 'home']
  ];
  const seen = new Set<string>();
  return candidates.flatMap(([path, kind]) => {
    // A user-dirs entry may name the home itself, which means "there is no such folder"; and names may differ only by case.
    if (path === home && kind !== 'home') return [];
    const real = realFolder(files, path);
    if (real === undefined || seen.has(real)) return [];
    seen.add(real);
    return [{ path, label: displayName(path.slice(path.lastIndexOf('/') + 1) || path), kind }];
  });
}

/** `XDG_DOCUMENTS_DIR="$HOME/Dokumente"` lines of user-dirs.dirs; anything else in the file is ignored, as it is a shell file. */
function userDirs(files: Files, home: string, environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const config = environment['XDG_CONFIG_HOME'];
  const path = join(config !== undefined && isAbsolute(config) ? config : join(home, '.config'), 'user-dirs.dirs');
  let text = '';
  try {
    if (files.stat(path)?.type !== 'file') return {};
    text = new TextDecoder('utf-8').decode(files.readFile(path, limitBytes));
  } catch {
    return {}; // suggestions are an extra; a file that cannot be read means the defaults
  }
  const found: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^\s*XDG_([A-Z]+)_DIR="(\$HOME\/?|\/)((?:[^"\\]|\\.)*)"\s*$/.exec(line);
    if (match) found[match[1] as string] = join(match[2] === '/' ? '/' : home, (match[3] as string).replaceAll(/\\(.)/g, '$1'));
  }
  return found;
}

function realFolder(files: Files, path: string): string | undefined {
  try {
    return files.stat(path)?.type === 'dir' ? files.realpath(path) : undefined;
  } catch {
    return undefined; // not ours to see
  }
}
