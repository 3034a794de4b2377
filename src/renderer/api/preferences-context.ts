// The page's own preferences, for the few places that change them.
import { createContext, useContext } from 'react';
import type { Preferences } from '../ui/preferences.ts';
import type { Cell } from './cell.ts';

export const PreferencesContext = createContext<Cell<Preferences> | undefined>(undefined);

export function usePreferences(): Cell<Preferences> {
  const preferences = useContext(PreferencesContext);
  if (!preferences) throw new Error('usePreferences outside PreferencesContext');
  return preferences;
}
