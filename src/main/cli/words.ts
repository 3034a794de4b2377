// Which language the command line speaks, and its sentences.
import { cliCopy, type CliKey } from '../../contract/copy/cli.ts';
import { formatMessage, type BaseKey, type Params } from '../../contract/copy/format.ts';
import { describeReason } from '../../contract/copy/reasons.ts';
import type { Language } from '../../contract/ids.ts';

export interface Words {
  language: Language;
  say(key: BaseKey<CliKey>, params?: Params): string;
  /** A reason or detail out of the engine, in this language. */
  reason(text: string): string;
}

/** `VARVE_LANGUAGE`, else the locale of the terminal: Portuguese of any country reads Brazilian Portuguese, all else English. */
export function chooseLanguage(env: Readonly<Record<string, string | undefined>>): Language {
  const wanted = env['VARVE_LANGUAGE'] ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? '';
  return wanted.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en';
}

export function createWords(language: Language): Words {
  return { language, say: (key, params = {}) => formatMessage(cliCopy[language], language, key, params), reason: (text) => describeReason(language, text) };
}
