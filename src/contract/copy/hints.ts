// What stands out in the record, as sentences with their numbers. The name of what it is about is a part of its own, so that a screen can set
// it apart.
import type { Language } from '../ids.ts';
import type { LogHint } from '../review.ts';
import { formatParts, type Part } from './format.ts';
import { visibleText } from './text.ts';
import { formatSpan, formatWhen } from './values.ts';

const en = {
  more: '{name}: {count} in the last {window}; usually about {usual}',
  fewer: '{name}: only {count} in the last {window}; usually about {usual}',
  'new.action': 'First time: {name}, {when}',
  'new.actor': 'New in the record: {name}, since {when}, {count} so far',
  'new.subject': 'New subject: {name}, since {when}, {count} so far',
  silence: '{name} came about every {gap}, and has been silent for {silent}'
} as const;

const ptBR: Record<keyof typeof en, string> = {
  more: '{name}: {count} em {window}; o normal é cerca de {usual}',
  fewer: '{name}: só {count} em {window}; o normal é cerca de {usual}',
  'new.action': 'Primeira vez: {name}, {when}',
  'new.actor': 'Novo no registro: {name}, desde {when}, {count} até agora',
  'new.subject': 'Assunto novo: {name}, desde {when}, {count} até agora',
  silence: '{name} vinha mais ou menos a cada {gap} e está em silêncio há {silent}'
};

const words: Record<Language, Record<keyof typeof en, string>> = { en, 'pt-BR': ptBR };
const longest = 80;

export function describeHint(language: Language, hint: LogHint, { windowMs, now }: { windowMs: number; now: Date }): Part[] {
  const text = visibleText(hint.about.name ?? hint.about.value, true);
  const name = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const write = (key: keyof typeof en, params: Record<string, string | number>): Part[] => formatParts(words[language], language, key, { name, ...params });
  switch (hint.kind) {
    case 'rate':
      return write(hint.direction, { count: hint.count, usual: Math.round(hint.usual), window: windowText(language, windowMs) });
    case 'new':
      return write(`new.${hint.about.kind}`, { count: hint.count, when: formatWhen(language, new Date(hint.at), now) });
    case 'silence':
      return write('silence', { gap: formatSpan(language, hint.gapMs / 1000), silent: formatSpan(language, hint.silentMs / 1000) });
  }
}

/** A day is counted in hours: "the last 24 hours" need no midnight. */
function windowText(language: Language, windowMs: number): string {
  const hours = Math.round(windowMs / 3_600_000);
  return hours > 72 ? formatSpan(language, windowMs / 1000) : new Intl.NumberFormat(language, { style: 'unit', unit: 'hour', unitDisplay: 'long' }).format(hours);
}

export function hintSentence(language: Language, hint: LogHint, context: { windowMs: number; now: Date }): string {
  return describeHint(language, hint, context).map((part) => part.text).join('');
}
