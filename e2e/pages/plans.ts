// Page object of the plans (English): making and editing one.
import type { Page } from 'playwright-core';

export function plansOf(page: Page) {
  return {
    editor: () => page.getByTestId('plan-editor'),
    save: () => page.getByTestId('plan-save').click(),
    addFolder: async (path: string) => {
      await page.getByLabel('Path of a folder').fill(path);
      await page.getByRole('button', { name: 'Add', exact: true }).click();
    },
    patterns: (text: string) => page.getByTestId('patterns').fill(text),
    /** Waits until everything is counted and these words stand there. */
    previewSays: (words: string) => page.locator('[data-testid=rule-preview][data-state=done]').getByText(words).waitFor(),
    /** The reasons in the order of the table, the largest first. */
    leftOutBy: () => page.getByTestId('left-out').locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-by')))
  };
}
