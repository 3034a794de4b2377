// The record in sentences: for every built-in action a few ways to say it, fullest first; the first whose facts are all there is used.
// A way that counts files has two halves, for one and for several (`one¦several`).
// Entries of one's own speak with their payload's words.
import type { Language } from '../ids.ts';
import { formatParts, type Part } from './format.ts';
import { eventFacts, payloadGist, type EventLike } from './event-facts.ts';

const en = {
  'home.created': ['Varve’s home was made; the record begins here'],
  'home.opened': ['Varve started'],
  'home.closed': ['Varve closed'],
  'settings.changed': ['Settings changed: {what}', 'Settings changed'],
  'keys.exported': ['The encrypted keys were exported'],
  'repository.added': ['Repository {repository} was added at {target}', 'Repository {repository} was added', 'A repository was added'],
  'repository.checked': ['Repository {repository} was checked, errors: {errors}', 'Repository {repository} was checked', 'A repository was checked'],
  'repository.pruned': ['Repository {repository} was tidied: {freed} given back', 'Repository {repository} was tidied', 'A repository was tidied'],
  'repository.copied': ['Snapshots of {source} were copied to {repository}: {copied}', 'Snapshots were copied to {repository}', 'Snapshots were copied'],
  'repository.repaired': ['Repository {repository} was repaired, steps: {steps}', 'Repository {repository} was repaired', 'A repository was repaired'],
  'repository.maintenance-started': ['Upkeep of repository {repository} ({work}) started', 'Upkeep of a repository started'],
  'repository.maintenance-failed': ['Upkeep of repository {repository} ({work}) ended without success: {error}', 'Upkeep of a repository ended without success'],
  'repository.key-added': ['A password was added to the repository {repository}', 'A password was added to a repository'],
  'repository.key-removed': ['A password was taken away from the repository {repository}', 'A password was taken away from a repository'],
  'repository.password-used': ['Another of the passwords of the repository {repository} is used here', 'Another password of a repository is used here'],
  'repository.password-changed': ['The password of the repository {repository} was changed', 'The password of a repository was changed'],
  'repository.unlocked': ['A lock of another program was removed from {repository}', 'A lock of another program was removed'],
  'plan.added': ['Plan {plan} was added', 'A plan was added'],
  'plan.retention-changed': ['What plan {plan} keeps was changed', 'What a plan keeps was changed'],
  'snapshot.forget-started': ['Removing chosen snapshots from {repository} began, to go: {chosen}', 'Removing old snapshots of {plan} began, to go: {removeCount}', 'Removing old snapshots from {repository} began, to go: {removeCount}', 'Removing old snapshots began'],
  'snapshot.forgotten': ['Chosen snapshots were removed from {repository}: {chosen}; kept: {kept}', 'Old snapshots of {plan} were removed: {removeCount}; kept: {kept}', 'Old snapshots were removed from {repository}: {removeCount}; kept: {kept}', 'Old snapshots were removed'],
  'snapshot.forget-failed': ['Removing old snapshots of {plan} failed: {error}', 'Removing old snapshots failed: {error}', 'Removing old snapshots failed'],
  'snapshot.forget-interrupted': ['Removing old snapshots of {plan} was cut off before it ended', 'Removing old snapshots was cut off before it ended'],
  'snapshot.tagged': ['Tags of snapshots in {repository} were changed: {changedCount}', 'Tags of snapshots were changed'],
  'snapshot.pinned': ['Snapshots in {repository} were pinned: {changedCount}', 'Snapshots were pinned'],
  'snapshot.unpinned': ['Snapshots in {repository} are no longer pinned: {changedCount}', 'Snapshots are no longer pinned'],
  'snapshot.tag-failed': ['Changing tags in {repository} failed: {error}', 'Changing tags failed'],
  'snapshot.tag-interrupted': ['Changing tags in {repository} was cut off before it ended', 'Changing tags was cut off before it ended'],
  'snapshot.noted': ['Note on snapshot {id}: “{note}”', 'The note of snapshot {id} was taken away', 'The note of a snapshot was changed'],
  'plan.removed': ['Plan {plan} was deleted; its snapshots stay', 'A plan was deleted'],
  'plan.changed': ['Plan {plan} was changed: {what}', 'Plan {plan} was changed', 'A plan was changed'],
  'snapshot.waiting': ['Snapshot of {plan} waits: {repository} is not connected', 'A snapshot waits for its repository'],
  'snapshot.waiting-ended': ['Snapshot of {plan} no longer waits for {repository}', 'A snapshot no longer waits for its repository'],
  'snapshot.started': ['Snapshot of {plan} started', 'A snapshot started'],
  'snapshot.finished': ['Snapshot {id} of {plan}: {filesNew} new, {filesChanged} changed, {added} added', 'Snapshot {id} of {plan}: {filesNew} new, {filesChanged} changed', 'Snapshot {id} of {plan}: {added} added', 'Snapshot {id} of {plan}', 'Snapshot {id}', 'A snapshot was taken'],
  'snapshot.failed': ['Snapshot of {plan} failed: {error}', 'Snapshot of {plan} failed', 'A snapshot failed'],
  'snapshot.interrupted': ['Snapshot of {plan} was cut off before it ended', 'A snapshot was cut off before it ended'],
  'restore.started': ['Restore from snapshot {id} to {target} started', 'Restore from snapshot {id} started', 'A restore started'],
  'restore.finished': ['{files} file restored from {id} to {target}, {identical} identical¦{files} files restored from {id} to {target}, {identical} identical', '{files} file restored, {identical} identical¦{files} files restored, {identical} identical', 'A restore was finished'],
  'restore.failed': ['Restore from snapshot {id} failed: {error}', 'A restore failed: {error}', 'A restore failed'],
  'restore.interrupted': ['Restore from snapshot {id} to {target} was cut off before it ended', 'Restore from snapshot {id} was cut off before it ended', 'A restore was cut off before it ended'],
  'trial.started': ['A copy of {folder} from snapshot {id} is being made to be tried', 'A copy is being made to be tried'],
  'trial.ready': ['A copy of {folder} from snapshot {id} can be tried', 'A copy can be tried'],
  'trial.failed': ['A copy of {folder} to be tried could not be made: {error}', 'A copy to be tried could not be made'],
  'trial.interrupted': ['The making of a copy of {folder} was cut off', 'The making of a copy was cut off'],
  'trial.ran': ['A program was run in a tried copy of {folder}', 'A program was run in a tried copy'],
  'trial.promoted': ['A tried copy took the place of {folder}', 'A tried copy took the place of the original'],
  'trial.undone': ['The original stands in {folder} again', 'The original stands in its place again'],
  'trial.discarded': ['What was kept of a trial of {folder} was removed', 'What was kept of a trial was removed'],
  'drill.started': ['Drill of snapshot {id} started', 'A drill started'],
  'drill.finished': ['Drill of snapshot {id}: {files} file came back identical¦Drill of snapshot {id}: {files} files came back identical', 'A drill was finished'],
  'drill.failed': ['Drill of snapshot {id} failed: {error}', 'A drill failed'],
  'drill.interrupted': ['Drill of snapshot {id} was cut off before it ended', 'A drill was cut off before it ended'],
  'access.snapshot-opened': ['Looked into snapshot {id}', 'Looked into the repository {repository}', 'Looked into a snapshot'],
  'access.evidence-exported': ['Evidence of entries was handed out, entries: {entries}', 'Evidence was handed out'],
  'access.payloads-searched': ['Searched encrypted entries: {scanned} looked through', 'Searched encrypted entries'],
  'access.payload-opened': ['Opened the content of entry {entry} for: {purpose}', 'Opened the content of entries, {seqs} of them, for: {purpose}', 'Opened the content of entry {entry}', 'Opened an encrypted entry'],
  'access.log-exported': ['Exported the record: {entries} entries, for: {purpose}', 'Exported the record: {entries} entries', 'Exported entries of the record'],
  'gateway.started': ['Varve answers at {address}', 'Varve answers over the network'],
  'gateway.stopped': ['Varve no longer answers over the network'],
  'gateway.token-created': ['API token {label} was created', 'An API token was created'],
  'gateway.token-revoked': ['API token {label} was revoked', 'An API token was revoked'],
  'gateway.refused': ['A request over the network was refused: {error}', 'A request over the network was refused'],
  'log.verified': [
    'The record was checked and is broken: entry {brokenAt} does not fit', 'The record was checked and is smaller than a checkpoint kept outside says: {behindAt} entries', 'The record was checked against a checkpoint kept outside: {anchoredTo} entries',
    'The record was checked: {entries} entries', 'The record was checked'
  ],
  'log.namespace-declared': ['The namespace {prefix} was declared', 'A namespace was declared'],
  'log.encryption-changed': ['Encryption of entries of the kind {category} was changed', 'Encryption of entries was changed'],
  'log.key-rotated': ['A new signing key is in force from here on'],
  'log.anchored': ['A checkpoint held outside was compared with the record: {size} entries, {outcome}', 'A checkpoint held outside was compared with the record'],
  'log.witness-added': ['A witness was named: {witness}', 'A witness was named'],
  'log.witness-removed': ['A witness was removed: {witness}', 'A witness was removed'],
  'log.masked': ['Keys or tokens were masked before recording, places: {places}', 'Keys or tokens were masked before recording'],
  'log.imported': ['Imported from {source}: {imported} entries, refused lines: {refused}', 'A file was imported'],
  'log.follow-added': ['New lines of {source} are taken in from now on', 'New lines of a file are taken in from now on'],
  'log.follow-removed': ['New lines of {source} are no longer taken in', 'New lines of a file are no longer taken in'],
  'log.follow-gap': ['Lines of {source} may be missing: the file was cut or replaced before all of it was read', 'Lines of a followed file may be missing'],
  'log.name-introduced': ['A new name appears in the record: {repository}', 'A new name appears in the record'],
  'log.erasure': ['The contents of entries were erased, entries: {seqs}; the proof stays', 'The contents of entries were erased; the proof stays'],
  'log.retention': ['Contents of the kind {category} were removed as the rule {rule} says', 'Contents were removed as a rule says'],
  'lock.removed': ['A lock that Varve had left behind was removed from {repository}', 'A lock that Varve had left behind was removed'],
  'sample.created': ['Sample data was set up'],
  'sample.removed': ['Sample data was removed'],
  'note.added': ['Note on entry {entry}: “{text}”', 'Note on entries, {seqs} of them: “{text}”', 'A note on an entry'],
  'note.removed': ['A note was taken off entry {entry}', 'A note was taken off its entries'],
  'review.marked': ['Entry {entry} was marked as reviewed', 'Entries were marked as reviewed, {seqs} of them', 'Entries were marked as reviewed'],
  'review.unmarked': ['Entry {entry} is no longer marked as reviewed', 'Entries are no longer marked as reviewed, {seqs} of them', 'Entries are no longer marked as reviewed']
} as const satisfies Record<string, readonly [string, ...string[]]>;

