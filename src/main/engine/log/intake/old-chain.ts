// The hash chain that an old file brings along, followed line by line. Nobody wrote down how such hashes were made, so with `auto` the usual ways are
// tried on the first lines and those that fit go on; what fits no more is broken there. It proves nothing about the time before the import: whoever
// can write the file can write its hashes.
import { createHash } from 'node:crypto';
import type { ChainReport, ChainRule, Mapping } from '../../../../contract/intake.ts';
import { memberAt } from './mapping.ts';
import { NumberText } from '../json-text.ts';
import { oldForms, writeOldForm } from './old-forms.ts';

export interface OldChain {
  /** One line in order; `undefined` for one that could not be read. */
  follow(line: number, value: unknown): void;
  report(): ChainReport;
}

const hashMembers = ['/hash', '/entry_hash', '/current_hash', '/record_hash'];
const previousMembers = ['/prev_hash', '/previous_hash', '/prev', '/previous', '/prevHash', '/previousHash', '/hash_prev', '/parent_hash'];
const zeros = '0'.repeat(64);
const firsts = ['', zeros, '0', 'GENESIS', 'genesis', 'null', 'None'];
const separators = ['', '|', ':', '\n', '-', ','];
const payloadMembers = ['/payload', '/data'];
const wholeLines: readonly string[][] = [
  ['/ts', '/session_id', '/action', '/payload'], ['/ts', '/action', '/payload'], ['/session_id', '/ts', '/action', '/payload'], ['/timestamp', '/session_id', '/action', '/payload'], ['/timestamp', '/action', '/payload']
];

export function createOldChain(mapping: Mapping): OldChain {
  if (mapping.chain === 'none') return { follow: () => undefined, report: () => ({ state: 'absent', checked: 0 }) };
  const fixed = mapping.chain === 'auto' ? undefined : [mapping.chain];
  let rules: ChainRule[] | undefined = fixed;
  /** A first line that no usual rule makes: the next one tells whether it was changed or the rule is another. */
  let suspect: { line: number; rules: ChainRule[] } | undefined;
  let previous: string | undefined;
  let checked = 0;
  let found: { state: 'broken' | 'unrecognised'; line: number } | undefined;

  function judgeSuspect({ line, rules: usual }: { line: number; rules: ChainRule[] }, value: unknown): void {
    rules = usual.filter((rule) => expected(rule, value, previous).includes(hashOf(value, rule.hash)?.hash.toLowerCase() ?? ''));
    found = { state: rules.length > 0 ? 'broken' : 'unrecognised', line };
  }

  return {
    follow(line, value) {
      if (found !== undefined) return;
      if (suspect !== undefined) return judgeSuspect(suspect, value);
      const own = value === undefined ? undefined : hashOf(value, rules?.[0]?.hash);
      if (own === undefined) {
        // Before the first hash there is no chain; inside one, a line without a hash is a gap.
        if (previous !== undefined) found = { state: 'broken', line };
        return;
      }
      const tried = rules ?? usualRules(value, own.member);
      const fitting = tried.filter((rule) => expected(rule, value, previous).includes(own.hash.toLowerCase()));
      if (fitting.length > 0) {
        rules = fitting;
        checked += 1;
      } else if (rules === undefined) suspect = { line, rules: tried };
      else found = { state: 'broken', line };
      previous = own.hash;
    },
    report() {
      const rule = rules?.[0] === undefined ? {} : { rule: describe(rules[0]) };
      if (found !== undefined) return { ...found, checked, ...(found.state === 'broken' && rule) };
      if (suspect !== undefined) return { state: 'unrecognised', line: suspect.line, checked };
      return previous === undefined ? { state: 'absent', checked } : { state: 'intact', checked, ...rule };
    }
  };
}

function hashOf(value: unknown, member: string | undefined): { member: string; hash: string } | undefined {
  for (const candidate of member === undefined ? hashMembers : [member]) {
    const hash = memberAt(value, candidate);
    if (typeof hash === 'string' && /^[0-9a-fA-F]{32,128}$/.test(hash)) return { member: candidate, hash };
  }
  return undefined;
}

const algorithmOfLength: Readonly<Record<number, ChainRule['algorithm']>> = { 64: 'sha256', 128: 'sha512', 40: 'sha1', 32: 'md5' };

/** Every way that is tried on a file whose rule nobody names. The ways that say more come first: a chain before single lines. */
function usualRules(value: unknown, hash: string): ChainRule[] {
  const algorithm = algorithmOfLength[(memberAt(value, hash) as string).length];
  if (algorithm === undefined) return [];
  const overs: ChainRule['over'][] = ['line', ...[...payloadMembers.map((member) => [member]), ...wholeLines].filter((members) => members.every((member) => memberAt(value, member) !== undefined))];
  const members = previousMembers.filter((member) => memberAt(value, member) !== undefined);
  const rules: ChainRule[] = [];
  for (const over of overs) {
    for (const form of oldForms) {
      const rule = { hash, algorithm, over, form, separator: '', first: '' };
      if (over === 'line') for (const member of members) rules.push({ ...rule, previous: 'member', member });
      for (const previous of ['before', 'after'] as const) for (const separator of separators) for (const first of firsts) rules.push({ ...rule, previous, separator, first });
      if (members.length === 0) for (const separator of over.length > 1 ? separators : ['']) rules.push({ ...rule, separator, previous: 'none' });
    }
  }
  return rules;
}

/** The hashes, lower case, that the line may have by this rule: none when it names another line before it than the one that is there. */
function expected(rule: ChainRule, value: unknown, previous: string | undefined): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (rule.previous === 'member') {
    const named = memberAt(value, rule.member ?? '');
    // The first line of a file may continue an older file: what it names cannot be checked.
    if (previous !== undefined && (typeof named !== 'string' || named.toLowerCase() !== previous.toLowerCase())) return [];
  }
  const pieces = rule.over === 'line' ? [writeOldForm(without(value, rule.hash), rule.form)] : rule.over.map((member) => pieceOf(memberAt(value, member), rule.form));
  const before = previous ?? rule.first;
  const text = [...(rule.previous === 'before' ? [before] : []), ...pieces, ...(rule.previous === 'after' ? [before] : [])].join(rule.separator);
  return [createHash(rule.algorithm).update(text, 'utf8').digest('hex')];
}

/** Texts and numbers go in bare, as string joining does; everything else as JSON. */
function pieceOf(value: unknown, form: ChainRule['form']): string {
  if (typeof value === 'string') return value;
  if (value instanceof NumberText) return value.digits;
  return value === undefined ? '' : writeOldForm(value, form);
}

/** The line without its own hash, which can only be a member at the top. */
function without(value: unknown, pointer: string): unknown {
  const key = pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  return Object.fromEntries(Object.entries(value as object).filter(([name]) => name !== key));
}

function describe({ algorithm, over, form, previous, member, separator, first }: ChainRule): string {
  const place = previous === 'member' ? `member ${member}` : previous;
  return [algorithm, over === 'line' ? 'line' : over.join('+'), form, `previous ${place}`, ...(separator === '' ? [] : [`separator ${JSON.stringify(separator)}`]), ...(first === '' ? [] : [`first ${first}`])].join(', ');
}
