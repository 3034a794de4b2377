// What of this process's environment a program that a person named may see.

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a program hardly runs without, and what tells no secret. */
const plain = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'SYSTEMROOT', 'WINDIR', 'COMSPEC', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'];

/** Those, and the named ones. */
export function plainEnvironment(environment: Environment, named: readonly string[] = []): Record<string, string> {
  return Object.fromEntries([...plain, ...named].flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])));
}