export type BuiltInAction = keyof typeof en;
export const builtInActions = Object.keys(en) as BuiltInAction[];

type Sentences = Record<BuiltInAction, readonly [string, ...string[]]>;

const ptBR: Sentences = {
  'home.created': ['A pasta própria do Varve foi criada; o registro começa aqui'],
  'home.opened': ['O Varve iniciou'],
  'home.closed': ['O Varve foi encerrado'],
  'settings.changed': ['Configurações alteradas: {what}', 'Configurações alteradas'],
  'keys.exported': ['As chaves cifradas foram exportadas'],
  'repository.added': ['Repositório {repository} adicionado em {target}', 'Repositório {repository} adicionado', 'Um repositório foi adicionado'],
  'repository.checked': ['Repositório {repository} verificado, erros: {errors}', 'Repositório {repository} verificado', 'Um repositório foi verificado'],
  'repository.pruned': ['Repositório {repository} arrumado: {freed} liberados', 'Repositório {repository} arrumado', 'Um repositório foi arrumado'],
  'repository.copied': ['Snapshots de {source} copiados para {repository}: {copied}', 'Snapshots copiados para {repository}', 'Snapshots copiados'],
  'repository.repaired': ['Repositório {repository} reparado, passos: {steps}', 'Repositório {repository} reparado', 'Um repositório foi reparado'],
  'repository.maintenance-started': ['Manutenção do repositório {repository} ({work}) iniciada', 'Manutenção de um repositório iniciada'],
  'repository.maintenance-failed': ['A manutenção do repositório {repository} ({work}) terminou sem sucesso: {error}', 'A manutenção de um repositório terminou sem sucesso'],
  'repository.key-added': ['Uma senha foi acrescentada ao repositório {repository}', 'Uma senha foi acrescentada a um repositório'],
  'repository.key-removed': ['Uma senha foi retirada do repositório {repository}', 'Uma senha foi retirada de um repositório'],
  'repository.password-used': ['Outra das senhas do repositório {repository} é usada aqui', 'Outra senha de um repositório é usada aqui'],
  'repository.password-changed': ['A senha do repositório {repository} foi alterada', 'A senha de um repositório foi alterada'],
  'repository.unlocked': ['Uma trava de outro programa foi removida de {repository}', 'Uma trava de outro programa foi removida'],
  'plan.added': ['Plano {plan} adicionado', 'Um plano foi adicionado'],
  'plan.retention-changed': ['O que o plano {plan} guarda foi alterado', 'O que um plano guarda foi alterado'],
  'snapshot.forget-started': ['Começou a retirada de snapshots escolhidos de {repository}, a sair: {chosen}', 'Começou a retirada de snapshots antigos de {plan}, a sair: {removeCount}', 'Começou a retirada de snapshots antigos de {repository}, a sair: {removeCount}', 'Começou a retirada de snapshots antigos'],
  'snapshot.forgotten': ['Snapshots escolhidos retirados de {repository}: {chosen}; mantidos: {kept}', 'Snapshots antigos de {plan} retirados: {removeCount}; mantidos: {kept}', 'Snapshots antigos retirados de {repository}: {removeCount}; mantidos: {kept}', 'Snapshots antigos foram retirados'],
  'snapshot.forget-failed': ['A retirada de snapshots antigos de {plan} falhou: {error}', 'A retirada de snapshots antigos falhou: {error}', 'A retirada de snapshots antigos falhou'],
  'snapshot.forget-interrupted': ['A retirada de snapshots antigos de {plan} foi cortada antes do fim', 'A retirada de snapshots antigos foi cortada antes do fim'],
  'snapshot.tagged': ['Etiquetas de snapshots em {repository} alteradas: {changedCount}', 'Etiquetas de snapshots foram alteradas'],
  'snapshot.pinned': ['Snapshots fixados em {repository}: {changedCount}', 'Snapshots foram fixados'],
  'snapshot.unpinned': ['Snapshots que deixaram de ser fixados em {repository}: {changedCount}', 'Snapshots deixaram de ser fixados'],
  'snapshot.tag-failed': ['A alteração de etiquetas em {repository} falhou: {error}', 'A alteração de etiquetas falhou'],
  'snapshot.tag-interrupted': ['A alteração de etiquetas em {repository} foi cortada antes do fim', 'A alteração de etiquetas foi cortada antes do fim'],
  'snapshot.noted': ['Nota no snapshot {id}: “{note}”', 'A nota do snapshot {id} foi retirada', 'A nota de um snapshot foi alterada'],
  'plan.removed': ['Plano {plan} excluído; seus snapshots ficam', 'Um plano foi excluído'],
  'plan.changed': ['Plano {plan} mudado: {what}', 'Plano {plan} mudado', 'Um plano foi mudado'],
  'snapshot.waiting': ['Snapshot de {plan} aguarda: {repository} não está conectado', 'Um snapshot aguarda o repositório'],
  'snapshot.waiting-ended': ['Snapshot de {plan} não aguarda mais {repository}', 'Um snapshot não aguarda mais o repositório'],
  'snapshot.started': ['Snapshot de {plan} iniciado', 'Um snapshot foi iniciado'],
  'snapshot.finished': ['Snapshot {id} de {plan}: arquivos novos {filesNew}, alterados {filesChanged}, {added} a mais', 'Snapshot {id} de {plan}: arquivos novos {filesNew}, alterados {filesChanged}', 'Snapshot {id} de {plan}: {added} a mais', 'Snapshot {id} de {plan}', 'Snapshot {id}', 'Um snapshot foi feito'],
  'snapshot.failed': ['Snapshot de {plan} falhou: {error}', 'Snapshot de {plan} falhou', 'Um snapshot falhou'],
  'snapshot.interrupted': ['Snapshot de {plan} foi cortado antes do fim', 'Um snapshot foi cortado antes do fim'],
  'restore.started': ['Restauração do snapshot {id} para {target} iniciada', 'Restauração do snapshot {id} iniciada', 'Uma restauração foi iniciada'],
  'restore.finished': ['{files} arquivo restaurado de {id} para {target}, {identical} idêntico¦{files} arquivos restaurados de {id} para {target}, {identical} idênticos', '{files} arquivo restaurado, {identical} idêntico¦{files} arquivos restaurados, {identical} idênticos', 'Uma restauração foi concluída'],
  'restore.failed': ['Restauração do snapshot {id} falhou: {error}', 'Uma restauração falhou: {error}', 'Uma restauração falhou'],
  'restore.interrupted': ['Restauração do snapshot {id} para {target} foi cortada antes do fim', 'Restauração do snapshot {id} foi cortada antes do fim', 'Uma restauração foi cortada antes do fim'],
  'trial.started': ['Uma cópia de {folder} do snapshot {id} está sendo feita para ser experimentada', 'Uma cópia está sendo feita para ser experimentada'],
  'trial.ready': ['Uma cópia de {folder} do snapshot {id} pode ser experimentada', 'Uma cópia pode ser experimentada'],
  'trial.failed': ['Uma cópia de {folder} para experimentar não pôde ser feita: {error}', 'Uma cópia para experimentar não pôde ser feita'],
  'trial.interrupted': ['A feitura de uma cópia de {folder} foi cortada', 'A feitura de uma cópia foi cortada'],
  'trial.ran': ['Um programa foi rodado numa cópia experimentada de {folder}', 'Um programa foi rodado numa cópia experimentada'],
  'trial.promoted': ['Uma cópia experimentada tomou o lugar de {folder}', 'Uma cópia experimentada tomou o lugar do original'],
  'trial.undone': ['O original está de novo em {folder}', 'O original está de novo em seu lugar'],
  'trial.discarded': ['O que restava de um experimento com {folder} foi removido', 'O que restava de um experimento foi removido'],
  'drill.started': ['Teste do snapshot {id} iniciado', 'Um teste foi iniciado'],
  'drill.finished': ['Teste do snapshot {id}: {files} arquivo voltou idêntico¦Teste do snapshot {id}: {files} arquivos voltaram idênticos', 'Um teste foi concluído'],
  'drill.failed': ['Teste do snapshot {id} falhou: {error}', 'Um teste falhou'],
  'drill.interrupted': ['Teste do snapshot {id} foi cortado antes do fim', 'Um teste foi cortado antes do fim'],
  'access.snapshot-opened': ['Consultou o snapshot {id}', 'Consultou o repositório {repository}', 'Consultou um snapshot'],
  'access.evidence-exported': ['Evidência de entradas foi entregue, entradas: {entries}', 'Evidência foi entregue'],
  'access.payloads-searched': ['Buscou em entradas cifradas: {scanned} examinadas', 'Buscou em entradas cifradas'],
  'access.payload-opened': ['Abriu o conteúdo da entrada {entry} para: {purpose}', 'Abriu o conteúdo de entradas, {seqs} ao todo, para: {purpose}', 'Abriu o conteúdo da entrada {entry}', 'Abriu uma entrada cifrada'],
  'access.log-exported': ['Exportou o registro: {entries} entradas, para: {purpose}', 'Exportou o registro: {entries} entradas', 'Exportou entradas do registro'],
  'gateway.started': ['O Varve atende em {address}', 'O Varve atende pela rede'],
  'gateway.stopped': ['O Varve não atende mais pela rede'],
  'gateway.token-created': ['Token de API {label} criado', 'Um token de API foi criado'],
  'gateway.token-revoked': ['Token de API {label} revogado', 'Um token de API foi revogado'],
  'gateway.refused': ['Um pedido pela rede foi recusado: {error}', 'Um pedido pela rede foi recusado'],
  'log.verified': [
    'O registro foi conferido e não confere: a entrada {brokenAt} não se encaixa', 'O registro foi conferido e é menor do que diz um ponto de verificação guardado fora: {behindAt} entradas', 'O registro foi conferido contra um ponto de verificação guardado fora: {anchoredTo} entradas',
    'O registro foi conferido: {entries} entradas', 'O registro foi conferido'
  ],
  'log.namespace-declared': ['O espaço de nomes {prefix} foi declarado', 'Um espaço de nomes foi declarado'],
  'log.encryption-changed': ['A cifragem de entradas do tipo {category} foi alterada', 'A cifragem de entradas foi alterada'],
  'log.key-rotated': ['Uma nova chave de assinatura vale a partir daqui'],
  'log.anchored': ['Um ponto de verificação guardado fora foi comparado com o registro: {size} entradas, {outcome}', 'Um ponto de verificação guardado fora foi comparado com o registro'],
  'log.witness-added': ['Uma testemunha foi indicada: {witness}', 'Uma testemunha foi indicada'],
  'log.witness-removed': ['Uma testemunha foi retirada: {witness}', 'Uma testemunha foi retirada'],
  'log.masked': ['Chaves ou tokens foram mascarados antes do registro, lugares: {places}', 'Chaves ou tokens foram mascarados antes do registro'],
  'log.imported': ['Importado de {source}: {imported} entradas, linhas recusadas: {refused}', 'Um arquivo foi importado'],
  'log.follow-added': ['Novas linhas de {source} passam a ser recolhidas', 'Novas linhas de um arquivo passam a ser recolhidas'],
  'log.follow-removed': ['Novas linhas de {source} deixam de ser recolhidas', 'Novas linhas de um arquivo deixam de ser recolhidas'],
  'log.follow-gap': ['Podem faltar linhas de {source}: o arquivo foi cortado ou trocado antes de ser lido por inteiro', 'Podem faltar linhas de um arquivo acompanhado'],
  'log.name-introduced': ['Um nome novo aparece no registro: {repository}', 'Um nome novo aparece no registro'],
  'log.erasure': ['O conteúdo de entradas foi apagado, entradas: {seqs}; a prova permanece', 'O conteúdo de entradas foi apagado; a prova permanece'],
  'log.retention': ['Conteúdos do tipo {category} foram removidos conforme a regra {rule}', 'Conteúdos foram removidos conforme uma regra'],
  'lock.removed': ['Uma trava deixada pelo Varve foi removida de {repository}', 'Uma trava deixada pelo Varve foi removida'],
  'sample.created': ['Os dados de exemplo foram criados'],
  'sample.removed': ['Os dados de exemplo foram removidos'],
  'note.added': ['Nota na entrada {entry}: “{text}”', 'Nota em entradas, {seqs} ao todo: “{text}”', 'Uma nota em uma entrada'],
  'note.removed': ['Uma nota foi retirada da entrada {entry}', 'Uma nota foi retirada de suas entradas'],
  'review.marked': ['A entrada {entry} foi marcada como revisada', 'Entradas marcadas como revisadas, {seqs} ao todo', 'Entradas marcadas como revisadas'],
  'review.unmarked': ['A entrada {entry} não está mais marcada como revisada', 'Entradas não estão mais marcadas como revisadas, {seqs} ao todo', 'Entradas não estão mais marcadas como revisadas']
};

