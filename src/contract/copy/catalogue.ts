// The console's words by language, and the type of their keys.
import type { Language } from '../ids.ts';
import { en } from './en.ts';
import { formatMessage, type BaseKey, type Messages, type Params } from './format.ts';
import { ptBR } from './pt-BR.ts';

export type MessageKey = BaseKey<keyof typeof en>;

/** The words of one part in another language: same keys; wherever English has plural forms, `_many` is required too. */
export type Translated<T> = Record<keyof T, string> & { [K in keyof T as K extends `${infer B}_other` ? `${B}_many` : never]: string };

export const catalogues: Record<Language, Messages> = { en, 'pt-BR': ptBR };

/** The words for a key of the console. */
export function say(language: Language, key: MessageKey, params?: Params): string {
  return formatMessage(catalogues[language], language, key, params);
}
