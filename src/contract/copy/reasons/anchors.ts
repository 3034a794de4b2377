// Reasons of outside anchors and of the witness: what was brought, what was asked, what the witness's folder holds.
import type { Reasons } from './template.ts';

export const anchors: Reasons = {
  // A checkpoint that somebody holds.
  'must be a file, "-", or the number of entries and the first 8 characters of the root': 'precisa ser um arquivo, "-", ou o número de entradas e os 8 primeiros caracteres da raiz',
  'must be a file of at most {bytes} bytes': 'precisa ser um arquivo de no máximo {bytes} bytes',
  'is not text in UTF-8': 'não é texto em UTF-8',
  'is a checkpoint of another record': 'é um ponto de verificação de outro registro',
  'holds no checkpoint: paste the whole text, or the number of entries and the first 8 characters of the root': 'não contém um ponto de verificação: cole o texto inteiro, ou o número de entradas e os 8 primeiros caracteres da raiz',
  'cannot be read: {reason}': 'não pode ser lido: {reason}',
  'cannot be read: {reason}. It may have been copied incompletely': 'não pode ser lido: {reason}. Talvez não tenha sido copiado por inteiro',
  'has a signature that does not fit its text: a character was lost or changed when it was copied': 'tem uma assinatura que não corresponde ao texto: um caractere se perdeu ou mudou na cópia',
  'has a signature that does not fit its text: a character was lost or changed since it was made': 'tem uma assinatura que não corresponde ao texto: um caractere se perdeu ou mudou desde que foi feito',
  'covers no entries, so it proves nothing': 'não cobre nenhuma entrada, então não prova nada',
  'is not a verifier key ({reason}); it looks like {origin}+1a2b3c4d+AQ…': 'não é uma chave de conferência ({reason}); uma tem este aspecto: {origin}+1a2b3c4d+AQ…',
  'is the key of a witness, not of a record': 'é a chave de uma testemunha, e não de um registro',
  'is a key of {name}, not of this record ({origin})': 'é uma chave de {name}, e não deste registro ({origin})',

  // Asking a witness.
  'the record has {count} entries': 'o registro tem {count} entradas',
  'is only a size; say which witness it comes from': 'é só um tamanho; diga de que testemunha vem',
  'names a size beyond all records': 'dá um tamanho além de qualquer registro',
  'has no signature of a witness that is known here': 'não tem assinatura de uma testemunha conhecida aqui',
  'belongs to no checkpoint of this record, or to no witness that is known here': 'não é de um ponto de verificação deste registro, ou não é de uma testemunha conhecida aqui',
  "this is a log's key; a witness's own is printed by varve witness init and show": 'esta é a chave de um registro; a de uma testemunha é mostrada por varve witness init e show',
  "this is a witness's key; a log's key is shown by varve log key show": 'esta é a chave de uma testemunha; a de um registro é mostrada por varve log key show',
  'must be an address such as https://witness.example/ or http://192.168.1.20:7341/, without user, "?" or "#"': 'precisa ser um endereço como https://witness.example/ ou http://192.168.1.20:7341/, sem usuário, "?" nem "#"',
  'no address is known for this witness': 'não se conhece endereço desta testemunha',
  'it answered with something else than a witness does': 'ela respondeu algo que uma testemunha não responde',
  'its size changes with each question; try again': 'o tamanho dela muda a cada pergunta; tente de novo',
  'its answer is not signed with the key that is known for it': 'a resposta não está assinada com a chave que se conhece dela',
  'it does not follow this record (404)': 'ela não acompanha este registro (404)',
  'it does not trust the key this record is signed with (403)': 'ela não confia na chave com que este registro é assinado (403)',
  'it answered {status}': 'ela respondeu {status}',
  'it answered {status}: {reason}': 'ela respondeu {status}: {reason}',

  // The witness itself.
  'cannot be together with --no-passphrase': 'não pode vir junto com --no-passphrase',
  'needs a home on this computer; use a passphrase': 'precisa de uma pasta do Varve neste computador; use uma frase-senha',
  'must be lower-case letters, digits, ".", "/" and "-", as in an address without "https://", for example usb.ada.example': 'precisa ter letras minúsculas, algarismos, ".", "/" e "-", como um endereço sem "https://", por exemplo usb.ada.example',
  'must be one line, not empty': 'precisa ser uma linha, e não vazia',
  'is missing': 'não está lá',
  'belongs to another log': 'é de outro registro',
  'has a checkpoint that this witness did not sign': 'tem um ponto de verificação que esta testemunha não assinou',
  'has a seed that does not belong to its key': 'tem uma semente que não é da sua chave',
  'has a key that is not its own': 'tem uma chave que não é a sua',
  'has a key that cannot be read': 'tem uma chave que não pode ser lida',
  'no lock can be taken': 'não se consegue uma trava',
  'this witness does not follow that log': 'esta testemunha não acompanha esse registro',
  'not signed by a key that is trusted for this log: {reason}': 'não assinado por uma chave em que se confia para este registro: {reason}',
  'the old size is larger than the checkpoint': 'o tamanho antigo é maior que o ponto de verificação',
  'the proof does not show that this checkpoint extends the last one': 'a prova não mostra que este ponto de verificação continua o último'
};
