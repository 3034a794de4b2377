// What every journey asks of a page: that axe finds nothing, in both schemes, and that it can be used without a mouse.
import AxeBuilder from '@axe-core/playwright';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** More than once round the longest page. */
const mostTabs = 200;

/** Goes to an address and waits until the console has turned to it: then the screen stands there, or what stands in its place while it loads. */
export function goTo(page: Page, hash: string): Promise<void> {
  return page.evaluate(
    (to) =>
      new Promise<void>((resolve) => {
        if (location.hash === `#${to}`) return resolve();
        addEventListener('hashchange', () => setTimeout(resolve), { once: true });
        location.hash = to;
      }),
    hash
  );
}

/** Waits until the screen stands: its heading is there, nothing stands in its place while it loads, and whatever moves has come to rest. */
export async function settled(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await page.getByTestId('loading').first().waitFor({ state: 'detached' });
  // What is folded away is not drawn, and what moves in it never ends.
  await page.waitForFunction(() => document.getAnimations().every(({ effect }) => effect?.getTiming().iterations === Infinity || (effect as KeyframeEffect | null)?.target?.checkVisibility() !== true));
}

/** axe's rules that look at colours: of a screen that all rules have seen in one scheme, these alone could find something in the other. */
const aboutColours = ['color-contrast', 'link-in-text-block'];

/** What axe objects to on a screen that stands; `colours`: as far as colours go. */
export async function findings(page: Page, look: 'all' | 'colours' = 'all'): Promise<string[]> {
  // A tooltip is no part of the page: the pointer, still where it last clicked, may call for one after a moment, and what does not go while it is there keeps it.
  await page.mouse.move(0, 0);
  await settled(page);
  // Its legacy mode looks at the page itself, without a second page for the summing up that only frames of strangers need.
  const axe = new AxeBuilder({ page: page as never }).setLegacyMode();
  const { violations } = await (look === 'colours' ? axe.withRules(aboutColours) : axe).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`));
}

/** Chooses the system's scheme and waits until the page has followed. */
export async function inScheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor({ state: 'attached' });
}

/** axe finds nothing in the dark scheme (as far as colours go) and in the light one (all there is), the light one last; `also` looks at each. With VARVE_PICTURES there is a picture of each in that folder. */
export async function bothSchemes(page: Page, name: string, also?: () => Promise<void>): Promise<void> {
  const pictures = process.env['VARVE_PICTURES'];
  for (const scheme of ['dark', 'light'] as const) {
    await inScheme(page, scheme);
    expect((await findings(page, scheme === 'dark' ? 'colours' : 'all')).map((finding) => `${name} ${scheme}: ${finding}`)).toEqual([]);
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}-${scheme}.png`) });
    await also?.();
  }
}

export function isFocused(locator: Locator): Promise<boolean> {
  return locator.evaluate((element) => element === document.activeElement);
}

/** Goes on with the key until the locator has the focus. What cannot be used yet is waited for: it has no place among the stops. */
export async function tabTo(page: Page, locator: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await locator.waitFor();
  await expect.poll(() => locator.isEnabled()).toBe(true);
  for (let presses = 0; presses < mostTabs && !(await isFocused(locator)); presses += 1) await page.keyboard.press(key);
  expect(await isFocused(locator), `${String(locator)} can be reached with ${key}`).toBe(true);
}

/** Tab until it has the focus, then Enter. */
export async function press(page: Page, locator: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await tabTo(page, locator, key);
  await page.keyboard.press('Enter');
}
