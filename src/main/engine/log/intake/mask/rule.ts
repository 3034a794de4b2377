// What a rule of masking is. Later rules (identity numbers, addresses) are the same shape and come in by the list given to `createMask`.

/** Half-open range in a text. */
export interface Span {
  start: number;
  end: number;
}

export interface Candidate {
  /** What would be replaced. */
  secret: string;
  /** The text around it, and where it stands there. */
  text: string;
  at: number;
  /** Name of the field that holds the text, lower case; empty when there is none. */
  field: string;
}

/** `sample`: a value that its maker published as an example; it stays and is reported. */
export type Judgement = 'secret' | 'sample' | 'nothing';

export interface MaskRule {
  /** Lower-case words with dashes; stands in findings, never reused for another kind. */
  id: string;
  /** What is written in its place, in brackets: `AWS-KEY` becomes `[AWS-KEY]`. */
  token: string;
  /** One of these must occur or the rule is not tried: in the text, or for `inField` in the name of its field. Lower case with `anyCase`. */
  literals: readonly string[];
  anyCase?: boolean;
  /**
   * Where candidates are. A pattern is global, starts with a literal, repeats only within bounds, never nests a repeat in a repeat, and covers at most
   * `longestMatch` characters; its group `secret`, when it has one, is what is replaced. `find` takes a whole text in linear time.
   */
  pattern?: RegExp;
  find?: (text: string) => Span[];
  /** For a text that is a field's whole value: may it be a secret because of the field's name? */
  inField?: (candidate: Candidate) => boolean;
  /** Shannon entropy in bits per character below which a candidate is nothing. */
  minEntropy?: number;
  /** Anything else that must hold: digits that check, parts that decode, words nearby. */
  judge?: (candidate: Candidate) => Judgement;
}

/** No pattern matches more than this, so windows that overlap by it miss nothing. */
export const longestMatch = 4096;

/** Shannon entropy in bits per character; of UTF-16 units, which are the characters of every token there is. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (let i = 0; i < text.length; i++) {
    const unit = text[i] as string;
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
