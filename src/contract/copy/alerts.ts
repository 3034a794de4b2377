// Alerts in words, for the console, the command line and every channel alike: what happened with its numbers, what it means, what to do next, why the rule
// fired and what would make it fire less.
import type { Alert, AlertCode, AlertFacts } from '../alerts.ts';
import type { Language } from '../ids.ts';
import { formatMessage } from './format.ts';
import { visibleText } from './text.ts';
import { formatBytes, formatDay, formatExact, formatNumber, formatPercent, formatSpan, formatWhen } from './values.ts';

interface CodeWords {
  /** What a list shows. */
  title: string;
  what: string;
  meaning: string;
  next: string;
  why: string;
  /** How to make it fire less. */
  less: string;
}

export interface AlertWords extends CodeWords {}

type Way = AlertCode | 'failure.once' | 'stale.never' | 'too_long.running' | 'audit.missing' | 'secret_expiry.over' | 'integrity_record.behind' | 'disk_space.home';

const en: Record<Way, CodeWords> = {
  failure: { title: '{job} failed, {count} times in a row', what: '{job} has failed {count} times in a row since {since}. Last success: {lastGood}.', meaning: 'What it does is not being done.', next: 'Open its last run: the first error stands at the top.', why: 'Fires after {threshold} failed runs in a row; stops with the first success.', less: 'Raise “failed runs in a row” in the job’s alerts.' },
  'failure.once': { title: '{job} failed', what: '{job} failed at {since}. Last success: {lastGood}.', meaning: 'What it does was not done this time.', next: 'Open its last run: the first error stands at the top.', why: 'Fires after the first failed run; stops with the first success.', less: 'Raise “failed runs in a row” in the job’s alerts.' },
  stale: { title: '{job}: no success for {span}', what: '{job} last succeeded {lastGood}.', meaning: 'What it does has not been done since; if it makes copies, newer work has none.', next: 'Open the job: its last runs say what kept it. Run it now once that is put right.', why: 'Fires when there was no success for {limit}; paused jobs are left alone.', less: 'Raise “no success for” in the job’s alerts, or pause the job.' },
  'stale.never': { title: '{job} has never succeeded', what: '{job} was made {since} and has not succeeded since.', meaning: 'What it is to do has not been done once.', next: 'Run it now and look at what it says.', why: 'Fires when there was no success for {limit}, counted from the making of the job.', less: 'Raise “no success for” in the job’s alerts, or pause the job.' },
  late_start: { title: '{job} did not start', what: '{job} was due {planned} and has not begun.', meaning: 'It may begin yet; until then its work is not done.', next: 'See what runs now and holds it up, or run it by hand.', why: 'Fires when a run has not begun {grace} after its time.', less: 'Raise the grace in the job’s alerts, or give it another time.' },
  too_long: { title: '{job} took unusually long', what: '{job} took {took}; usually about {usual}.', meaning: 'It ended well. Something made it slow: more data, a slow drive or network.', next: 'Look at the run’s numbers. If this is right, say “This is expected”.', why: 'Fires above {limit}, by the last {runs} good runs: three times the usual, and at least 10 minutes more.', less: 'Say “This is expected” when it is, or switch off “duration” in the job’s alerts.' },
  'too_long.running': { title: '{job} is taking unusually long', what: '{job} has been running for {took}; usually about {usual}.', meaning: 'It may hang, or have more to do than usual.', next: 'Look at what it writes now; stop it if it stands still.', why: 'Fires above {limit}, by the last {runs} good runs: three times the usual, and at least 10 minutes more.', less: 'Say “This is expected” when it is, or switch off “duration” in the job’s alerts.' },
  too_short: { title: '{job} was over unusually soon', what: '{job} took only {took}; usually about {usual}.', meaning: 'It says that all went well, but may have done nothing.', next: 'Look at what it did. If this is right, say “This is expected”.', why: 'Fires under {limit}: a fifth of the usual, by the last {runs} good runs.', less: 'Say “This is expected” when it is, or switch off “duration” in the job’s alerts.' },
  volume: { title: '{job}: {value} {metric}; usually about {usual}', what: 'The last run of {job} counted {value} {metric}; usually about {usual}.', meaning: 'It says that all went well, but did far more or less than usual.', next: 'Look at what it did. If this is right, say “This is expected”: the value then counts as usual.', why: 'Usual is between {low} and {high}, by the last {runs} good runs; differences under {minAbsolute} do not count.', less: 'Say “This is expected” when it is, or raise the least difference in the job’s alerts.' },
  audit: { title: '{job}: {local} and {remote} do not agree', what: '{local} is {localValue}, {remote} is {remoteValue}: {share} apart.', meaning: 'Something was lost or counted twice on the way.', next: 'Compare both sides for that run before the next one.', why: 'Fires when the two differ by more than {limit} of the larger.', less: 'Correct the counting, or remove the check from the job.' },
  'audit.missing': { title: '{job}: nothing to compare', what: '{local} is {localValue}, {remote} is {remoteValue}, twice in a row.', meaning: 'Nobody knows whether the two sides agree.', next: 'See why the job no longer reports both numbers.', why: 'Fires when either number is missing twice in a row.', less: 'Make the job report both numbers, or remove the check from it.' },
  overlap: { title: '{job} is skipped again and again', what: '{count} runs of {job} in a row were skipped, as the one before was still under way.', meaning: 'It takes longer than the time between its runs.', next: 'Give it more time between runs, or see why it takes so long.', why: 'Fires after {threshold} skipped runs in a row.', less: 'Change its schedule, or what it does when it overlaps.' },
  stuck: { title: '{job} does not stop', what: 'A run of {job} was asked to stop and is still there.', meaning: 'Until it is over, no other run of it begins, and what it locks stays locked.', next: 'Open the run, see which program of it still runs, and end that; if nothing helps, start the computer anew.', why: 'Fires when a run is not over a few seconds after its time to stop; stops when it is.', less: 'Give the job more time to stop.' },
  paused_long: { title: '{job} has been paused for {span}', what: '{job} has been paused since {since}{until}.', meaning: 'What it does has not been done since, and nobody is told that it is late.', next: 'Resume it, or remove it if it is no longer needed.', why: 'Fires after {limit} of pause; stops when the job is resumed.', less: 'Silence it for as long as the pause is meant to last.' },
  prints_secret: { title: '{job} prints a secret', what: 'The last run of {job} printed a secret, or something that looks like one. Varve hid it in what it keeps.', meaning: 'What else the program writes, in files of its own for example, may hold it in the clear.', next: 'Find “[secret:” or “[hidden:” in the output of the run, and stop the program from printing it there.', why: 'Fires when something was hidden in what the last run printed; stops with the first run that prints nothing of the kind.', less: 'Make the program print less.' },
  output_room: { title: 'What jobs printed takes {over} too much room', what: 'What jobs printed in the last week alone is {over} above the {limit} that all of it may take.', meaning: 'Output younger than a week is never removed by itself, so it goes on growing.', next: 'See which job prints so much and make it print less, or purge old runs.', why: 'Judged once a day, when old output is removed; stops when it fits again.', less: 'Make the jobs print less.' },
  secret_expiry: { title: 'The secret {secret} expires in {days}', what: 'The secret {secret} expires on {expires}.', meaning: 'What uses it will stop working then.', next: 'Get a new value from whoever gives it out and put it in place under Secrets.', why: 'Told 30, 14, 7 and 1 days before, and when it has expired.', less: 'Replace it, or correct its date.' },
  'secret_expiry.over': { title: 'The secret {secret} has expired', what: 'The secret {secret} expired on {expires}.', meaning: 'What uses it may no longer work.', next: 'Get a new value from whoever gives it out and put it in place under Secrets.', why: 'Told 30, 14, 7 and 1 days before, and when it has expired.', less: 'Replace it, or correct its date.' },
  integrity_record: { title: 'The record is broken: entry {entry} does not fit', what: 'Checking the record of {entries} entries found that entry {entry} does not fit.', meaning: 'What comes before it is still trustworthy; the rest may have been changed. Your snapshots are not affected.', next: 'Do not delete anything. Open the record: it says what happened and up to where it can be trusted.', why: 'Fires when a check of the record finds it broken; stops when one finds it whole.', less: 'It cannot be made quieter; you can say that you are on it.' },
  'integrity_record.behind': { title: 'The record is shorter than it was', what: 'The record has {entries} entries, fewer than a checkpoint kept outside says.', meaning: 'Its end was cut off, or it was rolled back to an older state. Your snapshots are not affected.', next: 'Do not delete anything. Open the record and see which checkpoint it falls short of.', why: 'Fires when the record is behind a checkpoint from outside; stops when it is not.', less: 'It cannot be made quieter; you can say that you are on it.' },
  integrity_repository: { title: 'The repository {repository} is damaged', what: 'The check of {repository} of {checked} found errors: {count}.', meaning: 'Some snapshots may be incomplete. Others are still good.', next: 'Do not delete anything. Open the repository, read the report, and repair it from there.', why: 'Fires when a check finds errors; stops with the first check that finds none.', less: 'It cannot be made quieter; you can say that you are on it.' },
  disk_space: { title: 'Little room where {name} is kept: {free}', what: '{free} are free at {place}{ofTotal}.', meaning: 'The next snapshots may not fit.', next: 'Make room on that drive: remove old snapshots and tidy the repository, or move other files away.', why: 'Fires under {limit} for five minutes.', less: 'Lower the limits on the Alerts screen.' },
  'disk_space.home': { title: 'Little room where Varve keeps its own data: {free}', what: '{free} are free at {place}{ofTotal}.', meaning: 'Without room Varve can neither record what it does nor start jobs.', next: 'Make room on that drive.', why: 'Fires under {limit} for five minutes.', less: 'Lower the limits on the Alerts screen.' },
  unreachable: { title: 'The repository {repository} cannot be reached', what: '{path} has not been there since {since}.', meaning: 'Jobs that need it wait or fail; their alerts stay quiet until it is back.', next: 'Connect the drive, or the network it lies in.', why: 'Fires when a repository that a job needs is away for an hour.', less: 'Pause the jobs that need it while it is away.' },
  no_network: { title: 'This computer has no network', what: 'There has been no network since {since}; it is needed by: {waiting}.', meaning: 'What needs it waits or fails; its alerts stay quiet until it is back.', next: 'Connect the computer.', why: 'Fires when there is no network for an hour and something needs it.', less: 'Pause what needs it while you are offline.' },
  scheduler_stopped: { title: 'The scheduler has stopped', what: 'Jobs were last looked at {since}: {quiet} ago while the computer was awake.', meaning: 'No job is started by time until it goes on.', next: 'Quit Varve and start it again. If it comes back, copy the diagnosis from Settings.', why: 'Fires when the scheduler does not look for {limit}; it looks every 30 seconds.', less: 'It does not fire while all is well.' }
};

