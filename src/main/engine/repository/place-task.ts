// The thread `repository.places`: one question about a folder after the other, on the thread's own files. May hang as long as the folder's
// file system does; places.ts lives with that.
import type { WireError } from '../../../contract/errors.ts';
import { toWire } from '../kit/errors.ts';
import type { WorkerContext } from '../ports.ts';
import { createLocalBackend } from './backend/local.ts';
import { lookAtPlace, probePlace, realPath, refuseInsideHome, type PlaceFacts } from './place.ts';
import type { Site } from './places.ts';

export type PlaceAsk = { what: 'look'; path: string } | { what: 'snapshots'; path: string } | { what: 'site'; path: string; homePath: string | undefined } | { what: 'remove-lock'; path: string; lockId: string };

export interface PlaceResults {
  look: PlaceFacts;
  snapshots: string[];
  site: Site;
  'remove-lock': void;
}

export interface PlaceQuestion {
  ask: PlaceAsk;
}

export type PlaceAnswer = { value: unknown } | { error: WireError };

export async function placesTask(context: WorkerContext): Promise<void> {
  const { closing } = context;
  const stop = context.onMessage((value) => {
    const { ask } = value as PlaceQuestion;
    void answer(context, ask).then(
      (found) => context.post({ value: found } satisfies PlaceAnswer),
      (error: unknown) => context.post({ error: toWire(error) } satisfies PlaceAnswer)
    );
  });
  await new Promise<void>((resolve) => {
    if (closing.aborted) resolve();
    else closing.addEventListener('abort', () => resolve(), { once: true });
  });
  stop();
}

async function answer(context: WorkerContext, ask: PlaceAsk): Promise<PlaceResults[PlaceAsk['what']]> {
  const { files, random, machine } = context;
  const { path } = ask;
  if (ask.what === 'look') return lookAtPlace(files, machine, path);
  if (ask.what === 'site') {
    const real = realPath(files, machine, path);
    if (ask.homePath !== undefined) refuseInsideHome(context, path, real, ask.homePath);
    const { device, inode } = lookAtPlace(files, machine, path);
    return { path, real, probe: await probePlace(context, path), device, inode };
  }
  const backend = createLocalBackend({ files, random, path });
  if (ask.what === 'remove-lock') return backend.remove('locks', ask.lockId);
  const names: string[] = [];
  for await (const { name } of backend.list('snapshots')) names.push(name);
  return names;
}
