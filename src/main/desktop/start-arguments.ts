// What the program was started with. Read from process.argv: `app.commandLine` lower-cases switches and is not for our own (Electron 36).
import { createHash } from 'node:crypto';
import { join, relative, resolve } from 'node:path';

export interface StartArguments {
  /** Start in the tray without showing the window (log-in item, autostart file). */
  hidden: boolean;
  /** The home, when it is not the platform's own. */
  home: string | undefined;
  /** Electron's profile folder, for tests that want to throw it away. */
  profile: string | undefined;
}

/** `--hidden`, `--home=DIR`, `--profile=DIR`; the variable VARVE_HOME stands behind `--home`. Relative folders belong to `cwd`. */
export function readStartArguments(argv: readonly string[], env: Readonly<Record<string, string | undefined>>, cwd: string): StartArguments {
  const valueOf = (name: string): string | undefined => argv.findLast((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) || undefined;
  const folder = (value: string | undefined): string | undefined => (value ? resolve(cwd, value) : undefined);
  return { hidden: argv.includes('--hidden'), home: folder(valueOf('home') ?? env['VARVE_HOME']), profile: folder(valueOf('profile')) };
}

/**
 * Electron's profile (cookies, caches, the single-instance lock): one per home, so that two homes are two programs, and never inside the
 * home. `appData` is Electron's folder for application data.
 */
export function profileFolder(start: StartArguments, appData: string): string {
  if (start.profile) return start.profile;
  const name = start.home === undefined ? 'default' : createHash('sha256').update(start.home).digest('hex').slice(0, 16);
  const folder = join(appData, 'Varve Desktop', name);
  const inside = start.home !== undefined && !relative(start.home, folder).startsWith('..');
  return inside ? `${start.home}-desktop` : folder;
}
