// What a repair did or would do, thing by thing.
import type { RepairReport, RepairStep } from '../../../../contract/maintenance.ts';
import type { TaskProgress } from '../../../../contract/events.ts';
import type { BlobStoreOptions } from '../maintenance/blob-store.ts';

export interface RepairOptions extends BlobStoreOptions {
  dryRun: boolean;
  onProgress: (update: Partial<TaskProgress>) => void;
}

export type RepairFacts = Omit<RepairReport, 'repositoryId' | 'what'>;

const listedSteps = 10_000;
const gapSteps: ReadonlySet<RepairStep['step']> = new Set(['pack-forgotten', 'pack-unreadable', 'snapshot-repaired', 'snapshot-removed', 'snapshot-lost', 'snapshot-unreadable']);

export class RepairSteps {
  readonly #listed: RepairStep[] = [];
  #count = 0;
  #gaps = false;

  add(step: RepairStep): void {
    this.#count += 1;
    if (gapSteps.has(step.step) || (step.lost ?? 0) > 0) this.#gaps = true;
    if (this.#listed.length < listedSteps) this.#listed.push(step);
  }

  facts(dryRun: boolean): RepairFacts {
    return { dryRun, steps: this.#listed, count: this.#count, gaps: this.#gaps };
  }
}
