// Passphrases for people: six made-up words of two open syllables, the same in every language, easy to read aloud and to type.
// 70 syllables, less a few words nobody wants on paper: a little over 12.2 bits a word, about 73 bits in all.

const consonants = 'bdfgklmnprstvz';
const vowels = 'aeiou';
const syllables = [...consonants].flatMap((consonant) => [...vowels].map((vowel) => consonant + vowel));
const unwanted = new Set(['puta', 'puto', 'foda', 'fode', 'fodi', 'kaga', 'kago', 'kaka', 'pika', 'pipi', 'koko', 'kona', 'teta', 'kuzo', 'nazi', 'rape', 'peni', 'gozo', 'goza', 'vadi', 'tara', 'mata', 'mate']);
export const passphraseWords = 6;

/** `randomBelow(n)` gives whole numbers from 0 to n-1, all equally likely, from a source fit for keys. */
export function makePassphrase(randomBelow: (limit: number) => number): string {
  const words: string[] = [];
  while (words.length < passphraseWords) {
    const word = `${syllables[randomBelow(syllables.length)]}${syllables[randomBelow(syllables.length)]}`;
    if (!unwanted.has(word)) words.push(word);
  }
  return words.join('-');
}

/** Without the bias of a plain remainder: values beyond the last whole multiple are drawn again. */
export function secureBelow(limit: number): number {
  const edge = Math.floor(0x1_0000_0000 / limit) * limit;
  const box = new Uint32Array(1);
  for (;;) {
    crypto.getRandomValues(box);
    const value = box[0] ?? 0;
    if (value < edge) return value % limit;
  }
}

/** Good enough for a password of one's own: twelve characters of some variety, or four words. */
export function isStrongEnough(password: string): boolean {
  return (password.length >= 12 && new Set(password).size >= 6) || password.trim().split(/[\s-]+/).filter((word) => word.length > 2).length >= 4;
}

/** Two different places, counted from 1, in ascending order. */
export function pickTwo(count: number, randomBelow: (limit: number) => number): [number, number] {
  const first = randomBelow(count);
  const second = (first + 1 + randomBelow(count - 1)) % count;
  return [Math.min(first, second) + 1, Math.max(first, second) + 1];
}
