// Bringing files back to where they came from, in a real browser: every change is listed, single files get a choice of their own, and it is undone.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';

describe.skipIf(whatIsMissing('e2e/console/in-place') !== undefined)('restoring in place in a browser', () => {
  let at: SampleConsole;
  let page: Page;
  let work: string;

  const rows = () => page.locator('[data-testid=restore-changes] [role=option]');
  const content = (name: string): string => readFileSync(join(work, name), 'utf8');
  beforeAll(async () => {
    at = await openSampleConsole();
    ({ page, work } = at);
    mkdirSync(join(work, 'data'), { recursive: true });
    for (const name of ['chapter.md', 'notes.md', 'gone.md', 'data/run.csv']) writeFileSync(join(work, name), `${name} as it was\n`);
    at.varve('plan', 'add', 'work', '--repo', 'sample', '--path', work);
    at.varve('snapshot', 'work');
    for (const name of ['chapter.md', 'notes.md']) writeFileSync(join(work, name), `${name} spoilt\n`);
    rmSync(join(work, 'gone.md'));
    writeFileSync(join(work, 'data', 'extra.csv'), 'mine\n');
  });
  afterAll(() => at?.close());

  it('lists every change and takes a choice for a single file, by keyboard alone', async () => {
    const { snapshots } = JSON.parse(at.varve('snapshots', '--plan', 'work')) as { snapshots: { id: string }[] };
    await at.goTo(`/restore/${snapshots[0]?.id ?? ''}`);
    await page.getByTestId('restore-step').waitFor();
    await at.press('Continue');
    await page.locator('[data-step=when]').waitFor();
    await at.press('Continue');
    await page.locator('[data-step=where]').waitFor();
    await at.tabTo(page.getByRole('radio', { name: 'Into a folder' }));
    await page.keyboard.press('ArrowDown');
    await at.tabTo(page.getByRole('radio', { name: 'Keep what is there' }));
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
    await at.tabTo(page.getByRole('checkbox', { name: 'Delete what was not there then' }));
    await page.keyboard.press('Space');
    await at.bothSchemes('where');
    await at.press('Continue');
    await expect.poll(() => page.getByTestId('preview-sentence').textContent()).toMatch(/^1 file comes back, 2 are replaced, 1 is deleted/);
    await page.getByText('They are kept in a safety snapshot first').waitFor();
    const list = page.getByTestId('restore-changes');
    for (const [name, word] of [['chapter.md', 'replaced'], ['notes.md', 'replaced'], ['gone.md', 'new'], ['data/extra.csv', 'deleted']] as const) await list.locator(`[data-path="${join(work, name)}"]`).filter({ hasText: word }).waitFor();
    await at.tabTo(list);
    while (!(await rows().and(page.locator('[aria-selected=true]')).getAttribute('data-path'))?.endsWith('notes.md')) await page.keyboard.press('ArrowDown');
    await page.getByTestId('choice').getByText(`For ${join(work, 'notes.md')}`).waitFor();
    await at.tabTo(page.getByTestId('choice').getByRole('radio', { name: 'Replace it' }));
    for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowUp');
    await expect.poll(() => page.getByTestId('preview-sentence').textContent()).toMatch(/1 is replaced, 1 is put beside the old one/);
    await at.bothSchemes('check');
    await page.getByRole('searchbox', { name: 'Part of a name' }).fill('extra');
    await expect.poll(() => rows().count()).toBe(1);
    await page.getByRole('searchbox', { name: 'Part of a name' }).fill('');
    await page.getByRole('button', { name: /^deleted 1$/ }).click();
    await expect.poll(() => rows().count()).toBe(1);
    expect(content('chapter.md')).toBe('chapter.md spoilt\n');
  });

  it('does exactly that, says what it did, and is undone', async () => {
    await at.press(/^Restore \d/);
    await expect.poll(() => page.getByTestId('report').textContent()).toMatch(/(\d+) files restored, \1 identical\./);
    await page.getByText('1 replaced, 1 put beside, 1 deleted').waitFor();
    expect(content('chapter.md')).toBe('chapter.md as it was\n');
    expect(content('notes.md')).toBe('notes.md spoilt\n');
    expect(readdirSync(work).filter((name) => name.startsWith('notes'))).toHaveLength(2);
    expect(readdirSync(join(work, 'data'))).toEqual(['run.csv']);
    await at.bothSchemes('done');
    await at.press('Undo this restore');
    await expect.poll(() => page.getByTestId('report').textContent()).toContain('Undone:');
    expect(content('chapter.md')).toBe('chapter.md spoilt\n');
    expect(readdirSync(work).sort()).toEqual(['chapter.md', 'data', 'notes.md']);
    expect(readdirSync(join(work, 'data')).sort()).toEqual(['extra.csv', 'run.csv']);
    await at.bothSchemes('undone');
  });

  it('says so when what it showed is not so any more, and can be undone from the list of earlier ones, in Portuguese', async () => {
    at.varve('restore', 'work@latest', '--in-place', '--conflict', 'replace');
    expect(content('chapter.md')).toBe('chapter.md as it was\n');
    await at.goTo('/settings');
    await page.getByText('Português (Brasil)', { exact: true }).click();
    await page.getByRole('heading', { name: 'Configurações' }).first().waitFor();
    await at.goTo('/restore');
    await page.getByTestId('earlier').waitFor();
    await at.bothSchemes('pt-earlier');
    await page.getByTestId('earlier').getByRole('button', { name: 'Desfazer esta restauração' }).first().click();
    await expect.poll(() => page.getByTestId('report').textContent()).toContain('Desfeita:');
    expect(content('chapter.md')).toBe('chapter.md spoilt\n');

    await page.getByRole('button', { name: 'Restaurar outra coisa' }).click();
    await page.getByRole('button', { name: 'Continuar' }).click();
    await page.getByRole('button', { name: 'Continuar' }).click();
    await page.getByRole('radio', { name: 'No lugar de onde os arquivos vieram' }).check();
    await page.getByRole('radio', { name: 'Substituir', exact: false }).first().check();
    await at.bothSchemes('pt-where');
    await page.getByRole('button', { name: 'Continuar' }).click();
    await page.getByTestId('preview-sentence').waitFor();
    await page.getByTestId('restore-changes').locator(`[data-path="${join(work, 'gone.md')}"]`).waitFor();
    await at.bothSchemes('pt-check');
    writeFileSync(join(work, 'gone.md'), 'written since\n');
    await page.getByRole('button', { name: /^Restaurar \d/ }).click();
    await page.getByTestId('error').getByText('está desatualizada').waitFor();
    await at.bothSchemes('pt-outdated');
    expect(content('gone.md')).toBe('written since\n');
    await page.getByRole('button', { name: 'Conferir de novo' }).click();
    await expect.poll(() => page.getByTestId('preview-sentence').textContent()).not.toMatch(/^1 arquivo volta/);
    expect(at.problems).toEqual([]);
  });
});
