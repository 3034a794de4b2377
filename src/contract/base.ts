// The builder every procedure starts from: it declares the whole catalogue of errors once, so that each client gets typed failures.
import { oc } from '@orpc/contract';
import { errorCatalogue, type ErrorCode, type ErrorData } from './errors.ts';

type OrpcErrors = { [C in ErrorCode]: { status: number; data: (typeof errorCatalogue)[C]['data'] } };

const errorMap = Object.fromEntries(Object.entries(errorCatalogue).map(([code, { status, data }]) => [code, { status, data }])) as unknown as OrpcErrors;

export const procedure = oc.errors(errorMap);
export type { ErrorCode, ErrorData };
