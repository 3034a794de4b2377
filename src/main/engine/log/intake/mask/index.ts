// Masking of keys and tokens before an event is hashed. The other rules (identity numbers, addresses, phones) come in by the same list.
import { createMask } from './mask.ts';
import { tokenRules } from './token-rules.ts';

export { createMask, type Finding, type Mask } from './mask.ts';
export type { MaskRule } from './rule.ts';
export { tokenRules } from './token-rules.ts';

/** What every log uses. */
export const standardMask = createMask(tokenRules);
