// What `import ... from 'electron'` gets in the main process.
import { app } from './app.ts';
import { BrowserWindow, webContents } from './browser-window.ts';
import { ipcMain } from './ipc.ts';
import { Menu, MenuItem } from './menu.ts';
import { MessageChannelMain } from './ports.ts';
import { protocol } from './protocol.ts';
import { dialog, nativeImage, nativeTheme, Notification, powerMonitor, powerSaveBlocker, shell, Tray } from './surface.ts';
import { utilityProcess } from './utility.ts';

/** Anything else Electron has: importing it works, using it says so. */
function absent(name: string): unknown {
  return new Proxy(function () {}, {
    get(_target, key) {
      if (typeof key === 'symbol' || key === 'then') return undefined;
      throw new Error(`stand-in: electron.${name}.${key} is not provided`);
    },
    apply() {
      throw new Error(`stand-in: electron.${name}() is not provided`);
    },
    construct() {
      throw new Error(`stand-in: new electron.${name}() is not provided`);
    }
  });
}

// Permission handlers are remembered, never asked.
const handlers = { permissionRequest: null as unknown, permissionCheck: null as unknown };
export const session = {
  handlers,
  defaultSession: {
    protocol,
    setPermissionRequestHandler(handler: unknown) {
      handlers.permissionRequest = handler;
    },
    setPermissionCheckHandler(handler: unknown) {
      handlers.permissionCheck = handler;
    },
    setSpellCheckerEnabled() {},
    async clearStorageData() {}
  }
};

const display = { id: 1, scaleFactor: 1, bounds: { x: 0, y: 0, width: 1920, height: 1080 }, workArea: { x: 0, y: 0, width: 1920, height: 1080 }, workAreaSize: { width: 1920, height: 1080 } };
export const screen = { getPrimaryDisplay: () => display, getAllDisplays: () => [display], getDisplayMatching: () => display, on() {} };

export const autoUpdater = absent('autoUpdater');
export const clipboard = absent('clipboard');
export const crashReporter = absent('crashReporter');
export const globalShortcut = absent('globalShortcut');
export const net = absent('net');
export const safeStorage = absent('safeStorage');
export const systemPreferences = absent('systemPreferences');
export const webFrameMain = absent('webFrameMain');
export const WebContentsView = absent('WebContentsView');
export { app, BrowserWindow, dialog, ipcMain, Menu, MenuItem, MessageChannelMain, nativeImage, nativeTheme, Notification, powerMonitor, powerSaveBlocker, protocol, shell, Tray, utilityProcess, webContents };
// Electron itself is CommonJS, so both forms of import exist there.
const all = { app, autoUpdater, BrowserWindow, clipboard, crashReporter, dialog, globalShortcut, ipcMain, Menu, MenuItem, MessageChannelMain, nativeImage, nativeTheme, net, Notification, powerMonitor, powerSaveBlocker, protocol, safeStorage, screen, session, shell, systemPreferences, Tray, utilityProcess, webContents, WebContentsView, webFrameMain };
export { all as default };
