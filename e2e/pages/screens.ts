// Page objects of Overview, Log and Snapshots, beside those of the welcome and the restore in e2e/harness/console.ts.
import type { Page } from 'playwright-core';

export function overviewOf(page: Page) {
  return {
    shown: () => page.getByTestId('headline').waitFor(),
    headline: async () => (await page.getByTestId('headline').textContent()) ?? '',
    backUp: (plan: string) => page.locator(`[data-testid=plan][data-plan="${plan}"] button`).click(),
    strip: async () => (await page.getByTestId('strip').textContent()) ?? ''
  };
}

export function logOf(page: Page) {
  return {
    open: async () => {
      await page.getByRole('link', { name: /^(Log|Registro)$/ }).click();
      await page.getByTestId('log-list').waitFor();
    },
    rows: (action: string) => page.locator(`[data-testid=log-list] [data-action="${action}"]`),
    openRow: (action: string) => page.locator(`[data-testid=log-list] [data-action="${action}"]`).first().click(),
    panel: () => page.getByTestId('entry-panel'),
    checkNow: () => page.getByRole('button', { name: 'Check now' }).click(),
    verdict: (kind: string) => page.locator(`[data-testid=verdict][data-verdict="${kind}"]`),
    search: (text: string) => page.getByRole('searchbox').fill(text)
  };
}

export function snapshotsOf(page: Page) {
  return {
    open: async () => {
      await page.getByRole('link', { name: 'Snapshots', exact: true }).click();
      await page.getByTestId('snapshot-list').waitFor();
    },
    rows: () => page.locator('[data-testid=snapshot-list] [role=option]'),
    openNewest: async () => {
      await page.locator('[data-testid=snapshot-list] [role=option]').first().click();
      await page.getByTestId('snapshot-panel').waitFor();
    },
    file: (name: string) => page.getByRole('treeitem').filter({ hasText: name }),
    preview: () => page.getByTestId('preview')
  };
}
