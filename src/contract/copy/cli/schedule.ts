// Words of `varve cron`.
export const scheduleEn = {
  cron: 'read cron expressions as Varve’s schedules do',
  cronNext: 'the next runs of an expression, what it means in words, and what changes of the clocks do to it',
  optionCronZone: 'time zone, for example America/Sao_Paulo (default: this computer’s)',
  optionCronFrom: 'runs after this moment (default: now); without a zone of its own it is meant in --tz',
  optionCronCount: 'how many runs, 1 to 50',
  optionCronDayMatch: 'with both day fields given: “or” runs on days that fit one of them, “and” on days that fit both',
  cronReading: '{words} ({zone})',
  colRun: 'RUN', colOffset: 'UTC', colUtcTime: 'MOMENT', colClockNote: 'CLOCKS',
  cronWarning: 'Note: {text}'
};

export const schedulePtBR: Record<keyof typeof scheduleEn, string> = {
  cron: 'ler expressões cron como os agendamentos do Varve',
  cronNext: 'as próximas execuções de uma expressão, o que ela quer dizer em palavras e o que mudanças de horário fazem com ela',
  optionCronZone: 'fuso horário, por exemplo America/Sao_Paulo (padrão: o deste computador)',
  optionCronFrom: 'execuções depois deste momento (padrão: agora); sem fuso próprio, vale o de --tz',
  optionCronCount: 'quantas execuções, 1 a 50',
  optionCronDayMatch: 'com os dois campos de dia indicados: “or” executa nos dias que servem a um deles, “and” nos que servem aos dois',
  cronReading: '{words} ({zone})',
  colRun: 'EXECUÇÃO', colOffset: 'UTC', colUtcTime: 'MOMENTO', colClockNote: 'RELÓGIOS',
  cronWarning: 'Nota: {text}'
};
