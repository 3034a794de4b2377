// The one place every call passes before it reaches a domain: is the caller allowed to? Streams come back as they are, everything else as a
// promise, so that a refusal is always a rejection and never a throw out of the call.
import type { CallContext, EngineApi } from '../../contract/index.ts';
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

export function guardApi(api: EngineApi): EngineApi {
  return guardBranch(api as unknown as Branch, []) as unknown as EngineApi;
}

function guardBranch(branch: Branch, path: readonly string[]): Branch {
  return Object.fromEntries(Object.entries(branch).map(([name, node]) => [name, typeof node === 'function' ? guardHandler(node, [...path, name]) : guardBranch(node, [...path, name])]));
}

function guardHandler(handler: Handler, path: readonly string[]): Handler {
  if (isStream(path)) {
    return (input, context) => {
      requireScope(context.scope, path);
      return handler(input, context);
    };
  }
  return async (input, context) => {
    requireScope(context.scope, path);
    return handler(input, context);
  };
}
