// The console's window. Made once; closing hides it when the tray keeps the program running.
import { app, BrowserWindow, type BrowserWindowConstructorOptions, screen } from 'electron';
import { origin } from './address.ts';

export interface WindowPlace {
  preload: string;
  icon: string;
}

/** Nothing here weakens the defaults: no Node, isolated and sandboxed, web security on. A test reads this object. */
export function windowOptions(place: WindowPlace, workArea: { width: number; height: number }): BrowserWindowConstructorOptions {
  return {
    width: Math.min(1280, workArea.width),
    height: Math.min(820, workArea.height),
    minWidth: 760,
    minHeight: 520,
    show: false,
    title: 'Varve',
    autoHideMenuBar: true,
    icon: place.icon,
    webPreferences: { preload: place.preload, sandbox: true, contextIsolation: true, nodeIntegration: false, nodeIntegrationInSubFrames: false, nodeIntegrationInWorker: false, webviewTag: false, webSecurity: true, spellcheck: false }
  };
}

export interface ConsoleWindow {
  /** Brings it to the front, making it anew where it was closed. */
  show(): void;
  visible(): boolean;
  /** The web contents a message may come from; undefined without a window. */
  contents(): Electron.WebContents | undefined;
  browserWindow(): BrowserWindow | undefined;
}

export interface ConsoleWindowDeps {
  place: WindowPlace;
  /** Asked at each close: hide instead, quit the program with the window still there, or close it. */
  onClose(): 'hide' | 'quit' | 'close';
  /** The person's session on the computer is ending (Windows tells it only to windows, hidden ones included). */
  onSessionEnd(): void;
  reportError(message: string, error: unknown): void;
}

export function createConsoleWindow(deps: ConsoleWindowDeps, { hidden }: { hidden: boolean }): ConsoleWindow {
  let window: BrowserWindow | undefined;

  const open = (showWhenReady: boolean): void => {
    const made = new BrowserWindow(windowOptions(deps.place, screen.getPrimaryDisplay().workAreaSize));
    window = made;
    if (showWhenReady) made.once('ready-to-show', () => made.show());
    made.on('close', (event) => {
      const wanted = deps.onClose();
      if (wanted === 'close') return;
      event.preventDefault();
      if (wanted === 'quit') return app.quit();
      made.hide();
      if (process.platform === 'darwin') app.dock?.hide();
    });
    made.on('closed', () => {
      window = undefined;
    });
    made.on('session-end', () => deps.onSessionEnd());
    // A page whose process died would stay white for ever.
    made.webContents.on('render-process-gone', (_event, details) => {
      deps.reportError(`the window's process ended: ${details.reason}`, undefined);
      if (details.reason !== 'clean-exit' && !made.isDestroyed()) made.webContents.reload();
    });
    made.webContents.on('preload-error', (_event, _path, error) => deps.reportError('the preload failed', error));
    made.loadURL(`${origin}/index.html`).catch((error: unknown) => deps.reportError('the console did not load', error));
  };

  open(!hidden);
  return {
    show: () => {
      if (process.platform === 'darwin') void app.dock?.show();
      if (!window) return open(true);
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
    visible: () => window?.isVisible() ?? false,
    contents: () => window?.webContents,
    browserWindow: () => window
  };
}
