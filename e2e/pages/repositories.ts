// Page objects of the repositories' pages (English).
import type { Locator, Page } from 'playwright-core';
import { goTo } from './look.ts';

export function repositoriesOf(page: Page) {
  const card = (id: string): Locator => page.getByTestId(`card-${id}`);
  const sure = (): Locator => page.getByTestId('sure-yes');
  return {
    goTo: (path: string): Promise<void> => goTo(page, path),
    list: () => page.locator('[data-testid=repository]'),
    shown: (name: string) => page.locator(`[data-testid=repository-page][data-name="${name}"]`).waitFor(),
    facts: () => page.getByTestId('facts'),
    card,
    sure,
    check: async (how: string) => {
      await card('check').getByRole('radio', { name: how }).check();
      await card('check').getByRole('button', { name: 'Check now' }).click();
    },
    report: (ok: boolean) => page.locator(`[data-testid=check-report][data-ok="${ok}"]`),
    newPassword: async (button: string, password: string) => {
      await card('passwords').getByRole('button', { name: button }).click();
      await page.getByTestId('password').fill(password);
      if (await page.getByTestId('password-again').isVisible()) await page.getByTestId('password-again').fill(password);
      await page.getByTestId('password-do').click();
    }
  };
}
