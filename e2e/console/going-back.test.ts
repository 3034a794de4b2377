// Going back, in a real browser: a folder is put back to how it was as one action, an older state is tried on a copy before it takes the place of the original,
// and several plans come back as they all were at one moment. By keyboard alone, in both languages, readable for screen readers.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Repository } from '../../src/contract/repository.ts';
import type { Trial } from '../../src/contract/trials.ts';
import { openSampleConsole, whatIsMissing, type SampleConsole } from '../pages/sample-console.ts';

/** The plan's check, by the file `verdict` in its folder. */
const judge = "const word = require('fs').readFileSync('verdict', 'utf8'); console.log('judged', word); if (word !== 'good') { console.error('the verdict is ' + word); process.exit(4); }";

describe.skipIf(whatIsMissing('e2e/console/going-back') !== undefined)('going back in a browser', () => {
  let at: SampleConsole;
  let check: string;

  const write = (name: string, text: string): void => writeFileSync(join(at.work, name), text);
  const content = (name: string): string => readFileSync(join(at.work, name), 'utf8');
  const trials = (): Trial[] => JSON.parse(at.varve('try', 'list')) as Trial[];
  const panel = () => at.page.getByTestId('trial-panel');
  const outcome = () => at.page.getByTestId('outcome');
  const packs = (): string[] => {
    const [repository] = JSON.parse(at.varve('repo', 'list')) as Repository[];
    const data = join(repository?.path ?? '', 'data');
    return readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name)).filter((path) => lstatSync(path).isFile());
  };
  const pick = async (testId: string, option: RegExp | string): Promise<void> => {
    await at.tabTo(at.page.getByTestId(testId));
    await at.page.keyboard.press('ArrowDown');
    await at.page.getByRole('option', { name: option }).first().waitFor();
    const active = () => at.page.locator('[role=option][data-combobox-selected]');
    for (let i = 0; i < 20 && !(await at.page.getByRole('option', { name: option }).first().evaluate((element) => element.hasAttribute('data-combobox-selected'))); i++) await at.page.keyboard.press('ArrowDown');
    await active().waitFor();
    await at.page.keyboard.press('Enter');
  };

  beforeAll(async () => {
    at = await openSampleConsole();
    mkdirSync(join(at.work, 'data'));
    write('chapter.md', 'as it was\n');
    write('verdict', 'good');
    write('data/run.csv', '1\n');
    check = JSON.stringify([process.execPath, '-e', judge]);
    at.varve('plan', 'add', 'work', '--repo', 'sample', '--path', at.work, '--check', check);
    at.varve('snapshot', 'work');
    write('chapter.md', 'spoilt\n');
    rmSync(join(at.work, 'data/run.csv'));
    write('data/extra.csv', 'mine\n');
  }, 120_000);
  afterAll(() => at?.close());

  it('puts one folder back to how it was from the files of a snapshot, and undoes it, by keyboard alone', async () => {
    const { page } = at;
    const [snapshot] = at.snapshots();
    await at.goTo(`/restore/back/${snapshot?.id ?? ''}/${join(at.work, 'data').slice(1)}`);
    await expect.poll(() => page.getByTestId('preview-sentence').textContent()).toMatch(/^1 file comes back, 1 is deleted/);
    for (const [name, word] of [['data/run.csv', 'new'], ['data/extra.csv', 'deleted']] as const) await page.getByTestId('restore-changes').locator(`[data-path="${join(at.work, name)}"]`).filter({ hasText: word }).waitFor();
    expect(content('data/extra.csv')).toBe('mine\n');
    await at.bothSchemes('put-back');
    await at.press('Put it back');
    await expect.poll(() => page.getByTestId('report').textContent()).toMatch(/(\d+) files? restored, \1 identical\./);
    expect(readdirSync(join(at.work, 'data'))).toEqual(['run.csv']);
    expect(content('chapter.md')).toBe('spoilt\n');
    await at.bothSchemes('put-back-done');
    await at.press('Undo this restore');
    await expect.poll(() => page.getByTestId('report').textContent()).toContain('Undone:');
    expect(readdirSync(join(at.work, 'data'))).toEqual(['extra.csv']);
  });

  it('finds the newest sound snapshot, says which it passed over and why, and is reached from the palette', async () => {
    const { page } = at;
    const before = new Set(packs());
    write('large', Array.from({ length: 60_000 }, (_, i) => String((i * 7919) % 104_729)).join(' '));
    at.varve('snapshot', 'work');
    const [pack = ''] = packs().filter((path) => !before.has(path)).sort((a, b) => lstatSync(b).size - lstatSync(a).size);
    const whole = readFileSync(pack);
    const bytes = Buffer.from(whole);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    chmodSync(pack, 0o600);
    writeFileSync(pack, bytes);
    await page.keyboard.press('Control+k');
    await page.getByTestId('palette').waitFor();
    await page.keyboard.type('folder of work back');
    await page.getByRole('option', { name: 'Put a folder of work back…' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('put-back').waitFor();
    const passed = page.getByTestId('passed-over');
    await passed.getByText('1 newer snapshot was passed over').waitFor();
    const [damaged, sound] = at.snapshots();
    await passed.getByText(`(${damaged?.shortId}): damaged`).waitFor();
    await page.getByText(`(${sound?.shortId})`).waitFor();
    await at.bothSchemes('put-back-sound');
    // Of the damaged one, the same by its own name is refused before anything is touched.
    await pick('put-back-when', /2 new files/);
    await expect.poll(() => page.getByTestId('passed-over').count()).toBe(0);
    await pick('put-back-when', 'The newest that is sound');
    await passed.waitFor();
    await at.press('Put it back');
    await expect.poll(() => page.getByTestId('report').textContent()).toMatch(/identical/);
    expect(content('chapter.md')).toBe('as it was\n');
    expect(existsSync(join(at.work, 'large'))).toBe(false);
    await at.press('Undo this restore');
    await expect.poll(() => page.getByTestId('report').textContent()).toContain('Undone:');
    expect(content('chapter.md')).toBe('spoilt\n');
    rmSync(join(at.work, 'large'));
    writeFileSync(pack, whole);
  });

  it('has no folders on trial at first, and makes a copy beside the original', async () => {
    const { page } = at;
    await at.goTo('/restore/trials');
    await page.getByText('try it on a copy first').waitFor();
    await at.bothSchemes('trials-empty');
    const sound = at.snapshots().at(-1);
    await at.goTo(`/snapshots/${sound?.id ?? ''}`);
    await at.press('Try on a copy…');
    await page.getByTestId('new-trial').waitFor();
    await page.getByText('Details', { exact: true }).click();
    await at.bothSchemes('trial-new');
    await at.press('Make the copy');
    await expect.poll(() => panel().getAttribute('data-state')).toBe('ready');
    await at.bothSchemes('trial-ready');
    const [trial] = trials();
    expect(trial).toMatchObject({ original: at.work, state: 'ready', files: 3 });
    expect(readFileSync(join(trial?.copy ?? '', 'chapter.md'), 'utf8')).toBe('as it was\n');
    expect(content('chapter.md')).toBe('spoilt\n');
    await panel().getByText('3 files').waitFor();
  });

  it('runs a program in the copy and shows what it wrote, also when it fails or is stopped', async () => {
    const { page } = at;
    const run = async (...lines: string[]): Promise<void> => {
      await at.tabTo(page.getByTestId('trial-command'));
      await page.keyboard.press('Control+a');
      for (const [index, line] of lines.entries()) {
        if (index > 0) await page.keyboard.press('Enter');
        await page.keyboard.insertText(line);
      }
      await at.press('Run it in the copy');
    };
    await run(process.execPath, '-e', "console.log('reading', require('fs').readFileSync('chapter.md', 'utf8')); require('fs').appendFileSync('chapter.md', 'and more\\n')");
    await outcome().getByText('ended well').waitFor();
    await outcome().getByText('reading as it was').waitFor();
    await at.bothSchemes('trial-ran');
    await run(process.execPath, '-e', "console.error('no such column'); process.exit(3)");
    await outcome().getByText('ended with 3: no such column').waitFor();
    await at.bothSchemes('trial-ran-badly');
    await run(process.execPath, '-e', 'setInterval(() => {}, 1000)');
    await expect.poll(() => panel().getAttribute('data-state')).toBe('running');
    await at.bothSchemes('trial-running');
    await panel().getByTestId('work').getByRole('button', { name: 'Cancel' }).click();
    await outcome().getByText('Stopped by you. The copy is as the program left it.').waitFor();
    await panel().getByText('was stopped').waitFor();
  });

  it('shows what differs in the copy from the snapshot, down to the lines', async () => {
    const { page } = at;
    await at.press('Compare with the snapshot');
    await page.getByTestId('compare-totals').getByText('1 file has another content').waitFor();
    await page.locator('[data-testid=compare-list] [role=option]').filter({ hasText: 'chapter.md' }).click();
    await page.getByTestId('inside').getByText('and more').waitFor();
    await page.getByTestId('change').getByText('The copy on trial').waitFor();
    await page.getByRole('button', { name: 'Look at it as it was' }).click();
    await page.getByTestId('preview').getByText('as it was').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await at.bothSchemes('trial-compare');
    await page.getByRole('link', { name: 'Folders on trial' }).click();
    await panel().waitFor();
  });

  it('takes the place of the original, goes back by itself when the check fails, and says so', async () => {
    const { page } = at;
    const [trial] = trials();
    writeFileSync(join(trial?.copy ?? '', 'verdict'), 'bad');
    await at.press('Put it in the place of the original');
    await outcome().getByText('The check failed, so everything was put back').waitFor();
    await outcome().getByText('ended with 4: the verdict is bad').waitFor();
    expect(content('chapter.md')).toBe('spoilt\n');
    expect(await panel().getAttribute('data-state')).toBe('ready');
    await at.bothSchemes('trial-undone');
    writeFileSync(join(trial?.copy ?? '', 'verdict'), 'good');
    await at.press('Put it in the place of the original');
    await outcome().getByText('is now the tried copy').waitFor();
    await expect.poll(() => panel().getAttribute('data-state')).toBe('promoted');
    expect(content('chapter.md')).toBe('as it was\nand more\n');
    await at.bothSchemes('trial-promoted');
    await at.press('Put the former original back');
    await panel().getByText('is the former one again').waitFor();
    expect(content('chapter.md')).toBe('spoilt\n');
    expect(page.url()).toContain(trial?.id);
  });

  it('is thrown away only after it asked', async () => {
    const { page } = at;
    const [trial] = trials();
    await at.press('Throw the copy away…');
    await page.getByTestId('sure').getByText('Throw the copy away?').waitFor();
    await at.bothSchemes('trial-discard');
    await page.keyboard.press('Escape');
    expect(existsSync(trial?.copy ?? '')).toBe(true);
    await at.press('Throw the copy away…');
    await at.tabTo(page.getByTestId('sure-yes'));
    await page.keyboard.press('Enter');
    await page.getByText('try it on a copy first').waitFor();
    await expect.poll(() => existsSync(trial?.folder ?? '')).toBe(false);
    expect(content('chapter.md')).toBe('spoilt\n');
  });

  it('brings several plans back as they all were at one moment, names those that had nothing then, in Portuguese', async () => {
    const { page } = at;
    const other = join(at.served.folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'notes.md'), 'notes\n');
    at.varve('plan', 'add', 'other', '--repo', 'sample', '--path', other);
    at.varve('snapshot', 'other');
    const late = join(at.served.folder, 'late');
    mkdirSync(late);
    at.varve('plan', 'add', 'late', '--repo', 'sample', '--path', late);
    await at.goTo('/settings');
    await page.getByText('Português (Brasil)', { exact: true }).click();
    await page.getByRole('heading', { name: 'Configurações' }).first().waitFor();
    for (const [screen, name] of [['/restore/trials', 'pt-trials-empty'], [`/restore/back/${at.snapshots().at(-1)?.id ?? ''}`, 'pt-put-back']] as const) {
      await at.goTo(screen);
      await page.getByRole('heading', { level: 1, name: name === 'pt-put-back' ? 'Pôr uma pasta de volta' : 'Pastas em experiência' }).waitFor();
      if (name === 'pt-put-back') await page.getByTestId('preview-sentence').waitFor();
      await at.bothSchemes(name);
    }
    await at.goTo('/restore');
    await at.tabTo(page.getByRole('radio', { name: 'De um plano' }));
    await page.keyboard.press('ArrowDown');
    await page.getByRole('checkbox', { name: 'other' }).waitFor();
    await at.bothSchemes('pt-several-what');
    await at.press('Continuar');
    // The plan of the sample was there before the other two: of a moment before those, only it comes back.
    await page.getByTestId('common-snapshots').getByText('other').waitFor();
    await page.getByTestId('common-moment').fill('2001-01-01T00:00');
    await expect.poll(() => page.getByTestId('common-snapshots').getByText('ainda sem snapshot').count()).toBe(await page.getByTestId('common-snapshots').getByRole('listitem').count());
    const [year, month, day] = [new Date().getFullYear(), new Date().getMonth() + 1, new Date().getDate()].map((part) => String(part).padStart(2, '0'));
    await page.getByTestId('common-moment').fill(`${year}-${month}-${day}T23:59`);
    await expect.poll(() => page.getByTestId('common-snapshots').getByText('ainda sem snapshot').count()).toBe(0);
    await at.bothSchemes('pt-several-when');
    await at.press('Continuar');
    const target = join(at.served.folder, 'everything');
    await page.getByLabel('Pasta', { exact: true }).fill(target);
    await page.getByTestId('manner').locator('summary').click();
    await at.bothSchemes('pt-several-where');
    await at.press('Continuar');
    await page.locator('[data-testid=set-part][data-plan=other]').getByText('1 arquivo volta').waitFor();
    await at.bothSchemes('pt-several-check');
    await at.press(/^Restaurar/);
    await page.getByRole('heading', { name: 'O que voltou' }).waitFor();
    await at.bothSchemes('pt-several-done');
    expect(readFileSync(join(target, 'other', other, 'notes.md'), 'utf8')).toBe('notes\n');
    expect(readFileSync(join(target, 'work', at.work, 'chapter.md'), 'utf8')).toBe('spoilt\n');
    expect(at.problems).toEqual([]);
  });

  it('takes the newest sound one in the wizard, without permissions where that is asked for', async () => {
    const { page } = at;
    chmodSync(join(at.work, 'chapter.md'), 0o600);
    at.varve('snapshot', 'work');
    const target = join(at.served.folder, 'plain');
    await at.press('Restaurar outra coisa');
    await page.getByRole('textbox', { name: 'De' }).or(page.getByRole('combobox', { name: 'De' })).first().click();
    await page.getByRole('option', { name: 'work' }).click();
    await at.press('Continuar');
    await at.tabTo(page.getByTestId('moments'));
    await page.keyboard.press('Home');
    await expect.poll(() => page.locator('#moment-0').getAttribute('aria-selected')).toBe('true');
    await at.bothSchemes('pt-sound');
    await at.press('Continuar');
    await page.getByLabel('Pasta', { exact: true }).fill(target);
    await page.getByTestId('manner').locator('summary').click();
    await at.tabTo(page.getByRole('checkbox', { name: 'Devolver as permissões' }));
    await page.keyboard.press('Space');
    await at.press('Continuar');
    await page.getByTestId('preview-sentence').waitFor();
    await at.press(/^Restaurar \d/);
    await page.getByTestId('report').waitFor();
    expect(lstatSync(join(target, at.work, 'chapter.md')).mode & 0o777).toBe(0o644);
    expect(at.problems).toEqual([]);
  });
});
