// Words of `varve log checkpoint` and `varve log key`.
export const checkpointsEn = {
  logCheckpoint: 'sign the record as it is now, and print the checkpoint',
  optionCheckpointOut: 'write the checkpoint into this file',
  checkpointSigned_one: 'Signed: {count} entry, root {root}.',
  checkpointSigned_many: 'Signed: {count} entries, root {root}.',
  checkpointSigned_other: 'Signed: {count} entries, root {root}.',
  checkpointWritten: 'Written to {path}. Keep it outside this computer: whoever cuts the end off the record cannot reach it there.',
  logKey: 'the key that signs the record’s checkpoints',
  logKeyShow: 'show the public keys, for whoever checks the record',
  logKeyRotate: 'make a new signing key and put it in force',
  optionKeyReason: 'why the key is changed; becomes part of the record',
  keyCurrent: 'in force',
  keyEarlier: 'earlier',
  keyPending: 'made, not in force',
  keyRotated: 'The new key is in force from entry {seq} on. Checkpoint {size} is signed with both keys. Give the new public key to whoever checks your record:',
  colKey: 'PUBLIC KEY',
  colSince: 'SINCE ENTRY'
};

export const checkpointsPtBR: Record<keyof typeof checkpointsEn, string> = {
  logCheckpoint: 'assinar o registro como está agora e mostrar o ponto de verificação',
  optionCheckpointOut: 'gravar o ponto de verificação neste arquivo',
  checkpointSigned_one: 'Assinado: {count} entrada, raiz {root}.',
  checkpointSigned_many: 'Assinado: {count} de entradas, raiz {root}.',
  checkpointSigned_other: 'Assinado: {count} entradas, raiz {root}.',
  checkpointWritten: 'Gravado em {path}. Guarde-o fora deste computador: quem cortar o fim do registro não o alcança lá.',
  logKey: 'a chave que assina os pontos de verificação do registro',
  logKeyShow: 'mostrar as chaves públicas, para quem confere o registro',
  logKeyRotate: 'criar uma nova chave de assinatura e colocá-la em vigor',
  optionKeyReason: 'por que a chave é trocada; passa a fazer parte do registro',
  keyCurrent: 'em vigor',
  keyEarlier: 'anterior',
  keyPending: 'criada, ainda não em vigor',
  keyRotated: 'A nova chave vale a partir da entrada {seq}. O ponto de verificação {size} está assinado com as duas. Entregue a nova chave pública a quem confere o seu registro:',
  colKey: 'CHAVE PÚBLICA',
  colSince: 'DESDE A ENTRADA'
};
