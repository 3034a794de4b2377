// Page objects of the console (English): what a person does on each screen, without knowing its markup.
import type { Page } from 'playwright-core';

export function welcomeOf(page: Page) {
  const next = () => page.getByRole('button', { name: 'Continue' }).click();
  return {
    shown: () => page.getByTestId('door-folders').waitFor(),
    protect: () => page.getByTestId('door-folders').click(),
    /** Presses "Another folder…", which opens the system's dialog in the desktop program. */
    browseForFolder: () => page.getByRole('button', { name: 'Another folder…' }).click(),
    folderIsListed: (path: string) => page.getByTestId('folders').getByText(path).waitFor(),
    foldersDone: next,
    copiesTo: async (path: string) => {
      await page.getByTestId('own-place').check();
      await page.getByLabel('Folder', { exact: true }).fill(path);
      await next();
    },
    /** Takes the password made for the person, and types the two words asked for; returns it. */
    keepPassword: async (): Promise<string> => {
      const password = (await page.getByTestId('passphrase').textContent()) ?? '';
      for (const id of ['word-1', 'word-2']) {
        const field = page.getByTestId(id);
        await field.fill(password.split('-')[Number(await field.getAttribute('data-place')) - 1] ?? '');
      }
      return password;
    },
    vaultPassphrase: (passphrase: string) => page.getByTestId('vault-passphrase').fill(passphrase),
    start: () => page.getByRole('button', { name: 'Start the first snapshot' }).click(),
    firstSnapshotDone: async () => (await page.getByTestId('first-done').textContent()) ?? '',
    prove: async (): Promise<string> => {
      await page.getByRole('button', { name: /^Bring back / }).click();
      return (await page.getByTestId('proved').locator('p').first().textContent()) ?? '';
    },
    finish: () => page.getByTestId('finish').click()
  };
}

export function consoleOf(page: Page) {
  return {
    headline: async () => (await page.getByTestId('headline').textContent()) ?? '',
    /** Language of the console by its rail; also tells that the console (not the welcome) is shown. */
    openScreen: (name: 'Overview' | 'Log' | 'Snapshots' | 'Restore' | 'Settings') => page.getByRole('link', { name, exact: true }).click(),
    chooseLanguage: (name: 'English' | 'Português (Brasil)') => page.getByText(name, { exact: true }).click(),
    /** The switch moves when the setting was saved, not when it was clicked. */
    keepInTray: async () => {
      const name = 'Keep Varve in the tray when the window is closed';
      await page.getByRole('switch', { name }).click({ force: true });
      await page.getByRole('switch', { name, checked: true }).waitFor({ state: 'attached' });
    }
  };
}

export function restoreOf(page: Page) {
  const next = () => page.getByRole('button', { name: 'Continue' }).click();
  return {
    /** Everything of the newest snapshot into `folder`; returns the report's sentence. */
    everythingInto: async (folder: string): Promise<string> => {
      await next(); // what
      await next(); // when
      await page.getByLabel('Folder', { exact: true }).fill(folder);
      await next();
      await page.getByTestId('preview-sentence').waitFor();
      await page.getByRole('button', { name: /^Restore \d/ }).click();
      return (await page.getByTestId('report').textContent()) ?? '';
    }
  };
}
