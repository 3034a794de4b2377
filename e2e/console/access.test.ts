// Everybody can use it: axe finds nothing on any screen in both schemes, and a whole restore works without a mouse. On sample data.
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { snapshotsOf } from '../pages/screens.ts';
import { findings, goTo, inScheme } from '../pages/look.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from '../pages/serve.ts';

const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
if (missing !== undefined) console.warn(`e2e/console/access: skipped, ${missing}`);

describe.skipIf(missing !== undefined)('the console for everybody', () => {
  let served: ServedHome;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;


  beforeAll(async () => {
    served = await serveHome();
    browser = await openBrowser();
    ({ context, page } = await openConsole(browser, served.address));
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  });

  it('axe finds nothing on the welcome', async () => {
    await page.getByTestId('door-folders').waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await inScheme(page, colorScheme);
      expect(await findings(page)).toEqual([]);
    }
    await page.getByTestId('door-folders').click();
    await page.getByTestId('folders').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Skip' }).click();
    await page.getByTestId('vault-passphrase').waitFor();
    await page.reload();
  });

  it('sets up sample data in one click and a vault passphrase', async () => {
    await page.getByTestId('door-sample').click();
    await page.getByTestId('vault-passphrase').fill('correct horse battery');
    await page.getByRole('button', { name: 'Set up sample data' }).click();
    await page.getByTestId('headline').waitFor();
    await page.getByText('You are looking at sample data.').waitFor();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`axe finds nothing on any screen, ${colorScheme}`, async () => {
      await inScheme(page, colorScheme);
      for (const [path, landmark] of [['/', 'headline'], ['/log', 'log-list'], ['/log/0', 'entry-panel'], ['/snapshots', 'snapshot-list'], ['/restore', 'restore-step'], ['/settings/doctor', 'doctor-checks']] as const) {
        await goTo(page, path);
        await page.getByTestId(landmark).waitFor();
        expect((await findings(page)).map((finding) => `${path} ${finding}`)).toEqual([]);
      }
      await snapshotsOf(page).open();
      await snapshotsOf(page).openNewest();
      await page.getByRole('treeitem').nth(1).waitFor();
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press('Control+k');
      await page.getByTestId('palette').getByRole('combobox').waitFor();
      expect(await findings(page)).toEqual([]);
      await page.keyboard.press('Escape');
    });
  }

  it('restores without a mouse: palette, answers, check, done', async () => {
    const target = join(served.folder, 'by-keyboard');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('restore');
    await page.keyboard.press('Enter');
    await page.getByTestId('restore-step').waitFor();
    const press = async (name: string): Promise<void> => {
      const button = page.getByRole('button', { name });
      // Tab until it is reached: what cannot be reached cannot be pressed.
      for (let presses = 0; presses < 60; presses += 1) {
        if (await button.evaluate((element) => element === document.activeElement).catch(() => false)) break;
        await page.keyboard.press('Tab');
      }
      expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
      await page.keyboard.press('Enter');
    };
    await press('Continue');
    await page.locator('[data-step=when]').waitFor();
    await press('Continue');
    await page.locator('[data-step=where]').waitFor();
    for (let presses = 0; presses < 40; presses += 1) {
      if (await page.getByLabel('Folder', { exact: true }).evaluate((element) => element === document.activeElement)) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Control+a');
    await page.keyboard.type(target);
    await press('Continue');
    await page.getByTestId('preview-sentence').waitFor();
    await press('Restore ');
    await page.getByTestId('report').waitFor();
    await expect.poll(() => page.getByTestId('report').textContent()).toMatch(/(\d+) files? restored, \1 identical\./);
  });

  it('opens help with ?, goes to the search with /, and moves through the log with j', async () => {
    await goTo(page, '/log');
    await page.getByTestId('log-list').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('main').focus();
    await page.keyboard.press('/');
    expect(await page.getByRole('searchbox').evaluate((element) => element === document.activeElement)).toBe(true);
    await page.getByTestId('log-list').focus();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByTestId('entry-panel').waitFor();
    await page.keyboard.press('r');
    await page.getByTestId('raw').waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('entry-panel').waitFor({ state: 'detached' });
  });

  it('removes the sample in one click', async () => {
    await goTo(page, '/');
    await page.getByRole('button', { name: 'Remove the sample' }).click();
    await page.getByText('You are looking at sample data.').waitFor({ state: 'detached' });
    await context.close();
  });
});
