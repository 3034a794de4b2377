// The app's side of the test channel (the IPC channel the launcher opened). Without one, everything still runs.
import { app } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import * as electron from './electron.ts';
import { host } from './host.ts';
import { Menu } from './menu.ts';
import { answerDialog, nativeTheme, powerMonitor, record, type Tray } from './surface.ts';

function trayAt(index: number): Tray {
  const tray = [...record.trays][index];
  if (!tray) throw new Error(`no tray at ${index}`);
  return tray;
}
function windowAt(id: number): BrowserWindow {
  const window = BrowserWindow.fromId(id);
  if (!window) throw new Error(`no window ${id}`);
  return window;
}

function describeState() {
  return {
    ready: app.isReady(),
    windows: BrowserWindow.getAllWindows().map((window) => ({
      id: window.id,
      targetId: window.webContents.targetId,
      title: window.title,
      url: window.webContents.getURL(),
      visible: window.isVisible(),
      focused: window.isFocused(),
      minimized: window.isMinimized(),
      bounds: window.getBounds()
    })),
    trays: [...record.trays].map((tray) => ({ toolTip: tray.toolTip, imageSize: tray.image.getSize(), menu: tray.menu?.describe() ?? [] })),
    menu: Menu.getApplicationMenu()?.describe() ?? [],
    notifications: record.notifications.map(({ title, body }) => ({ title, body })),
    dialogs: record.dialogs,
    opened: record.opened,
    blockedRequests: host.blockedRequests,
    loginItem: app.loginItemSettings,
    ...app.recorded
  };
}
export type StandInState = ReturnType<typeof describeState>;

const commands = {
  state: describeState,
  trayClick: (index: number) => void trayAt(index).emit('click', {}, trayAt(index).getBounds(), { x: 0, y: 0 }),
  trayMenu: (index: number, path: string[]) => {
    const { menu } = trayAt(index);
    if (!menu) throw new Error('the tray has no menu');
    menu.find(path).activate();
  },
  menu: (path: string[]) => {
    const menu = Menu.getApplicationMenu();
    if (!menu) throw new Error('there is no application menu');
    menu.find(path).activate();
  },
  notification: (index: number, event: string) => void record.notifications[index]?.emit(event, {}),
  answerDialog: (value: unknown) => answerDialog(value),
  power: (event: string) => void powerMonitor.emit(event, {}),
  dark: (dark: boolean) => nativeTheme.setSystemDark(dark),
  activate: () => void app.emit('activate', {}, BrowserWindow.getAllWindows().some((window) => window.isVisible())),
  closeWindow: (id: number) => void windowAt(id).close(),
  focusWindow: (id: number) => windowAt(id).focus(),
  windowEvent: (id: number, event: string) => void windowAt(id).emit(event, {}),
  filePaths: (paths: Record<string, string>) => {
    Object.assign(host.filePaths, paths);
    for (const window of BrowserWindow.getAllWindows()) window.webContents.tellFilePaths(paths);
  },
  evaluate: async (source: string, arg: unknown): Promise<unknown> => await (0, eval)(`(${source})`)(electron, arg),
  quit: () => void setImmediate(() => app.quit())
};

export interface TestChannel {
  meet(endpoint: string): Promise<void>;
  note(event: string, value: string): void;
}

export function connectTest(): TestChannel {
  if (!process.send) return { meet: async () => {}, note() {} };
  const tell = process.send.bind(process);
  process.send = undefined;
  const met = Promise.withResolvers<void>();
  process.on('message', (message: { go?: true; id: number; method: keyof typeof commands; args: unknown[] }) => {
    if (message.go) return met.resolve();
    const run = commands[message.method] as (...args: unknown[]) => unknown;
    new Promise((resolve) => resolve(run(...message.args))).then(
      (value) => tell({ id: message.id, value }),
      (error: unknown) => tell({ id: message.id, error: error instanceof Error ? error.stack : String(error) })
    );
  });
  process.on('disconnect', () => process.exit(0)); // the test is gone; Chromium follows by its pipe
  return {
    meet: async (endpoint) => {
      tell({ event: 'browser', endpoint });
      await met.promise;
    },
    note: (event, value) => {
      if (process.connected) tell({ event, value });
    }
  };
}
