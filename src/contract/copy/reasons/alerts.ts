// Reasons around alerts and the channels they are told through.
import type { Reasons } from './template.ts';

export const alerts: Reasons = {
  'must be the name of another channel': 'deve ser o nome de outro canal',
  'a desktop channel needs none': 'um canal de desktop não precisa de nenhum',
  'a name and password are sent to another computer only with tls or starttls': 'nome e senha só são enviados a outro computador com tls ou starttls',
  'answered with status {status}': 'respondeu com o status {status}',
  'is closed already': 'já está encerrado',
  'names no outside checker yet': 'ainda não indica nenhum verificador externo',
  'has not run yet, so there is nothing to tell; run it once': 'ainda não foi executada, então não há o que contar; execute-a uma vez',
  'is solved already': 'já está resolvido',
  'is about integrity, which cannot be silenced; say that you are on it instead': 'é sobre integridade, que não pode ser silenciada; em vez disso, diga que está cuidando',
  'is needed, or matchers': 'é preciso, ou critérios',
  'must name at least one label': 'deve indicar ao menos um rótulo',
  'must lie ahead, at most 30 days': 'deve estar no futuro, no máximo 30 dias',
  'is looked at anew every minute and is solved by itself when its condition ends': 'é examinado de novo a cada minuto e se resolve sozinho quando a condição acaba',
  'judges by no usual value, so nothing can join it': 'não julga por um valor normal, por isso nada pode entrar nele',
  'must not be more than lowBytes': 'não pode ser mais que lowBytes',
  'must be secret:NAME': 'deve ser secret:NOME',
  'must be an e-mail address': 'deve ser um endereço de e-mail',
  'must begin with http:// or https://, or be secret:NAME': 'deve começar com http:// ou https://, ou ser secret:NOME',
  'must be HH:MM': 'deve ser HH:MM'
};
