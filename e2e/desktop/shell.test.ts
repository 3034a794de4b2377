// The built main and preload, unmodified, with a minimal page in the console's place: window, tray, dialogs, engine, quit. The steps build on
// each other, as a person's day does.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchDesktop, type Desktop, type TrayItem } from '../harness/desktop.ts';
import { until } from '../harness/until.ts';
import type { ShellWindow } from './shell/client.ts';
import { makeShellFolder } from './shell/shell-folder.ts';

declare const window: ShellWindow;
const temporary = mkdtempSync(join(tmpdir(), 'varve-shell-'));
const home = join(temporary, 'home');
const profile = join(temporary, 'profile');
const work = join(temporary, 'work');
const passphrase = 'correct horse battery';
let shell: Awaited<ReturnType<typeof makeShellFolder>>;
let desktop: Desktop;
let page: Page;

const trayItem = async (id: string): Promise<TrayItem> => {
  const item = (await desktop.tray.items()).find((one) => one.id === id);
  if (!item) throw new Error(`the tray has no ${id}`);
  return item;
};
const stateBecomes = (words: string) => until(`the tray to say '${words}'`, async () => (await trayItem('state')).label === words);
const visible = async () => (await desktop.windows())[0]?.visible ?? false;
const engineProcess = () => JSON.parse(readFileSync(join(home, 'run/owner.json'), 'utf8')).pid as number;
const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

beforeAll(async () => {
  mkdirSync(profile, { recursive: true });
  mkdirSync(join(work, 'notes'), { recursive: true });
  writeFileSync(join(work, 'notes/one.txt'), 'layer one\n');
  shell = await makeShellFolder();
  desktop = await launchDesktop({ appFolder: shell.folder, home, profile });
  page = await desktop.page();
});
afterAll(async () => {
  await desktop?.kill();
  shell?.remove();
  rmSync(temporary, { recursive: true, force: true });
});

