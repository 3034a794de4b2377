// The doctor's findings in words: a name for each check and a sentence for each state it can be in.
import type { Language } from '../ids.ts';
import type { DoctorCheck } from '../system.ts';
import { formatMessage, type Params } from './format.ts';
import { storageWords } from './storage.ts';

type CheckId = DoctorCheck['id'];
type CheckState = DoctorCheck['state'];
interface CheckWords extends Record<CheckState, string> {
  name: string;
}

const en: Record<CheckId, CheckWords> = {
  node: { name: 'Runtime', well: 'The runtime is one that Varve was tested with.', attention: 'The runtime is older than the one Varve was tested with.', broken: 'The runtime is too old.', unknown: 'The runtime could not be told.' },
  home: { name: 'Home', well: 'Varve’s home is where it should be and can be written.', attention: 'Varve’s home needs a look.', broken: 'Varve’s home is missing or cannot be used.', unknown: 'Varve’s home could not be looked at.' },
  lease: { name: 'One owner', well: 'Exactly one Varve owns this home.', attention: 'Another Varve works with this home right now.', broken: 'It is not clear who owns this home.', unknown: 'The owner could not be told.' },
  log: { name: 'Record', well: 'The record opens and its last check found it intact.', attention: 'The record has not been checked for a while.', broken: 'The record does not fit together. Open the Log to see from which entry on.', unknown: 'The record could not be looked at.' },
  anchors: { name: 'Outside anchors', well: 'A checkpoint of the record is held outside, not older than a week.', attention: 'No checkpoint of the record has been held outside for over a week. Print one, or ask a witness.', broken: 'A checkpoint held outside does not fit the record: it was rolled back or changed. Open Log, Outside anchors.', unknown: 'No checkpoint of the record is held outside yet.' },
  state: { name: 'Own database', well: 'Plans and repositories can be read.', attention: 'Varve’s own database needs a look.', broken: 'Varve’s own database is damaged.', unknown: 'Varve’s own database could not be looked at.' },
  settings: { name: 'Settings', well: 'The settings are readable.', attention: 'A broken settings file was set aside; defaults are used.', broken: 'The settings cannot be read or written.', unknown: 'The settings could not be looked at.' },
  'secret-store': { name: 'Secret store', well: 'Passwords are kept and can be read.', attention: 'The secret store is locked.', broken: 'The secret store cannot be reached.', unknown: 'The secret store could not be asked.' },
  keys: { name: 'Keys', well: 'This home’s keys are there.', attention: 'The keys were never exported. Keep a copy outside this computer.', broken: 'A key that must exist was not found.', unknown: 'The keys could not be looked at.' },
  repository: { name: 'Repository', well: 'The repository is connected and can be read.', attention: 'The repository is not connected now.', broken: 'The repository cannot be read.', unknown: 'The repository could not be looked at.' },
  plan: { name: 'Plan', well: 'The plan has a recent snapshot.', attention: 'The plan’s last snapshot is old, or some files were left out.', broken: 'The plan cannot run: a folder or its repository is missing.', unknown: 'The plan could not be looked at.' },
  'disk-space': { name: 'Space', well: 'There is enough free space.', attention: 'Free space is running low.', broken: 'The drive is full.', unknown: 'Free space could not be told.' },
  'native-files': { name: 'File details', well: 'Exact times, owners and attributes can be kept.', attention: 'Some file details cannot be kept on this system.', broken: 'File details cannot be read.', unknown: 'It could not be told which file details can be kept.' },
  clock: { name: 'Clock', well: 'The clock looks right.', attention: 'The clock is behind the last entry of the record.', broken: 'The clock is far off.', unknown: 'The clock could not be judged.' },
  gateway: { name: 'Network access', well: 'Network access is as you set it.', attention: 'Network access is open to other computers.', broken: 'Network access could not be started.', unknown: 'Network access is not in use here.' },
  electron: { name: 'Desktop app', well: 'The desktop app is complete.', attention: 'The desktop app misses a part, such as the tray.', broken: 'The desktop app could not be installed.', unknown: 'You are using Varve without the desktop app.' },
  scheduler: { name: 'Jobs by the clock', well: 'Jobs are started on time.', attention: 'Jobs are not started by the clock now: everything is paused, or neither the app nor “varve serve” runs.', broken: 'The scheduler has not looked for over 90 seconds. Restart Varve.', unknown: 'No job has a time, or it could not be told.' },
  channel: { name: 'Channel', well: 'The last message got through.', attention: 'The channel is off, untried, or its last message did not get through yet. Send a test.', broken: 'Messages do not get through. Look at the channel’s address and password.', unknown: 'The channels could not be looked at.' },
  ping: { name: 'Outside checker', well: 'It was told, the last time there was something to tell.', attention: 'It could not be told last time. Look at its address.', broken: 'It cannot be told.', unknown: 'The outside checkers could not be looked at.' },
  drill: { name: 'Bringing back', well: 'The last trial brought files back as they were.', attention: 'No trial has brought files back for a while. Run a drill.', broken: 'The last trial did not bring files back as they were. Open its report.', unknown: 'It was never tried whether files come back. Run a drill.' },
  'test-run': { name: 'Test run', well: 'The last test run of a job went well.', attention: 'The last test run of a job did not go well. Open it.', broken: 'The last test run could not be read.', unknown: 'No job was run as a test yet.' },
  service: { name: 'Service', well: 'Varve is set up as a service.', attention: 'The service needs a look.', broken: 'The service cannot run.', unknown: 'No service starts Varve by itself; jobs run while the app or “varve serve” runs.' }
};

