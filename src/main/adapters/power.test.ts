import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createNodeFiles } from './files.ts';
import { createPower } from './power.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'varve-power-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const files = createNodeFiles();

it.each<[string, Record<string, Record<string, string>>, boolean | undefined]>([
  ['a laptop with its plug in', { AC: { type: 'Mains', online: '1' }, BAT0: { type: 'Battery', status: 'Charging' } }, true],
  ['a laptop on its battery', { AC: { type: 'Mains', online: '0' }, BAT0: { type: 'Battery', status: 'Discharging' } }, false],
  ['a laptop fed by USB', { AC: { type: 'Mains', online: '0' }, usb: { type: 'USB', online: '1' }, BAT0: { type: 'Battery', status: 'Full' } }, true],
  ['a battery alone that discharges', { BAT0: { type: 'Battery', status: 'Discharging' } }, false],
  ['a battery alone that charges', { BAT0: { type: 'Battery', status: 'Charging' } }, true],
  ['a battery that does not say', { BAT0: { type: 'Battery', status: 'Unknown' } }, undefined],
  ['a mouse’s battery only', { hid: { type: 'Battery', scope: 'Device', status: 'Discharging' } }, undefined],
  ['no supplies', {}, undefined]
])('%s', (_name, supplies, expected) => {
  for (const [name, facts] of Object.entries(supplies)) {
    mkdirSync(join(folder, name));
    for (const [fact, value] of Object.entries(facts)) writeFileSync(join(folder, name, fact), `${value}\n`);
  }
  expect(createPower({ files, platform: 'linux', folder }).onMains()).toBe(expected);
});

it('asks pmset on macOS, and does not know where nobody can say', () => {
  const mac = (text: string) => createPower({ files, platform: 'darwin', runPmset: () => text }).onMains();
  expect(mac("Now drawing from 'AC Power'\n -InternalBattery-0 (id=1)\t100%; charged;")).toBe(true);
  expect(mac("Now drawing from 'Battery Power'\n")).toBe(false);
  expect(mac('')).toBeUndefined();
  const broken = createPower({ files, platform: 'darwin', runPmset: () => { throw new Error('no such program'); } });
  expect(broken.onMains()).toBeUndefined();
  expect(createPower({ files, platform: 'win32' }).onMains()).toBeUndefined();
  expect(createPower({ files, platform: 'linux', folder: join(folder, 'missing') }).onMains()).toBeUndefined();
});
