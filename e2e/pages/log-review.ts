// Page object of the log (English): looking through it and writing on it.
import type { Page } from 'playwright-core';

const local = (at: Date): string => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

export function reviewOf(page: Page) {
  const list = () => page.getByTestId('log-list');
  const row = (seq: number) => list().locator(`[data-seq="${seq}"]`);
  /** Opens a chip or a menu of the head by its first word. */
  const press = (name: string) => page.getByRole('button', { name: new RegExp(`^${name}(:|$)`) }).click();
  const shown = async (): Promise<number[]> => {
    const box = await list().boundingBox();
    const rows = await list().locator('[data-seq]').evaluateAll((elements) => elements.map((element) => ({ seq: Number(element.getAttribute('data-seq')), top: element.getBoundingClientRect().top })));
    return rows.filter(({ top }) => box !== null && top >= box.y - 28 && top < box.y + box.height).map(({ seq }) => seq);
  };
  return {
    list,
    row,
    shown,
    open: async () => {
      await page.getByRole('link', { name: 'Log', exact: true }).click();
      await list().locator('[data-seq]').first().waitFor();
    },
    /** NaN while it is still being counted. */
    total: async (): Promise<number> => Number((/^([\d,]+) entr(?:y|ies)\b/.exec((await page.getByTestId('log-total').textContent()) ?? '')?.[1] ?? 'NaN').replaceAll(',', '')),
    firstShown: async (): Promise<number> => (await shown())[0] ?? -1,
    drawnRows: () => list().getByRole('option').count(),
    /** As a drag of the scroll bar does. */
    scrollTo: (share: number) => list().evaluate((element, to) => element.scrollTo(0, (element.scrollHeight - element.clientHeight) * to), share),
    time: async (from: Date, until: Date) => {
      await press('Time');
      await page.getByLabel('From').fill(local(from));
      await page.getByLabel('Until').fill(local(until));
      await page.keyboard.press('Escape');
    },
    search: (text: string) => page.getByRole('searchbox').fill(text),
    content: async (condition: string) => {
      await press('Content');
      await page.getByRole('dialog').getByRole('textbox').fill(condition);
      await page.keyboard.press('Enter');
    },
    facet: async (name: string): Promise<string[]> => {
      await press(name);
      const group = page.getByRole('group', { name });
      await group.getByRole('checkbox').first().waitFor();
      const texts = await group.locator('label').allTextContents();
      await page.keyboard.press('Escape');
      return texts;
    },
    clear: () => page.getByRole('button', { name: 'Clear filters' }).click(),
    view: async (name: string) => {
      await press('Views');
      await page.getByRole('button', { name }).click();
    },
    histogram: () => page.getByRole('slider'),
    panel: (seq: number) => page.locator(`[data-testid=entry-panel][data-seq="${seq}"]`),
    copyLink: async (): Promise<string> => {
      await page.getByRole('button', { name: 'Copy link' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    }
  };
}
