// What this page remembers by itself: language and single-letter keys before (and beside) the home's settings.
import type { Language } from '../../contract/ids.ts';
import { createCell, type Cell } from '../api/cell.ts';

export interface Preferences {
  /** `system`: whatever the browser or desktop prefers. */
  language: Language | 'system';
  letterKeys: boolean;
}

const storageKey = 'varve.preferences';

export function systemLanguage(preferred: readonly string[]): Language {
  return preferred[0]?.toLowerCase().startsWith('pt') === true ? 'pt-BR' : 'en';
}

export function resolveLanguage(choice: Language | 'system', preferred: readonly string[]): Language {
  return choice === 'system' ? systemLanguage(preferred) : choice;
}

function read(): Preferences {
  try {
    const kept = JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>;
    return { language: kept.language === 'en' || kept.language === 'pt-BR' ? kept.language : 'system', letterKeys: kept.letterKeys !== false };
  } catch {
    // Unreadable preferences are no reason not to start; the defaults are good.
    return { language: 'system', letterKeys: true };
  }
}

export function createPreferences(): Cell<Preferences> {
  const cell = createCell(read());
  cell.subscribe(() => localStorage.setItem(storageKey, JSON.stringify(cell.get())));
  return cell;
}
