// Words of `varve log verify`. What it found is said with the words of the verdict.
export const verifyEn = {
  logVerify: 'check the whole record, or what is new, against its seals and what you hold',
  optionVerifyFull: 'read every entry (the default)',
  optionVerifyNew: 'read only what came after the last checkpoint that was verified',
  optionAnchor: 'a checkpoint you kept outside: a file, - for standard input, repository:NAME for those that snapshots carried there, or "SIZE ROOT" with the first 8 or more characters of the root; may be given several times',
  optionRequireAnchor: 'fail (9) unless the record continues a checkpoint from outside',
  optionVerifyKey: 'a verifier key you kept outside, or @file; may be given several times',
  optionEarlier: 'the record of an earlier home that lies beside this one, by that home’s id; it is only read. To go on with it, restore its package again with --old-home-gone',
  anchorTyped: 'typed in',
  anchorStandardInput: 'standard input',
  anchorUnknown: 'is neither a file nor a checkpoint; write a file name, -, or the size and the beginning of the root: "2000 k3Jx9QpZ"',
  searchIncomplete: 'Searches by words may miss entries: the search index does not list all of them. The record itself, its list and the other filters are complete.',
  verdictUnrecorded: 'The verdict could not be written into the record: {reason}',
  noticeRecordBroken: 'The record is broken from entry {seq} on. “varve log verify” says what happened and what can still be relied on.',
  noticeRecordBehind: 'The record is smaller than a checkpoint you hold says: its end was cut off, or it was set back. See “varve log verify --anchor”.',
  nextEvidenceMissing: 'A record without any checkpoint proves nothing. “varve log checkpoint” seals it from now on; if it was sealed before, bring the checkpoint you kept outside with --anchor.'
};

export const verifyPtBR: Record<keyof typeof verifyEn, string> = {
  logVerify: 'conferir o registro inteiro, ou o que é novo, contra seus lacres e o que você guarda',
  optionVerifyFull: 'ler cada entrada (o padrão)',
  optionVerifyNew: 'ler só o que veio depois do último ponto de verificação conferido',
  optionAnchor: 'um ponto de verificação guardado fora: um arquivo, - para a entrada padrão, repository:NOME para os que snapshots levaram para lá, ou "TAMANHO RAIZ" com os 8 ou mais primeiros caracteres da raiz; pode ser repetido',
  optionRequireAnchor: 'falhar (9) se o registro não continuar um ponto de verificação de fora',
  optionVerifyKey: 'uma chave de verificação guardada fora, ou @arquivo; pode ser repetida',
  optionEarlier: 'o registro de uma pasta anterior do Varve, guardado ao lado deste, pelo id dela; só é lido. Para continuá-lo, restaure de novo o pacote dele com --old-home-gone',
  anchorTyped: 'digitado',
  anchorStandardInput: 'entrada padrão',
  anchorUnknown: 'não é um arquivo nem um ponto de verificação; escreva o nome de um arquivo, -, ou o tamanho e o começo da raiz: "2000 k3Jx9QpZ"',
  searchIncomplete: 'Buscas por palavras podem não achar todas as entradas: o índice de busca não lista todas. O registro em si, sua lista e os outros filtros estão completos.',
  verdictUnrecorded: 'O veredito não pôde ser escrito no registro: {reason}',
  noticeRecordBroken: 'O registro não confere a partir da entrada {seq}. “varve log verify” diz o que houve e o que ainda é confiável.',
  noticeRecordBehind: 'O registro é menor do que diz um ponto de verificação que você guarda: o fim foi cortado, ou ele voltou atrás. Veja “varve log verify --anchor”.',
  nextEvidenceMissing: 'Um registro sem nenhum ponto de verificação não prova nada. “varve log checkpoint” o lacra a partir de agora; se já foi lacrado, traga com --anchor o ponto de verificação que você guardou fora.'
};
