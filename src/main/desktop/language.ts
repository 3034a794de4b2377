// The language of tray and menus until the settings are known.
import type { Language } from '../../contract/ids.ts';

/** The first preferred language Varve speaks; any kind of Portuguese is Brazilian Portuguese here. */
export function languageOfSystem(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    if (/^pt\b/i.test(tag)) return 'pt-BR';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return 'en';
}
