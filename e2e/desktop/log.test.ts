// Somebody with a hundred thousand events, in the desktop program: finds the one of last Tuesday, writes a note on it, hands out evidence that a verifier
// of no kin to Varve accepts offline. Then somebody edits an entry in the file, and the next check says so plainly, with its number.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleOf } from '../harness/console.ts';
import { checkout, launchDesktop, type Desktop } from '../harness/desktop.ts';
import { editEntry, fillAroundTuesday, lastTuesday, openFiller } from '../harness/fill-log.ts';
import { reviewOf } from '../pages/log-review.ts';

const temporary = mkdtempSync(join(tmpdir(), 'varve-desktop-log-'));
const home = join(temporary, 'home');
const profile = join(temporary, 'profile');
const total = 100_000;
let desktop: Desktop;
let page: Page;
let event = -1;

async function start(): Promise<void> {
  desktop = await launchDesktop({ home, profile });
  page = await desktop.page();
  page.setDefaultTimeout(60_000);
}

beforeAll(async () => {
  mkdirSync(profile);
  await start();
  await page.getByTestId('door-sample').click();
  await page.getByTestId('vault-passphrase').fill('correct horse battery');
  await page.getByRole('button', { name: 'Set up sample data' }).click();
  await page.getByTestId('headline').waitFor();
  const filler = openFiller(home);
  event = fillAroundTuesday(filler, total);
  filler.close();
}, 600_000);
afterAll(async () => {
  await desktop?.kill();
  rmSync(temporary, { recursive: true, force: true });
});

describe('the log in the desktop program', () => {
  it('finds the event of last Tuesday and takes a note on it', async () => {
    const review = reviewOf(page);
    await review.open();
    await expect.poll(() => review.total()).toBeGreaterThan(total);
    await review.time(new Date(lastTuesday() - 3_600_000), new Date(lastTuesday() + 3_600_000));
    await review.search('calibracao clamp');
    await expect.poll(() => review.total()).toBe(1);
    await review.row(event).click();
    await review.panel(event).waitFor();
    await review.list().focus();
    await page.keyboard.press('n');
    await page.getByTestId('note-field').fill('Checked against the notebook: the sample is lost');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('notes').getByText('the sample is lost').waitFor();
  });

  it('hands out evidence of it that is verified offline, without Varve', async () => {
    const path = await desktop.saved(async () => {
      await page.getByRole('button', { name: 'Export evidence…' }).click();
      await page.getByRole('dialog').getByLabel('For which purpose?').fill('question of the reviewer');
      await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
    });
    await page.getByTestId('exported').getByRole('button', { name: 'Close' }).click();
    const shown = spawnSync(process.execPath, [join(checkout, 'out/main/cli.js'), '--json', 'log', 'key', 'show'], { encoding: 'utf8', env: { ...process.env, VARVE_HOME: home } });
    const [key] = JSON.parse(shown.stdout) as { vkey: string }[];
    const { status, stdout } = spawnSync(process.execPath, [join(checkout, 'docs/verify/varve-verify.mjs'), path, '--key', key?.vkey ?? '', '--list'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringContaining(String(event))]);
    expect(readFileSync(path, 'utf8')).toContain('c2sp.org/tlog-proof@v1');
  });

  it('is told plainly which entry was edited, and comes to it by one click', async () => {
    expect(await desktop.quit()).toBe(0);
    const edited = event - 10;
    editEntry(home, edited);
    await start();
    await consoleOf(page).openScreen('Log');
    await page.getByRole('button', { name: 'Check now' }).click();
    const verdict = page.getByRole('link', { name: `entry ${edited.toLocaleString('en')} does not fit` });
    await verdict.waitFor();
    await expect.poll(() => verdict.textContent()).toContain('it was changed');
    await verdict.click();
    await reviewOf(page).panel(edited).waitFor();
    await consoleOf(page).openScreen('Overview');
    await page.getByText(`The record is broken: entry ${edited.toLocaleString('en')} does not fit.`).first().waitFor();
  });
});
