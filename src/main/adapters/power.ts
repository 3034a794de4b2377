// Whether the computer runs on mains. Linux: /sys/class/power_supply (the kernel's power supply class); macOS: `pmset -g batt`;
// elsewhere unknown. Never throws: no answer is an answer.
import { execFileSync } from 'node:child_process';
import type { Files, Power } from '../engine/ports.ts';

export interface PowerOptions {
  files: Files;
  platform?: string;
  /** Only for tests. */
  folder?: string;
  runPmset?: () => string;
}

export function createPower(options: PowerOptions): Power {
  const { files, platform = process.platform, folder = '/sys/class/power_supply' } = options;
  const runPmset = options.runPmset ?? ((): string => execFileSync('/usr/bin/pmset', ['-g', 'batt'], { encoding: 'utf8', timeout: 2_000, stdio: ['ignore', 'pipe', 'ignore'] }));
  return {
    onMains() {
      try {
        if (platform === 'linux') return linuxOnMains(files, folder);
        if (platform === 'darwin') return parsePmset(runPmset());
      } catch {
        return undefined;
      }
      return undefined;
    }
  };
}

export function parsePmset(text: string): boolean | undefined {
  const source = /drawing from '([^']+)'/.exec(text)?.[1];
  return source === undefined ? undefined : source === 'AC Power';
}

/** A plug that is in decides. Else a battery that discharges says no, one that does not says yes; a mouse's battery says nothing. No battery: unknown. */
function linuxOnMains(files: Files, folder: string): boolean | undefined {
  if (!files.stat(folder)) return undefined;
  let plugSeen = false;
  let batteryStatus: string | undefined;
  for (const { name } of files.readdir(folder)) {
    const fact = (file: string): string | undefined => readFact(files, `${folder}/${name}/${file}`);
    const type = fact('type');
    if (type === 'Mains' || type === 'USB') {
      if (fact('online') === '1') return true;
      if (type === 'Mains') plugSeen = true;
    } else if (type === 'Battery' && fact('scope') !== 'Device') batteryStatus = fact('status') ?? 'Unknown';
  }
  if (batteryStatus === undefined) return plugSeen ? false : undefined;
  if (plugSeen || batteryStatus === 'Discharging') return false;
  return batteryStatus === 'Unknown' ? undefined : true;
}

function readFact(files: Files, path: string): string | undefined {
  try {
    return Buffer.from(files.readFile(path, 4096)).toString('utf8').trim();
  } catch {
    return undefined; // a driver may refuse any of its files
  }
}
