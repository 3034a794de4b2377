// Secrets that only their name gives away (`api_key = ...`). The name alone is never enough: what follows must look like chance, not like words,
// a path, a version or a time.
import { isDocumented } from './samples.ts';
import type { Candidate, Judgement } from './rule.ts';

const telling = /key|token|secret|passw|auth|api|credential|senha|segredo/;
/** Names that hold one of those words and mean something else. */
const harmless = /public|author(?!i[sz])|keyword|keyboard|monkey|tokeni[sz]|tokens?_?(?:count|used|limit|total|type)|(?:primary|foreign|sort|cache|partition|row|object|dict|map|group)_?-?key|key_?-?(?:id|name|type|size|length|code|up|down|press)|capi|rapid|therap|api_?-?(?:version|name|url|endpoint|path|host)/;
const value = /^[\w+/=.~-]{10,150}$/;

const stopWords = [
  'example', 'sample', 'changeme', 'change_me', 'placeholder', 'dummy', 'redacted', 'masked', 'hidden', 'removed', 'secret', 'password', 'passwd', 'token', 'apikey', 'api_key', 'undefined', 'default', 'disabled', 'enabled',
  'required', 'invalid', 'missing', 'expired', 'revoked', 'unknown', 'nothing', 'localhost', 'internal', 'external', 'production', 'staging', 'development', 'testing', 'version', 'config', 'setting', 'environment', 'function', 'return',
  'string', 'number', 'boolean', 'object', 'private', 'public', 'process.env', 'getenv', 'python', 'javascript', 'application', 'service', 'server', 'client', 'project', 'account', 'customer', 'session', 'request', 'response', 'message',
  'measure', 'temperature', 'pressure', 'humidity', 'sensor', 'channel', 'experiment', 'dataset', 'training', 'validation', 'checkpoint', 'model', 'layer', 'weight', 'gradient', 'epoch', 'batch', 'image', 'table', 'column', 'report',
  'exemplo', 'amostra', 'teste', 'senha', 'padrao', 'usuario', 'cliente', 'servidor', 'projeto', 'medida', 'modelo', 'xxxx', '****', '....', '----', '____', '0000000', '1234567', 'abcdefg', 'qwerty', 'lorem', 'ipsum'
];
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const time = /^\d{4}-?\d{2}-?\d{2}[T_-]?\d{2}/;
const fileLike = /(?:^|\/)[\w.-]{1,80}\.[A-Za-z][A-Za-z0-9]{0,4}$/;
const word = /^(?:[a-z]{2,16}|[A-Z]{2,16}|[A-Z][a-z]{1,15}|\d{1,8}|v\d{1,4}|[a-z]{1,12}\d{1,3})$/;

/** A whole field whose name tells: `{"api_key": "..."}`. */
export function isSecretField({ field, secret }: Candidate): boolean {
  return telling.test(field) && !harmless.test(field) && value.test(secret);
}

export function isGenericSecret({ secret, text, at }: Candidate): Judgement {
  if (isDocumented(secret)) return 'sample';
  if (!/[A-Za-z]/.test(secret) || !/\d/.test(secret)) return 'nothing';
  if (uuid.test(secret) || time.test(secret) || fileLike.test(secret) || secret.startsWith('/') || secret.startsWith('./')) return 'nothing';
  const lower = secret.toLowerCase();
  if (stopWords.some((each) => lower.includes(each))) return 'nothing';
  if (secret.split(/[-_./]/).every((part) => part === '' || word.test(part))) return 'nothing';
  if (isSequence(secret)) return 'nothing';
  // Inside a text the name stands before the value; a whole field has it in `field`.
  if (text !== secret && harmless.test(text.slice(Math.max(0, at - 40), at).toLowerCase())) return 'nothing';
  return 'secret';
}

/** `abcdef123456`: more than half of the steps go up or down by one, or stand still. */
function isSequence(text: string): boolean {
  let steps = 0;
  for (let i = 1; i < text.length; i++) if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) <= 1) steps += 1;
  return steps > (text.length - 1) / 2;
}
