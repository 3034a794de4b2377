// What a failure means for a person: for every code of the catalogue what happened, what it means for their data, and what to do.
// Placeholders are filled from the error's data; reasons in it are said in the reader's language (reasons.ts).
import type { ErrorCode } from '../errors.ts';
import type { Language } from '../ids.ts';
import { lackText, refusalParams } from './evidence.ts';
import { formatMessage, type Params } from './format.ts';
import { roomWords } from './room.ts';
import { formatExact } from './values.ts';
import { asClause, describeName, describeReason } from './reasons.ts';

export interface ErrorWords {
  title: string;
  /** What it means for my data. */
  meaning: string;
  /** What to do now. */
  next: string;
}

const untouched = 'Nothing was changed; your files and copies are as they were.';
const intocado = 'Nada foi alterado; seus arquivos e cópias estão como estavam.';

const en: Record<ErrorCode, ErrorWords> = {
  BAD_INPUT: { title: 'Something in “{field}” is not right: {reason}', meaning: untouched, next: 'Correct it and try again.' },
  NOT_FOUND: { title: 'There is no {kind} “{name}”', meaning: untouched, next: 'Check the spelling, or choose one from the list.' },
  AMBIGUOUS: { title: '“{name}” fits more than one {kind}', meaning: untouched, next: 'Use a longer part of the name: {matches}.' },
  CONFLICT: { title: 'There is already a {kind} “{name}”', meaning: untouched, next: 'Choose another name, or use the one that exists.' },
  UNAUTHORIZED: { title: 'This page is not signed in any more', meaning: 'Your data is safe; Varve only wants to know who is asking.', next: 'Start Varve again, or sign in with an API token.' },
  FORBIDDEN: { title: 'This token may not do that', meaning: untouched, next: 'Use a token with the scope “{scope}”.' },
  CANCELLED: { title: 'Stopped by you', meaning: 'Nothing is left half done.', next: 'Start it again whenever you like.' },
  TIMED_OUT: { title: 'It took too long: {what}', meaning: 'Nothing was lost. The work may be unfinished.', next: 'Try again; if it repeats, check the drive or the network.' },
  NOT_SUPPORTED: { title: 'Not possible here: {what}', meaning: untouched, next: 'Choose another way, or use a newer version of Varve.' },
  INTERNAL: { title: 'Varve made a mistake: {what}', meaning: 'Finished snapshots and the record are not touched by this.', next: 'Try again. If it happens again, copy the report and send it to the makers of Varve.' },
  OWNER_LOST: { title: 'The Varve that did this work has ended', meaning: 'What was already written is safe. Whether the last step was finished stands in the record.', next: 'Look at the newest entries of the record, then start it again.' },
  PREVIEW_OUTDATED: { title: 'The preview of “{name}” is outdated: something has changed since', meaning: untouched, next: 'Look at a new preview, then decide again.' },
  VERSION_MISMATCH: { title: 'Two versions of Varve are running', meaning: untouched, next: 'Close Varve everywhere and start it again (this one: {mine}, the other: {theirs}).' },
  HOME_MISSING: { title: 'Varve has no home on this computer yet', meaning: 'Nothing has been set up; nothing is lost.', next: 'Go through the welcome once.' },
  HOME_EXISTS: { title: 'Varve already has a home here', meaning: untouched, next: 'Use it, or choose another place.' },
  HOME_TOO_NEW: { title: 'This home was made by a newer Varve', meaning: 'Your data is complete. This older version must not touch it.', next: 'Install the newest Varve and open it again.' },
  HOME_BUSY: { title: 'Another Varve is working with this home', meaning: 'Your data is safe; only one may work at a time.', next: 'Wait until it is done, or close the other one ({owner}).' },
  HOME_ON_NETWORK: { title: 'Varve’s own folder cannot be on a network drive', meaning: untouched, next: 'Choose a folder on this computer. Copies of your work may well go to the network.' },
  HOME_DAMAGED: { title: 'Part of Varve’s own data cannot be read, at {path}: {reason}', meaning: 'Your snapshots live in the repositories and are not affected.', next: 'Open Settings, Doctor, and follow what it says.' },
  SECRET_STORE_UNAVAILABLE: { title: 'The place where passwords are kept cannot be reached: {reason}', meaning: 'Your copies are safe, but cannot be opened until it is back.', next: 'Unlock your system’s keyring, or use the vault file.' },
  SECRET_MISSING: { title: 'A password or key is not where it should be: {name}', meaning: 'Your copies are safe, but cannot be opened without it. A locked keyring looks the same.', next: 'Unlock the keyring, or bring the password back from your printed sheet.' },
  VAULT_LOCKED: { title: 'The vault with your passwords is locked', meaning: 'Your copies are safe; Varve cannot open them yet.', next: 'Unlock it with your vault passphrase.' },
  VAULT_WRONG_PASSPHRASE: { title: 'That is not the vault’s passphrase', meaning: untouched, next: 'Try again; look at your printed sheet.' },
  SECRET_REFUSED: { title: 'The secret “{name}” was not read, because the reading could not be recorded: {reason}', meaning: 'Nobody got the value. Nothing was changed.', next: 'Make room on the drive or put right what the doctor names, then try again.' },
  SECRET_TEST_FAILED: { title: 'The new value of “{name}” did not pass its test: {reason}', meaning: 'The value before is still in use; the new one was not kept.', next: 'Check the value and the test, then try again.' },
  SECRET_IN_USE: { title: 'The secret “{name}” is still in use: {users}', meaning: untouched, next: 'Take it out of what uses it first, or remove it all the same: what uses it will stop working.' },
  PAYLOAD_KEY_MISSING: { title: 'A key of encrypted entries is not there: {name}', meaning: 'What it encrypted stays locked and is not lost yet. Nothing was written: a new key in its place would hide that the old one is gone.', next: 'Bring {path} back from a copy of this folder, or its keys from the keys you exported.' },
  WRONG_PASSWORD: { title: 'The password does not open this repository', meaning: 'The copies in “{repository}” are untouched and stay sealed.', next: 'Try again; look at your printed sheet. Capital letters and spaces count.' },
  TOKEN_MISSING: { title: 'No API token exists yet', meaning: 'Without a token Varve lets nobody in over the network.', next: 'Create a token in Settings first.' },
  PATH_MISSING: { title: 'Not there: {path}', meaning: untouched, next: 'Connect the drive, or choose another place.' },
  NOT_A_FOLDER: { title: 'This is not a folder: {path}', meaning: untouched, next: 'Choose a folder.' },
  NOT_READABLE: { title: 'Varve cannot read {path}: {reason}', meaning: 'Nothing was changed by this. What cannot be read cannot be kept or brought back.', next: 'Give your user permission to read it, or connect its drive, then try again.' },
  NOT_WRITABLE: { title: 'Varve cannot write to {path}: {reason}', meaning: untouched, next: 'Choose another place, or give your user permission to write there.' },
  NO_SPACE: { title: 'There is not enough space', meaning: 'Finished copies are complete. This one was not finished.', next: 'Make room on the drive of {path}, or choose another one.' },
  PORT_IN_USE: { title: 'The address {host}:{port} is already in use', meaning: untouched, next: 'Choose another port, or close the program that uses it.' },
  REPOSITORY_MISSING: { title: 'The repository is not there: {path}', meaning: 'Copies already made stay on that drive. New ones wait until it is back.', next: 'Connect the drive and try again.' },
  REPOSITORY_OTHER: { title: 'Another repository lies at {path}', meaning: 'It is untouched. The copies of “{repository}” are not on this drive.', next: 'Connect the drive of “{repository}” there. To use the one that is there, too, add it under another name and place.' },
  REPOSITORY_EXISTS: { title: 'There is already a repository at {path}', meaning: 'It is untouched.', next: 'Open it instead of making a new one.' },
  REPOSITORY_UNSUPPORTED: { title: 'Varve cannot use the repository at {path}: {reason}', meaning: 'It is untouched.', next: 'Choose another one.' },
  REPOSITORY_LOCKED: { title: 'Another program is working with this repository', meaning: 'Your copies are safe; the two must not write at the same time.', next: 'Wait until {holder} is done, then try again.' },
  REPOSITORY_DAMAGED: { title: 'Part of the repository is damaged, at {path}: {what}', meaning: 'Some copies may be incomplete. Others are still good.', next: 'Do not delete anything. Check the repository and read its report.' },
  PLAN_BUSY: { title: 'A snapshot of the plan “{plan}” is being taken', meaning: untouched, next: 'Wait for its end, or stop it, then try again.' },
  HOOK_FAILED: { title: 'The program that runs before the snapshot failed: {program}', meaning: 'No snapshot of {plan} was taken: {reason}.', next: 'Run the program by itself to see what is wrong, or change the plan.' },
  SNAPSHOT_DAMAGED: { title: 'Of this snapshot cannot be read whole, files: {count}', meaning: 'Nothing was touched; what lies there now is as it was. Damaged: {files}.', next: 'Leave them out, or take them from an older snapshot.' },
  LOCK_LOST: { title: 'The repository was taken over while Varve was working', meaning: 'Varve stopped at once, so that nothing could be damaged. The snapshot was not finished.', next: 'See which other program uses the repository, then try again.' },
  LOG_DAMAGED: { title: 'The record cannot be read completely: {what}', meaning: 'Your snapshots are not affected. Part of the record may not be trustworthy.', next: 'Check the record; it says up to which entry it can be trusted.' },
  EVENT_REFUSED: { title: 'The entry was not accepted because of “{field}”: {reason}', meaning: 'The record is unchanged.', next: 'Correct it and try again.' },
  EVIDENCE_MISSING: { title: 'A proof is missing: {what}', meaning: 'The record may be complete, but this cannot be shown.', next: 'Bring the checkpoint you kept outside and check again.' },
  WITNESS_MISSING: { title: 'There is no witness in {path}', meaning: 'Nothing was changed.', next: 'Name the folder of a witness, or make one: varve witness init --dir FOLDER --name NAME.' },
  WITNESS_DAMAGED: { title: 'The witness’s folder is damaged, at {path}: {reason}', meaning: 'It signs nothing while it cannot say what it signed before. The log it follows is not affected.', next: 'Bring the file back from a copy of the witness’s folder, or make a new witness and trust the log’s key anew.' },
  WITNESS_LOCKED: { title: 'The witness is locked', meaning: untouched, next: 'Give its passphrase: in a terminal, or through VARVE_WITNESS_PASSPHRASE_FILE or VARVE_WITNESS_PASSPHRASE.' },
  WITNESS_WRONG_PASSPHRASE: { title: 'That is not the witness’s passphrase', meaning: untouched, next: 'Try again. Capital letters and spaces count.' },
  WITNESS_BUSY: { title: 'Another program works in the witness’s folder {path}', meaning: 'Nothing was signed; only one may work there at a time.', next: 'Try again in a moment.' },
  WITNESS_CLOCK: { title: 'The clock says {now}, but the last signature was made at {last}', meaning: 'Nothing was signed: a signature with an earlier time would say something untrue.', next: 'Set the clock right. If it was ahead at the last signature and is right now, add --trust-clock once.' },
  WITNESS_REFUSED: { title: 'The witness at {url} did not sign: {reason}', meaning: 'The record is unchanged; nothing was anchored.', next: 'On the witness’s machine, let it follow this record: varve witness trust --dir FOLDER KEY, with the key that varve log key show prints.' },
  WITNESS_UNREACHABLE: { title: 'The witness at {url} did not answer', meaning: 'The record is unchanged; nothing was anchored.', next: 'Check the address and that the witness is running ({reason}), or carry the request over as a file.' },
  EVIDENCE_REFUSED: { title: 'The evidence does not hold: {reason}{where}', meaning: 'Nothing in it counts as shown, not even the parts that fit.', next: 'Ask for it again from whoever made it. If it is refused again, do not rely on it.' },
  ERASED_ALREADY: { title: 'Entry {seq} was erased before', meaning: 'Its content is gone; nothing was changed now.', next: 'Leave it out. The record has the erasure, with its reason.' },
  ERASE_PROTECTED: { title: 'Entry {seq} ({action}) cannot be erased', meaning: 'Nothing was erased. The record rests on it: it says where the record begins, why other entries are empty, or what was verified and by which key.', next: 'Leave it out. Names of people and things can be erased by themselves.' },
  NOTHING_TO_ERASE: { title: 'Entry {seq} has no content', meaning: 'Nothing was erased. What it has are header fields, which hold no text of yours.', next: 'Leave it out; to erase a name, name the subject or the person.' },
  PACKAGE_REFUSED: { title: 'The package {path} was refused: {reason}', meaning: 'Nothing was written.', next: 'Take another copy of the package, or an older one. Do not rely on this one.' },
  PACKAGE_LOCKED: { title: 'The package {path} is sealed with a passphrase', meaning: untouched, next: 'Give its passphrase: in a terminal, or through VARVE_PACKAGE_PASSPHRASE_FILE or VARVE_PACKAGE_PASSPHRASE.' },
  PACKAGE_WRONG_PASSPHRASE: { title: 'That passphrase does not open the package {path}', meaning: untouched, next: 'Try again. Capital letters and spaces count.' },
  DESKTOP_UNAVAILABLE: { title: 'Only the desktop app can do this: {what}', meaning: untouched, next: 'Do it in the desktop app, or type the path here.' }
};

