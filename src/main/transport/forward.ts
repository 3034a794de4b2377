// Calls passed on: to the desktop's main process (dialogs, tray), and to the process that already owns the home.
import type { AnyPort } from './port.ts';
import { connectPort } from './port.ts';
import { fromTyped } from './router.ts';
import { contract, type CallContext, type EngineApi, type VarveClient } from '../../contract/index.ts';
import { desktopContract } from '../../contract/desktop.ts';

type Call = (input: unknown, options: { signal: AbortSignal | undefined }) => Promise<unknown>;
type Passed = (input: unknown, context: CallContext) => Promise<unknown>;

function passOn(call: Call): Passed {
  return async (input, context) => {
    try {
      return await call(input, { signal: context.signal });
    } catch (error) {
      throw fromTyped(error);
    }
  };
}

/** The desktop's calls as the engine wants them, served at the far end of the port. */
export function desktopOver(port: AnyPort): EngineApi['desktop'] {
  const client = connectPort(port) as unknown as Record<string, Call>;
  return Object.fromEntries(Object.keys(desktopContract).map((name) => [name, passOn((input, options) => (client[name] as Call)(input, options))])) as unknown as EngineApi['desktop'];
}

/** The whole table answered by another process, except for what belongs to this computer's screen: `desktop` stays here. */
export function apiOver(client: VarveClient, desktop: EngineApi['desktop']): EngineApi {
  const build = (part: object, clientPart: object): object =>
    Object.fromEntries(
      Object.entries(part).map(([key, inner]: [string, object]) => {
        const target = (clientPart as Record<string, object>)[key] as object;
        return [key, '~orpc' in inner ? passOn(target as Call) : build(inner, target)];
      })
    );
  return { ...build(contract, client), desktop } as EngineApi;
}
