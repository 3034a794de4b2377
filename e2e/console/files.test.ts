// Files over all snapshots, in a real browser: one that was deleted is back by mouse and by keyboard alone, in both languages; every version of one; and names
// that mean something elsewhere.
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';

const odd = 'a?b#c%41 \u00e7\u202e.txt';

describe.skipIf(whatIsMissing('e2e/console/files') !== undefined)('files over all snapshots, in a browser', () => {
  let at: SampleConsole;
  let page: Page;
  let work: string;

  const found = () => page.locator('[data-testid=find-list] [role=option]');
  const versions = () => page.locator('[data-testid=history-list] [role=option]');
  const panel = () => page.getByTestId('history-panel');
  const button = (name: string | RegExp) => page.getByRole('button', { name });
  /** Goes on with Tab until what has the focus is called so. */
  const tabTo = async (name: RegExp): Promise<void> => {
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press('Tab');
      const here = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');
      if (name.test(here)) return;
    }
    throw new Error(`nothing called ${name} can be reached with Tab`);
  };
  beforeAll(async () => {
    at = await openSampleConsole();
    ({ page, work } = at);
    mkdirSync(join(work, 'data'), { recursive: true });
    writeFileSync(join(work, 'draft.md'), '# Layers\n');
    writeFileSync(join(work, 'data/lost.csv'), 'depth,age\n1,12\n');
    writeFileSync(join(work, 'data/chapter.md'), 'of the thesis\n');
    writeFileSync(join(work, odd), 'odd\n');
    at.varve('plan', 'add', 'work', '--repo', 'sample', '--path', work);
    at.varve('snapshot', 'work');
    appendFileSync(join(work, 'draft.md'), 'and more\n');
    rmSync(join(work, 'data/lost.csv'));
    rmSync(join(work, 'data/chapter.md'));
    at.varve('snapshot', 'work');
    renameSync(join(work, 'draft.md'), join(work, 'thesis.md'));
    at.varve('snapshot', 'work');
    appendFileSync(join(work, 'thesis.md'), 'the end\n');
    at.varve('snapshot', 'work');
  });
  afterAll(() => at?.close());

  it('brings a deleted file back from the overview, by mouse', async () => {
    await at.goTo('/');
    await page.getByTestId('lost-field').click();
    await page.getByTestId('lost-field').pressSequentially('LOST.c');
    await button('Find it').click();
    await expect.poll(() => found().allTextContents()).toEqual([expect.stringMatching(/^lost\.csv.*not in the newest snapshot.*1 snapshot$/)]);
    await found().first().click();
    await page.getByTestId('look').getByRole('cell', { name: '12' }).waitFor();
    await at.bothSchemes('files');
    await button('Bring it back…').click();
    await page.getByLabel('Folder', { exact: true }).fill(join(at.served.folder, 'back'));
    await button('Continue').click();
    await button('Restore 1 file').click();
    await expect.poll(() => page.getByTestId('report').textContent()).toContain('1 file restored, 1 identical.');
    expect(readFileSync(join(at.served.folder, 'back', work, 'data/lost.csv'), 'utf8')).toBe('depth,age\n1,12\n');
  });

  it('brings another one back in Portuguese, by keyboard alone', async () => {
    await at.goTo('/settings');
    await page.getByText('Português (Brasil)', { exact: true }).click();
    await page.getByRole('heading', { name: 'Configurações' }).waitFor();
    await at.goTo('/');
    await page.getByTestId('lost-field').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('chapter');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('find-list');
    await expect.poll(() => found().allTextContents()).toEqual([expect.stringContaining('não está no snapshot mais novo')]);
    await page.keyboard.press('Enter');
    await page.getByTestId('look').getByText('of the thesis').waitFor();
    await at.bothSchemes('files');
    await tabTo(/^Trazer de volta…$/);
    await page.keyboard.press('Enter');
    await page.getByTestId('restore-step').waitFor();
    await tabTo(/^Continuar$/);
    await page.keyboard.press('Enter');
    await page.getByTestId('preview-sentence').waitFor();
    await tabTo(/^Restaurar 1 arquivo$/);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('report').textContent()).toContain('1 arquivo restaurado, 1 idêntico');
    await at.goTo('/settings');
    await page.getByText('English', { exact: true }).click();
    await page.getByRole('heading', { name: 'Settings' }).waitFor();
  });

  it('opens the history of a file from a snapshot: each version, also from before it was renamed', async () => {
    await at.goTo(`/snapshots/${at.snapshots()[0]?.id ?? ''}`);
    await page.getByRole('treeitem').filter({ hasText: 'thesis.md' }).click();
    await page.getByTestId('preview').getByRole('button', { name: 'History' }).click();
    await page.getByRole('heading', { name: 'History of thesis.md' }).waitFor();
    await expect.poll(() => versions().count()).toBe(4);
    expect(await versions().nth(0).textContent()).toMatch(/26 B.*1 snapshot/);
    expect(await versions().nth(2).textContent()).toMatch(/as draft\.md$/);
    await page.getByTestId('history-verdict').getByText('3 versions in 4 snapshots').waitFor();
    await page.getByTestId('look').getByText('the end').waitFor();
    await at.bothSchemes('files');
  });

  it('shows two versions side by side, chosen by keyboard, and brings the older one back', async () => {
    await page.getByTestId('history-list').focus();
    await page.keyboard.press(' ');
    await panel().getByText('1 version chosen. Choose another one').waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press(' ');
    await page.getByTestId('side-0').getByText('# Layers', { exact: true }).waitFor();
    await page.getByTestId('side-1').getByText('the end').waitFor();
    // The older one on the left, and line by line what became of it.
    await page.getByTestId('differs').locator('[data-sign="+"]').nth(1).waitFor();
    expect(await page.getByTestId('differs').locator('[data-sign]').allTextContents()).toEqual(['@@ -1,1 +1,3 @@\n', '  # Layers\n', '+ and more\n', '+ the end\n']);
    await at.bothSchemes('files');
    expect(await page.getByRole('link', { name: 'Compare the two snapshots' }).getAttribute('href')).toBe(`#/compare/${at.snapshots().at(-1)?.id}/${at.snapshots()[0]?.id}`);
    await page.getByTestId('side-0').getByRole('button').click();
    await page.getByLabel('Folder', { exact: true }).fill(join(at.served.folder, 'first'));
    await button('Continue').click();
    await button('Restore 1 file').click();
    await page.getByTestId('report').waitFor();
    expect(readFileSync(join(at.served.folder, 'first', work, 'draft.md'), 'utf8')).toBe('# Layers\n');
  });

  it('says since when a file is gone, and offers its last version', async () => {
    await at.goTo(`/history/plan:work${join(work, 'data/lost.csv')}`);
    await page.getByTestId('history-verdict').getByText(/^Not there since the snapshot of /).waitFor();
    await expect.poll(() => versions().allTextContents()).toEqual([expect.stringMatching(/not there.*3 snapshots/), expect.stringMatching(/15 B.*1 snapshot/)]);
    await versions().first().click();
    await panel().getByText('In these snapshots nothing lay at this place.').waitFor();
    await button('Bring the last version back…').click();
    await page.getByTestId('restore-step').waitFor();
  });

  it('finds files in the palette, and leads to their history', async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('lost.');
    await page.getByRole('option', { name: /^lost\.csv in / }).waitFor();
    await at.bothSchemes('files');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'History of lost.csv' }).waitFor();
    await page.getByTestId('history-verdict').getByText(/^Not there since/).waitFor();
  });

  it('keeps names apart that mean something in an address, or to the eye', async () => {
    await at.goTo('/find');
    await page.getByTestId('find-field').fill('b#c%41');
    await page.keyboard.press('Enter');
    await expect.poll(() => found().count()).toBe(1);
    await found().first().click();
    await button('History').click();
    await page.getByRole('heading', { name: String.raw`History of a?b#c%41 ${'\u00e7'}\u202e.txt` }).waitFor();
    await page.getByTestId('history-verdict').getByText('1 version in 4 snapshots').waitFor();
    await page.reload();
    await page.getByTestId('history-verdict').getByText('1 version in 4 snapshots').waitFor();
    await page.getByRole('link', { name: 'Show in its folder' }).click();
    await page.getByTestId('snapshot-panel').locator('[data-revealed]').waitFor();
  });

  it('says when nothing fits, and what a search is for when nothing was asked', async () => {
    await at.goTo('/find');
    await page.getByText('Every snapshot is looked into').waitFor();
    await page.getByTestId('find-field').fill('no such name');
    await page.keyboard.press('Enter');
    await page.getByText('No snapshot that could be looked into has a name like “no such name”.').waitFor();
    await at.bothSchemes('files');
    expect(at.problems).toEqual([]);
  });
});
