// What main serves to the engine's process (and through it to the page): dialogs, the file manager, the browser, notices, the theme.
import { app, dialog, nativeTheme, Notification, shell, type BrowserWindow } from 'electron';
import { dirname, isAbsolute } from 'node:path';
import type { ApiOf } from '../../contract/index.ts';
import type { AppInfo, desktopContract, Theme } from '../../contract/desktop.ts';
import type { Language } from '../../contract/ids.ts';
import { fail } from '../engine/kit/errors.ts';
import { openExternally } from './policy.ts';
import type { QuitTalk } from './quit-talk.ts';

export type DesktopApi = ApiOf<typeof desktopContract>;

export interface DesktopServiceDeps {
  window(): BrowserWindow | undefined;
  trayPresent(): boolean;
  setLanguage(language: Language): void;
  /** What belongs to unsaved work in the page; undefined: there is none. */
  setUnsaved(what: string | undefined): void;
  showWindow(): void;
  quit(): void;
  quitting: Pick<QuitTalk, 'follow' | 'answer'>;
}

export function createDesktopService(deps: DesktopServiceDeps): DesktopApi {
  // Dialogs start in Downloads since Electron 43: the folder used last is what a person expects.
  let lastFolder: string | undefined;

  const pick = async (options: Electron.OpenDialogOptions): Promise<{ path: string | null }> => {
    const window = deps.window();
    const whole = { ...options, defaultPath: options.defaultPath ?? lastFolder };
    const { canceled, filePaths } = window ? await dialog.showOpenDialog(window, whole) : await dialog.showOpenDialog(whole);
    const path = canceled ? undefined : filePaths[0];
    if (path !== undefined) lastFolder = dirname(path);
    return { path: path ?? null };
  };

  return {
    // Windows and Linux cannot pick files and folders in one dialog.
    pickFolder: (input) => pick({ title: input.title, defaultPath: input.defaultPath, properties: ['openDirectory', 'createDirectory', 'showHiddenFiles'] }),
    pickFile: (input) => pick({ title: input.title, defaultPath: input.defaultPath, properties: ['openFile', 'showHiddenFiles'], filters: input.extensions ? [{ name: input.title, extensions: input.extensions }] : undefined }),
    pickSaveFile: async (input) => {
      const window = deps.window();
      const options = { title: input.title, defaultPath: input.defaultPath ?? lastFolder };
      const { canceled, filePath } = window ? await dialog.showSaveDialog(window, options) : await dialog.showSaveDialog(options);
      if (canceled || !filePath) return { path: null };
      lastFolder = dirname(filePath);
      return { path: filePath };
    },
    showInFolder: ({ path }) => {
      if (!isAbsolute(path)) fail('BAD_INPUT', 'a full path is needed', { field: 'path', reason: 'is not a full path' });
      shell.showItemInFolder(path);
      return {};
    },
    openExternal: async ({ url }) => ({ opened: await openExternally(url) }),
    setTheme: ({ theme }) => {
      applyTheme(theme);
      return {};
    },
    setLanguage: ({ language }) => {
      deps.setLanguage(language);
      return {};
    },
    notify: ({ title, body }) => ({ shown: showNotice(title, body, deps.showWindow) }),
    setUnsaved: ({ what }) => {
      deps.setUnsaved(what ?? undefined);
      return {};
    },
    quit: () => {
      // After the answer has left: quitting ends the line it travels on.
      setImmediate(deps.quit);
      return {};
    },
    quitting: (_input, { signal }) => deps.quitting.follow(signal),
    answerQuit: ({ answer, choices }) => {
      // After the answer has left, as above.
      setImmediate(() => deps.quitting.answer(answer, new Map(choices.map(({ id, choice }) => [id, choice]))));
      return {};
    },
    appInfo: () => appInfo(deps.trayPresent())
  };
}

export function applyTheme(theme: Theme): void {
  if (nativeTheme.themeSource !== theme) nativeTheme.themeSource = theme;
}

/** An extra beside what the console shows itself: unsigned macOS builds fail at it, Linux never says whether it was seen. */
export function showNotice(title: string, body: string, onClick: () => void): boolean {
  if (!Notification.isSupported()) return false;
  const notice = new Notification({ title, body });
  notice.on('click', onClick);
  notice.show();
  return true;
}

function appInfo(tray: boolean): AppInfo {
  return {
    version: app.getVersion(),
    electron: process.versions['electron'] ?? '',
    chrome: process.versions['chrome'] ?? '',
    node: process.versions.node,
    platform: process.platform as AppInfo['platform'],
    packaged: app.isPackaged,
    tray,
    systemLanguage: app.getPreferredSystemLanguages()[0] ?? 'en'
  };
}