const ptBR: Record<Way, CodeWords> = {
  failure: { title: '{job} falhou, {count} vezes seguidas', what: '{job} falhou {count} vezes seguidas desde {since}. Último sucesso: {lastGood}.', meaning: 'O que ela faz não está sendo feito.', next: 'Abra a última execução: o primeiro erro está no topo.', why: 'Dispara após {threshold} execuções com falha seguidas; para no primeiro sucesso.', less: 'Aumente “falhas seguidas” nos alertas da tarefa.' },
  'failure.once': { title: '{job} falhou', what: '{job} falhou em {since}. Último sucesso: {lastGood}.', meaning: 'O que ela faz não foi feito desta vez.', next: 'Abra a última execução: o primeiro erro está no topo.', why: 'Dispara após a primeira execução com falha; para no primeiro sucesso.', less: 'Aumente “falhas seguidas” nos alertas da tarefa.' },
  stale: { title: '{job}: sem sucesso há {span}', what: 'O último sucesso de {job} foi {lastGood}.', meaning: 'O que ela faz não é feito desde então; se ela faz cópias, o trabalho mais novo não tem nenhuma.', next: 'Abra a tarefa: as últimas execuções dizem o que a impediu. Execute-a quando isso estiver resolvido.', why: 'Dispara quando não há sucesso por {limit}; tarefas pausadas ficam de fora.', less: 'Aumente “sem sucesso há” nos alertas da tarefa, ou pause a tarefa.' },
  'stale.never': { title: '{job} nunca teve sucesso', what: '{job} foi criada {since} e não teve sucesso desde então.', meaning: 'O que ela deve fazer ainda não foi feito nenhuma vez.', next: 'Execute-a agora e veja o que ela diz.', why: 'Dispara quando não há sucesso por {limit}, a contar da criação da tarefa.', less: 'Aumente “sem sucesso há” nos alertas da tarefa, ou pause a tarefa.' },
  late_start: { title: '{job} não começou', what: '{job} devia ter começado {planned} e não começou.', meaning: 'Ela ainda pode começar; até lá seu trabalho não é feito.', next: 'Veja o que está em execução e a segura, ou execute-a à mão.', why: 'Dispara quando uma execução não começou {grace} depois da hora.', less: 'Aumente a tolerância nos alertas da tarefa, ou dê a ela outro horário.' },
  too_long: { title: '{job} demorou mais que o normal', what: '{job} levou {took}; o normal é cerca de {usual}.', meaning: 'Terminou bem. Algo a deixou lenta: mais dados, unidade ou rede lenta.', next: 'Veja os números da execução. Se estiver certo, diga “Isto é esperado”.', why: 'Dispara acima de {limit}, pelas últimas {runs} execuções boas: três vezes o normal e pelo menos 10 minutos a mais.', less: 'Diga “Isto é esperado” quando for, ou desligue “duração” nos alertas da tarefa.' },
  'too_long.running': { title: '{job} está demorando mais que o normal', what: '{job} está em execução há {took}; o normal é cerca de {usual}.', meaning: 'Ela pode estar travada ou ter mais a fazer que de costume.', next: 'Veja o que ela escreve agora; interrompa-a se estiver parada.', why: 'Dispara acima de {limit}, pelas últimas {runs} execuções boas: três vezes o normal e pelo menos 10 minutos a mais.', less: 'Diga “Isto é esperado” quando for, ou desligue “duração” nos alertas da tarefa.' },
  too_short: { title: '{job} terminou cedo demais', what: '{job} levou só {took}; o normal é cerca de {usual}.', meaning: 'Ela diz que tudo correu bem, mas pode não ter feito nada.', next: 'Veja o que ela fez. Se estiver certo, diga “Isto é esperado”.', why: 'Dispara abaixo de {limit}: um quinto do normal, pelas últimas {runs} execuções boas.', less: 'Diga “Isto é esperado” quando for, ou desligue “duração” nos alertas da tarefa.' },
  volume: { title: '{job}: {value} {metric}; o normal é cerca de {usual}', what: 'A última execução de {job} contou {value} {metric}; o normal é cerca de {usual}.', meaning: 'Ela diz que tudo correu bem, mas fez muito mais ou menos que de costume.', next: 'Veja o que ela fez. Se estiver certo, diga “Isto é esperado”: o valor passa a contar como normal.', why: 'O normal fica entre {low} e {high}, pelas últimas {runs} execuções boas; diferenças abaixo de {minAbsolute} não contam.', less: 'Diga “Isto é esperado” quando for, ou aumente a diferença mínima nos alertas da tarefa.' },
  audit: { title: '{job}: {local} e {remote} não batem', what: '{local} é {localValue}, {remote} é {remoteValue}: {share} de diferença.', meaning: 'Algo se perdeu ou foi contado duas vezes no caminho.', next: 'Compare os dois lados dessa execução antes da próxima.', why: 'Dispara quando os dois diferem em mais de {limit} do maior.', less: 'Corrija a contagem, ou retire a verificação da tarefa.' },
  'audit.missing': { title: '{job}: nada para comparar', what: '{local} é {localValue}, {remote} é {remoteValue}, duas vezes seguidas.', meaning: 'Ninguém sabe se os dois lados batem.', next: 'Veja por que a tarefa não informa mais os dois números.', why: 'Dispara quando falta um dos números duas vezes seguidas.', less: 'Faça a tarefa informar os dois números, ou retire dela a verificação.' },
  overlap: { title: '{job} é pulada repetidamente', what: '{count} execuções seguidas de {job} foram puladas, pois a anterior ainda estava em andamento.', meaning: 'Ela leva mais tempo que o intervalo entre as execuções.', next: 'Dê mais tempo entre as execuções, ou veja por que ela demora tanto.', why: 'Dispara após {threshold} execuções puladas seguidas.', less: 'Mude o horário dela, ou o que ela faz quando coincide.' },
  stuck: { title: '{job} não para', what: 'Uma execução de {job} recebeu o pedido de parar e ainda está lá.', meaning: 'Até ela terminar, nenhuma outra execução dela começa, e o que ela bloqueia continua bloqueado.', next: 'Abra a execução, veja que programa dela ainda está em execução e encerre-o; se nada ajudar, reinicie o computador.', why: 'Dispara quando uma execução não terminou alguns segundos depois do tempo para parar; para quando ela termina.', less: 'Dê à tarefa mais tempo para parar.' },
  paused_long: { title: '{job} está pausada há {span}', what: '{job} está pausada desde {since}{until}.', meaning: 'O que ela faz não é feito desde então, e ninguém é avisado do atraso.', next: 'Retome-a, ou remova-a se não for mais necessária.', why: 'Dispara após {limit} de pausa; para quando a tarefa é retomada.', less: 'Silencie-o pelo tempo que a pausa deve durar.' },
  prints_secret: { title: '{job} escreve um segredo', what: 'A última execução de {job} escreveu um segredo, ou algo que parece um. O Varve o ocultou no que guarda.', meaning: 'O que mais o programa escreve, em arquivos dele por exemplo, pode contê-lo às claras.', next: 'Procure “[secret:” ou “[hidden:” na saída da execução, e faça o programa não escrevê-lo ali.', why: 'Dispara quando algo foi ocultado no que a última execução escreveu; para na primeira que não escreve nada assim.', less: 'Faça o programa escrever menos.' },
  output_room: { title: 'O que as tarefas escreveram ocupa {over} a mais', what: 'Só o que as tarefas escreveram na última semana passa em {over} dos {limit} que tudo pode ocupar.', meaning: 'Saída de menos de uma semana nunca é removida sozinha, então continua a crescer.', next: 'Veja que tarefa escreve tanto e faça-a escrever menos, ou elimine execuções antigas.', why: 'Julgado uma vez por dia, quando a saída antiga é removida; para quando couber de novo.', less: 'Faça as tarefas escreverem menos.' },
  secret_expiry: { title: 'O segredo {secret} expira em {days}', what: 'O segredo {secret} expira em {expires}.', meaning: 'O que o usa deixará de funcionar então.', next: 'Peça um valor novo a quem o fornece e coloque-o em Segredos.', why: 'Avisado 30, 14, 7 e 1 dias antes, e quando expirou.', less: 'Substitua-o, ou corrija a data.' },
  'secret_expiry.over': { title: 'O segredo {secret} expirou', what: 'O segredo {secret} expirou em {expires}.', meaning: 'O que o usa pode não funcionar mais.', next: 'Peça um valor novo a quem o fornece e coloque-o em Segredos.', why: 'Avisado 30, 14, 7 e 1 dias antes, e quando expirou.', less: 'Substitua-o, ou corrija a data.' },
  integrity_record: { title: 'O registro está quebrado: a entrada {entry} não confere', what: 'A verificação do registro de {entries} entradas encontrou que a entrada {entry} não confere.', meaning: 'O que vem antes dela continua confiável; o resto pode ter sido alterado. Seus snapshots não são afetados.', next: 'Não apague nada. Abra o registro: ele diz o que houve e até onde é confiável.', why: 'Dispara quando uma verificação do registro o encontra quebrado; para quando uma o encontra íntegro.', less: 'Não pode ser silenciado; você pode dizer que está cuidando.' },
  'integrity_record.behind': { title: 'O registro está mais curto do que era', what: 'O registro tem {entries} entradas, menos do que diz um ponto de verificação guardado fora.', meaning: 'O fim foi cortado, ou ele voltou a um estado antigo. Seus snapshots não são afetados.', next: 'Não apague nada. Abra o registro e veja de que ponto de verificação ele fica aquém.', why: 'Dispara quando o registro fica aquém de um ponto de verificação de fora; para quando não fica.', less: 'Não pode ser silenciado; você pode dizer que está cuidando.' },
  integrity_repository: { title: 'O repositório {repository} está danificado', what: 'A verificação de {repository} de {checked} encontrou erros: {count}.', meaning: 'Alguns snapshots podem estar incompletos. Outros continuam bons.', next: 'Não apague nada. Abra o repositório, leia o relatório e repare-o dali.', why: 'Dispara quando uma verificação encontra erros; para na primeira que não encontra nenhum.', less: 'Não pode ser silenciado; você pode dizer que está cuidando.' },
  disk_space: { title: 'Pouco espaço onde {name} fica guardado: {free}', what: '{free} livres em {place}{ofTotal}.', meaning: 'Os próximos snapshots podem não caber.', next: 'Libere espaço nessa unidade: retire snapshots antigos e arrume o repositório, ou leve outros arquivos embora.', why: 'Dispara abaixo de {limit} por cinco minutos.', less: 'Diminua os limites na tela Alertas.' },
  'disk_space.home': { title: 'Pouco espaço onde o Varve guarda os próprios dados: {free}', what: '{free} livres em {place}{ofTotal}.', meaning: 'Sem espaço o Varve não consegue registrar o que faz nem iniciar tarefas.', next: 'Libere espaço nessa unidade.', why: 'Dispara abaixo de {limit} por cinco minutos.', less: 'Diminua os limites na tela Alertas.' },
  unreachable: { title: 'O repositório {repository} não está acessível', what: '{path} não está lá desde {since}.', meaning: 'Tarefas que precisam dele esperam ou falham; os alertas delas ficam quietos até ele voltar.', next: 'Conecte a unidade, ou a rede em que ele fica.', why: 'Dispara quando um repositório de que uma tarefa precisa está fora por uma hora.', less: 'Pause as tarefas que precisam dele enquanto ele estiver fora.' },
  no_network: { title: 'Este computador está sem rede', what: 'Não há rede desde {since}; precisam dela: {waiting}.', meaning: 'O que precisa dela espera ou falha; os alertas disso ficam quietos até ela voltar.', next: 'Conecte o computador.', why: 'Dispara quando não há rede por uma hora e algo precisa dela.', less: 'Pause o que precisa dela enquanto você estiver sem rede.' },
  scheduler_stopped: { title: 'O agendador parou', what: 'As tarefas foram olhadas pela última vez {since}: há {quiet} com o computador acordado.', meaning: 'Nenhuma tarefa é iniciada pelo horário até ele voltar.', next: 'Encerre o Varve e abra-o de novo. Se isto voltar, copie o diagnóstico em Configurações.', why: 'Dispara quando o agendador não olha por {limit}; ele olha a cada 30 segundos.', less: 'Não dispara enquanto tudo vai bem.' }
};