const ptBR: Record<ErrorCode, ErrorWords> = {
  BAD_INPUT: { title: 'Algo em “{field}” não está certo: {reason}', meaning: intocado, next: 'Corrija e tente de novo.' },
  NOT_FOUND: { title: 'Não existe {kind} “{name}”', meaning: intocado, next: 'Confira a grafia ou escolha na lista.' },
  AMBIGUOUS: { title: '“{name}” corresponde a mais de um item ({kind})', meaning: intocado, next: 'Use uma parte maior do nome: {matches}.' },
  CONFLICT: { title: 'Já existe {kind} “{name}”', meaning: intocado, next: 'Escolha outro nome ou use o que já existe.' },
  UNAUTHORIZED: { title: 'Esta página não está mais autenticada', meaning: 'Seus dados estão seguros; o Varve só quer saber quem está pedindo.', next: 'Inicie o Varve de novo ou entre com um token de API.' },
  FORBIDDEN: { title: 'Este token não pode fazer isso', meaning: intocado, next: 'Use um token com o escopo “{scope}”.' },
  CANCELLED: { title: 'Interrompido por você', meaning: 'Nada fica pela metade.', next: 'Comece de novo quando quiser.' },
  TIMED_OUT: { title: 'Demorou demais: {what}', meaning: 'Nada se perdeu. O trabalho pode estar inacabado.', next: 'Tente de novo; se repetir, verifique a unidade ou a rede.' },
  NOT_SUPPORTED: { title: 'Não é possível aqui: {what}', meaning: intocado, next: 'Escolha outro caminho ou use uma versão mais nova do Varve.' },
  INTERNAL: { title: 'O Varve cometeu um erro: {what}', meaning: 'Snapshots concluídos e o registro não são afetados.', next: 'Tente de novo. Se acontecer outra vez, copie o relatório e envie a quem faz o Varve.' },
  OWNER_LOST: { title: 'O Varve que fazia este trabalho terminou', meaning: 'O que já foi escrito está seguro. Se o último passo terminou, está no registro.', next: 'Veja as entradas mais novas do registro e comece de novo.' },
  PREVIEW_OUTDATED: { title: 'A prévia de “{name}” está desatualizada: algo mudou desde então', meaning: intocado, next: 'Veja uma nova prévia e decida de novo.' },
  VERSION_MISMATCH: { title: 'Há duas versões do Varve em execução', meaning: intocado, next: 'Feche todos os Varve e inicie de novo (este: {mine}, o outro: {theirs}).' },
  HOME_MISSING: { title: 'O Varve ainda não tem uma pasta própria neste computador', meaning: 'Nada foi configurado; nada se perdeu.', next: 'Passe uma vez pelas boas-vindas.' },
  HOME_EXISTS: { title: 'O Varve já tem uma pasta própria aqui', meaning: intocado, next: 'Use-a ou escolha outro lugar.' },
  HOME_TOO_NEW: { title: 'Esta pasta foi criada por um Varve mais novo', meaning: 'Seus dados estão completos. Esta versão antiga não deve tocá-los.', next: 'Instale o Varve mais recente e abra de novo.' },
  HOME_BUSY: { title: 'Outro Varve está trabalhando com esta pasta', meaning: 'Seus dados estão seguros; só um pode trabalhar por vez.', next: 'Espere ele terminar ou feche o outro ({owner}).' },
  HOME_ON_NETWORK: { title: 'A pasta própria do Varve não pode ficar em uma unidade de rede', meaning: intocado, next: 'Escolha uma pasta neste computador. As cópias do seu trabalho podem, sim, ir para a rede.' },
  HOME_DAMAGED: { title: 'Parte dos dados do próprio Varve não pode ser lida, em {path}: {reason}', meaning: 'Seus snapshots ficam nos repositórios e não são afetados.', next: 'Abra Configurações, Diagnóstico, e siga o que ele diz.' },
  SECRET_STORE_UNAVAILABLE: { title: 'O lugar onde as senhas ficam guardadas não está acessível: {reason}', meaning: 'Suas cópias estão seguras, mas não podem ser abertas até ele voltar.', next: 'Desbloqueie o chaveiro do sistema ou use o arquivo-cofre.' },
  SECRET_MISSING: { title: 'Uma senha ou chave não está onde deveria: {name}', meaning: 'Suas cópias estão seguras, mas não abrem sem ela. Um chaveiro bloqueado parece igual.', next: 'Desbloqueie o chaveiro ou recupere a senha da sua folha impressa.' },
  VAULT_LOCKED: { title: 'O cofre com suas senhas está trancado', meaning: 'Suas cópias estão seguras; o Varve ainda não consegue abri-las.', next: 'Destranque-o com a frase-senha do cofre.' },
  VAULT_WRONG_PASSPHRASE: { title: 'Essa não é a frase-senha do cofre', meaning: intocado, next: 'Tente de novo; consulte sua folha impressa.' },
  SECRET_REFUSED: { title: 'O segredo “{name}” não foi lido, porque a leitura não pôde ser registrada: {reason}', meaning: 'Ninguém recebeu o valor. Nada foi alterado.', next: 'Libere espaço na unidade ou resolva o que o diagnóstico apontar, e tente de novo.' },
  SECRET_TEST_FAILED: { title: 'O novo valor de “{name}” não passou no teste: {reason}', meaning: 'O valor anterior continua em uso; o novo não foi guardado.', next: 'Confira o valor e o teste, e tente de novo.' },
  SECRET_IN_USE: { title: 'O segredo “{name}” ainda está em uso: {users}', meaning: intocado, next: 'Tire-o antes do que o usa, ou remova-o assim mesmo: o que o usa vai parar de funcionar.' },
  PAYLOAD_KEY_MISSING: { title: 'Uma chave de entradas cifradas não está lá: {name}', meaning: 'O que ela cifrou continua trancado e ainda não se perdeu. Nada foi gravado: uma chave nova no lugar esconderia que a antiga sumiu.', next: 'Traga {path} de volta de uma cópia desta pasta, ou as chaves dele das chaves que você exportou.' },
  WRONG_PASSWORD: { title: 'A senha não abre este repositório', meaning: 'As cópias em “{repository}” estão intactas e continuam lacradas.', next: 'Tente de novo; consulte sua folha impressa. Maiúsculas e espaços contam.' },
  TOKEN_MISSING: { title: 'Ainda não existe token de API', meaning: 'Sem um token o Varve não deixa ninguém entrar pela rede.', next: 'Crie antes um token em Configurações.' },
  PATH_MISSING: { title: 'Não está lá: {path}', meaning: intocado, next: 'Conecte a unidade ou escolha outro lugar.' },
  NOT_A_FOLDER: { title: 'Isto não é uma pasta: {path}', meaning: intocado, next: 'Escolha uma pasta.' },
  NOT_READABLE: { title: 'O Varve não consegue ler {path}: {reason}', meaning: 'Nada foi alterado por isto. O que não pode ser lido não pode ser guardado nem trazido de volta.', next: 'Dê ao seu usuário permissão de leitura, ou conecte a unidade, e tente de novo.' },
  NOT_WRITABLE: { title: 'O Varve não consegue gravar em {path}: {reason}', meaning: intocado, next: 'Escolha outro lugar, ou dê ao seu usuário permissão de gravar ali.' },
  NO_SPACE: { title: 'Não há espaço suficiente', meaning: 'As cópias concluídas estão completas. Esta não foi concluída.', next: 'Libere espaço na unidade de {path} ou escolha outra.' },
  PORT_IN_USE: { title: 'O endereço {host}:{port} já está em uso', meaning: intocado, next: 'Escolha outra porta ou feche o programa que a usa.' },
  REPOSITORY_MISSING: { title: 'O repositório não está lá: {path}', meaning: 'As cópias já feitas continuam naquela unidade. As novas esperam ela voltar.', next: 'Conecte a unidade e tente de novo.' },
  REPOSITORY_OTHER: { title: 'Outro repositório está em {path}', meaning: 'Ele não foi tocado. As cópias de “{repository}” não estão nesta unidade.', next: 'Conecte ali a unidade de “{repository}”. Para usar também o que está lá, adicione-o com outro nome e lugar.' },
  REPOSITORY_EXISTS: { title: 'Já existe um repositório em {path}', meaning: 'Ele não foi tocado.', next: 'Abra-o em vez de criar um novo.' },
  REPOSITORY_UNSUPPORTED: { title: 'O Varve não consegue usar o repositório em {path}: {reason}', meaning: 'Ele não foi tocado.', next: 'Escolha outro.' },
  REPOSITORY_LOCKED: { title: 'Outro programa está trabalhando com este repositório', meaning: 'Suas cópias estão seguras; os dois não podem gravar ao mesmo tempo.', next: 'Espere {holder} terminar e tente de novo.' },
  REPOSITORY_DAMAGED: { title: 'Parte do repositório está danificada, em {path}: {what}', meaning: 'Algumas cópias podem estar incompletas. Outras continuam boas.', next: 'Não apague nada. Verifique o repositório e leia o relatório.' },
  PLAN_BUSY: { title: 'Um snapshot do plano “{plan}” está sendo feito', meaning: intocado, next: 'Espere que ele termine, ou interrompa-o, e tente de novo.' },
  HOOK_FAILED: { title: 'O programa que roda antes do snapshot falhou: {program}', meaning: 'Nenhum snapshot de {plan} foi feito: {reason}.', next: 'Rode o programa sozinho para ver o que há de errado, ou mude o plano.' },
  SNAPSHOT_DAMAGED: { title: 'Arquivos deste snapshot que não podem ser lidos por inteiro: {count}', meaning: 'Nada foi tocado; o que está lá agora está como estava. Danificados: {files}.', next: 'Deixe-os de fora, ou pegue-os de um snapshot mais antigo.' },
  LOCK_LOST: { title: 'O repositório foi tomado por outro programa durante o trabalho', meaning: 'O Varve parou na hora para que nada fosse danificado. O snapshot não foi concluído.', next: 'Veja que outro programa usa o repositório e tente de novo.' },
  LOG_DAMAGED: { title: 'O registro não pode ser lido por completo: {what}', meaning: 'Seus snapshots não são afetados. Parte do registro pode não ser confiável.', next: 'Verifique o registro; ele diz até que entrada é confiável.' },
  EVENT_REFUSED: { title: 'A entrada não foi aceita por causa de “{field}”: {reason}', meaning: 'O registro não mudou.', next: 'Corrija e tente de novo.' },
  EVIDENCE_MISSING: { title: 'Falta uma prova: {what}', meaning: 'O registro pode estar completo, mas não há como mostrar.', next: 'Traga o ponto de verificação que você guardou fora daqui e verifique de novo.' },
  WITNESS_MISSING: { title: 'Não há testemunha em {path}', meaning: 'Nada foi alterado.', next: 'Indique a pasta de uma testemunha ou crie uma: varve witness init --dir PASTA --name NOME.' },
  WITNESS_DAMAGED: { title: 'A pasta da testemunha está danificada, em {path}: {reason}', meaning: 'Ela não assina nada enquanto não puder dizer o que assinou antes. O registro que ela acompanha não é afetado.', next: 'Recupere o arquivo de uma cópia da pasta da testemunha, ou crie uma testemunha nova e confie de novo na chave do registro.' },
  WITNESS_LOCKED: { title: 'A testemunha está trancada', meaning: intocado, next: 'Informe a frase-senha dela: em um terminal, ou por VARVE_WITNESS_PASSPHRASE_FILE ou VARVE_WITNESS_PASSPHRASE.' },
  WITNESS_WRONG_PASSPHRASE: { title: 'Essa não é a frase-senha da testemunha', meaning: intocado, next: 'Tente de novo. Maiúsculas e espaços contam.' },
  WITNESS_BUSY: { title: 'Outro programa trabalha na pasta da testemunha {path}', meaning: 'Nada foi assinado; só um pode trabalhar ali por vez.', next: 'Tente de novo em instantes.' },
  WITNESS_CLOCK: { title: 'O relógio marca {now}, mas a última assinatura foi feita em {last}', meaning: 'Nada foi assinado: uma assinatura com hora anterior diria algo falso.', next: 'Acerte o relógio. Se ele estava adiantado na última assinatura e agora está certo, acrescente --trust-clock uma vez.' },
  WITNESS_REFUSED: { title: 'A testemunha em {url} não assinou: {reason}', meaning: 'O registro não mudou; nada foi ancorado.', next: 'Na máquina da testemunha, faça com que ela acompanhe este registro: varve witness trust --dir PASTA CHAVE, com a chave que varve log key show mostra.' },
  WITNESS_UNREACHABLE: { title: 'A testemunha em {url} não respondeu', meaning: 'O registro não mudou; nada foi ancorado.', next: 'Confira o endereço e se a testemunha está em execução ({reason}), ou leve o pedido em um arquivo.' },
  EVIDENCE_REFUSED: { title: 'A evidência não se sustenta: {reason}{where}', meaning: 'Nada nela conta como provado, nem as partes que combinam.', next: 'Peça-a de novo a quem a fez. Se for recusada outra vez, não confie nela.' },
  ERASED_ALREADY: { title: 'A entrada {seq} já foi apagada', meaning: 'O conteúdo dela não existe mais; nada mudou agora.', next: 'Deixe-a de fora. O registro tem o apagamento, com o motivo.' },
  ERASE_PROTECTED: { title: 'A entrada {seq} ({action}) não pode ser apagada', meaning: 'Nada foi apagado. O registro depende dela: ela diz onde o registro começa, por que outras entradas estão vazias, ou o que foi conferido e com que chave.', next: 'Deixe-a de fora. Nomes de pessoas e coisas podem ser apagados por si.' },
  NOTHING_TO_ERASE: { title: 'A entrada {seq} não tem conteúdo', meaning: 'Nada foi apagado. O que ela tem são campos de cabeçalho, que não guardam texto seu.', next: 'Deixe-a de fora; para apagar um nome, indique o assunto ou a pessoa.' },
  PACKAGE_REFUSED: { title: 'O pacote {path} foi recusado: {reason}', meaning: 'Nada foi gravado.', next: 'Pegue outra cópia do pacote, ou um mais antigo. Não confie neste.' },
  PACKAGE_LOCKED: { title: 'O pacote {path} está lacrado com uma frase-senha', meaning: intocado, next: 'Dê a frase-senha dele: em um terminal, ou por VARVE_PACKAGE_PASSPHRASE_FILE ou VARVE_PACKAGE_PASSPHRASE.' },
  PACKAGE_WRONG_PASSPHRASE: { title: 'Essa frase-senha não abre o pacote {path}', meaning: intocado, next: 'Tente de novo. Maiúsculas e espaços contam.' },
  DESKTOP_UNAVAILABLE: { title: 'Só o aplicativo de desktop faz isto: {what}', meaning: intocado, next: 'Faça no aplicativo ou digite o caminho aqui.' }
};

