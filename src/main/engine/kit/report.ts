// Reports for a person's own books: Markdown in their language, kept in a folder under the time they were made.
import { join } from 'node:path';
import { visibleText } from '../../../contract/copy/text.ts';
import { formatNumber } from '../../../contract/copy/values.ts';
import type { Language } from '../../../contract/ids.ts';
import type { Files, Random } from '../ports.ts';
import { writeFileDurable } from './durable.ts';

/** Fills `{name}` of the words: numbers as the language writes them, text so that nothing in it can hide or pass for Markdown of ours. */
export function reportWriter<K extends string>(language: Language, words: Readonly<Record<K, string>>): (key: K, params?: Readonly<Record<string, string | number>>) => string {
  return (key, params = {}) =>
    words[key].replace(/\{(\w+)\}/g, (_all, name: string) => {
      const value = params[name] ?? '';
      return visibleText(typeof value === 'number' ? formatNumber(language, value) : value, true);
    });
}

/** Writes `<folder>/<time><ending>.md`, or `-2`, `-3` … before `.md` where that is taken; says where it lies. Throws what the system says. */
export function keepReportFile({ files, random }: { files: Files; random: Random }, folder: string, atMs: number, ending: string, text: string): string {
  files.mkdirs(folder, 0o700);
  const time = new Date(atMs).toISOString().replaceAll(':', '-');
  let path = join(folder, `${time}${ending}.md`);
  for (let no = 2; files.lstat(path) !== undefined; no++) path = join(folder, `${time}${ending}-${no}.md`);
  writeFileDurable(files, path, Buffer.from(text, 'utf8'), { random, mode: 0o600 });
  return path;
}
