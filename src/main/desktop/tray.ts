// The icon in the tray. On Linux a change of the menu is only seen after setContextMenu, so each change sets a new one; the icon files are
// named, never imported, because macOS reads `Template` and `@2x` from the name.
import { Menu, nativeImage, Tray } from 'electron';
import { join } from 'node:path';
import type { Language } from '../../contract/ids.ts';
import { trayMenu, type TrayActions } from './tray-menu.ts';
import { stateLine, trayShape, type TrayFacts, type TrayShape } from './tray-state.ts';

export interface TrayIcon {
  update(language: Language, facts: TrayFacts): void;
  /** False where no icon could be made: then nothing may hide in it. (A desktop that shows none cannot be told from one that does.) */
  present(): boolean;
  /** Once; a second destroy at quit crashes some systems. */
  remove(): void;
}

export function trayImagePath(folder: string, shape: TrayShape, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return join(folder, `${shape}Template.png`);
  return join(folder, platform === 'win32' ? `${shape}.ico` : `${shape}.png`);
}

export interface TrayDeps {
  folder: string;
  actions: TrayActions;
  now(): Date;
  report(message: string): void;
}

export function createTrayIcon(deps: TrayDeps, language: Language, facts: TrayFacts): TrayIcon {
  const image = (shape: TrayShape): Electron.NativeImage => nativeImage.createFromPath(trayImagePath(deps.folder, shape, process.platform));
  // Held for the life of the program: a collected Tray object takes the icon away.
  let tray: Tray | undefined;
  let shown: TrayShape = trayShape(facts);
  let menuKey = '';

  try {
    tray = new Tray(image(shown));
  } catch (error) {
    deps.report(`no tray icon: ${error instanceof Error ? error.message : String(error)}`);
  }

  const update = (nextLanguage: Language, nextFacts: TrayFacts): void => {
    if (!tray) return;
    const shape = trayShape(nextFacts);
    if (shape !== shown) tray.setImage(image((shown = shape)));
    const template = trayMenu(nextLanguage, nextFacts, deps.now(), deps.actions);
    // Setting an open menu anew closes it under the pointer on some desktops: only when the words changed.
    const key = JSON.stringify(template);
    if (key === menuKey) return;
    menuKey = key;
    tray.setToolTip(`Varve: ${stateLine(nextLanguage, nextFacts, deps.now())}`);
    tray.setContextMenu(Menu.buildFromTemplate(template));
  };

  tray?.on('click', () => deps.actions.open());
  update(language, facts);
  return {
    update,
    present: () => tray !== undefined,
    remove: () => {
      tray?.destroy();
      tray = undefined;
    }
  };
}
