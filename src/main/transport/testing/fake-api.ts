// An engine that knows nothing: every procedure of the contract answers NOT_SUPPORTED, but for those a test brings.
import { contract, type EngineApi } from '../../../contract/index.ts';
import { VarveError } from '../../engine/kit/errors.ts';

type PartialApi = { [D in keyof EngineApi]?: Partial<EngineApi[D]> };

export function createFakeApi(given: PartialApi): EngineApi {
  const build = (part: object, overrides: object | undefined, path: string): object =>
    Object.fromEntries(
      Object.entries(part).map(([key, inner]) => {
        const name = path === '' ? key : `${path}.${key}`;
        const override = (overrides as Record<string, unknown> | undefined)?.[key];
        if (!('~orpc' in (inner as object))) return [key, build(inner as object, override as object | undefined, name)];
        return [
          key,
          override ??
            (() => {
              throw new VarveError('NOT_SUPPORTED', name, { what: name });
            })
        ];
      })
    );
  return build(contract, given, '') as EngineApi;
}
