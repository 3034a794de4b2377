// Which line looks like an error: where a reader is led first (10.3). A guess, and worded as one; it judges nothing.
import { withoutColours } from './colours.ts';

const strong = /\b(?:errors?|fatal|failed|failures?|failing|exception|traceback|panic(?:ked)?|aborted|segmentation fault|killed|permission denied|access denied|erros?|falhas?|falhou|exceção|permissão negada|acesso negado)\b/i;
const errorName = /\b[A-Z]\w*(?:Error|Exception)\b/;
/** In words of programs that have no better ones; on standard output they are too usual to mean anything. */
const weak = /\b(?:cannot|can't|could not|unable to|no such file|not found|denied|refused|invalid|timed out|não foi possível|não encontrado|inválid[oa]|negad[oa]|recusad[oa])/i;
/** `0 errors`, `no failures`, `errors: 0`, `error-free`, `sem erros`. */
const harmless = /\b(?:no|0|zero|without(?: any)?|sem|nenhum|nenhuma)\s+(?:errors?|failures?|failed|failing|exceptions?|erros?|falhas?)\b|\b(?:errors?|failures?|failed|erros?|falhas?)\s*[:=]\s*0\b(?![.,]\d)|\berror[- ]free\b/gi;

export function looksLikeError(text: string, stream: 'out' | 'err' | 'sys'): boolean {
  if (stream === 'sys') return false;
  const plain = withoutColours(text);
  if (!speaksOfOne(plain, stream)) return false;
  const rest = plain.replace(harmless, ' ');
  return rest === plain || speaksOfOne(rest, stream);
}

function speaksOfOne(text: string, stream: 'out' | 'err'): boolean {
  return strong.test(text) || errorName.test(text) || (stream === 'err' && weak.test(text));
}
