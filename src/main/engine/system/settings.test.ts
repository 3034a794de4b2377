import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SettingsPatch } from '../../../contract/system.ts';
import { createNodeFiles } from '../../adapters/files.ts';
import { createFakeClock, createSeededRandom } from '../testing/fake-clock.ts';
import { defaultSettings, loadSettings, type SettingsStore } from './settings.ts';

let homePath: string;
beforeEach(() => {
  homePath = mkdtempSync(join(tmpdir(), 'varve-settings-'));
});
afterEach(() => rmSync(homePath, { recursive: true, force: true }));
const load = (): SettingsStore => loadSettings({ files: createNodeFiles(), clock: createFakeClock(), random: createSeededRandom('settings'), homePath });

describe('settings', () => {
  it('are the defaults where there is no file, and none is written for that', () => {
    expect(load().get()).toEqual(defaultSettings);
    expect(readdirSync(homePath)).toEqual([]);
  });

  it('change only in what is named and survive a restart', () => {
    load().set({ theme: 'dark', gateway: { port: 8123 } });
    const { changes } = load().set(SettingsPatch.parse({ language: 'pt-BR' }));
    expect(changes).toEqual([{ field: 'language', old: 'system', new: 'pt-BR' }]);
    expect(load().get()).toEqual({ ...defaultSettings, theme: 'dark', language: 'pt-BR', gateway: { host: '127.0.0.1', port: 8123 } });
  });

  it('report no change, and write nothing, when nothing changes', () => {
    expect(load().set({ theme: 'system' }).changes).toEqual([]);
    expect(readdirSync(homePath)).toEqual([]);
  });

  it.each([['not JSON', '{'], ['an unknown field', '{"version":1,"colour":"red"}'], ['a wrong value', '{"version":1,"theme":"pink"}'], ['a list', '[]'], ['not text', '\u0000\ufffd']])(
    'that are broken (%s) are set aside, whole, and defaults are used',
    (_what, content) => {
      writeFileSync(join(homePath, 'settings.json'), content);
      const store = load();
      expect(store.get()).toEqual(defaultSettings);
      expect(store.setAside).toBe('settings.json.broken-2026-11-21T120000000Z');
      expect(readFileSync(join(homePath, store.setAside as string), 'utf8')).toBe(content);
      expect(load().setAside).toBeUndefined();
    }
  );

  it('of a newer Varve are refused and left alone', () => {
    writeFileSync(join(homePath, 'settings.json'), '{"version":2}');
    expect(() => load()).toThrow(expect.objectContaining({ code: 'HOME_TOO_NEW' }));
    expect(readdirSync(homePath)).toEqual(['settings.json']);
  });
});
