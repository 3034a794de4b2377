// Reasons of the program around the engine: options of the command line, names as the contract wants them, threads, the way between processes.
import type { Reasons } from './template.ts';

export const program: Reasons = {
  // The command line.
  'must be create, open or auto': 'precisa ser create, open ou auto',
  'must be keyring or vault': 'precisa ser keyring ou vault',
  'must be keep, replace, newer or both': 'precisa ser keep, replace, newer ou both',
  'must be owner, read or append': 'precisa ser owner, read ou append',
  'must be system or user': 'precisa ser system ou user',
  'must be debug, info, warn or error': 'precisa ser debug, info, warn ou error',
  'must be 1 to 255 printable characters': 'precisa ter de 1 a 255 caracteres imprimíveis',
  'is taken by calls of jobs and runs alone': 'só é aceito por chamadas de tarefas e execuções',
  'was used for another body': 'foi usado com outro corpo',
  'must be a number from 0 to 65535': 'precisa ser um número de 0 a 65535',
  'needs the keys of this record; those of an earlier one are not here. Restore its package with --old-home-gone to open what is encrypted in it': 'precisa das chaves deste registro; as de um anterior não estão aqui. Restaure o pacote dele com --old-home-gone para abrir o que está cifrado nele',
  'cannot be together with --full': 'não pode vir junto com --full',
  '"{text}" is not a percentage from 0 to 100': '"{text}" não é uma porcentagem de 0 a 100',
  '"{text}" is not a whole number': '"{text}" não é um número inteiro',
  '"{text}" is not the number of an entry': '"{text}" não é o número de uma entrada',
  '"{text}" is none of {names}': '"{text}" não é nenhum destes: {names}',
  '"{text}" is not a time; write 2026-11-20T10:00': '"{text}" não é um horário; escreva 2026-11-20T10:00',
  'has {bytes} bytes; at most {limit} fit': 'tem {bytes} bytes; cabem no máximo {limit}',
  '{path} is a folder, not a file': '{path} é uma pasta, e não um arquivo',
  'its folder is not there': 'a pasta dele não está lá',
  'is not as expected': 'não está como se espera',
  'is not a full path': 'não é um caminho completo',

  // Names and words as the contract wants them.
  'must be lower-case letters, digits, "-", "_" and ".", starting with a letter or digit, at most 63': 'precisa ter só letras minúsculas, algarismos, "-", "_" e ".", começar com uma letra ou algarismo e ter no máximo 63 caracteres',
  'must be lower-case letters, digits, ".", "_" and "-", starting with a letter': 'precisa ter letras minúsculas, algarismos, ".", "_" e "-" e começar com uma letra',
  '"latest" is reserved': '"latest" é reservado',
  'must not look like a snapshot id': 'não pode parecer um identificador de snapshot',
  'must not hold a comma, nor begin or end with a space': 'não pode ter vírgula, nem começar ou terminar com espaço',

  // Processes and threads.
  'the answer of another Varve ({owner}, PID {pid})': 'a resposta de outro Varve ({owner}, PID {pid})',
  'the answer of the secret store': 'a resposta do lugar das senhas',
  'a worker thread': 'uma linha de execução',
  'a worker thread ended with code {code}': 'uma linha de execução terminou com o código {code}',
  'the thread of {name} ended early': 'a linha de execução de {name} terminou antes da hora',
  'not inside a worker thread of Varve': 'fora de uma linha de execução do Varve',
  'no task of the name {name}': 'não há tarefa com o nome {name}',
  'a one-shot task has no line to its caller': 'uma tarefa única não fala com quem a chamou',
  'the worker threads are closed': 'as linhas de execução estão fechadas',
  'working on the system {name}': 'trabalhar no sistema {name}',
  'the path of a socket would be too long': 'o caminho de um socket ficaria longo demais',
  'it must be a folder of this user that nobody else can open': 'precisa ser uma pasta deste usuário que ninguém mais possa abrir',
  'must be "or" or "and"': 'precisa ser "or" ou "and"',
  'must be 1 to 50': 'precisa ser de 1 a 50'
};
