// Reasons of jobs: what a definition refuses.
import type { Reasons } from './template.ts';

export const jobs: Reasons = {
  'must be letters, digits and "_", not beginning with a digit': 'precisa ter só letras, algarismos e "_" e não começar com um algarismo',
  'must be lower-case letters, digits, "-", "_" and ".", at most 63': 'precisa ter só letras minúsculas, algarismos, "-", "_" e ".", no máximo 63 caracteres',
  'must begin with http:// or https://': 'precisa começar com http:// ou https://',
  'must begin with http://, https:// or secret:': 'precisa começar com http://, https:// ou secret:',
  'must be HOST:PORT': 'precisa ser HOST:PORTA',
  '{count} could not be read': '{count} não puderam ser lidos',
  'answered with {status}': 'respondeu com {status}',
  'the answer does not hold "{text}"': 'a resposta não contém "{text}"',
  'took only {seconds} s; at least {least} s are expected': 'levou só {seconds} s; o esperado são pelo menos {least} s',
  'did not say how many items it handled': 'não disse quantos itens tratou',
  'handled {items} items; at least {least} are expected': 'tratou {items} itens; o esperado são pelo menos {least}',
  'handled {items} items; at most {most} are expected': 'tratou {items} itens; o esperado são no máximo {most}',
  'the file {path} is not there': 'o arquivo {path} não está lá',
  'the file {path} was not written by this run': 'o arquivo {path} não foi gravado por esta execução',
  'did not say both {local} and {remote}': 'não disse {local} e {remote}, os dois',
  '{local} is {count}, {remote} is {other}: more than 5 % apart': '{local} é {count}, {remote} é {other}: mais de 5 % de diferença',
  'starts a program more often than every 10 seconds': 'inicia um programa mais vezes do que a cada 10 segundos',
  'has passed': 'já passou',
  'is more than 30 days away': 'está a mais de 30 dias',
  '{count} failed runs in a row': '{count} execuções falharam em seguida',
  'could not be started: its keeper ended at once': 'não pôde ser iniciado: quem o vigiaria terminou em seguida',
  'the folder it is to stand in cannot be used: {code}': 'a pasta em que ficaria não pode ser usada: {code}',
  '{program} could not be started: {code}': '{program} não pôde ser iniciado: {code}',
  'it could not be watched over: {code}': 'não pôde ser vigiado: {code}',
  'ended by {signal}': 'terminado por {signal}'
};
