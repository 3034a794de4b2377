// Finds what the rules describe in one text. Long texts are looked at in windows that overlap by more than any pattern matches, so that none is
// skipped and no pattern runs over more than 64 Ki characters at a time.
import { percentDecode } from './percent.ts';
import { entropyOf, longestMatch, type Judgement, type MaskRule, type Span } from './rule.ts';

export interface Found extends Span {
  rule: MaskRule;
  judgement: Exclude<Judgement, 'nothing'>;
}

const windowLength = 65_536;
/** Room at the edges of a window, so that what stands before and behind a match is seen. */
const margin = 64;
const step = windowLength - longestMatch - 2 * margin;
const written = /^\[[A-Z0-9-]{2,40}\]$/;

/** In order, without overlaps: where two meet, the whole of both is one, named by the rule that stands first. */
export function findAll(rules: readonly MaskRule[], text: string, field: string): Found[] {
  const found = findIn(rules, text, field);
  const decoded = percentDecode(text);
  if (decoded !== undefined) {
    for (const each of findIn(rules, decoded.text, field)) found.push({ ...each, start: decoded.at[each.start] as number, end: decoded.at[each.end] as number });
  }
  return found.length < 2 ? found : merge(found, rules);
}

function findIn(rules: readonly MaskRule[], text: string, field: string): Found[] {
  const lower = { text: undefined as string | undefined };
  const found: Found[] = [];
  for (const rule of rules) {
    const keep = ({ start, end }: Span): boolean => {
      const secret = text.slice(start, end);
      if (written.test(secret)) return false;
      if (rule.minEntropy !== undefined && entropyOf(secret) < rule.minEntropy) return false;
      const judgement = rule.judge?.({ secret, text, at: start, field }) ?? 'secret';
      if (judgement !== 'nothing') found.push({ start, end, rule, judgement });
      return judgement !== 'nothing';
    };
    if (rule.inField?.({ secret: text, text, at: 0, field }) === true && keep({ start: 0, end: text.length })) continue;
    if (!occurs(rule, text, lower)) continue;
    if (rule.find !== undefined) rule.find(text).forEach(keep);
    if (rule.pattern !== undefined) match(rule.pattern, text, keep);
  }
  return found;
}

function occurs(rule: MaskRule, text: string, lower: { text: string | undefined }): boolean {
  const subject = rule.anyCase === true ? (lower.text ??= text.toLowerCase()) : text;
  return rule.literals.some((literal) => subject.includes(literal));
}

function match(pattern: RegExp, text: string, keep: (span: Span) => boolean): void {
  for (let from = 0; ; from += step) {
    const to = Math.min(text.length, from + windowLength);
    const window = from === 0 && to === text.length ? text : text.slice(from, to);
    const first = from === 0 ? 0 : margin;
    const last = to === text.length ? window.length : window.length - margin;
    pattern.lastIndex = 0;
    for (let each = pattern.exec(window); each !== null; each = pattern.exec(window)) {
      const [start, end] = each.indices?.groups?.['secret'] ?? [each.index, each.index + each[0].length];
      // What was turned down may hide another that begins inside it.
      if (each.index < first || end > last || !keep({ start: from + start, end: from + end })) pattern.lastIndex = each.index + 1;
    }
    if (to === text.length) return;
  }
}

function merge(found: Found[], rules: readonly MaskRule[]): Found[] {
  const rank = new Map(rules.map((rule, i) => [rule, i]));
  const result: Found[] = [];
  for (const each of found.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last === undefined || each.start >= last.end) {
      result.push({ ...each });
      continue;
    }
    last.end = Math.max(last.end, each.end);
    if (each.judgement === 'sample') continue;
    if (last.judgement === 'sample' || (rank.get(each.rule) as number) < (rank.get(last.rule) as number)) Object.assign(last, { rule: each.rule, judgement: 'secret' });
  }
  return result;
}
