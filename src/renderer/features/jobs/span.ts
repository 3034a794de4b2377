// Spans of time as people write them in a field: `30 s`, `15 min`, `4 h`, `7 d`, `1 h 30 min`. Pure.

const units: readonly [string, number][] = [['d', 86_400], ['h', 3_600], ['min', 60], ['s', 1]];

/** Seconds; undefined when it is no span. A bare number is in seconds. */
export function parseSpan(text: string): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  if (!/^(\d+(?:[.,]\d+)?\s*(?:d|h|min|m|s)\s*)+$/.test(trimmed)) return undefined;
  let seconds = 0;
  for (const [, amount = '', unit = ''] of trimmed.matchAll(/(\d+(?:[.,]\d+)?)\s*(d|h|min|m|s)/g)) seconds += Number(amount.replace(',', '.')) * (units.find(([name]) => name === (unit === 'm' ? 'min' : unit))?.[1] ?? 1);
  return Math.round(seconds);
}

/** The shortest way to write it: `4 h`, `1 h 30 min`. */
export function writeSpan(seconds: number): string {
  if (seconds === 0) return '0 s';
  const parts: string[] = [];
  let rest = seconds;
  for (const [name, size] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(' ');
}
