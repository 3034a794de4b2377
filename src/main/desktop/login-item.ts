// Start at log-in, hidden in the tray. macOS and Windows have a call for it; on Linux it is a file in the autostart folder (XDG), which is
// ours to write and remove.
import { app } from 'electron';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LoginItemDeps {
  env: Readonly<Record<string, string | undefined>>;
  packaged: boolean;
  report(message: string): void;
}

/** An unpackaged program is never registered: the entry would start a bare Electron. */
export function applyLoginItem(wanted: boolean, { env, packaged, report }: LoginItemDeps): void {
  if (!packaged) return;
  if (process.platform !== 'linux') {
    if (app.getLoginItemSettings().openAtLogin !== wanted) app.setLoginItemSettings({ openAtLogin: wanted, args: ['--hidden'] });
    return;
  }
  const folder = join(env['XDG_CONFIG_HOME'] || join(app.getPath('home'), '.config'), 'autostart');
  try {
    writeAutostart(join(folder, 'varve.desktop'), folder, wanted, autostartEntry(env['APPIMAGE'] ?? process.execPath));
  } catch (error) {
    report(`start at log-in could not be ${wanted ? 'set' : 'removed'}: ${String(error)}`);
  }
}

function writeAutostart(file: string, folder: string, wanted: boolean, content: string): void {
  if (!wanted) return rmSync(file, { force: true });
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, content);
}

/** Desktop entry specification: the program's path is a quoted string, in which `"`, `` ` ``, `$`, `\` are escaped, and `%` is doubled. */
export function autostartEntry(program: string): string {
  const quoted = `"${program.replace(/(["`$\\])/g, '\\$1').replaceAll('\\', '\\\\').replaceAll('%', '%%')}"`;
  return ['[Desktop Entry]', 'Type=Application', 'Name=Varve', `Exec=${quoted} --hidden`, 'Icon=varve', 'Terminal=false', 'X-GNOME-Autostart-enabled=true', ''].join('\n');
}