const ptBR: Record<CheckId, CheckWords> = {
  node: { name: 'Ambiente de execução', well: 'O ambiente é um dos testados com o Varve.', attention: 'O ambiente é mais antigo do que o testado com o Varve.', broken: 'O ambiente é antigo demais.', unknown: 'Não foi possível identificar o ambiente.' },
  home: { name: 'Pasta própria', well: 'A pasta do Varve está no lugar e aceita gravação.', attention: 'A pasta do Varve precisa de atenção.', broken: 'A pasta do Varve não existe ou não pode ser usada.', unknown: 'Não foi possível examinar a pasta do Varve.' },
  lease: { name: 'Um só dono', well: 'Exatamente um Varve é dono desta pasta.', attention: 'Outro Varve está trabalhando com esta pasta agora.', broken: 'Não está claro quem é o dono desta pasta.', unknown: 'Não foi possível identificar o dono.' },
  log: { name: 'Registro', well: 'O registro abre e a última conferência o encontrou íntegro.', attention: 'O registro não é conferido há algum tempo.', broken: 'O registro não confere. Abra o Registro para ver a partir de que entrada.', unknown: 'Não foi possível examinar o registro.' },
  anchors: { name: 'Âncoras externas', well: 'Um ponto de verificação do registro está guardado fora, há no máximo uma semana.', attention: 'Há mais de uma semana nenhum ponto de verificação do registro é guardado fora. Imprima um ou consulte uma testemunha.', broken: 'Um ponto de verificação guardado fora não confere com o registro: ele voltou atrás ou foi alterado. Abra Registro, Âncoras externas.', unknown: 'Nenhum ponto de verificação do registro está guardado fora ainda.' },
  state: { name: 'Banco próprio', well: 'Planos e repositórios podem ser lidos.', attention: 'O banco do Varve precisa de atenção.', broken: 'O banco do Varve está danificado.', unknown: 'Não foi possível examinar o banco do Varve.' },
  settings: { name: 'Configurações', well: 'As configurações podem ser lidas.', attention: 'Um arquivo de configurações quebrado foi posto de lado; valem os padrões.', broken: 'As configurações não podem ser lidas ou gravadas.', unknown: 'Não foi possível examinar as configurações.' },
  'secret-store': { name: 'Guarda de senhas', well: 'As senhas estão guardadas e podem ser lidas.', attention: 'A guarda de senhas está trancada.', broken: 'A guarda de senhas não está acessível.', unknown: 'Não foi possível consultar a guarda de senhas.' },
  keys: { name: 'Chaves', well: 'As chaves desta pasta estão no lugar.', attention: 'As chaves nunca foram exportadas. Guarde uma cópia fora deste computador.', broken: 'Uma chave que deveria existir não foi encontrada.', unknown: 'Não foi possível examinar as chaves.' },
  repository: { name: 'Repositório', well: 'O repositório está conectado e pode ser lido.', attention: 'O repositório não está conectado agora.', broken: 'O repositório não pode ser lido.', unknown: 'Não foi possível examinar o repositório.' },
  plan: { name: 'Plano', well: 'O plano tem um snapshot recente.', attention: 'O último snapshot do plano é antigo ou deixou arquivos de fora.', broken: 'O plano não pode rodar: falta uma pasta ou o repositório.', unknown: 'Não foi possível examinar o plano.' },
  'disk-space': { name: 'Espaço', well: 'Há espaço livre suficiente.', attention: 'O espaço livre está acabando.', broken: 'A unidade está cheia.', unknown: 'Não foi possível medir o espaço livre.' },
  'native-files': { name: 'Detalhes dos arquivos', well: 'Horários exatos, donos e atributos podem ser preservados.', attention: 'Alguns detalhes dos arquivos não podem ser preservados neste sistema.', broken: 'Os detalhes dos arquivos não podem ser lidos.', unknown: 'Não foi possível saber que detalhes podem ser preservados.' },
  clock: { name: 'Relógio', well: 'O relógio parece certo.', attention: 'O relógio está atrás da última entrada do registro.', broken: 'O relógio está muito errado.', unknown: 'Não foi possível avaliar o relógio.' },
  gateway: { name: 'Acesso pela rede', well: 'O acesso pela rede está como você definiu.', attention: 'O acesso pela rede está aberto a outros computadores.', broken: 'O acesso pela rede não pôde ser iniciado.', unknown: 'O acesso pela rede não está em uso aqui.' },
  electron: { name: 'Aplicativo de desktop', well: 'O aplicativo de desktop está completo.', attention: 'Falta uma parte do aplicativo, como o ícone na bandeja.', broken: 'O aplicativo de desktop não pôde ser instalado.', unknown: 'Você está usando o Varve sem o aplicativo de desktop.' },
  scheduler: { name: 'Tarefas pelo relógio', well: 'As tarefas começam na hora.', attention: 'As tarefas não começam pelo relógio agora: tudo está em pausa, ou nem o aplicativo nem o “varve serve” está rodando.', broken: 'O agendador não olha há mais de 90 segundos. Reinicie o Varve.', unknown: 'Nenhuma tarefa tem horário, ou não foi possível saber.' },
  channel: { name: 'Canal', well: 'A última mensagem chegou.', attention: 'O canal está desligado, não foi testado ou a última mensagem ainda não chegou. Envie um teste.', broken: 'As mensagens não chegam. Confira o endereço e a senha do canal.', unknown: 'Não foi possível examinar os canais.' },
  ping: { name: 'Vigia externo', well: 'Ele foi avisado da última vez que havia o que avisar.', attention: 'Ele não pôde ser avisado da última vez. Confira o endereço.', broken: 'Ele não pode ser avisado.', unknown: 'Não foi possível examinar os vigias externos.' },
  drill: { name: 'Trazer de volta', well: 'O último ensaio trouxe os arquivos de volta como eram.', attention: 'Há algum tempo nenhum ensaio traz arquivos de volta. Faça um ensaio.', broken: 'O último ensaio não trouxe os arquivos de volta como eram. Abra o relatório.', unknown: 'Nunca se ensaiou se os arquivos voltam. Faça um ensaio.' },
  'test-run': { name: 'Execução de teste', well: 'A última execução de teste de uma tarefa correu bem.', attention: 'A última execução de teste de uma tarefa não correu bem. Abra-a.', broken: 'Não foi possível ler a última execução de teste.', unknown: 'Nenhuma tarefa foi executada como teste ainda.' },
  service: { name: 'Serviço', well: 'O Varve está instalado como serviço.', attention: 'O serviço precisa de atenção.', broken: 'O serviço não pode rodar.', unknown: 'Nenhum serviço inicia o Varve sozinho; as tarefas rodam enquanto o aplicativo ou o “varve serve” estiver rodando.' }
};

