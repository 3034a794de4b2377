// Names made from what a person chose. Pure.

export function baseName(path: string): string {
  return path.replace(/[\\/]+$/, '').split(/[\\/]/).at(-1) ?? '';
}

/** A name the engine accepts (lower case, no `@`, not hexadecimal, not `latest`), free among `taken`. */
export function makeName(wish: string, fallback: string, taken: readonly string[]): string {
  const plain = wish.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|[-.]+$/g, '').slice(0, 50);
  const usable = plain !== '' && plain !== 'latest' && !/^[0-9a-f]{6,}$/.test(plain) ? plain : fallback;
  let name = usable;
  for (let number = 2; taken.includes(name); number += 1) name = `${usable}-${number}`;
  return name;
}
