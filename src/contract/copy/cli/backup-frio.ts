// Words of `varve backup-frio`, the old way of calling for a package of the record.
export const backupFrioEn = {
  backupFrio: 'a package of the record, the old way: DATA_DIR is a Varve home or a folder of event segments',
  optionLang: 'language of the report: en or pt',
  backupFrioNothing: 'is neither a Varve home nor a folder with segment-NNNNNN.json files',
  backupFrioTitle: 'COLD BACKUP: {source}',
  backupFrioIntegrity: '[1/5] Integrity: {what}',
  backupFrioValid: 'the chain is valid ({events} events, {segments} segments)',
  backupFrioBroken: 'THE CHAIN IS NOT VALID ({events} events, {segments} segments)',
  backupFrioEmpty: 'the record is empty',
  backupFrioLinked: '      {linked} of {events} events name the one before them; how their hashes were made is not known here.',
  backupFrioProblem: '      {path}: {reason}',
  backupFrioCopied: '[2/5] Files copied: {count}',
  backupFrioFile: '      {path}  {size} bytes',
  backupFrioPackage: '[3/5] Package: {path} ({size} bytes)',
  backupFrioManifest: '[4/5] Manifest: {path}',
  backupFrioTotal: '[5/5] Total: {size} bytes in {count} files'
};

export const backupFrioPtBR: typeof backupFrioEn = {
  backupFrio: 'um pacote do registro, do jeito antigo: DATA_DIR é uma pasta do Varve ou uma pasta de segmentos de eventos',
  optionLang: 'idioma do relatório: en ou pt',
  backupFrioNothing: 'não é uma pasta do Varve nem uma pasta com arquivos segment-NNNNNN.json',
  backupFrioTitle: 'BACKUP FRIO: {source}',
  backupFrioIntegrity: '[1/5] Integridade: {what}',
  backupFrioValid: 'a cadeia é válida ({events} eventos, {segments} segmentos)',
  backupFrioBroken: 'A CADEIA NÃO É VÁLIDA ({events} eventos, {segments} segmentos)',
  backupFrioEmpty: 'o registro está vazio',
  backupFrioLinked: '      {linked} de {events} eventos citam o anterior; como os hashes deles foram feitos não se sabe aqui.',
  backupFrioProblem: '      {path}: {reason}',
  backupFrioCopied: '[2/5] Arquivos copiados: {count}',
  backupFrioFile: '      {path}  {size} bytes',
  backupFrioPackage: '[3/5] Pacote: {path} ({size} bytes)',
  backupFrioManifest: '[4/5] Manifesto: {path}',
  backupFrioTotal: '[5/5] Total: {size} bytes em {count} arquivos'
};
