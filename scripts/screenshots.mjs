// Pictures of every screen in both languages and both schemes, taken from the real program with sample data: docs/images/*.png.
// Needs `npm run build` and a Chromium (VARVE_CHROMIUM or the usual places). Run: npx node scripts/screenshots.mjs
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '..');
const images = join(root, 'docs/images');
const looks = [
  { language: 'en', locale: 'en-US', scheme: 'light' },
  { language: 'pt-BR', locale: 'pt-BR', scheme: 'dark' }
];

function startServer(folder) {
  const person = join(folder, 'me');
  mkdirSync(person, { recursive: true });
  const env = { ...process.env, HOME: person, VARVE_HOME: join(person, 'varve'), VARVE_START: '1', USER: 'me', LOGNAME: 'me' };
  for (const name of ['DBUS_SESSION_BUS_ADDRESS', 'VARVE_TOKEN', 'NODE_OPTIONS']) delete env[name];
  const child = spawn(process.execPath, [join(root, 'out/main/cli.js'), 'serve', '--port', '0'], { env });
  return new Promise((resolve, reject) => {
    let output = '';
    const listen = (chunk) => {
      output += chunk;
      const match = /http:\/\/\S+#code=\S+/.exec(output);
      if (match) resolve({ child, address: match[0] });
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('exit', (code) => reject(new Error(`varve serve ended with ${code}: ${output}`)));
  });
}

async function photograph(browser, look) {
  const folder = mkdtempSync(join(tmpdir(), 'varve-pictures-'));
  const { child, address } = await startServer(folder);
  const context = await browser.newContext({ locale: look.locale, colorScheme: look.scheme, viewport: { width: 1360, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const shoot = async (name) => {
    await page.mouse.move(2, 2);
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(images, `${name}.${look.language}.png`) });
  };
  const goTo = async (path, landmark) => {
    await page.evaluate((hash) => (window.location.hash = hash), path);
    await page.getByTestId(landmark).waitFor();
  };
  const backUp = async () => {
    await page.locator('[data-testid=plan] button').first().click();
    await page.getByTestId('strip').locator('a[href*="/snapshots/"]').waitFor();
    // A second snapshot needs the strip free of the first one's message.
    await page.getByTestId('strip').locator('button').first().click();
  };
  try {
    await page.goto(address);
    await page.getByTestId('door-folders').waitFor();
    await shoot('welcome');
    await page.getByTestId('door-sample').click();
    await page.getByTestId('vault-passphrase').fill('correct horse battery');
    await page.getByRole('button', { name: /^(Set up sample data|Criar dados de exemplo)$/ }).click();
    await page.getByTestId('headline').waitFor();
    for (const [at, words] of [[1, 'Counted layers 1 to 60.\n'], [2, 'Layer 41 is the flood.\n'], [3, 'Second core agrees.\n']]) {
      appendFileSync(join(folder, 'me/varve-sample/research/notes/ideas.txt'), words.repeat(at * 200));
      await backUp();
    }
    await goTo('/log', 'log-list');
    await page.getByTestId('log-list').locator('[data-action="snapshot.finished"]').first().click();
    await page.getByTestId('entry-panel').waitFor();
    await page.locator('main header button').first().click();
    await page.locator('[data-testid=verdict][data-verdict=consistent]').waitFor();
    await shoot('log');
    await goTo('/log/anchors', 'anchor-state');
    await shoot('anchors');
    await goTo('/', 'headline');
    await shoot('overview');
    await goTo('/snapshots', 'snapshot-list');
    await page.locator('[data-testid=snapshot-list] [role=option]').first().click();
    await page.getByRole('treeitem').filter({ hasText: 'README.md' }).waitFor();
    await shoot('snapshots');
    await goTo('/find', 'find-field');
    await page.getByTestId('find-field').fill('ideas');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid=find-list] [role=option]').first().click();
    await page.getByTestId('found-panel').waitFor();
    await shoot('find');
    await page.getByTestId('found-panel').getByRole('button', { name: /^(History|Histórico)$/ }).click();
    await page.locator('[data-testid=history-list] [role=option]').nth(1).click();
    await page.getByTestId('history-panel').waitFor();
    await shoot('history');
    await goTo('/restore', 'restore-step');
    for (const step of ['when', 'where', 'check']) {
      await page.getByTestId('restore-step').locator('button:not([disabled])').last().waitFor();
      await page.getByRole('button', { name: /^(Continue|Continuar)$/ }).click();
      await page.locator(`[data-step=${step}]`).waitFor();
    }
    await page.getByTestId('preview-sentence').waitFor();
    await shoot('restore');
    await goTo('/jobs', 'jobs');
    await page.getByTestId('add-usual').click();
    await page.getByTestId('job-row').nth(2).waitFor();
    await page.getByTestId('run-now').first().click();
    await page.locator('[data-testid=job-row] [data-mark=done]').first().waitFor();
    await shoot('jobs');
    await goTo('/settings', 'repository');
    await shoot('settings');
  } finally {
    await context.close();
    child.removeAllListeners('exit');
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const executablePath = [process.env.VARVE_CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((file) => file && existsSync(file));
if (!executablePath) {
  console.error('screenshots: no Chromium here; set VARVE_CHROMIUM to one.');
  process.exit(1);
}
mkdirSync(images, { recursive: true });
const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
for (const look of looks) await photograph(browser, look);
await browser.close();
