// Outside anchors in words, for the console and the command line alike: how a checkpoint is held, and what came of comparing it.
import type { Anchor, AnchorKind } from '../anchors.ts';
import type { Language } from '../ids.ts';
import { formatMessage } from './format.ts';

interface AnchorWords {
  kinds: Record<AnchorKind, string>;
  fits: string;
  fitsShort: string;
  behind: string;
  behindClaim: string;
  otherHistory: string;
  otherHistoryTyped: string;
  otherHistoryClaim: string;
  foreignKey: string;
}

const en: AnchorWords = {
  kinds: { paper: 'on paper', file: 'in a file', mail: 'by e-mail', git: 'in a Git repository', other: 'elsewhere', printed: 'printed', witness: 'witness', snapshot: 'in a snapshot' },
  fits: 'It fits: the first {size} entries of the record are those of this checkpoint.',
  fitsShort: 'It fits as far as it goes: {size} entries, and the root begins with these characters. That is enough against accidents, not against a determined forger.',
  behind: 'The record is shorter than this checkpoint: it has {entries} entries, the checkpoint {size}. The end was cut off, or the record was rolled back to an older state.',
  behindClaim: 'The witness says it has seen {size} entries; the record has {entries}. The end was cut off, or the record was rolled back to an older state.',
  otherHistory: 'The record has another history: its first {size} entries are not those of this checkpoint, which this record’s own key signed.',
  otherHistoryTyped: 'It does not fit: the root of the first {size} entries is another one. Look for a typing error first; if there is none, entries were changed.',
  otherHistoryClaim: 'The witness says that this record does not continue the one it has seen ({size} entries). Entries were changed since.',
  foreignKey: 'This checkpoint bears the name of this record but was signed with a key that this record never had.'
};

const ptBR: AnchorWords = {
  kinds: { paper: 'em papel', file: 'em arquivo', mail: 'por e-mail', git: 'em um repositório Git', other: 'em outro lugar', printed: 'impresso', witness: 'testemunha', snapshot: 'em um snapshot' },
  fits: 'Confere: as primeiras {size} entradas do registro são as deste ponto de verificação.',
  fitsShort: 'Confere até onde vai: {size} entradas, e a raiz começa com estes caracteres. Isso basta contra acidentes, não contra um falsário decidido.',
  behind: 'O registro é mais curto que este ponto de verificação: tem {entries} entradas, o ponto tem {size}. O fim foi cortado, ou o registro voltou a um estado antigo.',
  behindClaim: 'A testemunha diz que viu {size} entradas; o registro tem {entries}. O fim foi cortado, ou o registro voltou a um estado antigo.',
  otherHistory: 'O registro tem outro histórico: suas primeiras {size} entradas não são as deste ponto de verificação, que a própria chave do registro assinou.',
  otherHistoryTyped: 'Não confere: a raiz das primeiras {size} entradas é outra. Procure antes um erro de digitação; se não houver, entradas foram alteradas.',
  otherHistoryClaim: 'A testemunha diz que este registro não continua o que ela viu ({size} entradas). Entradas foram alteradas depois.',
  foreignKey: 'Este ponto de verificação leva o nome deste registro, mas foi assinado com uma chave que este registro nunca teve.'
};

const words: Record<Language, AnchorWords> = { en, 'pt-BR': ptBR };

export function anchorKind(language: Language, kind: AnchorKind): string {
  return words[language].kinds[kind];
}

/** What the comparison says, in one or two sentences. */
export function anchorSentence(language: Language, { outcome, form, size, entries }: Pick<Anchor, 'outcome' | 'form' | 'size' | 'entries'>): string {
  const own = words[language];
  const text = {
    fits: form === 'short' ? own.fitsShort : own.fits,
    behind: form === 'claim' ? own.behindClaim : own.behind,
    'other-history': form === 'claim' ? own.otherHistoryClaim : form === 'signed' ? own.otherHistory : own.otherHistoryTyped,
    'foreign-key': own.foreignKey
  }[outcome];
  return formatMessage({ text }, language, 'text', { size, entries });
}
