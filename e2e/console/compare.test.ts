// What changed since the last snapshot, in a real browser: in words, as a list, folder by folder, and one file as it was.
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inScheme } from '../pages/look.ts';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';

describe.skipIf(whatIsMissing('e2e/console/compare') !== undefined)('comparing in a browser', () => {
  let at: SampleConsole;
  let page: Page;
  let work: string;

  const entries = () => page.locator('[data-testid=compare-list] [role=option]');
  const button = (name: RegExp) => page.getByRole('button', { name });

  beforeAll(async () => {
    at = await openSampleConsole();
    ({ page, work } = at);
    mkdirSync(join(work, 'data'), { recursive: true });
    writeFileSync(join(work, 'chapter.md'), '# Layers as they were\n');
    writeFileSync(join(work, 'data/run.csv'), 'depth,age\n1,12\n');
    writeFileSync(join(work, 'data/figure.txt'), 'a figure\n');
    at.varve('plan', 'add', 'work', '--repo', 'sample', '--path', work);
    at.varve('snapshot', 'work');
    appendFileSync(join(work, 'chapter.md'), 'and more\n');
    rmSync(join(work, 'data/run.csv'));
    renameSync(join(work, 'data/figure.txt'), join(work, 'figure.txt'));
    writeFileSync(join(work, 'data/new.csv'), 'depth,age\n1,13\n');
  });
  afterAll(() => at?.close());

  it('says in words what changed since the last snapshot, and shows it folder by folder', async () => {
    const [snapshot] = at.snapshots();
    await at.goTo(`/snapshots/${snapshot?.id ?? ''}`);
    await page.getByTestId('snapshot-panel').getByRole('button', { name: 'Compare…' }).click();
    const totals = page.getByTestId('compare-totals');
    for (const words of ['1 file is gone', '1 file has another content', '1 file is new', '1 file was moved or renamed']) await totals.getByText(words).waitFor();
    // The folders above are passed by: what differs begins in the plan's own.
    await expect.poll(() => entries().allTextContents()).toEqual([expect.stringContaining('data/'), expect.stringContaining('chapter.md'), expect.stringContaining('figure.txt')]);
    await expect.poll(() => entries().nth(2).textContent()).toContain(`from ${join(work, 'data/figure.txt')}`);
  });

  it('goes into a folder and back by keyboard alone', async () => {
    await page.getByTestId('compare-list').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => entries().allTextContents()).toEqual([expect.stringContaining('figure.txt'), expect.stringContaining('new.csv'), expect.stringContaining('run.csv')]);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => entries().count()).toBe(3);
    await expect.poll(() => entries().nth(1).textContent()).toContain('chapter.md');
  });

  it('lists only what is asked for, and shows a file as it was', async () => {
    await button(/has another content/).click();
    await expect.poll(() => entries().allTextContents()).toEqual([expect.stringContaining(join(work, 'chapter.md'))]);
    await entries().first().click();
    await page.getByTestId('change').getByText('The folders as they are now').waitFor();
    await button(/^Look at it as it was$/).click();
    await page.getByText('# Layers as they were').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('Nothing fits these filters.').waitFor();
    await button(/^Clear filters$/).click();
    await expect.poll(() => entries().count()).toBe(3);
  });

  it('compares a file that was moved and changed with what it was, by keyboard alone', async () => {
    await button(/is new/).click();
    await expect.poll(() => entries().allTextContents()).toEqual([expect.stringContaining(join(work, 'data/new.csv'))]);
    await page.getByTestId('compare-list').focus();
    await page.keyboard.press('Enter');
    const pair = page.getByTestId('change').getByLabel('Compare it with a file that is gone');
    await pair.focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: join(work, 'data/run.csv') }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByTestId('inside').getByText('age: 12 → 13').or(page.getByTestId('inside').getByText('13').first()).first().waitFor();
    await at.bothSchemes('compare-pair');
    await page.keyboard.press('Escape');
    await button(/^Clear filters$/).click();
  });

  for (const scheme of ['light', 'dark'] as const) {
    it(`axe finds nothing, ${scheme}`, async () => {
      await inScheme(page, scheme);
      await page.getByTestId('compare-totals').waitFor();
      expect(await at.findings()).toEqual([]);
    });
  }

  it('looks again when asked, and finds nothing once a snapshot was taken of it', async () => {
    at.varve('snapshot', 'work');
    const [snapshot] = at.snapshots();
    await at.goTo(`/compare/${snapshot?.id ?? ''}/now`);
    await page.getByText('Nothing differs.').waitFor();
    writeFileSync(join(work, 'later.md'), 'x');
    await button(/^Look again$/).click();
    await page.getByTestId('compare-totals').getByText('1 file is new').waitFor();
    expect(at.problems).toEqual([]);
  });
});
