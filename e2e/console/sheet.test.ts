// The printed checkpoint, as a browser draws it: a decoder that is not ours reads the code from the picture, and it fits one page of either paper.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import jsQR from 'jsqr';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserFile, isBuilt, openBrowser } from '../pages/serve.ts';

const missing = !isBuilt() && process.env['VARVE_SOURCE'] !== '1' ? 'run "npm run build" first' : browserFile() === undefined ? 'no Chromium here' : undefined;
if (missing !== undefined) console.warn(`e2e/console/sheet: skipped, ${missing}`);

const bin = join(import.meta.dirname, '../../bin/varve.mjs');

describe.skipIf(missing !== undefined)('the sheet with a checkpoint', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;

  function varve(args: readonly string[], language: string): string {
    const { DBUS_SESSION_BUS_ADDRESS: _bus, ...env } = process.env;
    const ran = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env: { ...env, HOME: join(folder, 'person'), VARVE_HOME: join(folder, 'home'), VARVE_VAULT_PASSPHRASE: 'correct horse battery', VARVE_LANGUAGE: language } });
    if (ran.status !== 0) throw new Error(`varve ${args.join(' ')} ended with ${ran.status}: ${ran.stderr}`);
    return ran.stdout;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'varve-sheet-'));
    mkdirSync(join(folder, 'person'));
    varve(['init', '--store', 'vault'], 'en');
    browser = await openBrowser();
    page = await (await browser.newContext({ deviceScaleFactor: 2 })).newPage();
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Pixels of a PNG, by the browser's own decoder. */
  async function pixelsOf(png: Buffer): Promise<{ data: Uint8ClampedArray; width: number; height: number }> {
    const blank = await page.context().newPage();
    try {
      const { data, width, height } = await blank.evaluate(async (base64) => {
        const image = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.drawImage(image, 0, 0);
        const bytes = context.getImageData(0, 0, image.width, image.height).data;
        // As text: millions of numbers would take minutes over the line.
        let text = '';
        for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
        return { data: btoa(text), width: image.width, height: image.height };
      }, png.toString('base64'));
      return { data: Uint8ClampedArray.from(Buffer.from(data, 'base64')), width, height };
    } finally {
      await blank.close();
    }
  }

  it.each(['en', 'pt-BR'])('can be read back from its picture, and is one page of A4 and of Letter (%s)', async (language) => {
    const out = join(folder, `sheet-${language}.html`);
    const { anchor } = JSON.parse(varve(['--json', 'log', 'anchor', 'sheet', '--out', out], language)) as { anchor: { note: string } };
    await page.goto(`file://${out}`);
    const { data, width, height } = await pixelsOf(await page.locator('svg').screenshot());
    const found = jsQR(data, width, height);
    expect(found && Buffer.from(found.binaryData).toString('utf8')).toBe(anchor.note);
    for (const format of ['A4', 'Letter']) {
      const pdf = (await page.pdf({ format, printBackground: true })).toString('latin1');
      expect([format, pdf.match(/\/Type\s*\/Page\b(?!s)/g)?.length]).toEqual([format, 1]);
    }
    expect(readFileSync(out, 'utf8')).toContain(anchor.note);
    if (process.env['VARVE_PICTURES'] !== undefined) await page.screenshot({ fullPage: true, path: join(process.env['VARVE_PICTURES'], `sheet.${language}.png`) });
  });
});
