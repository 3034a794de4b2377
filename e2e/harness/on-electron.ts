// The desktop program on real Electron, through Playwright. Trays, dialogs and notices are reached by a hook that Electron loads first.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { personsEnvironment, type Desktop, type DesktopOptions, type DialogSeen, type TrayItem } from './types.ts';

const hook = join(import.meta.dirname, 'electron-hook.cjs');

/** What the hook left in the main process, as `global` there. Functions given to `evaluate` cannot name anything outside themselves. */
declare const global: {
  __varveTest: {
    trayItems(): TrayItem[];
    chooseInTray(path: string[]): void;
    clickTray(): void;
    menuItems(): TrayItem[];
    chooseInMenu(path: string[]): void;
    dialogsSeen(): DialogSeen[];
    answer(value: object): void;
    noticesSeen(): { title: string; body: string }[];
    notices: { emit(event: string): void }[];
  };
};

export async function launchOnElectron(binary: string, options: DesktopOptions & { appFolder: string }): Promise<Desktop> {
  const profile = `--profile=${join(options.profile, 'electron')}`;
  const app = await _electron.launch({
    executablePath: binary,
    args: ['-r', hook, options.appFolder, profile, `--lang=${options.language ?? 'en-US'}`, ...(options.args ?? [])],
    env: { ...personsEnvironment(options), LANGUAGE: options.language ?? 'en-US' }
  });
  const child = app.process();
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | string | null>((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));

  return {
    kind: 'electron',
    page: () => app.firstWindow(),
    windows: () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => ({ visible: window.isVisible(), focused: window.isFocused(), url: window.webContents.getURL() }))),
    closeWindow: () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
    tray: {
      items: () => app.evaluate(() => global.__varveTest.trayItems()),
      choose: (...path) => app.evaluate((_electron, steps) => global.__varveTest.chooseInTray(steps), path),
      click: () => app.evaluate(() => global.__varveTest.clickTray())
    },
    applicationMenu: {
      items: () => app.evaluate(() => global.__varveTest.menuItems()),
      choose: (...path) => app.evaluate((_electron, steps) => global.__varveTest.chooseInMenu(steps), path)
    },
    dialogs: {
      seen: () => app.evaluate(() => global.__varveTest.dialogsSeen()),
      answerNext: (value) => app.evaluate((_electron, answer) => global.__varveTest.answer(answer), value)
    },
    notices: {
      seen: () => app.evaluate(() => global.__varveTest.noticesSeen()),
      click: (index) => app.evaluate((_electron, at) => global.__varveTest.notices[at]?.emit('click'), index)
    },
    saved: async (work) => {
      const path = join(options.profile, `saved-${Date.now()}`);
      const done = app.evaluate(
        ({ session }, to) =>
          new Promise<string>((resolve, reject) => {
            session.defaultSession.once('will-download', (_event, item) => {
              item.setSavePath(to);
              item.once('done', (_done, state) => (state === 'completed' ? resolve(to) : reject(new Error(`the download was ${state}`))));
            });
          }),
        path
      );
      await work();
      return done;
    },
    power: (event) => app.evaluate(({ powerMonitor }, name) => void powerMonitor.emit(name as 'resume'), event),
    evaluate: (body, arg) => app.evaluate(body as never, arg as never) as never,
    // Not by Playwright: a second instance ends before it could attach.
    startAgain: (...args) =>
      new Promise((resolve, reject) => {
        const second = spawn(binary, [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), options.appFolder, profile, ...args], { env: personsEnvironment(options), stdio: 'ignore' });
        second.once('error', reject);
        second.once('exit', (code, signal) => resolve(code ?? signal));
      }),
    quit: async () => {
      await app.evaluate(({ app: inner }) => setImmediate(() => inner.quit())).catch(() => {}); // it may be gone before it answers
      return exited;
    },
    exited,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    output: () => output
  };
}
