// Somebody who has to find one event among a hundred thousand, says something about it, and can show it to others later: in a real browser,
// against `varve serve`, while other programs go on writing.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { editEntry, fillAroundTuesday, lastTuesday, openFiller, type Filler } from '../harness/fill-log.ts';
import { reviewOf } from '../pages/log-review.ts';
import { findings, inScheme } from '../pages/look.ts';
import { browserFile, isBuilt, openBrowser, openConsole, serveHome, type ServedHome } from '../pages/serve.ts';

const missing = !isBuilt() ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
if (missing !== undefined) console.warn(`e2e/console/log-review: skipped, ${missing}`);

const root = join(import.meta.dirname, '../..');
const total = 100_000;

describe.skipIf(missing !== undefined)('the log, reviewed in a browser', () => {
  let served: ServedHome;
  let browser: Browser;
  let page: Page;
  let problems: string[];
  let filler: Filler;
  let event: number;
  let link = '';

  beforeAll(async () => {
    served = await serveHome();
    browser = await openBrowser();
    ({ page, problems } = await openConsole(browser, served.address));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByTestId('door-sample').click();
    await page.getByTestId('vault-passphrase').fill('correct horse battery');
    await page.getByRole('button', { name: 'Set up sample data' }).click();
    await page.getByTestId('headline').waitFor();
    filler = openFiller(join(served.folder, 'home'));
    event = fillAroundTuesday(filler, total);
  }, 600_000);
  afterAll(async () => {
    filler?.close();
    await browser?.close();
    await served?.stop();
  });

  it('shows all of it at once, and any part of it: the newest, the very first, the middle', async () => {
    const review = reviewOf(page);
    await review.open();
    await expect.poll(() => review.total()).toBeGreaterThan(total);
    await review.list().focus();
    await page.keyboard.press('End');
    await review.row(0).waitFor();
    await review.scrollTo(0.5);
    await expect.poll(async () => Math.abs((await review.firstShown()) - total / 2)).toBeLessThan(2000);
    expect(await review.drawnRows()).toBeLessThan(120);
    await page.keyboard.press('Home');
  });

  it('finds an event of last Tuesday by the time and a word without its accents', async () => {
    const review = reviewOf(page);
    await review.time(new Date(lastTuesday() - 3_600_000), new Date(lastTuesday() + 3_600_000));
    await review.search('calibracao clamp');
    await expect.poll(() => review.total()).toBe(1);
    await review.row(event).click();
    await review.panel(event).waitFor();
    await review.panel(event).getByText('the core slipped out of the clamp').first().waitFor();
  });

  it('notes it and marks it reviewed without a mouse, and shows both in the list', async () => {
    const review = reviewOf(page);
    await review.list().focus();
    await page.keyboard.press('n');
    await page.getByTestId('note-field').fill('Checked with Bruno: the sample is lost');
    await page.keyboard.press('Control+Enter');
    await page.getByTestId('notes').getByText('the sample is lost').waitFor();
    await page.keyboard.press('Escape');
    await review.list().focus();
    await page.keyboard.press('x');
    await review.row(event).getByText('reviewed').waitFor({ state: 'attached' });
    await review.row(event).getByText('1 note').waitFor({ state: 'attached' });
  });

  it('comes back by its link, also when the filters would hide it', async () => {
    const review = reviewOf(page);
    await review.row(event).click();
    link = await review.copyLink();
    expect(link).toMatch(new RegExp(`#/log/${event}$`));
    await page.goto('about:blank');
    await page.goto(link);
    await review.panel(event).waitFor();
    await page.getByTestId('notes').getByText('the sample is lost').waitFor();
    await page.getByTestId('reviewed-by').waitFor();
    // All entries again: the list stands at the entry.
    await review.row(event).waitFor();
    await review.view('Warnings and errors not yet reviewed');
    await page.getByTestId('not-in-filter').waitFor();
    await page.getByRole('button', { name: 'Show it among all entries' }).click();
    await page.getByTestId('not-in-filter').waitFor({ state: 'detached' });
    await review.row(event).waitFor();
  });

  it('hands out evidence of it that a verifier of no kin to Varve accepts', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export evidence…' }).click();
    await page.getByRole('dialog').getByLabel('For which purpose?').fill('question of the reviewer');
    await page.getByRole('dialog').getByRole('button', { name: 'Export', exact: true }).click();
    const path = await (await download).path();
    await page.getByTestId('exported').getByRole('button', { name: 'Close' }).click();
    const [key] = JSON.parse(spawnSync(process.execPath, [join(root, 'out/main/cli.js'), '--json', 'log', 'key', 'show'], { encoding: 'utf8', env: { ...process.env, VARVE_HOME: join(served.folder, 'home') } }).stdout) as { vkey: string }[];
    const { status, stdout } = spawnSync(process.execPath, [join(root, 'docs/verify/varve-verify.mjs'), path, '--key', key?.vkey ?? '', '--list'], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([0, expect.stringContaining(String(event))]);
    expect(readFileSync(path, 'utf8')).toContain('c2sp.org/tlog-proof@v1');
    await page.locator('summary').filter({ hasText: 'Show the way to the signed checkpoint' }).click();
    await page.locator('[data-testid=proof][data-holds=true]').waitFor();
  });

  it('does not move while other programs write: what is new waits until it is asked for', async () => {
    const review = reviewOf(page);
    await page.keyboard.press('Escape');
    await review.list().focus();
    await page.keyboard.press('Home');
    await expect.poll(() => review.firstShown()).toBeGreaterThan(total);
    await page.getByTestId('newer').waitFor().catch(() => undefined);
    if (await page.getByTestId('newer').isVisible()) await page.getByTestId('newer').click();
    await page.getByTestId('newer').waitFor({ state: 'detached' });
    const before = await review.shown();
    const seqs = filler.at(Date.now(), Array.from({ length: 12 }, (_, i) => ({ action: 'app.late', category: 'app' as const, payload: { i } })));
    await page.getByRole('button', { name: '12 new entries are waiting' }).waitFor();
    expect(await review.shown()).toEqual(before);
    await page.getByTestId('newer').click();
    await review.row(seqs.at(-1) ?? -1).waitFor();
  });

  it('filters by what entries carry, by counts, and by a stretch of the histogram chosen with keys', async () => {
    const review = reviewOf(page);
    await review.content('payload.depth > 41 and payload.message ~ CLAMP');
    await expect.poll(() => review.total()).toBe(1);
    await review.clear();
    expect(await review.facet('Who')).toEqual(expect.arrayContaining([expect.stringMatching(/^train\.py\s*100,0\d\d$/)]));
    await review.histogram().focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    await page.getByTestId('chosen-time').waitFor();
    // Half of all were written after that Tuesday, and it may be yesterday.
    await expect.poll(() => review.total()).toBeLessThan(total * 0.6);
    await page.keyboard.press('Escape');
    await page.getByTestId('chosen-time').waitFor({ state: 'detached' });
  });

  it('leaves letters alone when they are switched off', async () => {
    const review = reviewOf(page);
    await page.evaluate(() => localStorage.setItem('varve.preferences', JSON.stringify({ language: 'en', letterKeys: false })));
    await page.goto('about:blank');
    await page.goto(link);
    await review.panel(event).waitFor();
    await page.getByTestId('reviewed-by').waitFor();
    await review.list().focus();
    for (const key of ['x', 'n', 'j', 'r', 'g']) await page.keyboard.press(key);
    await review.panel(event).waitFor();
    await page.getByTestId('reviewed-by').waitFor();
    expect(await page.getByTestId('raw').count()).toBe(0);
    expect(await page.getByTestId('note-field').count()).toBe(0);
    await page.evaluate(() => localStorage.setItem('varve.preferences', JSON.stringify({ language: 'en', letterKeys: true })));
  });

  it('erases what it holds, naming object and count, and the note with it', async () => {
    const review = reviewOf(page);
    await page.getByRole('button', { name: 'Erase…' }).click();
    await page.getByTestId('erase-trial').getByText('The contents of 2 entries go').waitFor();
    await page.getByRole('combobox', { name: 'Reason' }).click();
    await page.getByRole('option', { name: 'my own data, which I do not want kept' }).click();
    await page.getByRole('combobox', { name: 'Legal basis' }).click();
    await page.getByRole('option', { name: 'no law asks for it: one’s own data, or a secret' }).click();
    await page.getByRole('button', { name: 'Erase the contents of 2 entries' }).click();
    await page.getByTestId('erased').waitFor();
    await page.getByTestId('erased').getByRole('button', { name: 'Close' }).click();
    await review.panel(event).getByText('The content was erased; the entry itself stays in the record.').waitFor();
    await expect.poll(() => page.getByText('the sample is lost').count()).toBe(0);
    await expect.poll(() => review.row(event).textContent()).not.toContain('clamp');
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`axe finds nothing on what opens, ${colorScheme}`, async () => {
      const found = async (where: string): Promise<string[]> => (await findings(page, colorScheme === 'dark' ? 'colours' : 'all')).map((finding) => `${where} ${finding}`);
      await inScheme(page, colorScheme);
      const review = reviewOf(page);
      const opened = page.getByRole('dialog').first();
      await page.goto('about:blank');
      await page.goto(link.replace(/\d+$/, String(event + 1)));
      await review.panel(event + 1).waitFor();
      await review.row(event + 1).waitFor();
      await page.locator('summary').filter({ hasText: 'Show the way to the signed checkpoint' }).click();
      await page.getByTestId('proof').waitFor();
      expect(await found('proof')).toEqual([]);
      // The same parts again: in the dark only colours differ, and one of each kind shows them.
      for (const chip of colorScheme === 'light' ? ['Time', 'Who', 'Subject', 'Session', 'Content', 'Marks'] : ['Who', 'Content']) {
        await page.getByRole('button', { name: chip, exact: true }).click();
        await opened.waitFor();
        expect(await found(chip)).toEqual([]);
        await page.keyboard.press('Escape');
        await opened.waitFor({ state: 'detached' });
      }
      for (const button of colorScheme === 'light' ? ['Views', 'Go to…', 'Export…', 'Erase…'] : ['Views', 'Export…']) {
        await page.getByRole('button', { name: button, exact: true }).click();
        await opened.waitFor();
        expect(await found(button)).toEqual([]);
        await page.keyboard.press('Escape');
        await opened.waitFor({ state: 'detached' });
      }
      await review.view('Who read or exported what');
      await page.getByRole('button', { name: 'Save as CSV…' }).waitFor();
      expect(await found('access')).toEqual([]);
      await review.clear();
    });
  }

  it('is told plainly which entry somebody edited in the file, and comes to it by one click', async () => {
    const edited = event - 10;
    editEntry(join(served.folder, 'home'), edited);
    await page.goto('about:blank');
    await page.goto(link.replace(/#.*/, '#/log'));
    await page.getByRole('button', { name: 'Check now' }).click();
    const verdict = page.getByRole('link', { name: `entry ${edited.toLocaleString('en')} does not fit` });
    await verdict.waitFor({ timeout: 60_000 });
    await expect.poll(() => verdict.textContent()).toContain('it was changed');
    await verdict.click();
    await reviewOf(page).panel(edited).waitFor();
  });

  it('no error of the page went unseen', () => expect(problems).toEqual([]));
});
