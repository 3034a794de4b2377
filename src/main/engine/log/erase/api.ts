// Contract procedures of erasure -> the log.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EventLog } from '../index.ts';
import type { PackedCopy } from './out-of-reach.ts';

interface ErasureApiDeps {
  log: () => EventLog;
  /** Takes what deleted rows left out of other files of the home that events pass through. */
  cleanOthers: () => Promise<boolean>;
  /** Cold packages of the record that may still be somewhere, those that are being made among them. */
  packages?: () => readonly PackedCopy[];
}

export function createErasureApi({ log, cleanOthers, packages }: ErasureApiDeps): EngineApi['erasure'] {
  return {
    erase: (input, { actor, signal }) => log().erasures.erase(input, { actor, signal, cleanOthers, ...(packages && { packages }) })
  };
}