const words: Record<Language, Record<Way, CodeWords>> = { en, 'pt-BR': ptBR };
const items: Record<Language, string> = { en: 'items', 'pt-BR': 'itens' };
const never: Record<Language, string> = { en: 'never', 'pt-BR': 'nunca' };
const missing: Record<Language, string> = { en: 'missing', 'pt-BR': 'ausente' };

function wayOf(facts: AlertFacts): Way {
  switch (facts.code) {
    case 'failure': return facts.inARow === 1 ? 'failure.once' : 'failure';
    case 'stale': return facts.lastGoodAt === null ? 'stale.never' : 'stale';
    case 'too_long': return facts.running ? 'too_long.running' : 'too_long';
    case 'audit': return facts.share === null ? 'audit.missing' : 'audit';
    case 'secret_expiry': return facts.step === 0 ? 'secret_expiry.over' : 'secret_expiry';
    case 'integrity_record': return facts.verdict === 'behind' ? 'integrity_record.behind' : 'integrity_record';
    case 'disk_space': return facts.holds === 'home' ? 'disk_space.home' : 'disk_space';
    default: return facts.code;
  }
}

type Say = Record<string, string>;

/** The facts as they stand in sentences. */
function paramsOf(language: Language, { facts, since }: Pick<Alert, 'facts' | 'since'>, now: Date): Say {
  const when = (at: string | null): string => (at === null ? never[language] : formatWhen(language, new Date(at), now));
  const span = (ms: number): string => formatSpan(language, ms / 1000);
  const number = (value: number): string => formatNumber(language, Math.round(value * 100) / 100);
  const safe = (text: string): string => visibleText(text, true);
  const say: Say = { since: when('since' in facts ? facts.since : since) };
  if ('jobTitle' in facts) say['job'] = safe(facts.jobTitle);
  switch (facts.code) {
    case 'failure': return { ...say, count: number(facts.inARow), threshold: number(facts.threshold), lastGood: when(facts.lastGoodAt) };
    case 'stale': return { ...say, lastGood: when(facts.lastGoodAt), span: span(now.getTime() - Date.parse(facts.since)), limit: span(facts.limitMs) };
    case 'late_start': return { ...say, planned: when(facts.plannedAt), grace: span(facts.graceMs) };
    case 'too_long':
    case 'too_short': return { ...say, took: span(facts.tookMs), usual: span(facts.usualMs), limit: span(facts.limitMs), runs: number(facts.runs) };
    case 'volume': return { ...say, value: number(facts.value), usual: number(facts.usual), low: number(facts.low), high: number(facts.high), minAbsolute: number(facts.minAbsolute), runs: number(facts.runs), metric: facts.metric === 'items' ? items[language] : safe(facts.metric) };
    case 'audit': return { ...say, local: safe(facts.local), remote: safe(facts.remote), localValue: facts.localValue === null ? missing[language] : number(facts.localValue), remoteValue: facts.remoteValue === null ? missing[language] : number(facts.remoteValue), share: formatPercent(language, facts.share ?? 0), limit: formatPercent(language, facts.limit) };
    case 'overlap': return { ...say, count: number(facts.inARow), threshold: number(facts.threshold) };
    case 'output_room': return { ...say, over: formatBytes(language, facts.overBytes), limit: formatBytes(language, facts.limitBytes) };
    case 'stuck':
    case 'prints_secret': return say;
    case 'paused_long': return { ...say, span: span(now.getTime() - Date.parse(facts.since)), limit: span(facts.limitMs), until: facts.until === null ? '' : formatMessage({ text: language === 'en' ? ', until {until}' : ', até {until}' }, language, 'text', { until: when(facts.until) }) };
    case 'secret_expiry': return { ...say, secret: safe(facts.secret), expires: formatDay(language, new Date(facts.expiresAt), now), days: span(facts.daysLeft * 86_400_000) };
    case 'integrity_record': return { ...say, entry: number(facts.entry ?? 0), entries: number(facts.entries) };
    case 'integrity_repository': return { ...say, repository: safe(facts.repository), checked: when(facts.checkedAt), count: number(facts.errors) };
    case 'disk_space': return { ...say, place: safe(facts.place), name: safe(facts.name), free: formatBytes(language, facts.freeBytes), limit: formatBytes(language, facts.limitBytes), ofTotal: facts.totalBytes === null ? '' : formatMessage({ text: language === 'en' ? ', of {total}' : ', de {total}' }, language, 'text', { total: formatBytes(language, facts.totalBytes) }) };
    case 'unreachable': return { ...say, repository: safe(facts.repository), path: safe(facts.path) };
    case 'no_network': return { ...say, waiting: facts.waiting.map(safe).join(', ') };
    case 'scheduler_stopped': return { ...say, since: when(facts.lastTickAt), quiet: span(facts.quietMs), limit: span(facts.limitMs) };
  }
}

