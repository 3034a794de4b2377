// Contract procedures of checkpoints and signing keys -> the log.
import type { EngineApi } from '../../../../contract/index.ts';
import type { EventLog } from '../index.ts';

export function createCheckpointsApi(log: () => EventLog): EngineApi['checkpoints'] {
  return {
    sign: () => log().checkpoints.signNow(),
    latest: () => {
      const { checkpoints } = log();
      return { checkpoint: checkpoints.latest() ?? null, failure: checkpoints.failure?.code ?? null };
    },
    list: (input) => log().checkpoints.list(input),
    keys: () => log().checkpoints.signingKeys().map(({ since, ...key }) => ({ ...key, since: since ?? null })),
    rotateKey: ({ reason }) => log().checkpoints.rotate(reason)
  };
}