export const eventSentences: Record<Language, Sentences> = { en, 'pt-BR': ptBR };

/** Facts that a screen may set in another face. */
export const monoFacts: ReadonlySet<string> = new Set(['id', 'target', 'prefix', 'address', 'action', 'error']);
export const strongFacts: ReadonlySet<string> = new Set(['plan', 'repository', 'label']);

function isBuiltIn(action: string): action is BuiltInAction {
  return (builtInActions as readonly string[]).includes(action);
}

/** The entry as a sentence in pieces. Never fails: an unknown action or an erased payload still gives words. */
export function describeEvent(language: Language, event: EventLike): Part[] {
  if (!isBuiltIn(event.action)) {
    const gist = payloadGist(event.payload);
    return gist === undefined ? [{ text: event.action, param: 'action' }] : [{ text: event.action, param: 'action' }, { text: `  ${gist}` }];
  }
  const facts = eventFacts(language, event);
  const ways = eventSentences[language][event.action];
  for (const way of ways) {
    const [one = '', several = one] = way.split('¦');
    const text = facts['files'] === 1 ? one : several;
    const parts = formatParts({ text }, language, 'text', facts);
    if (parts.every((part) => part.param === undefined || facts[part.param] !== undefined)) return parts;
  }
  return [{ text: ways[ways.length - 1] ?? event.action }];
}

export function eventSentence(language: Language, event: EventLike): string {
  return describeEvent(language, event).map((part) => part.text).join('');
}
