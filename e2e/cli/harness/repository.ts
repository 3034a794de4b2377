// A repository as `varve repo add` makes it, but with a key that is derived at once: a key of the usual cost takes every command that opens the
// repository 0.4 s. What the usual cost is, and that it opens, is judged where a repository is made by the program (journey.test.ts and others).
import { createLocalBackend } from '../../../src/main/engine/repository/index.ts';
import { createOn, files, random } from '../../../src/main/engine/repository/testing/index.ts';

export async function makeRepository(path: string, password: string): Promise<void> {
  await createOn(createLocalBackend({ files, random, path }), password);
}
