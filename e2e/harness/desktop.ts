// One way to start and handle the desktop program, for journeys: on real Electron where its binary and a display exist, else on the stand-in,
// which says so loudly. Journeys do not know which one they run on, except through `kind`.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { launchOnElectron } from './on-electron.ts';
import { launchOnStandIn } from './on-stand-in.ts';
import type { Desktop, DesktopOptions } from './types.ts';

export type { Desktop, DesktopOptions, DialogSeen, TrayItem } from './types.ts';

export const checkout = join(import.meta.dirname, '../..');

/** Electron's program, or the reason why the stand-in must do. Never imports `electron`: outside Electron that starts a download. */
function findElectron(): { binary: string } | { reason: string } {
  const asked = process.env['VARVE_E2E_DESKTOP'];
  if (asked === 'stand-in') return { reason: 'asked for by VARVE_E2E_DESKTOP' };
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const pathFile = join(folder, 'path.txt');
  const binary = existsSync(pathFile) ? join(process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist'), readFileSync(pathFile, 'utf8').trim()) : '';
  const reason = !existsSync(binary) || binary === '' ? "Electron's binary is not here" : process.platform === 'linux' && !process.env['DISPLAY'] ? 'there is no display' : undefined;
  if (reason !== undefined && asked === 'electron') throw new Error(`real Electron was asked for, but ${reason}`);
  return reason === undefined ? { binary } : { reason };
}

/** Starts the built program. Resolves when its main process runs; the window may still be loading. */
export async function launchDesktop(options: DesktopOptions): Promise<Desktop> {
  const appFolder = options.appFolder ?? checkout;
  if (!existsSync(join(appFolder, 'out/main/index.js'))) throw new Error('the program is not built: run "npm run build" first');
  const found = findElectron();
  if ('binary' in found) return launchOnElectron(found.binary, { ...options, appFolder });
  console.warn(`STAND-IN: not Electron (${found.reason}). Windows are pages of Chromium; see e2e/electron-stand-in/README.md for what this cannot show.`);
  return launchOnStandIn({ ...options, appFolder });
}
