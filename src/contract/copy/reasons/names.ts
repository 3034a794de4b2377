// Short names inside a failure's data, as people call the things: kinds, owners of a home, keys, calls of the desktop app, fields of a form.
import type { PlainWords } from './template.ts';

export const kindNames: PlainWords = {
  'earlier record': ['earlier record', 'registro anterior'],
  repository: ['repository', 'repositório'],
  plan: ['plan', 'plano'],
  exclude: ['pattern or marker', 'padrão ou marcador'],
  tag: ['tag', 'etiqueta'],
  snapshot: ['snapshot', 'snapshot'],
  token: ['token', 'token'],
  call: ['call', 'chamada'],
  secret: ['secret', 'segredo'],
  'kept value': ['kept value of the secret', 'valor guardado do segredo'],
  job: ['job', 'tarefa'],
  legacy: ['copy', 'cópia'],
  crontab: ['crontab of', 'crontab de'],
  'job file': ['job kept in a file', 'tarefa mantida em um arquivo'],
  'unwatched run': ['run that an earlier start began and this one does not watch', 'execução que um início anterior começou e este não acompanha'],
  'ended run': ['run that is over', 'execução já terminada'],
  output: ['output', 'saída'],
  'removed output': ['output any more of', 'mais saída de'],
  channel: ['channel', 'canal'],
  event: ['entry', 'entrada'],
  note: ['note', 'nota'],
  view: ['saved view', 'visão salva'],
  checkpoint: ['checkpoint', 'ponto de verificação'],
  witness: ['witness', 'testemunha'],
  actor: ['person or program', 'pessoa ou programa'],
  subject: ['subject', 'assunto'],
  import: ['import', 'importação'],
  'followed file': ['followed file', 'arquivo acompanhado'],
  task: ['task', 'tarefa'],
  file: ['file', 'arquivo'],
  folder: ['folder', 'pasta'],
  path: ['file or folder', 'arquivo ou pasta'],
  run: ['run', 'execução'],
  preview: ['preview', 'prévia'],
  restore: ['restore', 'restauração'],
  alert: ['alert', 'alerta'],
  silence: ['silence', 'silêncio'],
  ticket: ['ticket', 'chamado'],
  trial: ['trial', 'experimento'],
  comparison: ['comparison', 'comparação'],
  // Files of a repository.
  config: ['config file', 'arquivo de configuração'],
  key: ['key', 'chave'],
  keys: ['key file', 'arquivo de chave'],
  locks: ['lock file', 'arquivo de trava'],
  snapshots: ['snapshot file', 'arquivo de snapshot'],
  index: ['index file', 'arquivo de índice'],
  data: ['pack file', 'arquivo de pacote'],
  tree: ['tree', 'árvore']
};

export const ownerNames: PlainWords = {
  desktop: ['the desktop app', 'o aplicativo de desktop'],
  serve: ['varve serve', 'varve serve'],
  cli: ['a varve command', 'um comando varve'],
  unknown: ['an unknown program', 'um programa desconhecido'],
  'another process': ['another process', 'outro processo']
};

export const secretNames: PlainWords = {
  'home-key': ['the key of this home', 'a chave desta pasta do Varve'],
  'log-signing': ['the key that signs the record', 'a chave que assina o registro']
};

/** Fields as a form calls them; the names of options stay. */
export const fieldNames: PlainWords = {
  at: ['time', 'hora'],
  content: ['content', 'conteúdo'],
  dayOfMonth: ['day of the month', 'dia do mês'],
  dayOfWeek: ['weekday', 'dia da semana'],
  every: ['every', 'a cada'],
  excludes: ['excludes', 'exclusões'],
  expression: ['expression', 'expressão'],
  home: ['home folder', 'pasta do Varve'],
  hour: ['hour', 'hora'],
  input: ['request', 'pedido'],
  key: ['key', 'chave'],
  minute: ['minute', 'minuto'],
  month: ['month', 'mês'],
  name: ['name', 'nome'],
  note: ['note', 'nota'],
  passphrase: ['passphrase', 'frase-senha'],
  password: ['password', 'senha'],
  path: ['path', 'caminho'],
  paths: ['folders', 'pastas'],
  entry: ['entry', 'entrada'],
  pattern: ['pattern', 'padrão'],
  plan: ['plan', 'plano'],
  policy: ['what is kept', 'o que se guarda'],
  prefix: ['prefix', 'prefixo'],
  schedule: ['schedule', 'horário'],
  schema: ['schema', 'esquema'],
  second: ['second', 'segundo'],
  tags: ['tags', 'etiquetas'],
  target: ['target folder', 'pasta de destino'],
  text: ['text', 'texto'],
  until: ['until', 'até'],
  url: ['address', 'endereço'],
  value: ['value', 'valor'],
  where: ['condition', 'condição'],
  zone: ['time zone', 'fuso horário']
};

/** What only the desktop app can do. */
export const desktopCalls: PlainWords = {
  pickFolder: ['choosing a folder in a window', 'escolher uma pasta em uma janela'],
  pickFile: ['choosing a file in a window', 'escolher um arquivo em uma janela'],
  pickSaveFile: ['choosing where to save in a window', 'escolher onde salvar em uma janela'],
  showInFolder: ['showing a file in its folder', 'mostrar um arquivo na pasta dele'],
  openExternal: ['opening a page in the browser', 'abrir uma página no navegador'],
  setTheme: ['changing the colours of the window', 'mudar as cores da janela'],
  setLanguage: ['changing the language of the menus', 'mudar o idioma dos menus'],
  notify: ['showing a notice', 'mostrar um aviso'],
  setUnsaved: ['asking before unsaved changes are lost', 'perguntar antes de perder mudanças não salvas'],
  quit: ['quitting the app', 'encerrar o aplicativo'],
  appInfo: ['telling about the app', 'informar sobre o aplicativo']
};
