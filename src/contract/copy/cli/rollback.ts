// Words of `varve rollback`.
export const rollbackEn = {
  rollback: 'put a folder back to how it was: what was changed or deleted comes back, what was made since goes; a safety snapshot is taken first, and varve undo takes it back',
  optionRollbackAt: 'as it was at this time; without it, as in the newest snapshot that is whole',
  optionRollbackTo: 'as in this snapshot',
  optionRollbackPlan: 'in the snapshots of this plan; without it, of the plan whose folders hold the path',
  rollbackOneWay: 'cannot go together with --at or --plan',
  rollbackSeveral: 'say which; several plans hold the path: {list}',
  rollbackNoPlan: 'say which; no plan holds {path}',
  rollbackWould: '{path} as of {when} ({id}): {files} new, {replaced} replaced, {deleted} deleted ({bytes}). What is touched is kept first.',
  rollbackSure: 'Put it back? [y/N] ',
  rollbackNeedsYes: 'is needed where nobody can be asked; look at it first with --preview'
};

export const rollbackPtBR: Record<keyof typeof rollbackEn, string> = {
  rollback: 'pôr uma pasta de volta a como era: o que mudou ou foi apagado volta, o que foi feito desde então sai; um snapshot de segurança é feito antes, e varve undo desfaz',
  optionRollbackAt: 'como era nesta hora; sem isto, como no snapshot mais novo que está inteiro',
  optionRollbackTo: 'como neste snapshot',
  optionRollbackPlan: 'nos snapshots deste plano; sem isto, do plano cujas pastas contêm o caminho',
  rollbackOneWay: 'não combina com --at nem --plan',
  rollbackSeveral: 'diga qual; vários planos contêm o caminho: {list}',
  rollbackNoPlan: 'diga qual; nenhum plano contém {path}',
  rollbackWould: '{path} como em {when} ({id}): novos {files}, substituídos {replaced}, apagados {deleted} ({bytes}). O que é tocado é guardado antes.',
  rollbackSure: 'Pôr de volta? [s/N] ',
  rollbackNeedsYes: 'é preciso onde ninguém pode ser perguntado; examine antes com --preview'
};
