// The one place every call passes before it reaches a domain: is the caller allowed to? Streams come back as they are, everything else as a
// promise, so that a refusal is always a rejection and never a throw out of the call. What a call fails with leaves without what is known of secrets.
import type { CallContext, EngineApi } from '../../contract/index.ts';
import { toVarveError, VarveError } from './kit/errors.ts';
import { requireScope } from './system/scopes.ts';

type Handler = (input: unknown, context: CallContext) => unknown;
interface Branch {
  [name: string]: Handler | Branch;
}

const streams = new Set(['system.tasks.watch', 'system.events', 'system.folders.measure', 'log.tail', 'plans.preview', 'evidence.download', 'intake.import', 'intake.export', 'runs.output.text', 'runs.output.follow', 'desktop.quitting']);

/** True when the procedure answers with a stream. */
export function isStream(path: readonly string[]): boolean {
  return streams.has(path.join('.'));
}

type MaskValue = <T>(value: T) => T;

export function guardApi(api: EngineApi, mask: MaskValue): EngineApi {
  return guardBranch(api as unknown as Branch, [], mask) as unknown as EngineApi;
}

function guardBranch(branch: Branch, path: readonly string[], mask: MaskValue): Branch {
  return Object.fromEntries(Object.entries(branch).map(([name, node]) => [name, typeof node === 'function' ? guardHandler(node, [...path, name], mask) : guardBranch(node, [...path, name], mask)]));
}

function guardHandler(handler: Handler, path: readonly string[], mask: MaskValue): Handler {
  if (isStream(path)) {
    return (input, context) => {
      requireScope(context.scope, path);
      return maskedStream(handler(input, context) as Stream | Promise<Stream>, mask);
    };
  }
  return async (input, context) => {
    requireScope(context.scope, path);
    try {
      return await handler(input, context);
    } catch (error) {
      throw maskedError(error, mask);
    }
  };
}

type Stream = AsyncIterable<unknown>;

/** A stream of another process comes as a promise of it. */
async function* maskedStream(source: Stream | Promise<Stream>, mask: MaskValue): AsyncGenerator {
  try {
    yield* await source;
  } catch (error) {
    throw maskedError(error, mask);
  }
}

/** As it was, where nothing in it was masked. */
function maskedError(error: unknown, mask: MaskValue): unknown {
  const { code, message, data } = toVarveError(error);
  const masked = mask({ message, data });
  if (JSON.stringify(masked) === JSON.stringify({ message, data })) return error;
  return new VarveError(code, masked.message, masked.data as never);
}
