// Reasons of what comes in from files and other programs: imports, followed files, lines, mappings.
import type { Reasons } from './template.ts';

export const intake: Reasons = {
  'must be stop or quarantine': 'precisa ser stop ou quarantine',
  'must be jsonl or csv': 'precisa ser jsonl ou csv',
  'has {bytes} bytes, more than a mapping needs': 'tem {bytes} bytes, mais do que um mapeamento precisa',
  'has {bytes} bytes': 'tem {bytes} bytes',
  'must be a JSON Pointer such as /ts or /data/event': 'precisa ser um JSON Pointer como /ts ou /data/event',
  '"{action}" must begin with "app.": what is imported is never mistaken for what Varve or a declared namespace recorded': '"{action}" precisa começar com "app.": o que é importado nunca se confunde com o que o Varve ou um espaço de nomes declarado registrou',
  'belongs to "previous": "member", and only there': 'só vale com "previous": "member"',
  '{typed} is not absolute; write the whole path': '{typed} não é um caminho completo; escreva o caminho inteiro',
  'the path holds bytes that are not text; follow it under another name': 'o caminho tem bytes que não são texto; acompanhe-o com outro nome',
  'the path is longer than {count} characters; give the source a shorter name': 'o caminho tem mais de {count} caracteres; dê um nome mais curto à fonte',
  '{path} is UTF-16; write it as UTF-8 first (iconv -f UTF-16 -t UTF-8)': '{path} está em UTF-16; passe-o antes para UTF-8 (iconv -f UTF-16 -t UTF-8)',
  '{path} is compressed; unpack it first (gunzip)': '{path} está comprimido; descomprima-o antes (gunzip)',
  '{path} is not a plain file; pipe it into "varve log append --jsonl -" instead': '{path} não é um arquivo comum; mande-o por pipe para "varve log append --jsonl -"',

  // Over HTTP.
  'must be application/json for one event, application/x-ndjson for one per line': 'precisa ser application/json para um evento, application/x-ndjson para um por linha',
  'comes after {count} events, the most that are taken at once': 'vem depois de {count} eventos, o máximo que se aceita de uma vez',
  'holds no event': 'não contém nenhum evento'
};
