// Outside anchors in the console: what is held elsewhere is compared at once, on paper, by file and by a witness; by keyboard alone, in both languages
// and both schemes; and a record that was rolled back is told apart. The witness and the roll-back are the real program's.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import jsQR from 'jsqr';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bothSchemes, findings, goTo } from '../pages/look.ts';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';
import { openConsole, serveHome, type ServedHome } from '../pages/serve.ts';

const bin = join(import.meta.dirname, '../../bin/varve.mjs');
const pictures = process.env['VARVE_PICTURES'];

describe.skipIf(whatIsMissing('e2e/console/anchors') !== undefined)('outside anchors', () => {
  let at: SampleConsole;
  /** After the roll-back: the program that was started again on the same folder. */
  let again: ServedHome | undefined;
  let page: Page;
  let stick: string;
  let witnessServer: ChildProcess | undefined;

  function varve(...args: string[]): { code: number | null; out: string } {
    const { DBUS_SESSION_BUS_ADDRESS: _bus, ...env } = process.env;
    const ran = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: { ...env, HOME: join(at.served.folder, 'person'), VARVE_HOME: join(at.served.folder, 'nowhere'), VARVE_LANGUAGE: 'en' } });
    return { code: ran.status, out: ran.stdout };
  }
  const answer = (): ReturnType<Page['getByTestId']> => page.getByTestId('anchor-answer');
  const shoot = async (name: string): Promise<void> => {
    if (pictures !== undefined) await page.screenshot({ fullPage: true, path: join(pictures, `${name}.png`) });
  };
  /** What the person would get as a file. */
  async function downloaded(click: () => Promise<void>): Promise<{ name: string; text: string }> {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return { name: download.suggestedFilename(), text: readFileSync((await download.path()) as string, 'utf8') };
  }

  beforeAll(async () => {
    at = await openSampleConsole();
    ({ page } = at);
    stick = join(at.served.folder, 'stick');
  });
  afterAll(async () => {
    witnessServer?.kill();
    await again?.halt();
    await at?.close();
  });

  it('are found by keyboard from anywhere, and say that nothing is held yet', async () => {
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette').getByRole('combobox').fill('outside');
    await page.keyboard.press('Enter');
    await page.getByTestId('anchor-state').waitFor();
    await expect.poll(() => page.getByTestId('anchor-state').getAttribute('data-state')).toBe('never');
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('Outside anchors');
  });

  it('a checkpoint that was saved is compared when its file is picked, and one typed from paper by keyboard alone', async () => {
    const saved = await downloaded(() => page.getByRole('button', { name: 'Save the checkpoint' }).click());
    expect(saved.text).toMatch(/^varve\/[0-9a-f]{32}\n\d+\n/);
    const path = join(at.served.folder, saved.name);
    writeFileSync(path, saved.text);
    await page.getByTestId('anchor-file').setInputFiles(path);
    await answer().waitFor();
    await expect.poll(() => answer().getAttribute('data-outcome')).toBe('fits');
    await expect.poll(() => page.getByTestId('anchor-state').getAttribute('data-state')).toBe('fresh');
    const [, size = '', root = ''] = saved.text.split('\n');
    await page.getByTestId('anchor-text').focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type(`${size} ${root.slice(0, 8)}`);
    await page.keyboard.press('Tab'); // held
    await page.keyboard.press('Tab'); // where
    await page.keyboard.type('notebook 7');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await answer().getByText('It fits as far as it goes').waitFor();
    await page.getByTestId('anchor').filter({ hasText: 'notebook 7' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await shoot('anchors.en.light');
  });

  it('what does not fit is said at once, with what to look at first', async () => {
    await page.getByTestId('anchor-text').fill('1 AAAAAAAA');
    await page.getByRole('button', { name: 'Compare with the record' }).click();
    await answer().getByText('Look for a typing error first').waitFor();
    await page.getByTestId('anchor-text').fill('no checkpoint at all');
    await page.getByRole('button', { name: 'Compare with the record' }).click();
    await page.getByTestId('error').waitFor();
    await expect.poll(() => page.getByTestId('error').textContent()).toContain('checkpoint');
    expect(await findings(page)).toEqual([]);
  });

  it('the printed sheet is the whole paper, and its code can be read', async () => {
    await page.evaluate(() => void (window.print = () => undefined));
    await page.getByRole('button', { name: 'Print the sheet' }).click();
    await page.getByTestId('sheet-made').waitFor();
    await page.emulateMedia({ media: 'print' });
    const sheet = page.getByTestId('paper-sheet');
    await expect.poll(() => sheet.getByText('Checkpoint of a record').isVisible()).toBe(true);
    await expect.poll(() => page.getByRole('heading', { name: 'Outside anchors' }).isVisible()).toBe(false);
    const [box, note] = await Promise.all([sheet.locator('svg').screenshot({ scale: 'device' }), sheet.locator('pre').textContent()]);
    const blank = await page.context().newPage();
    const { data, width, height } = await blank.evaluate(async (base64) => {
      const image = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type: 'image/png' }));
      const drawing = new OffscreenCanvas(image.width, image.height).getContext('2d') as OffscreenCanvasRenderingContext2D;
      drawing.drawImage(image, 0, 0);
      const bytes = drawing.getImageData(0, 0, image.width, image.height).data;
      let text = '';
      for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
      return { data: btoa(text), width: image.width, height: image.height };
    }, box.toString('base64'));
    await blank.close();
    const found = jsQR(Uint8ClampedArray.from(Buffer.from(data, 'base64')), width, height);
    expect(found && Buffer.from(found.binaryData).toString('utf8')).toBe(note);
    await page.emulateMedia({ media: 'screen' });
  });

  it('a witness on a stick is asked by files, and one on the network at a click', async () => {
    expect(varve('witness', 'init', '--dir', stick, '--name', 'stick.example', '--no-passphrase').code).toBe(0);
    const { vkey } = JSON.parse(varve('--json', 'witness', 'show', '--dir', stick).out) as { vkey: string };
    await page.getByText('Add a witness').click();
    const own = (await page.locator('details code').textContent()) ?? '';
    expect(varve('witness', 'trust', '--dir', stick, own).code).toBe(0);
    await page.getByTestId('witness-key').fill(vkey);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const row = page.getByTestId('witness');
    await row.getByText('stick.example').waitFor();
    const request = await downloaded(() => row.getByRole('button', { name: 'Request as a file' }).click());
    writeFileSync(join(at.served.folder, request.name), request.text);
    const cosigned = varve('witness', 'cosign', '--dir', stick, join(at.served.folder, request.name), '--out', join(at.served.folder, 'answer'));
    expect([cosigned.code, existsSync(join(at.served.folder, 'answer'))]).toEqual([0, true]);
    await row.getByTestId('answer-file').setInputFiles(join(at.served.folder, 'answer'));
    await row.getByText('signed by stick.example').waitFor();

    witnessServer = spawn(process.execPath, [bin, 'witness', 'serve', '--dir', stick, '--port', '0', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise<string>((resolve) => witnessServer?.stdout?.on('data', (piece: Buffer) => resolve((JSON.parse(piece.toString()) as { url: string }).url)));
    if (!(await page.getByTestId('witness-key').isVisible())) await page.getByText('Add a witness').click();
    await page.getByTestId('witness-key').fill(vkey);
    await page.getByTestId('witness-url').fill(url);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await row.getByRole('button', { name: 'Ask now' }).click();
    await page.getByTestId('anchor').filter({ hasText: 'stick.example' }).nth(1).waitFor();
    expect(await findings(page)).toEqual([]);
  });

  it('the sample’s repository gives its checkpoints, and says that it lies on the same drive', async () => {
    await page.getByRole('button', { name: 'Read and compare' }).click();
    const section = page.getByRole('region', { name: 'From a repository' });
    await section.getByRole('status').or(section.getByRole('alert')).first().waitFor();
    await expect.poll(() => section.textContent()).toMatch(/same drive|No checkpoint of this record/);
  });

  it('speaks Portuguese, and axe finds nothing in either scheme', async () => {
    await goTo(page, '/settings');
    await page.getByText('Português (Brasil)', { exact: true }).click();
    await goTo(page, '/log/anchors');
    await page.getByRole('heading', { level: 1, name: 'Âncoras externas' }).waitFor();
    await bothSchemes(page, 'anchors.pt-BR');
    await goTo(page, '/settings');
    await page.getByText('English', { exact: true }).click();
  });

  it('a record that was put back to an older copy is exposed: by the witness, on this screen and on the overview', async () => {
    // A second home of the same record, as it was before the last anchors: what an attacker would put in its place.
    const home = join(at.served.folder, 'home');
    await goTo(page, '/log/anchors');
    const held = await downloaded(() => page.getByRole('button', { name: 'Save the checkpoint' }).click());
    const before = join(at.served.folder, 'before.db');
    spawnSync('sqlite3', [join(home, 'log.db'), `.backup ${before}`]);
    if (!existsSync(before)) return console.warn('e2e/console/anchors: the roll-back is skipped, there is no sqlite3');
    for (let i = 0; i < 3; i++) expect(varveIn(home, 'log', 'append', '--action', 'app.later').code).toBe(0);
    const later = varveIn(home, '--json', 'log', 'checkpoint');
    expect(later.code).toBe(0);
    const { note } = JSON.parse(later.out) as { note: string };
    expect(Number(note.split('\n')[1])).toBeGreaterThan(Number(held.text.split('\n')[1]));
    await page.close();
    // The server lets go of the record, an older one is put in its place, and the program starts again.
    await at.served.halt();
    for (const end of ['', '-wal', '-shm']) rmSync(join(home, `log.db${end}`), { force: true });
    copyFileSync(before, join(home, 'log.db'));
    again = await serveHome(at.served.folder);
    ({ page } = await openConsole(at.browser, again.address));
    await page.getByTestId('headline').waitFor();
    await goTo(page, '/log/anchors');
    await page.getByTestId('anchor-text').fill(note);
    await page.getByRole('button', { name: 'Compare with the record' }).click();
    await answer().waitFor();
    // Shorter, or, where the program has written enough since it started, of another history.
    expect(['behind', 'other-history']).toContain(await answer().getAttribute('data-outcome'));
    await expect.poll(() => page.getByTestId('anchor-state').getAttribute('data-state')).toBe('refused');
    expect(await findings(page)).toEqual([]);
    await shoot('anchors.en.refused');
    await goTo(page, '/');
    await page.getByTestId('need-anchorRefused').waitFor();
    await shoot('overview.en.refused');
  });

  function varveIn(home: string, ...args: string[]): { code: number | null; out: string } {
    const { DBUS_SESSION_BUS_ADDRESS: _bus, ...env } = process.env;
    const ran = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: { ...env, HOME: join(at.served.folder, 'person'), VARVE_HOME: home, VARVE_VAULT_PASSPHRASE: 'correct horse battery', VARVE_LANGUAGE: 'en' } });
    return { code: ran.status, out: ran.stdout };
  }
});