export function describeAlert(language: Language, alert: Pick<Alert, 'facts' | 'since'>, now: Date): AlertWords {
  const params = paramsOf(language, alert, now);
  const fill = (text: string): string => formatMessage({ text }, language, 'text', params);
  const own = words[language][wayOf(alert.facts)];
  return { title: fill(own.title), what: fill(own.what), meaning: fill(own.meaning), next: fill(own.next), why: fill(own.why), less: fill(own.less) };
}

const ruleNames: Record<Language, Record<AlertCode, string>> = {
  en: {
    failure: 'failed runs', stale: 'no success for long', late_start: 'late start', too_long: 'unusually long', too_short: 'unusually short', volume: 'unusual amount', audit: 'counts that differ', overlap: 'skipped runs', output_room: 'too much output', stuck: 'a run that does not stop', paused_long: 'paused for long', prints_secret: 'prints a secret', secret_expiry: 'a secret expires',
    integrity_record: 'the record is damaged', integrity_repository: 'a repository is damaged', disk_space: 'little room', unreachable: 'a repository is away', no_network: 'no network', scheduler_stopped: 'the scheduler stopped'
  },
  'pt-BR': {
    failure: 'execuções com falha', stale: 'muito tempo sem sucesso', late_start: 'começo atrasado', too_long: 'duração acima do normal', too_short: 'duração abaixo do normal', volume: 'quantidade fora do normal', audit: 'contagens que não batem', overlap: 'execuções puladas', output_room: 'saída demais', stuck: 'uma execução que não para', paused_long: 'pausada há muito tempo', prints_secret: 'escreve um segredo', secret_expiry: 'um segredo expira',
    integrity_record: 'o registro está danificado', integrity_repository: 'um repositório está danificado', disk_space: 'pouco espaço', unreachable: 'um repositório está fora', no_network: 'sem rede', scheduler_stopped: 'o agendador parou'
  }
};

