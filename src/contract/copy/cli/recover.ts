// Words of `varve log recover`.
export const recoverEn = {
  logRecover: 'make a damaged record good from a package and from itself, as far as that can be proven',
  optionRecoverFrom: 'a package of the record',
  optionWithoutPackage: 'without a package: only what the damaged file itself still proves',
  optionRecoverDryRun: 'say what would happen, and change nothing',
  recoverNeedsPackage: 'give the newest package of the record; --without-package when there is none',
  recoverWould: 'This would happen; nothing was changed:',
  recovered: 'The record goes on with {entries} entries: {fromPackage} from the package, {fromFile} more from the damaged file.',
  recoveredStopped: 'The damaged file gave no more: {reason}',
  recoveredTail: 'Behind them {tail} entries could still be read; {imported} were taken in as imported, as what they are: found, not proven.',
  recoveredLost: 'A checkpoint over {size} entries had been signed. What is missing is lost; whoever holds that checkpoint will see that this record does not continue it, and the record says so itself.',
  recoveredEraseAgain: 'Erased by an event that is lost, and to be erased again with “varve log erase”: entries {seqs}.',
  recoveredKept: 'The damaged file lies at {path}. Keep it until you are sure.'
};

export const recoverPtBR: typeof recoverEn = {
  logRecover: 'recuperar um registro danificado de um pacote e dele mesmo, até onde se pode provar',
  optionRecoverFrom: 'um pacote do registro',
  optionWithoutPackage: 'sem pacote: só o que o próprio arquivo danificado ainda prova',
  optionRecoverDryRun: 'dizer o que aconteceria, sem mudar nada',
  recoverNeedsPackage: 'dê o pacote mais novo do registro; --without-package quando não há nenhum',
  recoverWould: 'Isto aconteceria; nada foi mudado:',
  recovered: 'O registro continua com {entries} entradas: {fromPackage} do pacote, mais {fromFile} do arquivo danificado.',
  recoveredStopped: 'O arquivo danificado não deu mais: {reason}',
  recoveredTail: 'Atrás delas, {tail} entradas ainda puderam ser lidas; {imported} foram acolhidas como importadas, como o que são: achadas, não provadas.',
  recoveredLost: 'Um ponto de verificação de {size} entradas tinha sido assinado. O que falta se perdeu; quem guarda esse ponto verá que este registro não o continua, e o próprio registro diz isso.',
  recoveredEraseAgain: 'Apagadas por um evento que se perdeu, e a apagar de novo com “varve log erase”: entradas {seqs}.',
  recoveredKept: 'O arquivo danificado está em {path}. Guarde-o até ter certeza.'
};
