// The Snapshots screen in a real browser: what narrows the list, metrics against earlier ones, a core sample to zoom and to travel, and folders of thousands.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inScheme } from '../pages/look.ts';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';

const losses = [0.9, 0.62, 0.41, 0.41];

describe.skipIf(whatIsMissing('e2e/console/snapshots') !== undefined)('the Snapshots screen in a browser', () => {
  let at: SampleConsole;
  let page: Page;
  let work: string;

  const rows = () => page.locator('[data-testid=snapshot-list] [role=option]');
  const ids = () => rows().evaluateAll((all) => all.map((row) => row.getAttribute('data-id')));
  const layers = () => page.locator('[data-testid=core] [role=option]');
  const clear = () => page.getByRole('button', { name: 'Clear filters' }).click();

  beforeAll(async () => {
    at = await openSampleConsole();
    ({ page, work } = at);
    mkdirSync(join(work, 'many'), { recursive: true });
    for (let i = 0; i < 2_500; i++) writeFileSync(join(work, 'many', `session-${String(i).padStart(4, '0')}.csv`), `${i}`);
    const said = join(at.served.folder, 'metrics.json');
    at.varve('plan', 'add', 'work', '--repo', 'sample', '--path', work, '--after', JSON.stringify([process.execPath, '-e', `console.log(require('node:fs').readFileSync(${JSON.stringify(said)}, 'utf8'))`]));
    for (const [epoch, loss] of losses.entries()) {
      writeFileSync(said, JSON.stringify({ loss, run: { epoch } }));
      writeFileSync(join(work, epoch < 2 ? 'early.md' : 'late.md'), `${epoch}`);
      at.varve('snapshot', 'work', ...(epoch === 1 ? ['--tag', 'v1.2', '--note', 'sent to the committee'] : []));
    }
    await page.reload();
    await at.goTo('/snapshots');
    await rows().nth(4).waitFor();
  }, 120_000);
  afterAll(() => at?.close());

  it('narrows the list by a note, by days, by a metric, and by a file that must be there', async () => {
    const [fourth, third, second, first] = at.snapshots().map(({ id }) => id);
    await page.getByRole('searchbox').fill('committee');
    await expect.poll(ids).toEqual([second]);
    await clear();
    await page.getByLabel('From').fill('2001-01-01');
    await page.getByLabel('up to').fill('2001-12-31');
    await page.getByText('No snapshot fits these filters.').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).first().click();
    await page.getByTestId('metric-filter').fill('loss >');
    await page.getByText('Write it as: loss < 0.5').waitFor();
    await page.getByTestId('metric-filter').fill('loss > 0,5');
    await expect.poll(ids).toEqual([second, first]);
    await clear();
    await page.getByTestId('file-filter').fill('LATE.m');
    await page.keyboard.press('Enter');
    await expect.poll(ids).toEqual([fourth, third]);
    await page.getByTestId('file-filter').fill('');
    await expect.poll(() => rows().count()).toBe(5);
  });

  it('shows the metrics of a snapshot against those before it, as a table that can be read out', async () => {
    const [, third] = at.snapshots().map(({ id }) => id);
    await at.goTo(`/snapshots/${third ?? ''}`);
    const metrics = page.getByTestId('metrics');
    await expect.poll(() => metrics.getByRole('row').filter({ hasText: 'loss' }).first().textContent()).toBe('loss0.41−0.21 since the one before');
    expect(await metrics.getByRole('row').filter({ hasText: 'run.epoch' }).first().textContent()).toBe('run.epoch2+1 since the one before');
    await metrics.getByText('Values of 3 snapshots').click();
    expect(await metrics.getByRole('region').getByRole('row').allTextContents()).toEqual(['Timelossrun.epoch', expect.stringMatching(/0\.412$/), expect.stringMatching(/0\.621$/), expect.stringMatching(/0\.90$/)]);
    await at.goTo(`/snapshots/${at.snapshots()[0]?.id ?? ''}`);
    await metrics.getByText('as before').waitFor();
  });

  it('tests a share of a snapshot when asked, and says from then on that it was', async () => {
    const tested = page.getByTestId('tested');
    await tested.getByText('not yet').waitFor();
    await tested.getByRole('button', { name: 'Test it' }).click();
    await tested.getByText(/: 12\d of 2,502 files came back as they were$/).waitFor();
    await expect.poll(() => layers().first().getAttribute('aria-label')).toMatch(/; tested; [\d,]+ log events? (?:since the one before|before it)$/);
  });

  for (const scheme of ['dark', 'light'] as const) {
    it(`axe finds nothing, ${scheme}`, async () => {
      await inScheme(page, scheme);
      await page.getByTestId('metrics').waitFor();
      expect(await at.findings()).toEqual([]);
    });
  }

  it('zooms into the core sample by dragging, travels by wheel and by arrows, and comes back', async () => {
    await at.goTo('/');
    await page.getByTestId('headline').waitFor();
    await at.goTo('/snapshots');
    await expect.poll(() => layers().count()).toBe(5);
    const [first, second] = [await layers().nth(1).boundingBox(), await layers().nth(2).boundingBox()];
    if (!first || !second) throw new Error('no layers are drawn');
    await page.mouse.move(first.x + 20, first.y + 1);
    await page.mouse.down();
    await page.mouse.move(second.x + 20, second.y + 1, { steps: 4 });
    await page.mouse.up();
    await page.getByText('2 to 3 of 5').waitFor();
    await expect.poll(() => layers().count()).toBe(2);
    expect(page.url()).toMatch(/#\/snapshots$/);
    await page.mouse.wheel(0, 60);
    await page.getByText('4 to 5 of 5').waitFor();
    await page.getByTestId('core').focus();
    await page.keyboard.press('ArrowUp');
    await page.getByText('3 to 4 of 5').waitFor();
    await page.keyboard.press('-');
    await expect.poll(() => layers().count()).toBe(4);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await expect.poll(() => layers().count()).toBe(5);
    await page.getByTestId('core').focus();
    await page.keyboard.press('+');
    await page.keyboard.press('Home');
    await page.keyboard.press('Enter');
    await page.getByTestId('snapshot-panel').waitFor();
    expect(page.url()).toContain(at.snapshots()[0]?.id);
  });

  it('goes to the end of a folder of thousands at once, and to one file in the middle of it', async () => {
    const [newest] = at.snapshots();
    await at.goTo(`/snapshots/${newest?.id ?? ''}${join(work, 'many')}/session-1234.csv`);
    await page.locator('[data-revealed]').filter({ hasText: 'session-1234.csv' }).waitFor();
    await page.getByRole('tree').focus();
    await page.keyboard.press('PageUp');
    await page.keyboard.press('PageUp');
    await page.keyboard.press('End');
    await page.getByRole('treeitem').filter({ hasText: 'late.md' }).waitFor();
    await page.getByRole('treeitem').filter({ hasText: 'session-2499.csv' }).waitFor();
    await page.keyboard.press('Home');
    await page.getByRole('treeitem').first().waitFor();
    expect(at.problems).toEqual([]);
  });
});
