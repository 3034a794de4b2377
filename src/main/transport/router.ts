// One router for three wires (direct, message port, HTTP): it validates by the contract, runs the engine's plain function
// and turns its errors into typed ones. It knows no wire and the engine knows no router.
import { implement, ORPCError, ValidationError, type AnyRouter } from '@orpc/server';
import { contract, type CallContext, type EngineApi } from '../../contract/index.ts';
import { errorCatalogue, type ErrorCode } from '../../contract/errors.ts';
import { isVarveError, toVarveError, toWire, VarveError } from '../engine/kit/errors.ts';

/** What a wire knows of the caller before a call; the signal comes with each call. */
export type Caller = Omit<CallContext, 'signal'>;

type PlainFunction = (input: unknown, context: CallContext) => unknown;
interface Implementable {
  handler(run: (options: { input: unknown; context: Caller; signal?: AbortSignal }) => unknown): unknown;
}

/** Builds the router from the contract: every procedure is served by the engine's function of the same name, which checks the caller's scope. */
export function createRouter(api: EngineApi): AnyRouter {
  const implementer = implement(contract).$context<Caller>();
  const build = (contractPart: object, implementerPart: object, apiPart: object, path: readonly string[]): object =>
    Object.fromEntries(
      Object.keys(contractPart).map((key) => {
        const inner = (contractPart as Record<string, object>)[key] as object;
        const below = [...path, key];
        const node = (implementerPart as Record<string, object>)[key] as object;
        const target = (apiPart as Record<string, object | PlainFunction>)[key];
        if (target === undefined) throw new Error(`the engine has no ${below.join('.')}`);
        if (!isContractProcedure(inner)) return [key, build(inner, node, target, below)];
        if (typeof target !== 'function') throw new Error(`the engine's ${below.join('.')} is not a function`);
        return [key, (node as Implementable).handler((options) => run(target as PlainFunction, options))];
      })
    );
  const router = build(contract, implementer, api, []) as AnyRouter;
  return router;
}

function isContractProcedure(part: object): boolean {
  return '~orpc' in part;
}

async function run(target: PlainFunction, { input, context, signal }: { input: unknown; context: Caller; signal?: AbortSignal }): Promise<unknown> {
  try {
    const answer = await target(input, { ...context, signal });
    return isStream(answer) ? relay(answer) : answer;
  } catch (error) {
    throw toTyped(error);
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Streams pass through with their errors typed; ending early runs the source's own `finally`. */
async function* relay(source: AsyncIterable<unknown>): AsyncGenerator {
  try {
    yield* source;
  } catch (error) {
    throw toTyped(error);
  }
}

/** An engine error as the RPC library's typed error: same code, catalogue status, data as it was. */
export function toTyped(error: unknown): ORPCError<string, unknown> {
  if (error instanceof ORPCError) return error;
  const wire = toWire(error);
  const { status } = errorCatalogue[wire.code];
  // A bug's message may hold anything, so only what was meant to travel does.
  const message = isVarveError(error) || wire.code !== 'INTERNAL' ? wire.message : 'unexpected failure';
  return new ORPCError(wire.code, { defined: true, status, message, data: wire.data, cause: error });
}

/**
 * Interceptor for every wire: input that does not fit the contract becomes BAD_INPUT naming the field.
 * An answer that does not fit is a bug of ours and says so.
 */
export async function explainValidation<T>(options: { next: () => Promise<T> }): Promise<T> {
  try {
    return await options.next();
  } catch (error) {
    if (!(error instanceof ORPCError) || !(error.cause instanceof ValidationError)) throw error;
    const [issue] = error.cause.issues;
    const field = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.') || 'input';
    const reason = issue?.message ?? 'is not as expected';
    if (error.code === 'BAD_REQUEST') throw toTyped(new VarveError('BAD_INPUT', `${field}: ${reason}`, { field, reason }));
    throw toTyped(new VarveError('INTERNAL', `answer does not fit the contract at ${field}: ${reason}`, { what: `${field}: ${reason}` }));
  }
}

/** The error of a client call as the engine threw it; anything else (a broken line) becomes INTERNAL. */
export function fromTyped(error: unknown): VarveError {
  if (error instanceof ORPCError) {
    if (Object.hasOwn(errorCatalogue, error.code)) return new VarveError(error.code as ErrorCode, error.message, error.data as never, { cause: error });
    if (error.code === 'UNAUTHORIZED') return new VarveError('UNAUTHORIZED', error.message, {}, { cause: error });
  }
  return toVarveError(error);
}