describe('the desktop shell', () => {
  it('opens a window from our own scheme, with a line to the engine and no home yet', async () => {
    await page.locator('#home').getByText('none').waitFor();
    await until('the window', visible);
    expect((await desktop.windows())[0]?.url).toBe('varve://app/index.html');
    await stateBecomes('Not set up yet');
  });

  it('gives the page three functions and nothing else of Electron or Node', async () => {
    expect(await page.evaluate(() => [Object.keys(window.varve).sort(), window.varve.platform, typeof (window as unknown as { require?: unknown }).require, typeof (window as unknown as { process?: unknown }).process])).toEqual([
      ['connect', 'pathForFile', 'platform'],
      process.platform,
      'undefined',
      'undefined'
    ]);
  });

  it('carries set-up calls of the page to the engine; the tray follows', async () => {
    await page.evaluate((secret) => window.client.system.init({ secretStore: 'vault', passphrase: secret }), passphrase);
    await stateBecomes('All good');
    expect((await trayItem('last')).label).toBe('No snapshot yet');
    await page.evaluate(
      async ({ repository, folder }) => {
        await window.client.repositories.add({ name: 'drive', path: repository, mode: 'create', password: { kind: 'value', password: 'repository password' } });
        await window.client.plans.add({ name: 'thesis', title: 'My thesis', repository: 'drive', paths: [folder] });
      },
      { repository: join(temporary, 'copies'), folder: work }
    );
    await until('the plan in the tray', async () => (await trayItem('back-up')).submenu?.[0]?.label === 'My thesis');
  });

  it('asks the system for a folder on behalf of the page, and remembers where', async () => {
    const picked = page.evaluate(() => window.client.desktop.pickFolder({ title: 'Where do copies go?' }));
    await until('the dialog', async () => (await desktop.dialogs.seen()).length === 1);
    expect((await desktop.dialogs.seen())[0]).toMatchObject({ kind: 'open', options: { title: 'Where do copies go?', properties: ['openDirectory', 'createDirectory', 'showHiddenFiles'] } });
    await desktop.dialogs.answerNext({ canceled: false, filePaths: [work] });
    expect(await picked).toEqual({ path: work });
    const again = page.evaluate(() => window.client.desktop.pickFolder({ title: 'And now?' }));
    await until('the second dialog', async () => (await desktop.dialogs.seen()).length === 2);
    expect((await desktop.dialogs.seen())[1]?.options.defaultPath).toBe(temporary);
    await desktop.dialogs.answerNext({ canceled: true, filePaths: [] });
    expect(await again).toEqual({ path: null });
  });

  it('opens no address that is not on its list', async () => {
    expect(await page.evaluate(() => window.client.desktop.openExternal({ url: 'https://evil.example/' }))).toEqual({ opened: false });
    expect(await page.evaluate(() => window.client.desktop.appInfo())).toMatchObject({ platform: process.platform, tray: true, packaged: false });
  });

  it('neither navigates away nor opens windows', async () => {
    await page.evaluate(() => {
      window.open('https://evil.example/');
      window.location.href = 'https://evil.example/';
    });
    expect(await page.evaluate(() => window.client.system.status({}).then((status) => status.home !== null))).toBe(true);
    expect(await desktop.windows()).toHaveLength(1);
    expect((await desktop.windows())[0]?.url).toBe('varve://app/index.html');
  });

  it('follows the settings: tray and menus speak Portuguese once that is set', async () => {
    await page.evaluate(() => window.client.system.settings.set({ closeToTray: 'on', language: 'pt-BR' }));
    await stateBecomes('Tudo certo');
    expect((await desktop.applicationMenu.items()).map((item) => item.label)).toContain('Editar');
    await page.evaluate(() => window.client.system.settings.set({ language: 'en' }));
    await stateBecomes('All good');
  });

  it('stays in the tray when the setting says so: the close button hides, Open shows', async () => {
    await desktop.closeWindow();
    await until('hiding', async () => !(await visible()));
    await desktop.tray.choose('open');
    await until('showing', visible);
    await desktop.closeWindow();
    await until('hiding again', async () => !(await visible()));
  });

  it('backs a plan up from the tray while hidden, and says so', async () => {
    await desktop.tray.choose('back-up', 'My thesis');
    await until('the notice', async () => (await desktop.notices.seen()).length === 1);
    expect((await desktop.notices.seen())[0]).toEqual({ title: 'Snapshot done', body: 'thesis: 1 file is safe' });
    await until('the last snapshot', async () => /^Last snapshot: (now|this minute|\d+ seconds? ago)$/.test((await trayItem('last')).label));
    const { snapshots } = await page.evaluate(() => window.client.snapshots.list({}));
    expect(snapshots).toHaveLength(1);
    expect(snapshots[0]?.planName).toBe('thesis');
    await desktop.notices.click(0);
    await until('the window', visible);
  });

  it('restores what was saved', async () => {
    const target = join(temporary, 'restored');
    const state = await page.evaluate(async (folder) => {
      const { taskId } = await window.client.restores.start({ snapshot: 'thesis@latest', target: folder });
      let last;
      for await (const task of await window.client.system.tasks.watch({ id: taskId })) last = task;
      return last?.state;
    }, target);
    expect(state).toBe('done');
    expect(readFileSync(join(target, work, 'notes/one.txt'), 'utf8')).toBe('layer one\n');
  });

  it('shows the window at a second start, which leaves at once', async () => {
    await desktop.closeWindow();
    await until('hiding', async () => !(await visible()));
    expect(await desktop.startAgain()).toBe(0);
    await until('the window', visible);
  });

  it('starts the engine again after a crash and gives the page a new line', async () => {
    const before = engineProcess();
    process.kill(before, 'SIGKILL');
    await page.locator('#lost').getByText('1').waitFor();
    await page.locator('#ports').getByText('2').waitFor();
    expect(engineProcess()).not.toBe(before);
    expect(alive(before)).toBe(false);
    // The vault's key was in the memory of the engine that died.
    await stateBecomes('Needs you: the passwords are locked');
    await page.evaluate((secret) => window.client.system.unlock({ passphrase: secret }), passphrase);
  });

  it('gives a reloaded page a line of its own', async () => {
    await page.reload();
    await page.locator('#home').getByText(home).waitFor();
  });

  it('lets other programs be clients of the home it owns', () => {
    const owner = JSON.parse(readFileSync(join(home, 'run/owner.json'), 'utf8')) as { kind: string; socketPath?: string };
    expect(owner.kind).toBe('desktop');
    expect(owner.socketPath).toBeTruthy();
  });

  it('takes sleep and waking in its stride', async () => {
    await desktop.power('suspend');
    await desktop.power('resume');
    expect(await page.evaluate(() => window.client.system.status({}).then((status) => status.host))).toBe('desktop');
  });

  it('ends by Quit in the tray: the engine closes the home first, and nothing stays behind', async () => {
    const engine = engineProcess();
    await desktop.tray.choose('quit');
    expect(await desktop.exited).toBe(0);
    expect(alive(engine)).toBe(false);
    const log = desktop.output();
    expect(log).not.toMatch(/Uncaught|unhandled|did not end/i);
    expect(() => readFileSync(join(home, 'run/owner.json'))).toThrow(/ENOENT/);
  });

  it('starts hidden when asked to, and without close-to-tray closing the window ends the program', async () => {
    desktop = await launchDesktop({ appFolder: shell.folder, home, profile, args: ['--hidden'] });
    page = await desktop.page();
    await page.locator('#home').getByText(home).waitFor();
    expect(await visible()).toBe(false);
    // In one call, so that the tray's language shows when the other setting is known.
    await page.evaluate((secret) => window.client.system.unlock({ passphrase: secret }).then(() => window.client.system.settings.set({ closeToTray: 'off', language: 'pt-BR' })), passphrase);
    await until('the settings to be known', async () => (await trayItem('open')).label === 'Abrir o Varve');
    await desktop.tray.click();
    await until('the window', visible);
    await desktop.closeWindow();
    if (process.platform === 'darwin') await desktop.quit();
    expect(await desktop.exited).toBe(0);
  });
});