/** A conflict that is not about a name that is taken. */
const conflicts: Readonly<Record<Language, Readonly<Record<string, Pick<ErrorWords, 'title' | 'next'>>>>> = {
  en: {
    run: { title: 'A run is under way ({name})', next: 'Wait for its end, or stop it.' },
    'ended run': { title: 'That run of “{name}” is over', next: 'Run the job again if you want another one.' },
    'job file': { title: '“{name}” is kept in a file', next: 'Change it in that file; Varve takes it over from there.' }
  },
  'pt-BR': {
    run: { title: 'Há uma execução em andamento ({name})', next: 'Espere que termine ou pare-a.' },
    'ended run': { title: 'Essa execução de “{name}” já terminou', next: 'Execute a tarefa de novo se quiser outra.' },
    'job file': { title: '“{name}” é mantida em um arquivo', next: 'Mude-a nesse arquivo; o Varve a toma de lá.' }
  }
};

export const errorWords: Record<Language, Record<ErrorCode, ErrorWords>> = { en, 'pt-BR': ptBR };

/** A failure's data as placeholders, in the reader's words: lists joined, unknown ones left out. */
export function errorParams(language: Language, code: ErrorCode, data: unknown): Params {
  if (code === 'EVIDENCE_REFUSED') return refusalParams(language, data);
  if (typeof data !== 'object' || data === null) return {};
  const params: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(data)) {
    // Numbers of failures are names (ports, processes, entries), not amounts: they are written without separators.
    if (typeof value === 'number') params[name] = String(value);
    else if (typeof value === 'string') {
      if (value !== '') params[name] = sayParam(language, name, value);
    }
    else if (Array.isArray(value)) params[name] = value.flatMap((item) => listed(language, item)).join(', ');
  }
  const lack = lackText(language, data);
  return lack === undefined ? params : { ...params, what: lack };
}

