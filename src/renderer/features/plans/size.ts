// A size as people write it: `500 MB` (decimal, as shown everywhere), `2 GiB` (units of 1024). Pure.

const units: readonly (readonly [string, number])[] = [
  ['TiB', 1024 ** 4], ['GiB', 1024 ** 3], ['MiB', 1024 ** 2], ['KiB', 1024],
  ['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['KB', 1e3], ['B', 1]
];

/** Bytes; undefined for what is no size. A lone `K`, `M`, `G` or `T` counts as decimal. */
export function sizeOf(text: string): number | undefined {
  const found = /^(\d{1,12}(?:[.,]\d{1,3})?)\s*([kmgt]?)(i?)b?$/i.exec(text.trim());
  if (!found) return undefined;
  const [, number = '', letter = '', binary = ''] = found;
  if (letter === '' && binary !== '') return undefined;
  const unit = `${letter.toUpperCase()}${binary === '' ? '' : 'i'}B`;
  const bytes = Math.round(Number(number.replace(',', '.')) * (units.find(([name]) => name === unit)?.[1] ?? Number.NaN));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** In the largest unit that says it exactly; decimal units where both do. */
export function sizeText(bytes: number): string {
  const fits = units.filter(([, size]) => bytes > 0 && bytes % size === 0).map(([name, size]) => ({ name, count: bytes / size }));
  const best = fits.reduce((a, b) => (b.count < a.count || (b.count === a.count && !b.name.includes('i')) ? b : a), { name: 'B', count: bytes });
  return `${best.count} ${best.name}`;
}
