import { fail } from '../../kit/errors.ts';
import { displayName } from '../../kit/names.ts';

/** `member`: the path in the package that is not as it must be; empty when it is the package itself. */
export function refuse(path: string, member: string, reason: string): never {
  const shown = displayName(member);
  fail('PACKAGE_REFUSED', `${path}${shown === '' ? '' : `: ${shown}`}: ${reason}`, { path, member: shown, reason });
}
