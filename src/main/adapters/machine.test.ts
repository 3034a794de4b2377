import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { createSystemClock } from './clock.ts';
import { createMachine } from './machine.ts';
import { parseAccounts } from './owner-names.ts';
import { createSystemRandom } from './random.ts';

it('knows which processes exist', () => {
  const machine = createMachine();
  expect(machine.processExists(process.pid)).toBe(true);
  expect(machine.processExists(spawnSync(process.execPath, ['--version']).pid)).toBe(false);
  for (const pid of [0, -1, 1.5, NaN]) expect(machine.processExists(pid)).toBe(false);
});

it('has a name, a user and a home', () => {
  const machine = createMachine();
  for (const fact of [machine.hostname, machine.username, machine.userHome]) expect(fact).not.toBe('');
});

it('timers call back once unless cancelled, and too long ones are refused instead of firing at once', async () => {
  const clock = createSystemClock();
  const fired: string[] = [];
  clock.setTimer(1, () => fired.push('cancelled'))();
  await new Promise<void>((resolve) => {
    clock.setTimer(2, () => {
      fired.push('kept');
      resolve();
    });
  });
  expect(fired).toEqual(['kept']);
  expect(() => clock.setTimer(2 ** 31, () => undefined)).toThrow(RangeError);
  expect(() => clock.setTimer(NaN, () => undefined)).toThrow(RangeError);
  expect(clock.zone()).not.toBe('');
  expect(Number(clock.nowNs() / 1_000_000n)).toBeGreaterThanOrEqual(1_600_000_000_000);
});

it('chance has the length asked for and does not repeat', () => {
  const random = createSystemRandom();
  expect(random.bytes(0).length).toBe(0);
  expect(random.bytes(32)).not.toEqual(random.bytes(32));
});

it('account files: the first line with a number wins, odd lines are passed over', () => {
  expect(parseAccounts('root:x:0:0::/:/bin/sh\ntoor:x:0:0\n+::::::\n# c:x:5:5\nana:x:1000:1000\nbad:x:no:1\n')).toEqual(new Map([[0, 'root'], [1000, 'ana']]));
});
