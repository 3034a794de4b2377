// A condition on payloads as a cheap test in SQL that lets through everything that can hold, and more: what comes through is judged by
// contract/where.ts. Paths and values are bound, never part of the text. SQLite reads some decimals a last bit apart from JavaScript, orders
// texts by other units, and takes true for 1: all of that may only let more through.
import type { PathStep, Where } from '../../../../contract/where.ts';

interface Clause {
  text: string;
  parameters: (string | number)[];
}

/** undefined: every payload must be looked at. The clause speaks of a column `body`. */
export function looseClause(where: Where): Clause | undefined {
  const inner = clauseOf(where);
  // What is not JSON any more must not stop the search; it is let through, and does not hold.
  return inner && { text: `CASE WHEN json_valid(body) THEN ${inner.text} ELSE TRUE END`, parameters: inner.parameters };
}

function clauseOf(where: Where): Clause | undefined {
  switch (where.kind) {
    case 'not':
      return undefined;
    case 'and':
      return joined(where.of.flatMap((part) => clauseOf(part) ?? []), 'AND');
    case 'or': {
      const parts = where.of.flatMap((part) => clauseOf(part) ?? []);
      return parts.length < where.of.length ? undefined : joined(parts, 'OR');
    }
    case 'test':
      return testClause(where);
  }
}

function joined(parts: readonly Clause[], word: 'AND' | 'OR'): Clause | undefined {
  return parts.length === 0 ? undefined : { text: `(${parts.map((part) => part.text).join(` ${word} `)})`, parameters: parts.flatMap((part) => part.parameters) };
}

function testClause({ path, operator, value }: Extract<Where, { kind: 'test' }>): Clause | undefined {
  const place = jsonPath(path);
  if (place === undefined) return undefined;
  const isThere: Clause = { text: 'json_type(body, ?) IS NOT NULL', parameters: [place] };
  const isText: Clause = { text: "json_type(body, ?) = 'text'", parameters: [place] };
  switch (operator) {
    case 'exists':
    case '!=':
    case '!~':
      return isThere;
    case '~':
      return { text: "json_type(body, ?) IN ('text', 'array')", parameters: [place] };
    case '=':
      if (typeof value === 'number') return { text: '(json_extract(body, ?) BETWEEN ? AND ?)', parameters: [place, ...around(value)] };
      if (typeof value === 'string') return /\p{C}/u.test(value) ? isText : { text: '(json_extract(body, ?) = ?)', parameters: [place, value] };
      return { text: 'json_type(body, ?) = ?', parameters: [place, String(value)] };
    case '<':
    case '<=':
      if (typeof value === 'number') return { text: '(json_extract(body, ?) <= ?)', parameters: [place, around(value)[1]] };
      return isText;
    case '>':
    case '>=':
      if (typeof value === 'number') return { text: '(json_extract(body, ?) >= ?)', parameters: [place, around(value)[0]] };
      return isText;
  }
}

function around(value: number): [number, number] {
  const margin = Math.abs(value) * 1e-12 + Number.MIN_VALUE;
  return [value - margin, value + margin];
}

/** SQLite's form of the path; undefined for names that it has no way to write. */
function jsonPath(path: readonly PathStep[]): string | undefined {
  if (path.some((step) => typeof step === 'string' && /["\\\p{C}]/u.test(step))) return undefined;
  return `$${path.map((step) => (typeof step === 'number' ? `[${step}]` : `."${step}"`)).join('')}`;
}