/** All that can be found, as rules are called. */
export const ruleCodes = Object.keys(ruleNames.en) as unknown as readonly AlertCode[];

/** What a rule looks for, in a few words; a code that is not known says itself. */
export function ruleName(language: Language, code: string): string {
  return (ruleNames[language] as Readonly<Record<string, string>>)[code] ?? code;
}

/** For tests of completeness. */
export const alertWays: Record<Language, Readonly<Record<string, CodeWords>>> = words;

// ---- messages ----

interface MessageWords {
  several: string;
  over: string;
  severalOver: string;
  digest: string;
  testTitle: string;
  testBody: string;
  overAfter: string;
  since: string;
  next: string;
  why: string;
  from: string;
  critical: string;
}

const messages: Record<Language, MessageWords> = {
  en: {
    several: '{count} things need you', over: 'Solved: {title}', severalOver: 'Solved: {count} things', digest: 'Summary: {count} alerts', testTitle: 'Varve: a test message', testBody: 'This channel works. Messages like this one come when something needs you.',
    overAfter: 'Solved {at}, after {span}.', since: 'Since {at}.', next: 'What to do: {text}', why: 'Why you hear of it: {text}', from: 'Sent by Varve on {computer}.', critical: 'Important: {title}'
  },
  'pt-BR': {
    several: '{count} coisas precisam de você', over: 'Resolvido: {title}', severalOver: 'Resolvidas: {count} coisas', digest: 'Resumo: {count} alertas', testTitle: 'Varve: mensagem de teste', testBody: 'Este canal funciona. Mensagens como esta vêm quando algo precisa de você.',
    overAfter: 'Resolvido {at}, depois de {span}.', since: 'Desde {at}.', next: 'O que fazer: {text}', why: 'Por que você foi avisado: {text}', from: 'Enviada pelo Varve em {computer}.', critical: 'Importante: {title}'
  }
};

