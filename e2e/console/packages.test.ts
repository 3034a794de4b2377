// Cold packages in the console: one is made by keyboard alone, found in the list, checked and unpacked; a damaged one and a wrong passphrase are said in words;
// in both languages and both schemes. Last, on a computer without a home: the welcome makes one out of a package of the record, by keyboard alone.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAddress } from '../../src/renderer/features/packages/address.ts';
import { bothSchemes, press, tabTo } from '../pages/look.ts';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';
import { logOf } from '../pages/screens.ts';
import { openConsole, serveHome } from '../pages/serve.ts';

const passphrase = 'four words make a seal';

describe.skipIf(whatIsMissing('e2e/console/packages') !== undefined)('packages', () => {
  let at: SampleConsole;
  let page: Page;
  let out: string;

  const found = (): Locator => page.getByTestId('package-found');
  const rows = (text: string): Locator => page.getByTestId('package').filter({ hasText: text });
  const inOut = (end: string, start: string): string => join(out, readdirSync(out).find((name) => name.startsWith(start) && name.endsWith(end)) ?? `no ${start}…${end}`);

  beforeAll(async () => {
    at = await openSampleConsole();
    ({ page } = at);
    out = join(at.served.folder, 'packages 100% ção');
    mkdirSync(out);
    writeFileSync(join(at.work, 'letter.txt'), 'what matters\n');
    writeFileSync(join(at.work, 'tide.csv'), '1,2,3\n');
  });
  afterAll(() => at?.close());

  it('are found from anywhere, and the place they go to is changed by keyboard', async () => {
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette').getByRole('combobox').fill('packages');
    await page.keyboard.press('Enter');
    await page.getByText('The packages that Varve made will be here').waitFor();
    await press(page, page.getByTestId('change-place'));
    await at.tabTo(page.getByRole('textbox', { name: 'Folder', exact: true }));
    await page.keyboard.type(out);
    await press(page, page.getByTestId('save-place'));
    await page.getByTestId('package-place').getByText(`Packages go to ${out}`).waitFor();
  });

  it('of the record: made by keyboard, in the list, whole', async () => {
    await press(page, page.getByTestId('make-package'));
    await page.getByRole('dialog').waitFor();
    await press(page, page.getByTestId('make-do'));
    await rows('The record').and(page.locator('[data-state=there]')).waitFor();
    await press(page, rows('The record').getByRole('link'));
    expect(await page.getByTestId('package-file').inputValue()).toBe(inOut('.tar.gz', 'backup-eventlog'));
    await press(page, page.getByTestId('package-check'));
    await found().getByText('The package is whole').waitFor();
    await found().getByText('The chain holds.').waitFor();
  });

  it('of a folder, sealed: a wrong passphrase is said, the right one opens it, and it is unpacked into a folder', async () => {
    await at.goTo('/packages');
    await press(page, page.getByTestId('make-package'));
    const dialog = page.getByRole('dialog');
    await at.tabTo(dialog.getByRole('button', { name: 'Close' }));
    for (const key of ['Tab', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await at.tabTo(dialog.getByLabel('Folder to pack'));
    await page.keyboard.type(at.work);
    await at.tabTo(dialog.getByTestId('seal'));
    await page.keyboard.press('Space');
    for (const label of ['Passphrase', 'Once more']) {
      await at.tabTo(dialog.getByLabel(label, { exact: true }));
      await page.keyboard.type(passphrase);
    }
    await at.bothSchemes('packages-make-folder.en');
    await press(page, page.getByTestId('make-do'));
    await rows(at.work).and(page.locator('[data-state=there]')).waitFor();
    await press(page, rows(at.work).getByRole('link'));
    await at.tabTo(page.getByTestId('package-passphrase'));
    await page.keyboard.type('another one altogether');
    await press(page, page.getByTestId('package-check'));
    await page.getByTestId('error').waitFor();
    await page.getByTestId('package-passphrase').fill(passphrase);
    await press(page, page.getByTestId('package-check'));
    await found().getByText('The package is whole').waitFor();
    const target = join(at.served.folder, 'back');
    await at.tabTo(page.getByLabel('Unpack the files into'));
    await page.keyboard.type(target);
    await press(page, page.getByTestId('unpack-do'));
    await page.getByTestId('unpacked').getByText(/^Brought back to .*: 2 files/).waitFor();
    await at.bothSchemes('packages-unpacked.en');
    expect(readFileSync(join(target, 'files/letter.txt'), 'utf8')).toBe('what matters\n');
  });

  it('a damaged one is not whole, says what is wrong, and cannot be unpacked; in Portuguese', async () => {
    const damaged = join(at.served.folder, 'damaged.tar.gz');
    at.varve('package', 'create', '--folder', at.work, '--to', out, '--name', 'plain', '--format', 'tar.gz');
    const bytes = gunzipSync(readFileSync(inOut('.tar.gz', 'plain')));
    bytes.write('What', bytes.indexOf('what matters'));
    writeFileSync(damaged, gzipSync(bytes));
    await at.goTo('/settings');
    await page.getByText('Português (Brasil)', { exact: true }).click();
    await at.goTo('/packages');
    await page.getByRole('heading', { level: 1, name: 'Pacotes' }).waitFor();
    await at.bothSchemes('packages-list.pt');
    await at.goTo(openAddress(damaged));
    await page.getByRole('heading', { level: 1, name: 'Abrir um pacote' }).waitFor();
    await press(page, page.getByTestId('package-check'));
    await found().getByText('O pacote não está inteiro').waitFor();
    await found().getByText('files/letter.txt').waitFor();
    expect(await page.getByTestId('unpack-do').count()).toBe(0);
    await at.bothSchemes('packages-damaged.pt');
    expect(at.problems).toEqual([]);
  });

  it('of the record: where there is no home yet, the welcome makes one of it that goes on at once', async () => {
    at.varve('job', 'add', 'weekly', '--package', '--cron', '20 13 * * SUN');
    at.varve('log', 'append', '--action', 'app.noted', '--payload', '{"text":"before the fire"}');
    process.env['VARVE_PACKAGE_PASSPHRASE'] = passphrase;
    at.varve('package', 'create', '--seal', '--to', out);
    delete process.env['VARVE_PACKAGE_PASSPHRASE'];
    const fresh = await serveHome();
    const { page: door, problems, context } = await openConsole(at.browser, fresh.address, { language: 'pt-BR' });
    try {
      const heading = (name: string): Promise<void> => door.getByRole('heading', { level: 1, name }).waitFor();
      const type = async (id: string, text: string): Promise<void> => {
        await tabTo(door, door.getByTestId(id));
        await door.keyboard.press('ControlOrMeta+a');
        await door.keyboard.type(text);
      };
      await press(door, door.getByTestId('door-earlier'));
      await heading('Qual pacote?');
      await type('package-file', inOut('.tar.gz', 'plain'));
      await press(door, door.getByTestId('package-check'));
      await door.locator('[data-home=files]').getByText('Contém arquivos, e nenhuma pasta do Varve').waitFor();
      await press(door, door.getByRole('button', { name: 'Escolher outro pacote' }));
      await type('package-file', inOut('.tar.gz.age', 'backup-eventlog'));
      await type('package-passphrase', passphrase);
      await press(door, door.getByTestId('package-check'));
      await door.locator('[data-home=yes]').getByText('1 repositório, 1 plano, 1 tarefa').waitFor();
      await press(door, door.getByTestId('switch-language'), 'Shift+Tab');
      await heading('What is in it');
      await door.getByText(/^The record is intact: \d+ entries checked/).waitFor();
      await bothSchemes(door, 'earlier-found.en');
      await press(door, door.getByTestId('earlier-next'));
      await heading('Is the old home gone for good?');
      expect(await door.getByTestId('earlier-make').isEnabled()).toBe(false);
      await tabTo(door, door.getByTestId('old-gone'));
      await door.keyboard.press('Space');
      await door.locator('[data-need=in-package]').waitFor();
      await type('vault-passphrase', 'a vault on a new computer');
      await bothSchemes(door, 'earlier-old.en');
      await press(door, door.getByTestId('earlier-make'));
      await heading('The home is back');
      await door.getByTestId('earlier-made').getByText(/^The record goes on with \d+ entries/).waitFor();
      await door.getByTestId('earlier-quiet').getByText('Jobs, paused: weekly').waitFor();
      await bothSchemes(door, 'earlier-made.en');
      await press(door, door.getByRole('button', { name: 'See the record' }));
      await logOf(door).rows('log.restored').first().waitFor();
      await logOf(door).rows('app.noted').first().waitFor();
      expect(door.url()).not.toContain('four');
      expect(problems).toEqual([]);
    } finally {
      await context.close();
      await fresh.stop();
    }
  });
});
