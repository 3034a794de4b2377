// The platform's formatters, made once each: making one takes a hundred times longer than using it.
import type { Language } from '../ids.ts';

const made = new Map<string, unknown>();

function once<T>(key: string, make: () => T): T {
  const known = made.get(key) as T | undefined;
  if (known !== undefined) return known;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
}

export function numberFormat(language: Language, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return once(`number ${language} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(language, options));
}

export function pluralRules(language: Language): Intl.PluralRules {
  return once(`plural ${language}`, () => new Intl.PluralRules(language));
}

export function relativeTimeFormat(language: Language): Intl.RelativeTimeFormat {
  return once(`relative ${language}`, () => new Intl.RelativeTimeFormat(language, { numeric: 'auto' }));
}

/** For this moment on this computer's clock. A formatter holds the zone it was made in; one is made anew when the clock has moved to another. */
export function dateText(locale: string, options: Intl.DateTimeFormatOptions, at: Date): string {
  return once(`date ${locale} ${at.getTimezoneOffset()} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(locale, options)).format(at);
}