export const doctorWords: Record<Language, Record<CheckId, CheckWords>> = { en, 'pt-BR': ptBR };

/** Name of the check (with the plan's, repository's or channel's own name when the data has it) and its finding. */
export function describeCheck(language: Language, check: Pick<DoctorCheck, 'id' | 'state' | 'data'>): { name: string; sentence: string } {
  const words = doctorWords[language][check.id];
  const params: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(check.data)) if (typeof value !== 'boolean') params[key] = value;
  const own = check.id === 'repository' || check.id === 'plan' || check.id === 'channel' || check.id === 'ping' || check.id === 'drill' ? check.data['name'] : undefined;
  const name = typeof own === 'string' ? `${words.name}: ${own}` : words.name;
  const sentence = formatMessage({ text: words[check.state] }, language, 'text', params as Params);
  return { name, sentence: check.id === 'secret-store' ? `${sentence} ${storageSentence(language, check)}`.trimEnd() : sentence };
}

/** What the place of the secrets protects against; nothing while it cannot be used. */
function storageSentence(language: Language, { state, data }: Pick<DoctorCheck, 'state' | 'data'>): string {
  const { kind, store, passphraseFrom } = data;
  if (state !== 'well' || (kind !== 'keyring' && kind !== 'vault')) return '';
  const from = passphraseFrom === 'environment' || passphraseFrom === 'file' ? passphraseFrom : 'person';
  return storageWords(language, { kind, store: String(store), passphraseFrom: from }).protects;
}
