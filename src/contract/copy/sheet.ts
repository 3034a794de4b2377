// Words of the sheet that is printed with a checkpoint on it.
import type { Language } from '../ids.ts';

const en = {
  title: 'Checkpoint of a record',
  lead: 'On {when} this record had {entries}. Whoever keeps this sheet can tell later whether any of them was changed, or the end cut off.',
  entries_one: '{count} entry',
  entries_many: '{count} entries',
  entries_other: '{count} entries',
  short: 'Entries and first 8 characters of the root',
  checkpoint: 'Checkpoint, signed',
  key: 'Public key of the record',
  made: 'Made',
  qr: 'QR code of the whole signed checkpoint',
  hand: 'By hand: copy the number of entries and the first 8 characters, so that the printer alone is not believed',
  handSize: 'Entries',
  handRoot: 'First 8 characters',
  handDate: 'Date and place',
  handName: 'Name and signature',
  how: 'How to check',
  step1: 'Scan the code into a text file, or type the number of entries and the first 8 characters of the root.',
  step2: 'In Varve: Log, Outside anchors, paste it. Or in a terminal:',
  step3: 'Other software can check it, too: it is a signed note as in C2SP tlog-checkpoint over an RFC 6962 tree.',
  keep: 'Keep it where whoever can change the record cannot reach it: in a drawer elsewhere, with a colleague, in a bound notebook.'
};

const ptBR: Record<keyof typeof en, string> = {
  title: 'Ponto de verificação de um registro',
  lead: 'Em {when} este registro tinha {entries}. Quem guarda esta folha pode dizer depois se alguma foi alterada ou se o fim foi cortado.',
  entries_one: '{count} entrada',
  entries_many: '{count} de entradas',
  entries_other: '{count} entradas',
  short: 'Entradas e os 8 primeiros caracteres da raiz',
  checkpoint: 'Ponto de verificação, assinado',
  key: 'Chave pública do registro',
  made: 'Feito em',
  qr: 'Código QR do ponto de verificação assinado, completo',
  hand: 'À mão: copie o número de entradas e os 8 primeiros caracteres, para que não se acredite só na impressora',
  handSize: 'Entradas',
  handRoot: '8 primeiros caracteres',
  handDate: 'Data e local',
  handName: 'Nome e assinatura',
  how: 'Como conferir',
  step1: 'Leia o código para um arquivo de texto, ou digite o número de entradas e os 8 primeiros caracteres da raiz.',
  step2: 'No Varve: Registro, Âncoras externas, cole o texto. Ou em um terminal:',
  step3: 'Outros programas também podem conferir: é uma nota assinada como em C2SP tlog-checkpoint sobre uma árvore RFC 6962.',
  keep: 'Guarde-a onde quem possa alterar o registro não alcance: em uma gaveta em outro lugar, com uma colega, em um caderno encadernado.'
};

export const sheetWords: Record<Language, typeof en> = { en, 'pt-BR': ptBR };
