// Portuguese words of runs.
import type { RunWords } from '../runs.ts';

export const runWordsPtBR: RunWords = {
  states: {
    awaiting_approval: 'aguarda seu aceite', queued: 'aguardando', starting: 'começando', running: 'em execução', stopping: 'sendo interrompida', retry_wait: 'aguardando nova tentativa',
    succeeded: 'concluída', partial: 'concluída com falhas', failed: 'falhou', timed_out: 'demorou demais', stopped: 'interrompida por você', skipped: 'pulada', missed: 'não foi executada', rejected: 'recusada', unknown: 'fim desconhecido'
  },
  stoppedOtherwise: 'interrompida',
  leads: {
    awaiting_approval: 'Aguarda seu aceite desde {when}',
    queued: 'Aguarda a vez desde {when}',
    starting: 'Está para começar',
    running: 'Está em execução desde {when}',
    stopping: 'Está sendo interrompida, {why}',
    retry_wait: 'A tentativa não deu certo: {why}',
    succeeded: 'Concluída em {span}',
    partial: 'Concluída com falhas: {why}',
    failed: 'Falhou: {why}',
    timed_out: 'Demorou demais: {why}',
    stopped: 'Foi interrompida {why}',
    skipped: 'Foi pulada: {why}',
    missed: 'Não foi executada: {why}',
    rejected: 'Foi recusada: {why}',
    unknown: 'Não sabemos como terminou: {why}'
  },
  causes: {
    exit: { why: 'o programa relatou um problema', next: 'Veja o que ele disse, corrija e execute de novo.' },
    signal: { why: 'o programa foi encerrado de fora, ou quebrou', next: 'Veja se faltou memória no computador e execute de novo.' },
    spawn: { why: 'o programa não pôde ser iniciado', next: 'Veja se ele está instalado e se o caminho está certo, e execute de novo.' },
    check: { why: 'terminou bem, mas não com o que você espera dela', next: 'Veja os números; se estiverem certos, mude na tarefa o que é esperado.' },
    error: { why: 'o Varve não conseguiu fazê-la', next: 'Execute de novo; se falhar outra vez, veja o diagnóstico em Configurações.' },
    damage: { why: 'algo está danificado', next: 'Não apague nada. Abra o relatório para ver o que continua bom.' },
    password: { why: 'a senha do repositório não está certa', next: 'Informe a senha de novo em Configurações e execute de novo.' },
    secret: { why: 'um segredo não pôde ser lido', next: 'Destranque o lugar onde os segredos ficam, ou defina o segredo de novo.' },
    user: { why: 'por você', next: 'Execute de novo quando quiser.' },
    timeout: { why: 'o limite de tempo passou', next: 'Veja o que a segurou; se ela precisa de mais tempo, aumente o limite na tarefa.' },
    idle: { why: 'ficou tempo demais sem dizer nada', next: 'Veja o que ela esperava; se é calada por natureza, aumente o limite na tarefa.' },
    replaced: { why: 'porque uma execução mais nova tomou o lugar', next: 'Não há nada a fazer; veja a execução mais nova.' },
    quit: { why: 'porque o Varve foi fechado', next: 'Execute de novo, ou espere a próxima hora dela.' },
    shutdown: { why: 'porque o computador foi desligado', next: 'Execute de novo, ou espere a próxima hora dela.' },
    crash: { why: 'o Varve e o programa terminaram antes que fosse registrado', next: 'Veja o que ficou dela e execute de novo.' },
    crash_at_start: { why: 'o Varve terminou enquanto ela começava', next: 'Veja se chegou a começar e execute de novo.' },
    power_loss: { why: 'o computador desligou enquanto ela rodava', next: 'Veja o que ficou dela e execute de novo.' },
    orphan_ended: { why: 'seguiu sem o Varve e terminou sem ser vista', next: 'Veja o que ficou dela e execute de novo.' },
    overlap: { why: 'uma execução anterior ainda estava em andamento', next: 'Se acontece muito, execute com menos frequência, ou deixe uma esperar pela outra.' },
    deadline: { why: 'a vez não chegou a tempo', next: 'Execute agora, ou dê mais tempo de espera.' },
    paused: { why: 'estava pausada', next: 'Retome a tarefa quando quiser que volte a ser executada.' },
    upstream: { why: 'aquilo de que depende não deu certo', next: 'Corrija antes a execução anterior.' },
    superseded: { why: 'uma execução mais nova já esperava', next: 'Não há nada a fazer; veja a execução mais nova.' },
    job_gone: { why: 'a tarefa foi excluída nesse meio-tempo', next: 'Não há nada a fazer.' },
    broken: { why: 'algo de que a tarefa precisa não existe mais', next: 'Abra a tarefa e escolha outro no lugar.' },
    condition: { why: 'o que ela precisa não estava lá a tempo', next: 'Conecte o que ela precisa e execute agora.' },
    too_many: { why: 'já havia execuções demais esperando', next: 'Execute com menos frequência, ou veja por que demoram tanto.' },
    too_old: { why: 'a hora dela passou há tempo demais', next: 'Execute agora se precisar.' },
    policy: { why: 'a tarefa diz que o que se perdeu não é recuperado', next: 'Execute agora se precisar.' }
  },
  ends: {
    answer: { why: 'o endereço não respondeu como devia', next: 'Veja se o que responde ali está bem e execute de novo.' },
    gaps: { why: 'algo não pôde ser lido', next: 'Abra o relatório para ver o que falta, e dê permissão ou deixe de fora.' },
    programGaps: { why: 'o programa disse que falta algo', next: 'Veja o que ele disse; execute de novo quando estiver corrigido.' }
  },
  waitingFor: {
    slot: 'Espera outra execução terminar: só algumas rodam ao mesmo tempo', lock: 'Espera uma execução que não pode rodar ao mesmo tempo', drive: 'Espera a unidade dela', power: 'Espera a energia da tomada', network: 'Espera a rede',
    space: 'Espera espaço na unidade', catch_up: 'Espera um pouco, porque o computador acabou de voltar', paused: 'Espera porque as tarefas estão pausadas', other_run: 'Espera uma execução anterior desta tarefa'
  },
  missed: { asleep: 'O computador dormia.', off: 'O computador estava desligado.', app_closed: 'O Varve estava fechado.', paused: 'As tarefas estavam pausadas.', busy: 'O Varve estava ocupado.', clock: 'O relógio foi mudado.' },
  facts: {
    since: 'Falhou {count} vezes seguidas desde {when}.', sinceFirst: 'Isto é novo.', lastGood: 'Deu certo pela última vez {when}.', neverGood: 'Ainda não deu certo.', lastLine: 'Última linha: “{line}”.', tryAgain: 'Nova tentativa {when}; não há nada a fazer até lá.',
    missedCount_one: '{count} vez passou sem execução.', missedCount_many: '{count} vezes passaram sem execução.', missedCount_other: '{count} vezes passaram sem execução.',
    together_one: 'Esta execução vale também por {count} vez que passou antes dela.', together_many: 'Esta execução vale também por {count} vezes que passaram antes dela.', together_other: 'Esta execução vale também por {count} vezes que passaram antes dela.'
  }
};
