import type { CallContext } from '../../../contract/index.ts';

/** A call of the owner from the command line. */
export const testContext: CallContext = { actor: 'tester', via: 'cli', scope: 'owner', signal: undefined };
