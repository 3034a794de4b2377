// Names of users and groups by number: the system's name services, else the files under /etc. Asked once per number; an answer of
// "nobody" is remembered too. The cache lives as long as its Files, that is one run of a thread.
import type { Native } from './native.ts';
import type { RawFs } from './raw-fs.ts';

export interface OwnerNames {
  userName(uid: number): string | undefined;
  groupName(gid: number): string | undefined;
}

export function createOwnerNames(options: { fs: RawFs; native: () => Native; wanted: (missing: string) => void }): OwnerNames {
  const { fs, native, wanted } = options;
  const cached = (call: 'userName' | 'groupName', file: string): ((id: number) => string | undefined) => {
    const answers = new Map<number, string | undefined>();
    let fromFile: Map<number, string> | undefined;
    return (id) => {
      if (answers.has(id)) return answers.get(id);
      fromFile ??= readAccountFile(fs, file);
      let name = fromFile.get(id);
      if (name === undefined) {
        const ask = native().get(call);
        if (ask) name = ask(id);
        else wanted(call);
      }
      answers.set(id, name);
      return name;
    };
  };
  return { userName: cached('userName', '/etc/passwd'), groupName: cached('groupName', '/etc/group') };
}

/** Lines `name:password:number:...` of passwd(5) and group(5); the first one with a number wins, as in the C library. */
export function parseAccounts(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (!name || !id || name.startsWith('#') || !/^\d+$/.test(id)) continue;
    if (!names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}

function readAccountFile(fs: RawFs, file: string): Map<number, string> {
  try {
    return parseAccounts(fs.readFileSync(file, 'utf8'));
  } catch {
    return new Map(); // no such file (Windows, a bare container): the name services are asked instead
  }
}
