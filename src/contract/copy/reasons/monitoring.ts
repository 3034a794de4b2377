// Reasons of /readyz: why an answer to a monitor is not "ready".
import type { Reasons } from './template.ts';

export const monitoring: Reasons = {
  'the lock file was removed or replaced: another process may own the home': 'o arquivo de trava foi removido ou trocado: outro processo pode ter a pasta do Varve',
  'no home is open': 'nenhuma pasta do Varve está aberta',
  'the home cannot be opened: {reason}': 'a pasta do Varve não pode ser aberta: {reason}',
  'state.db cannot be written: {reason}': 'state.db não pode ser gravado: {reason}',
  'the record takes nothing: {reason}': 'o registro não aceita nada: {reason}',
  'the scheduler has not started': 'o agendador não começou',
  'the scheduler has not ticked yet': 'o agendador ainda não deu sinal',
  'the scheduler last ticked {seconds} s ago, at {at}': 'o agendador deu o último sinal há {seconds} s, em {at}'
};
