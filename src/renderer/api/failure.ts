// A failure as screens see it: a code of the catalogue with its data, whatever was thrown.
import { errorWords } from '../../contract/copy/errors.ts';
import type { ErrorCode } from '../../contract/errors.ts';

export interface Failure {
  code: ErrorCode;
  data: unknown;
  /** For the details fold only. */
  detail: string;
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(errorWords.en, code);
}

export function toFailure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'code' in error) {
    const { code } = error;
    const data = 'data' in error ? error.data : undefined;
    const detail = 'message' in error ? String(error.message) : '';
    if (isCode(code)) return { code, data, detail };
    // The RPC layer's own refusal of an input that does not fit the contract.
    if (code === 'BAD_REQUEST') return { code: 'BAD_INPUT', data: { field: 'input', reason: detail }, detail };
    return { code: 'INTERNAL', data: { what: String(code) }, detail };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', data: { what: detail }, detail };
}

export function isFailure(error: unknown, code: ErrorCode): boolean {
  return toFailure(error).code === code;
}
