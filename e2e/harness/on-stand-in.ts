// The desktop program on the stand-in for Electron.
import { join } from 'node:path';
import type { MenuDescription } from '../electron-stand-in/menu.ts';
import { launch } from '../electron-stand-in/launch.ts';
import { personsEnvironment, type Desktop, type DesktopOptions, type DialogSeen, type TrayItem } from './types.ts';

function toItem({ id, label, enabled, submenu }: MenuDescription): TrayItem {
  return { id, label, enabled, submenu: submenu?.map(toItem) };
}

export async function launchOnStandIn(options: DesktopOptions & { appFolder: string }): Promise<Desktop> {
  const start = (extra: string[]) =>
    launch({
      main: join(options.appFolder, 'out/main/index.js'),
      args: [`--profile=${join(options.profile, 'electron')}`, ...(options.args ?? []), ...extra],
      env: personsEnvironment(options),
      userData: join(options.profile, 'electron'),
      languages: [options.language ?? 'en-US']
    });
  const app = await start([]);
  const theWindow = async () => {
    const [window] = await app.windows();
    if (!window) throw new Error(`there is no window\n${app.stderr()}`);
    return window;
  };
  return {
    kind: 'stand-in',
    page: () => app.firstWindow(),
    windows: async () => (await app.windows()).map(({ visible, focused, url }) => ({ visible, focused, url })),
    closeWindow: async () => void (await app.window((await theWindow()).id).close()),
    tray: {
      items: async () => (await app.tray().menu()).map(toItem),
      choose: async (...path) => void (await app.tray().choose(...path)),
      click: async () => void (await app.tray().click())
    },
    applicationMenu: { items: async () => (await app.state()).menu.map(toItem), choose: async (...path) => void (await app.menus.choose(...path)) },
    dialogs: { seen: async () => (await app.dialogs.seen()) as DialogSeen[], answerNext: async (value) => void (await app.dialogs.answerNext(value)) },
    notices: { seen: () => app.notifications.list(), click: async (index) => void (await app.notifications.click(index)) },
    saved: async (work) => {
      const download = (await app.firstWindow()).waitForEvent('download');
      await work();
      return (await download).path();
    },
    power: async (event) => void (await app.power(event)),
    evaluate: (body, arg) => app.evaluate(body as never, arg),
    startAgain: async (...args) => {
      const second = await start(args);
      const code = await Promise.race([second.exited, new Promise<'still running'>((resolve) => setTimeout(() => resolve('still running'), 20_000).unref())]);
      if (code === 'still running') await second.kill();
      return code;
    },
    quit: () => app.quit(),
    exited: app.exited,
    kill: () => app.kill(),
    output: () => `${app.stdout()}\n${app.stderr()}\n${app.mainErrors.join('\n')}`
  };
}
