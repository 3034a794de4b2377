// Contract procedures of named secrets, one line each.
import type { EngineApi } from '../../../../contract/index.ts';
import type { NamedSecrets } from './service.ts';

/** A function because a home can be opened while the engine runs; it throws HOME_MISSING until then. */
export function createSecretsApi(named: () => NamedSecrets): EngineApi['secrets'] {
  return {
    list: async () => named().list(),
    set: async (input, context) => named().set(input, context),
    rotate: async ({ test, ...input }, context) => named().rotate({ ...input, test: named().testerOf(input.name, test) }, context),
    switchBack: async (input, context) => named().switchBack(input, context),
    setExpiry: async (input, context) => named().setExpiry(input, context),
    remove: async (input, context) => {
      await named().remove(input, context);
      return { removed: true };
    },
    reveal: async (input, context) => named().reveal(input, context),
    uses: async (input) => named().uses(input)
  };
}
