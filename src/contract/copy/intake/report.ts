// Words of the report of an import, a Markdown file that a person keeps.
import type { ImportReport, RefusalCode } from '../../intake.ts';
import type { Language } from '../../ids.ts';

type Key =
  | 'title' | 'intro' | 'file' | 'source' | 'at' | 'size' | 'sha256' | 'lines' | 'imported' | 'present' | 'blank' | 'refused' | 'claimed' | 'none' | 'chainTitle' | 'rule' | 'checkedLines' | 'chainMeaning' | 'refusedTitle' | 'refusedWhere' | 'refusedMore' | 'line' | 'reason' | 'detail'
  | 'maskedTitle' | 'maskedMeaning' | 'kind' | 'count' | 'what' | 'value';

export const importWords: Record<Language, Record<Key, string> & { chain: Record<ImportReport['chain']['state'], string>; refusal: Record<RefusalCode, string> }> = {
  en: {
    title: 'Import into the record', intro: 'What this file said before the import is not proven by it: evidence begins now. Old times are kept as claims.',
    what: 'What', value: 'Value', file: 'File', source: 'Source', at: 'Imported at', size: 'Bytes', sha256: 'SHA-256', lines: 'Lines', imported: 'Added now', present: 'In the record already', blank: 'Empty', refused: 'Refused', claimed: 'Times claimed', none: 'none',
    chainTitle: 'Hash chain of the old file', rule: 'Rule', checkedLines: 'Lines that fit', chainMeaning: 'An intact chain shows that no line was changed by accident or carelessly. Whoever can write the file can also write its hashes.',
    chain: { intact: 'Intact.', absent: 'There is none.', broken: 'Broken at line {line}.', unrecognised: 'There are hashes from line {line} on, but none of the known rules makes them; name the rule in a mapping file.' },
    refusedTitle: 'Refused lines', refusedWhere: 'All of them, with their place and as they were: {path}', refusedMore: '{count} more are in that file.', line: 'Line', reason: 'Reason', detail: 'Detail',
    refusal: { 'too-long': 'too long for an entry', 'not-text': 'not UTF-8 text', 'not-json': 'not JSON that can be read in only one way', 'not-an-object': 'no JSON object', 'no-action': 'does not say what happened', refused: 'refused by the record' },
    maskedTitle: 'Keys and tokens', maskedMeaning: 'They were replaced before recording and stand in the old file still. If one is in use, revoke it.', kind: 'Kind', count: 'Places'
  },
  'pt-BR': {
    title: 'Importação para o registro', intro: 'O que este arquivo dizia antes da importação não fica provado por ela: a evidência começa agora. Horários antigos são guardados como alegações.',
    what: 'O quê', value: 'Valor', file: 'Arquivo', source: 'Origem', at: 'Importado em', size: 'Bytes', sha256: 'SHA-256', lines: 'Linhas', imported: 'Acrescentadas agora', present: 'Já no registro', blank: 'Vazias', refused: 'Recusadas', claimed: 'Horários alegados', none: 'nenhum',
    chainTitle: 'Cadeia de hashes do arquivo antigo', rule: 'Regra', checkedLines: 'Linhas que conferem', chainMeaning: 'Uma cadeia íntegra mostra que nenhuma linha foi alterada por acidente ou descuido. Quem pode escrever no arquivo também pode escrever os hashes.',
    chain: { intact: 'Íntegra.', absent: 'Não há.', broken: 'Quebrada na linha {line}.', unrecognised: 'Há hashes a partir da linha {line}, mas nenhuma das regras conhecidas os produz; indique a regra em um arquivo de mapeamento.' },
    refusedTitle: 'Linhas recusadas', refusedWhere: 'Todas elas, com o lugar e como estavam: {path}', refusedMore: 'Mais {count} estão nesse arquivo.', line: 'Linha', reason: 'Motivo', detail: 'Detalhe',
    refusal: { 'too-long': 'longa demais para uma entrada', 'not-text': 'não é texto UTF-8', 'not-json': 'não é JSON que se possa ler de um só modo', 'not-an-object': 'não é um objeto JSON', 'no-action': 'não diz o que aconteceu', refused: 'recusada pelo registro' },
    maskedTitle: 'Chaves e tokens', maskedMeaning: 'Foram substituídos antes do registro e continuam no arquivo antigo. Se algum estiver em uso, revogue-o.', kind: 'Tipo', count: 'Lugares'
  }
};
