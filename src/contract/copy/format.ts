// Turns a message key into words, without any UI library, so that console, tray and command line say the same thing.
// Placeholders are `{name}`; a number is written the way the language writes numbers. A key with plural forms is stored as
// `key_one`, `key_many`, `key_other` (CLDR categories; `_zero` optional) and chosen by the parameter `count`.
import type { Language } from '../ids.ts';
import { numberFormat, pluralRules } from './intl.ts';

export type Params = Readonly<Record<string, string | number>>;
export type Messages = Readonly<Record<string, string>>;

type Suffix = '_zero' | '_one' | '_many' | '_other';
/** Keys as code uses them: without the plural suffix. */
export type BaseKey<K extends string> = K extends `${infer B}${Suffix}` ? B : K;

/** A piece of a sentence; `param` names the placeholder it came from, so that a screen can set it apart. */
export interface Part {
  text: string;
  param?: string;
}

const placeholder = /\{([A-Za-z][A-Za-z0-9]*)\}/g;

function chooseTemplate(messages: Messages, language: Language, key: string, params: Params): string {
  const count = params['count'];
  if (typeof count === 'number') {
    const zero = messages[`${key}_zero`];
    if (count === 0 && zero !== undefined) return zero;
    const form = messages[`${key}_${pluralRules(language).select(count)}`] ?? messages[`${key}_other`];
    if (form !== undefined) return form;
  }
  return messages[key] ?? messages[`${key}_other`] ?? key;
}

function writeValue(language: Language, value: string | number): string {
  return typeof value === 'number' ? numberFormat(language).format(value) : value;
}

/** The sentence in pieces. A placeholder without a value stays visible as `{name}`: a gap in the words must be noticed. */
export function formatParts(messages: Messages, language: Language, key: string, params: Params = {}): Part[] {
  const template = chooseTemplate(messages, language, key, params);
  const parts: Part[] = [];
  let from = 0;
  for (const match of template.matchAll(placeholder)) {
    const name = match[1] ?? '';
    if (match.index > from) parts.push({ text: template.slice(from, match.index) });
    const value = params[name];
    parts.push({ text: value === undefined ? match[0] : writeValue(language, value), param: name });
    from = match.index + match[0].length;
  }
  if (from < template.length) parts.push({ text: template.slice(from) });
  return parts;
}

export function formatMessage(messages: Messages, language: Language, key: string, params: Params = {}): string {
  return formatParts(messages, language, key, params)
    .map((part) => part.text)
    .join('');
}
