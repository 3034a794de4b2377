import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

it.each([['throw', 'an error nobody caught'], ['reject', 'a promise nobody waited for failed']])('10.6: a process that ends by %s says why, without a secret', (how, what) => {
  const { status, stderr } = spawnSync(process.execPath, [fileURLToPath(new URL('./testing/last-words.ts', import.meta.url)), how], { encoding: 'utf8', timeout: 120_000 });
  expect([status, stderr.split('\n')[0]]).toEqual([1, `varve: ${what}: Error: cannot sign in with [secret:db] or [secret:db]`]);
  expect(stderr).not.toContain('31b0aa');
});
