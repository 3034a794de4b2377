// Contract procedures of erasure -> the log.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EventLog } from '../index.ts';

/** `cleanOthers`: takes what deleted rows left out of other files of the home that events pass through. */
export function createErasureApi({ log, cleanOthers }: { log: () => EventLog; cleanOthers: () => Promise<boolean> }): EngineApi['erasure'] {
  return {
    erase: (input, { actor, signal }) => log().erasures.erase(input, { actor, signal, cleanOthers })
  };
}
