// Sample data to try everything on: `<home>-sample` beside the home, with the made-up research in `research` and its copies in `repository`,
// and a repository and plan called `sample`. The folder's own marker says which home made it; nothing else is ever removed.
import { dirname, join } from 'node:path';
import * as z from 'zod';
import type { CallContext, EngineApi } from '../../../contract/index.ts';
import { HomeId } from '../../../contract/ids.ts';
import { writeFileDurable } from '../kit/durable.ts';
import { fail, isVarveError } from '../kit/errors.ts';
import type { Files, Random } from '../ports.ts';
import type { OutboxEvent } from '../store/index.ts';
import { sampleFiles } from './sample-files.ts';
import type { SamplePlaces } from './sample-store.ts';

const markerName = 'varve-sample.json';
const name = 'sample';
const Marker = z.object({ format: z.literal('varve-sample'), homeId: HomeId });

export interface SampleDeps {
  files: Files;
  random: Random;
  homePath: string;
  homeId: string;
  addRepository: EngineApi['repositories']['add'];
  addPlan: EngineApi['plans']['add'];
  listPlans: EngineApi['plans']['list'];
  /** Takes plan and repository of the sample out of state.db, with the events that tell of it. Throws CONFLICT when something else uses them. */
  forget(places: SamplePlaces, events: readonly OutboxEvent[]): Promise<void>;
  record(event: OutboxEvent): void;
  onChanged(): void;
}

export interface Sample {
  create(context: CallContext): Promise<{ path: string; planId: string }>;
  remove(context: CallContext): Promise<{ removed: boolean }>;
  state(): { present: boolean; path: string | null };
}

export function createSample(deps: SampleDeps): Sample {
  const { files, random, homePath, homeId } = deps;
  const path = `${homePath}-sample`;
  const research = join(path, 'research');
  const repositoryPath = join(path, 'repository');

  const ours = (): boolean => {
    if (!files.lstat(join(path, markerName))) return false;
    try {
      const marker = Marker.safeParse(JSON.parse(new TextDecoder('utf-8').decode(files.readFile(join(path, markerName), 65_536))));
      return marker.success && marker.data.homeId === homeId;
    } catch (error) {
      if (error instanceof SyntaxError) return false; // not ours to touch
      throw error;
    }
  };

  const write = (file: string, bytes: Uint8Array): void => writeFileDurable(files, file, bytes, { random, mode: 0o644 });

  const findPlan = async (context: CallContext): Promise<{ id: string } | undefined> => {
    const plans = await deps.listPlans({}, context);
    return plans.find((plan) => plan.name === name && plan.paths.length === 1 && plan.paths[0] === research);
  };

  const clear = async (events: readonly OutboxEvent[]): Promise<void> => {
    // Registrations first: a plan whose folder is gone would be reported as damage, a folder nobody refers to harms nobody.
    await deps.forget({ plan: name, research, repository: repositoryPath }, events);
    files.removeTree(path);
  };

  return {
    state: () => (ours() ? { present: true, path: research } : { present: false, path: null }),
    /**
     * 1. the folder and its marker     -> a folder that `remove` and a second `create` know
     * 2. the files                     -> same
     * 3. repository, plan, event       -> the sample is there; a second `create` makes nothing new
     */
    create: async (context) => {
      if (ours()) {
        const plan = await findPlan(context);
        if (plan) return { path: research, planId: plan.id };
        await clear([]);
      } else if (files.lstat(path)) fail('CONFLICT', `${path} is there and is not the sample`, { kind: 'folder', name: path });
      files.mkdirs(path, 0o755); // 1
      write(join(path, markerName), Buffer.from(`${JSON.stringify({ format: 'varve-sample', homeId })}\n`));
      for (const file of sampleFiles()) {
        const target = join(research, file.path); // 2
        files.mkdirs(dirname(target), 0o755);
        write(target, file.bytes);
      }
      const password = Buffer.from(random.bytes(24)).toString('base64url');
      try {
        const { repository } = await deps.addRepository({ name, path: repositoryPath, mode: 'create', password: { kind: 'value', password } }, context); // 3
        const plan = await deps.addPlan({ name, title: 'A year a layer', repository: repository.id, paths: [research], excludes: [], tags: [name], zone: undefined }, context);
        deps.record({ action: 'sample.created', category: 'home', actor: context.actor, payload: { path, planId: plan.id, repositoryId: repository.id } });
        deps.onChanged();
        return { path: research, planId: plan.id };
      } catch (error) {
        // A name that is taken or a store that is locked leaves nothing of the sample behind; the person's own "sample" is not touched.
        if (isVarveError(error)) await clear([]);
        throw error;
      }
    },
    remove: async (context) => {
      if (!ours()) return { removed: false };
      await clear([{ action: 'sample.removed', category: 'home', actor: context.actor, payload: { path } }]);
      deps.onChanged();
      return { removed: true };
    }
  };
}