/** One of a list: a text, or a thing by its kind and name. */
function listed(language: Language, item: unknown): string[] {
  if (typeof item === 'string') return [item];
  const { kind, name } = (item ?? {}) as { kind?: unknown; name?: unknown };
  return typeof kind === 'string' && typeof name === 'string' ? [`${describeName(language, 'kind', kind)} ${name}`] : [];
}

function sayParam(language: Language, name: string, value: string): string {
  if (name === 'reason') return asClause(language, describeReason(language, value));
  if (name === 'what') return describeReason(language, value);
  return name === 'kind' || name === 'owner' || name === 'field' || name === 'name' ? describeName(language, name, value) : value;
}

/** The three sentences for a failure. A placeholder that the data does not fill becomes an ellipsis. */
export function describeError(language: Language, code: ErrorCode, data?: unknown): ErrorWords {
  const { kind, member } = (data ?? {}) as { kind?: unknown; member?: unknown };
  const words = { ...errorWords[language][code], ...(code === 'CONFLICT' && typeof kind === 'string' ? conflicts[language][kind] : undefined) };
  const params = errorParams(language, code, data);
  const fill = (text: string): string => formatMessage({ text }, language, 'text', params).replace(/\{[A-Za-z]+\}/g, '…');
  const more = code === 'NO_SPACE' ? ` ${roomWords(language, data)}`.trimEnd() : code === 'SNAPSHOT_DAMAGED' ? soundWords(language, data) : '';
  // Empty when it is the package itself.
  const inQuestion = code === 'PACKAGE_REFUSED' && typeof member === 'string' && member !== '' ? fill(language === 'en' ? ' In question: {member}.' : ' Em questão: {member}.') : '';
  return { title: fill(words.title), meaning: `${fill(words.meaning)}${inQuestion}`, next: `${fill(words.next)}${more}` };
}

/** The snapshot that has whole what is damaged in another one. */
function soundWords(language: Language, data: unknown): string {
  const { sound, soundAt } = (data ?? {}) as { sound?: unknown; soundAt?: unknown };
  if (typeof sound !== 'string' || typeof soundAt !== 'string') return language === 'en' ? ' No other snapshot has them whole.' : ' Nenhum outro snapshot os tem inteiros.';
  const when = formatExact(language, new Date(soundAt));
  return language === 'en' ? ` The newest that has them whole: ${sound}, of ${when}.` : ` O mais novo que os tem inteiros: ${sound}, de ${when}.`;
}
