// What rustic marks so that nothing may be taken out of it. Every change that removes something asks here first.
import { fail } from '../kit/errors.ts';
import type { Repository } from './repository.ts';

/** Throws NOT_SUPPORTED for a repository that is append-only or the hot half of one. */
export function refuseProtected({ config, backend }: Pick<Repository, 'config' | 'backend'>): void {
  if (config.appendOnly) fail('NOT_SUPPORTED', `${backend.location} is append-only`, { what: `the repository at ${backend.location} is marked append-only, so nothing is taken out of it` });
  if (config.isHot) fail('NOT_SUPPORTED', `${backend.location} is hot`, { what: `the repository at ${backend.location} is the hot half of a two-part repository; only rustic may change it` });
}
