// Values that documentation prints as examples: they are no leak and stay as they are, but a finding says that one was there. Known by SHA-256,
// so that no scanner takes this file for a leak.
import { createHash } from 'node:crypto';

const documented: ReadonlySet<string> = new Set([
  // the two tokens of jwt.io's debugger, the example of RFC 7519
  '7f75367e7881255134e1375e723d1dea8ad5f6a4fdb79d938df1f1754a830606',
  'c794fa6d20c64efb9adf980ae93af472a1679775862d421ffe55d4a57fad5b3e',
  '8d4ef6536dc8895f256c1e0d95dcd19763036732d64a095e44a90ed444267ad3',
  // the two test keys of Stripe's reference
  '2cafc0970149a84f3b9e62eaf169f36f59907a3b3e31f7b82e68c69cd27f7326',
  'f2d6ca16515033e5dce14eba840b979d27b5cbae24bb3e5bf484339667f86397'
]);

/** AWS ends all its examples alike. */
const awsExample = /EXAMPLE(?:KEY)?$/;

export function isDocumented(value: string): boolean {
  return awsExample.test(value) || documented.has(createHash('sha256').update(value, 'utf8').digest('hex'));
}
