// Finding by the beginnings of words, accents and case set aside: "back th" finds "Back up now: Thesis".

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

export function matches(query: string, text: string): boolean {
  const wanted = fold(query).split(/\s+/).filter(Boolean);
  const words = fold(text).split(/[\s:,“”"'()…]+/);
  return wanted.every((part) => words.some((word) => word.startsWith(part)) || (part.length > 2 && fold(text).includes(part)));
}
