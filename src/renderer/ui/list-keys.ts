// Moving through a list: arrows, j/k, Page, Home, End, Enter, Escape. Returns undefined for keys that are not its business.

export type ListMove = { kind: 'to'; index: number } | { kind: 'open' } | { kind: 'leave' };

export function listMove(key: string, index: number, count: number, page: number): ListMove | undefined {
  const bounded = (to: number): ListMove => ({ kind: 'to', index: Math.max(0, Math.min(count - 1, to)) });
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return bounded(index + 1);
    case 'ArrowUp':
    case 'k':
      return bounded(index - 1);
    case 'PageDown':
      return bounded(index + page);
    case 'PageUp':
      return bounded(index - page);
    case 'Home':
      return bounded(0);
    case 'End':
      return bounded(count - 1);
    case 'Enter':
      return { kind: 'open' };
    case 'Escape':
      return { kind: 'leave' };
    default:
      return undefined;
  }
}
