// Contract procedures of encrypted entries -> the log.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EventLog } from '../index.ts';

export function createSealedApi(log: () => EventLog): EngineApi['sealed'] {
  return {
    open: (input, { actor }) => log().sealed.open(input, actor),
    search: (input, { actor, signal }) => log().sealed.search(input, { actor, signal }),
    encryption: () => log().sealed.encryption.list(),
    setEncryption: ({ category, encrypts }, { actor }) => log().sealed.encryption.set(category, encrypts, actor)
  };
}
