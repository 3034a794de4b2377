// Single letters of the log screen. They can be switched off, and mean nothing while somebody types or a dialog is open.
import { useEffect, useRef } from 'react';
import { useCell } from '../../api/cell.ts';
import { usePreferences } from '../../api/preferences-context.ts';

export function useLetterKeys(): boolean {
  return useCell(usePreferences()).letterKeys;
}

function isElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) || target.closest('[role="dialog"], [role="menu"], [role="combobox"]') !== null;
}

export function useLetters(enabled: boolean, letters: Readonly<Record<string, () => void>>): void {
  const latest = useRef(letters);
  useEffect(() => {
    latest.current = letters;
  });
  useEffect(() => {
    if (!enabled) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isElsewhere(event.target) || document.querySelector('[role="dialog"][aria-modal="true"]')) return;
      const act = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined;
      if (!act) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [enabled]);
}
