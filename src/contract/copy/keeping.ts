// What a plan keeps, and why a snapshot stays, in words.
import type { Language } from '../ids.ts';
import type { KeepReason } from '../keeping.ts';
import type { RetentionPolicy } from '../retention.ts';

type Period = 'last' | 'hourly' | 'daily' | 'weekly' | 'monthly' | 'yearly';

const en = {
  one: { last: '{n} newest', hourly: '{n} hourly', daily: '{n} daily', weekly: '{n} weekly', monthly: '{n} monthly', yearly: '{n} yearly' },
  all: { last: 'all', hourly: 'all hourly', daily: 'all daily', weekly: 'all weekly', monthly: 'all monthly', yearly: 'all yearly' },
  reason: { last: 'newest', hourly: 'hourly', daily: 'daily', weekly: 'weekly', monthly: 'monthly', yearly: 'yearly' },
  within: 'all within {span}',
  periodWithin: '{period} within {span}',
  tags: 'those with {tags}',
  reasonWithin: 'within {span}',
  reasonTags: 'tags {tags}',
  pinned: 'pinned',
  oldest: 'oldest ({reason})',
  and: ' and '
};

const ptBR: typeof en = {
  one: { last: 'mais novos: {n}', hourly: 'por hora: {n}', daily: 'diários: {n}', weekly: 'semanais: {n}', monthly: 'mensais: {n}', yearly: 'anuais: {n}' },
  all: { last: 'todos', hourly: 'todos por hora', daily: 'todos os diários', weekly: 'todos os semanais', monthly: 'todos os mensais', yearly: 'todos os anuais' },
  reason: { last: 'mais novo', hourly: 'por hora', daily: 'diário', weekly: 'semanal', monthly: 'mensal', yearly: 'anual' },
  within: 'todos dentro de {span}',
  periodWithin: '{period}, dentro de {span}',
  tags: 'os que têm {tags}',
  reasonWithin: 'dentro de {span}',
  reasonTags: 'etiquetas {tags}',
  pinned: 'fixado',
  oldest: 'o mais antigo ({reason})',
  and: ' e '
};

const words: Record<Language, typeof en> = { en, 'pt-BR': ptBR };
const periods = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const satisfies readonly Period[];
const fill = (text: string, values: Record<string, string | number>): string => text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
const capital = <T extends string>(text: T): Capitalize<T> => `${text[0]?.toUpperCase()}${text.slice(1)}` as Capitalize<T>;

/** `7 daily, 4 weekly, all within 1m`. */
export function describePolicy(language: Language, policy: RetentionPolicy): string {
  const say = words[language];
  const parts: string[] = [];
  for (const period of periods) {
    const count = policy[`keep${capital(period)}`] ?? 0;
    if (count !== 0) parts.push(count < 0 ? say.all[period] : fill(say.one[period], { n: count }));
  }
  if (policy.keepWithin !== undefined) parts.push(fill(say.within, { span: policy.keepWithin }));
  for (const period of periods.slice(1) as Exclude<Period, 'last'>[]) {
    const span = policy[`keepWithin${capital(period)}`];
    if (span !== undefined) parts.push(fill(say.periodWithin, { period: say.reason[period], span }));
  }
  for (const tags of policy.keepTags ?? []) parts.push(fill(say.tags, { tags: tags.join(say.and) }));
  return parts.join(', ');
}

/** `daily`, `oldest (yearly)`, `weekly within 3m`, `pinned`. */
export function describeKeepReason(language: Language, { rule, oldest, within, tags }: KeepReason): string {
  const say = words[language];
  if (rule === 'pin') return say.pinned;
  if (rule === 'tags') return fill(say.reasonTags, { tags: tags.join(', ') });
  if (rule === 'within') return fill(say.reasonWithin, { span: within ?? '' });
  const period = rule.replace('within-', '') as Period;
  const reason = within === null ? say.reason[period] : fill(say.periodWithin, { period: say.reason[period], span: within });
  return oldest ? fill(say.oldest, { reason }) : reason;
}
