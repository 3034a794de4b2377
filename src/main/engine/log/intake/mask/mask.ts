// The hook on which masking hangs: an event's text goes in, the same text with keys and tokens replaced by typed words comes out, and with it
// what was found: rule, field, count, never the text. Runs before anything is hashed; after that only an erasure helps.
import { findAll } from './scan.ts';
import { isOpaqueField } from './fields.ts';
import type { MaskRule } from './rule.ts';

export interface Finding {
  /** Id of the rule. */
  rule: string;
  /** JSON Pointer below the event, for example `/payload/headers/0`; names inside it are masked themselves. */
  field: string;
  count: number;
  /** A value that documentation prints; it was left as it is. */
  sample: boolean;
}

export interface Mask {
  text(text: string, place?: { name: string; field: string }): { text: string; findings: Finding[] };
  /** Strings and names of members at any depth; everything else, and a value without findings, comes back as it is. */
  value<T>(value: T, field: string): { value: T; findings: Finding[] };
}

/** Deeper values are refused by the record anyway. */
const maxDepth = 600;
/** One more look at what came out finds what a replacement left standing alone; more than a few never happen. */
const maxPasses = 4;

export function createMask(rules: readonly MaskRule[]): Mask {
  const quick = quickTest(rules);

  function text(input: string, { name = '', field = '' } = {}): { text: string; findings: Finding[] } {
    const findings: Finding[] = [];
    if (input.length < 8 || !quick(input, name) || isOpaqueField(name, input)) return { text: input, findings };
    const lowerName = name.toLowerCase();
    let current = input;
    for (let pass = 0; pass < maxPasses; pass++) {
      const found = findAll(rules, current, lowerName);
      if (pass === 0) for (const { rule, judgement } of found) if (judgement === 'sample') note(findings, rule.id, field, true);
      const secrets = found.filter(({ judgement }) => judgement === 'secret');
      if (secrets.length === 0) break;
      let next = '';
      let from = 0;
      for (const { start, end, rule } of secrets) {
        next += `${current.slice(from, start)}[${rule.token}]`;
        from = end;
        note(findings, rule.id, field, false);
      }
      current = next + current.slice(from);
    }
    return { text: current, findings };
  }

  function walk(value: unknown, name: string, field: string, findings: Finding[], depth: number): unknown {
    if (typeof value === 'string') {
      const masked = text(value, { name, field });
      findings.push(...masked.findings);
      return masked.text;
    }
    if (typeof value !== 'object' || value === null || depth > maxDepth) return value;
    if (Array.isArray(value)) {
      const items = value.map((item, i) => walk(item, name, `${field}/${i}`, findings, depth + 1));
      return items.some((item, i) => item !== value[i]) ? items : value;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? walkObject(value as Record<string, unknown>, field, findings, depth) : value;
  }

  function walkObject(value: Record<string, unknown>, field: string, findings: Finding[], depth: number): Record<string, unknown> {
    let changed = false;
    const members: [string, unknown][] = [];
    const taken = new Set(Object.keys(value));
    for (const [key, member] of Object.entries(value)) {
      const masked = text(key, { name: '', field: `${field}/` });
      const name = masked.text === key ? key : freeName(masked.text, taken);
      const place = `${field}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      findings.push(...masked.findings.map((finding) => ({ ...finding, field: place })));
      const inner = walk(member, name, place, findings, depth + 1);
      changed ||= name !== key || inner !== member;
      members.push([name, inner]);
    }
    if (!changed) return value;
    const result: Record<string, unknown> = {};
    // Not by assignment: `__proto__` would set the prototype.
    for (const [name, member] of members) Object.defineProperty(result, name, { value: member, enumerable: true, writable: true, configurable: true });
    return result;
  }

  return {
    text,
    value<T>(value: T, field: string) {
      const findings: Finding[] = [];
      return { value: walk(value, lastName(field), field, findings, 0) as T, findings: sum(findings) };
    }
  };
}

/** True when some rule could find something: its literals occur, an encoding could hide them, or the field's name tells. */
function quickTest(rules: readonly MaskRule[]): (text: string, name: string) => boolean {
  const escape = (literal: string): string => literal.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  const alternatives = (some: readonly MaskRule[]): string => [...new Set(some.flatMap((rule) => rule.literals))].map(escape).join('|') || '(?!)';
  const exact = new RegExp(`%|${alternatives(rules.filter((rule) => rule.anyCase !== true))}`);
  const anyCase = new RegExp(alternatives(rules.filter((rule) => rule.anyCase === true)), 'i');
  return (text, name) => exact.test(text) || anyCase.test(text) || (name !== '' && anyCase.test(name));
}

function freeName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let n = 2; taken.has(name); n++) name = `${wanted} (${n})`;
  taken.add(name);
  return name;
}

function lastName(field: string): string {
  return field.slice(field.lastIndexOf('/') + 1);
}

function note(findings: Finding[], rule: string, field: string, sample: boolean): void {
  const known = findings.find((finding) => finding.rule === rule && finding.sample === sample);
  if (known) known.count += 1;
  else findings.push({ rule, field, count: 1, sample });
}

/** One finding per rule and field. */
function sum(findings: readonly Finding[]): Finding[] {
  const byPlace = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.rule} ${String(finding.sample)} ${finding.field}`;
    const known = byPlace.get(key);
    if (known) known.count += finding.count;
    else byPlace.set(key, { ...finding });
  }
  return [...byPlace.values()];
}
