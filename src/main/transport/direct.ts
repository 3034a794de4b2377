// The direct wire: a client in the same process, with the same validation and errors as the others.
import { createRouterClient, type AnyRouter } from '@orpc/server';
import type { VarveClient } from '../../contract/index.ts';
import { explainValidation, type Caller } from './router.ts';

/** A client of the contract that calls the router in this process. */
export function connectDirect(router: AnyRouter, caller: Caller): VarveClient {
  return createRouterClient(router, { context: caller, interceptors: [explainValidation as never] } as never) as unknown as VarveClient;
}
