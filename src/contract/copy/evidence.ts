// Why evidence is refused, and what is missing where nothing can be shown: words for the reasons that the engine gives.
import type { EvidenceLack, RefusalReason } from '../evidence.ts';
import type { Language } from '../ids.ts';
import { formatMessage, type Params } from './format.ts';

const refusalsEn: Record<RefusalReason, string> = {
  format: 'it is no evidence file that this Varve knows',
  line: 'a line is not written as it must be',
  field: 'a field is missing, unknown or of another kind',
  'cut-off': 'the file ends too early',
  'last-line': 'the file was changed after it was made',
  note: 'a checkpoint is not a signed note',
  origin: 'a checkpoint is of another log',
  size: 'the numbers in the first line contradict each other',
  key: 'a key in it is not one of this log',
  'foreign-key': 'it was signed with a key that is not yours and that yours does not lead to',
  signature: 'a checkpoint is not signed by the log’s key',
  rotation: 'a change of the signing key is not proven',
  consistency: 'an older checkpoint is not shown to be a beginning of this one',
  header: 'the header of an entry is not in its canonical form',
  order: 'the entries are not in order',
  chain: 'an entry does not follow the one before it',
  inclusion: 'an entry is not in the tree that was signed',
  root: 'the entries together are not the ones that were signed',
  payload: 'the content of an entry is not the one that was recorded',
  erasure: 'a content is called erased, but the entry that should say so does not',
  held: 'it does not continue the checkpoint that you hold; there are two histories',
  extra: 'the entry in the proof file is not written as it must be'
};

const refusalsPtBR: Record<RefusalReason, string> = {
  format: 'não é um arquivo de evidência que este Varve conheça',
  line: 'uma linha não está escrita como deve',
  field: 'um campo falta, é desconhecido ou é de outro tipo',
  'cut-off': 'o arquivo termina cedo demais',
  'last-line': 'o arquivo foi alterado depois de feito',
  note: 'um ponto de verificação não é uma nota assinada',
  origin: 'um ponto de verificação é de outro registro',
  size: 'os números da primeira linha se contradizem',
  key: 'uma chave no arquivo não é deste registro',
  'foreign-key': 'foi assinado com uma chave que não é a sua e à qual a sua não leva',
  signature: 'um ponto de verificação não está assinado com a chave do registro',
  rotation: 'uma troca da chave de assinatura não está provada',
  consistency: 'não se mostra que um ponto de verificação mais antigo é um começo deste',
  header: 'o cabeçalho de uma entrada não está na forma canônica',
  order: 'as entradas não estão em ordem',
  chain: 'uma entrada não segue a anterior',
  inclusion: 'uma entrada não está na árvore que foi assinada',
  root: 'as entradas juntas não são as que foram assinadas',
  payload: 'o conteúdo de uma entrada não é o que foi registrado',
  erasure: 'um conteúdo é dito apagado, mas a entrada que deveria dizê-lo não diz',
  held: 'não continua o ponto de verificação que você guarda; há duas histórias',
  extra: 'a entrada no arquivo de prova não está escrita como deve'
};

const lacksEn: Record<EvidenceLack, string> = {
  behind: 'this covers {size} entries, the checkpoint that is held already covers {held}; evidence from the record as it is now is needed',
  unproven: 'nothing leads from the checkpoint of {held} entries that you hold to this one of {size}; ask for evidence made with it (varve log bundle --held FILE)',
  entry: 'the proof file carries no entry that could be checked',
  key: 'the file brings no key; give the one you got elsewhere (--key)',
  older: 'this leads from a checkpoint of {held} entries to one of {size}; give the older one (--checkpoint FILE)',
  'other-size': 'this begins at a checkpoint of {size} entries, the one you hold has {held}; ask for the proof that begins there',
  checkpoint: 'no checkpoint has been signed yet; sign one (varve log checkpoint)',
  uncovered: 'entry {held} is not covered by a checkpoint yet; the newest covers {size} entries (varve log checkpoint signs one)'
};

const lacksPtBR: Record<EvidenceLack, string> = {
  behind: 'isto cobre {size} entradas, e o ponto de verificação guardado já cobre {held}; é preciso evidência do registro como está agora',
  unproven: 'nada leva do ponto de verificação de {held} entradas que você guarda a este de {size}; peça evidência feita com ele (varve log bundle --held ARQUIVO)',
  entry: 'o arquivo de prova não traz uma entrada que se possa conferir',
  key: 'o arquivo não traz chave; informe a que você recebeu por outro caminho (--key)',
  older: 'isto leva de um ponto de verificação de {held} entradas a um de {size}; informe o mais antigo (--checkpoint ARQUIVO)',
  'other-size': 'isto começa num ponto de verificação de {size} entradas, e o que você guarda tem {held}; peça a prova que começa nele',
  checkpoint: 'nenhum ponto de verificação foi assinado ainda; assine um (varve log checkpoint)',
  uncovered: 'a entrada {held} ainda não está coberta por um ponto de verificação; o mais novo cobre {size} entradas (varve log checkpoint assina um)'
};

export const refusalWords: Record<Language, Record<RefusalReason, string>> = { en: refusalsEn, 'pt-BR': refusalsPtBR };
export const lackWords: Record<Language, Record<EvidenceLack, string>> = { en: lacksEn, 'pt-BR': lacksPtBR };

/** `reason` in words, and `where` as `, line 3, entry 17` or nothing. */
export function refusalParams(language: Language, data: unknown): Params {
  const { reason = '', line, entry } = (data ?? {}) as { reason?: string; line?: number; entry?: number };
  const words: Record<string, string> = refusalWords[language];
  const [lineWord, entryWord] = language === 'en' ? ['line', 'entry'] : ['linha', 'entrada'];
  const where = [...(line === undefined ? [] : [`${lineWord} ${line}`]), ...(entry === undefined ? [] : [`${entryWord} ${entry}`])];
  return { reason: words[reason] ?? reason, where: where.length === 0 ? '' : ` (${where.join(', ')})` };
}

/** `what` in words, where the engine gave a reason that has some; undefined otherwise. */
export function lackText(language: Language, data: unknown): string | undefined {
  const { lack, held = 0, size = 0 } = (data ?? {}) as { lack?: string; held?: number; size?: number };
  const words: Record<string, string> = lackWords[language];
  const text = lack === undefined ? undefined : words[lack];
  return text === undefined ? undefined : formatMessage({ text }, language, 'text', { held: String(held), size: String(size) });
}
