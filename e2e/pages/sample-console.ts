// The console in a real browser on a home with sample data and a folder `work` to protect: what a journey through it needs, said once.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import type { Snapshot } from '../../src/contract/snapshots.ts';
import { bothSchemes, findings, goTo, press, tabTo } from './look.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from './serve.ts';

/** Why no journey can be made here; says so. */
export function whatIsMissing(test: string): string | undefined {
  const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
  if (missing !== undefined) console.warn(`${test}: skipped, ${missing}`);
  return missing;
}

export interface SampleConsole {
  served: ServedHome;
  browser: Browser;
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

export async function openSampleConsole(): Promise<SampleConsole> {
  const served = await serveHome();
  const browser = await openBrowser().catch(async (error: unknown) => {
    await served.stop();
    throw error;
  });
  const close = async (): Promise<void> => {
    await browser.close();
    await served.stop();
  };
  try {
    const { page, problems } = await openConsole(browser, served.address);
    await page.getByTestId('door-sample').click();
    await page.getByTestId('vault-passphrase').fill('correct horse battery');
    await page.getByRole('button', { name: 'Set up sample data' }).click();
    await page.getByTestId('headline').waitFor();
    const work = join(served.folder, 'work');
    mkdirSync(work);
    const varve = (...args: string[]): string => execFileSync(process.execPath, [join(import.meta.dirname, '../../out/main/cli.js'), '--json', ...args], { encoding: 'utf8', env: { ...process.env, VARVE_HOME: join(served.folder, 'home') } });
    return {
      served,
      browser,
      page,
      problems,
      work,
      varve,
      snapshots: (plan = 'work') => (JSON.parse(varve('snapshots')) as { snapshots: Snapshot[] }).snapshots.filter(({ planName }) => planName === plan),
      goTo: (hash) => goTo(page, hash),
      findings: () => findings(page),
      bothSchemes: (name) => bothSchemes(page, name),
      tabTo: (locator) => tabTo(page, locator),
      press: (name) => press(page, page.getByRole('button', { name })),
      close
    };
  } catch (error) {
    await close();
    throw error;
  }
}
