// How a program is started on Windows when it is a batch file (5.4). Such a file is run by cmd.exe, which reads its own language in every
// argument; only what cannot mean anything in it between quotes is let through. Elsewhere argv is what the system gets.
import { win32 } from 'node:path';
import { systemError } from './files-paths.ts';

export interface Command {
  program: string;
  args: string[];
  /** The arguments go to the system as they are, without quotes of Node's own. */
  verbatim: boolean;
}

/**
 * Throws a system error EUNSAFE for an argument that a batch file cannot get safely: a quote, a percent sign, a line break. `environment` is the program's own: on Windows PATH and PATHEXT
 * of it decide which file a bare name means.
 */
export function commandFor(argv: readonly string[], environment: Readonly<Record<string, string>>, system: { platform: string; exists(path: string): boolean }): Command {
  const [program = '', ...args] = argv;
  if (system.platform !== 'win32') return { program, args, verbatim: false };
  const file = resolveProgram(program, environment, system.exists) ?? program;
  if (!/\.(cmd|bat)$/i.test(file)) return { program: file, args, verbatim: false };
  const shell = variable(environment, 'ComSpec') ?? win32.join(variable(environment, 'SystemRoot') ?? 'C:\\Windows', 'System32', 'cmd.exe');
  const line = [file, ...args].map(quoteForBatch).join(' ');
  // /d: no AutoRun of the registry; /v:off: `!` means itself; /s: exactly the outer quotes are taken off.
  return { program: shell, args: ['/d', '/v:off', '/s', '/c', `"${line}"`], verbatim: true };
}

function quoteForBatch(argument: string): string {
  // Between quotes `& | < > ^ ( )` mean themselves. A quote would end them, `%` is read even inside, and a line break ends the command.
  if (/["%\r\n\0]/.test(argument)) throw systemError('EUNSAFE', 'spawn', 'a batch file');
  return `"${argument}"`;
}

/** The file that a name means, or undefined when there is none. A name with a folder is taken as it is, with each extension tried when it has none. */
function resolveProgram(name: string, environment: Readonly<Record<string, string>>, exists: (path: string) => boolean): string | undefined {
  const extensions = (variable(environment, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').split(';').filter((extension) => extension !== '');
  const names = extensions.some((extension) => name.toLowerCase().endsWith(extension.toLowerCase())) ? [name] : extensions.map((extension) => name + extension);
  const folders = /[\\/]/.test(name) ? [''] : (variable(environment, 'PATH') ?? '').split(';').filter((folder) => folder !== '');
  for (const folder of folders) for (const candidate of names) if (exists(win32.join(folder, candidate))) return win32.join(folder, candidate);
  return undefined;
}

/** Names of variables have no case on Windows. */
function variable(environment: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(environment).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
