// The console in a real browser on a home with sample data and a folder `work` to protect: what a journey through it needs, said once.
import AxeBuilder from '@axe-core/playwright';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Snapshot } from '../../src/contract/snapshots.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from './serve.ts';

/** Why no journey can be made here; says so. */
export function whatIsMissing(test: string): string | undefined {
  const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
  if (missing !== undefined) console.warn(`${test}: skipped, ${missing}`);
  return missing;
}

export interface SampleConsole {
  served: ServedHome;
  page: Page;
  /** Errors of the page; a journey asks at its end that there were none. */
  problems: readonly string[];
  /** A folder that is there and empty. */
  work: string;
  /** The command line on the same home, with `--json`. */
  varve(...args: string[]): string;
  /** Of a plan, newest first. */
  snapshots(plan?: string): Snapshot[];
  goTo(hash: string): Promise<void>;
  /** What axe objects to, once everything that moves has come to rest. */
  findings(): Promise<string[]>;
  /** axe finds nothing in the dark and the light scheme, the light one last; with VARVE_PICTURES there is a picture of each in that folder. */
  bothSchemes(name: string): Promise<void>;
  /** Goes on with Tab until it has the focus. */
  tabTo(locator: Locator): Promise<void>;
  /** A button, by keyboard alone. */
  press(name: string | RegExp): Promise<void>;
  close(): Promise<void>;
}

const mostTabs = 120;

export async function openSampleConsole(): Promise<SampleConsole> {
  const served = await serveHome();
  const browser = await openBrowser();
  const { page, problems } = await openConsole(browser, served.address);
  await page.getByTestId('door-sample').click();
  await page.getByTestId('vault-passphrase').fill('correct horse battery');
  await page.getByRole('button', { name: 'Set up sample data' }).click();
  await page.getByTestId('headline').waitFor();
  const work = join(served.folder, 'work');
  mkdirSync(work);

  const varve = (...args: string[]): string => execFileSync(process.execPath, [join(import.meta.dirname, '../../out/main/cli.js'), '--json', ...args], { encoding: 'utf8', env: { ...process.env, VARVE_HOME: join(served.folder, 'home') } });
  const findings = async (): Promise<string[]> => {
    await page.evaluate(() => Promise.all(document.getAnimations().filter((animation) => animation.effect?.getTiming().iterations !== Infinity).map((animation) => animation.finished.catch(() => undefined))));
    const { violations } = await new AxeBuilder({ page: page as never }).analyze();
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`));
  };
  const isFocused = (locator: Locator): Promise<boolean> => locator.evaluate((element) => element === document.activeElement).catch(() => false);
  const tabTo = async (locator: Locator): Promise<void> => {
    await locator.waitFor();
    for (let presses = 0; presses < mostTabs && !(await isFocused(locator)); presses += 1) await page.keyboard.press('Tab');
    expect(await isFocused(locator)).toBe(true);
  };
  return {
    served,
    page,
    problems,
    work,
    varve,
    snapshots: (plan = 'work') => (JSON.parse(varve('snapshots')) as { snapshots: Snapshot[] }).snapshots.filter(({ planName }) => planName === plan),
    goTo: (hash) => page.evaluate((to) => void (location.hash = to), hash),
    findings,
    bothSchemes: async (name) => {
      const pictures = process.env['VARVE_PICTURES'];
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
        expect((await findings()).map((finding) => `${name} ${colorScheme}: ${finding}`)).toEqual([]);
      }
    },
    tabTo,
    press: async (name) => {
      await tabTo(page.getByRole('button', { name }));
      await page.keyboard.press('Enter');
    },
    close: async () => {
      await browser.close();
      await served.stop();
    }
  };
}
