// `settings.json`: preferences and the gateway's address. A broken file never keeps Varve from starting: it is set aside, defaults are used,
// and it is said. A newer one is refused, because writing it back would lose what the newer program knew.
import { join } from 'node:path';
import { Settings, type SettingsPatch } from '../../../contract/system.ts';
import { writeFileDurable } from '../kit/durable.ts';
import { fail } from '../kit/errors.ts';
import type { Clock, Files, Random } from '../ports.ts';

const limitBytes = 1_048_576;
const knownVersion = 1;

export interface SettingsChange {
  field: string;
  old: string | number | boolean;
  new: string | number | boolean;
}

export interface SettingsStore {
  get(): Settings;
  /** Writes durably, then takes it over; only what is named changes. Returns what really changed. */
  set(patch: SettingsPatch): { settings: Settings; changes: SettingsChange[] };
  /** Name of the broken file that was set aside when it was loaded. */
  readonly setAside: string | undefined;
}

export const defaultSettings: Settings = Settings.parse({});

/** Throws HOME_TOO_NEW for a file of a newer Varve. A missing file means defaults. */
export function loadSettings({ files, clock, random, homePath }: { files: Files; clock: Clock; random: Random; homePath: string }): SettingsStore {
  const path = join(homePath, 'settings.json');
  let current = defaultSettings;
  let setAside: string | undefined;
  if (files.lstat(path)) {
    const read = parse(files, path);
    if (read) current = read;
    else {
      setAside = `settings.json.broken-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '')}`;
      files.rename(path, join(homePath, setAside));
      files.fsyncFolder(homePath);
    }
  }
  return {
    get: () => current,
    set: (patch) => {
      const next = Settings.parse({ ...current, ...defined(patch), gateway: { ...current.gateway, ...defined(patch.gateway ?? {}) }, packages: { ...current.packages, ...defined(patch.packages ?? {}) } });
      const changes = differences(current, next);
      if (changes.length > 0) writeFileDurable(files, path, Buffer.from(`${JSON.stringify(next, null, 2)}\n`, 'utf8'), { random, mode: 0o600 });
      current = next;
      return { settings: next, changes };
    },
    setAside
  };
}

function parse(files: Files, path: string): Settings | undefined {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(files.readFile(path, limitBytes)));
  } catch {
    return undefined; // not text, not JSON, too large, not readable: broken either way
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > knownVersion) fail('HOME_TOO_NEW', `${path} was written by a newer Varve`, { path, schema: version, known: knownVersion });
  const settings = Settings.safeParse(value);
  return settings.success ? settings.data : undefined;
}

function differences(old: Settings, next: Settings): SettingsChange[] {
  const before = flat(old);
  return Object.entries(flat(next)).flatMap(([field, value]) => (before[field] === value ? [] : [{ field, old: before[field] as SettingsChange['old'], new: value }]));
}

function flat({ gateway, packages, ...rest }: Settings): Record<string, string | number | boolean> {
  const within = (group: string, values: object): [string, string | number | boolean][] => Object.entries(values).map(([field, value]) => [`${group}.${field}`, value]);
  return { ...rest, ...Object.fromEntries([...within('gateway', gateway), ...within('packages', packages)]) };
}

function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
}
