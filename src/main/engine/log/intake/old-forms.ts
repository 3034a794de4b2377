// JSON as other programs write it before they hash it, with every number as it stands in the line: what went into an old hash can only be found
// again character by character.
import type { ChainRule } from '../../../../contract/intake.ts';
import { canonicalize } from '../jcs.ts';
import { NumberText } from '../json-text.ts';
import { plainValue } from './line-value.ts';

export type OldForm = ChainRule['form'];

interface Style {
  item: string;
  member: string;
  sorted: boolean;
  ascii: boolean;
}

const styles: Readonly<Record<Exclude<OldForm, 'jcs'>, Style>> = {
  sorted: { item: ',', member: ':', sorted: true, ascii: false },
  ordered: { item: ',', member: ':', sorted: false, ascii: false },
  'sorted-ascii': { item: ',', member: ':', sorted: true, ascii: true },
  'ordered-ascii': { item: ',', member: ':', sorted: false, ascii: true },
  'python-sorted': { item: ', ', member: ': ', sorted: true, ascii: true },
  'python-ordered': { item: ', ', member: ': ', sorted: false, ascii: true },
  'python-sorted-unicode': { item: ', ', member: ': ', sorted: true, ascii: false },
  'python-ordered-unicode': { item: ', ', member: ': ', sorted: false, ascii: false }
};

export const oldForms: readonly OldForm[] = ['jcs', ...(Object.keys(styles) as Exclude<OldForm, 'jcs'>[])];

export function writeOldForm(value: unknown, form: OldForm): string {
  return form === 'jcs' ? canonicalize(plainValue(value, 600) ?? null) : write(value, styles[form]);
}

function write(value: unknown, style: Style): string {
  if (value instanceof NumberText) return value.digits;
  if (typeof value === 'string') return writeString(value, style);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item, style)).join(style.item)}]`;
  const members = Object.entries(value);
  // By code points, as Python compares; JavaScript's own order differs beyond U+FFFF.
  if (style.sorted) members.sort(([a], [b]) => Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8')));
  return `{${members.map(([key, member]) => `${writeString(key, style)}${style.member}${write(member, style)}`).join(style.item)}}`;
}

function writeString(value: string, { ascii }: Style): string {
  const text = JSON.stringify(value);
  return ascii ? text.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`) : text;
}