interface Told {
  facts: AlertFacts;
  severity: Alert['severity'];
  /** Milliseconds. */
  since: number;
  resolvedAt: number | null;
}

export interface MessageInput {
  kind: 'message' | 'digest' | 'test';
  firing: readonly Told[];
  resolved: readonly Told[];
  computer: string;
  now: Date;
}

/** A message as people read it: one line for a subject, two for a notice, all of it for a letter. */
export function messageText(language: Language, { kind, firing, resolved, computer, now }: MessageInput): { title: string; short: string; body: string } {
  const own = messages[language];
  const fill = (text: string, params: Record<string, string | number>): string => formatMessage({ text }, language, 'text', params);
  const from = fill(own.from, { computer: visibleText(computer, true) });
  if (kind === 'test') return { title: own.testTitle, short: own.testBody, body: `${own.testBody}\n\n${from}\n` };
  const describe = ({ facts, since }: Told): AlertWords => describeAlert(language, { facts, since: new Date(since).toISOString() }, now);
  const isCritical = firing.some(({ severity }) => severity === 'critical');
  const all = [...firing, ...resolved];
  const [only] = all;
  const plain = only === undefined ? '' : all.length === 1 ? describe(only).title : kind === 'digest' ? fill(own.digest, { count: all.length }) : fill(own.several, { count: firing.length });
  const titled = firing.length > 0 || kind === 'digest' ? plain : resolved.length === 1 ? fill(own.over, { title: plain }) : fill(own.severalOver, { count: resolved.length });
  const title = isCritical ? fill(own.critical, { title: titled }) : titled;
  const blocks = [
    ...firing.map((each) => {
      const { title: name, what, meaning, next, why } = describe(each);
      return [`* ${name}`, `  ${what} ${meaning}`, `  ${fill(own.since, { at: formatExact(language, new Date(each.since)) })}`, `  ${fill(own.next, { text: next })}`, `  ${fill(own.why, { text: why })}`].join('\n');
    }),
    ...resolved.map((each) => {
      const overMs = each.resolvedAt ?? now.getTime();
      return [`* ${fill(own.over, { title: describe(each).title })}`, `  ${fill(own.overAfter, { at: formatExact(language, new Date(overMs)), span: formatSpan(language, (overMs - each.since) / 1000) })}`].join('\n');
    })
  ];
  const short = all.length === 1 && only !== undefined ? (firing.length === 1 ? `${describe(only).what} ${describe(only).next}` : fill(own.overAfter, { at: formatWhen(language, new Date(only.resolvedAt ?? now.getTime()), now), span: formatSpan(language, ((only.resolvedAt ?? now.getTime()) - only.since) / 1000) })) : all.slice(0, 5).map((each) => describe(each).title).join('\n');
  return { title, short, body: `${blocks.join('\n\n')}\n\n${from}\n` };
}
