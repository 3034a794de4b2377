// Where intake keeps its files: in the home, beside the record.
import { dirname, join } from 'node:path';
import type { Clock, Files, Random } from '../../ports.ts';

/** `<home>/reports`, made if need be. */
export function reportsFolder({ files, path }: { files: Files; path: string }): string {
  const folder = join(dirname(path), 'reports');
  files.mkdirs(folder, 0o700);
  return folder;
}

/** `2026-11-21T100000123Z-4f1c`: for names of files on every platform, never the same twice. */
export function stamp({ clock, random }: { clock: Pick<Clock, 'now'>; random: Random }): string {
  return `${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, '')}-${Buffer.from(random.bytes(2)).toString('hex')}`;
}
