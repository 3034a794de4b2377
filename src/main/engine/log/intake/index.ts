// What comes into the record from other programs, and what goes out of it.
import type { AppendInput } from '../../../../contract/log.ts';
import type { ImportStep } from '../../../../contract/intake.ts';
import { fail } from '../../kit/errors.ts';
import type { LogContext } from '../context.ts';
import type { Namespaces } from '../namespaces.ts';
import type { Checkpoints } from '../tree/checkpoints.ts';
import { appendLines, type AppendLinesOptions, type AppendLinesResult } from './append-lines.ts';
import { exportLog, type ExportOptions, type LogExport } from './export/export.ts';
import { createFollower, type Follower } from './follow/follower.ts';
import { createFollowStore } from './follow/store.ts';
import { importFile, type ImportDeps, type ImportOptions } from './import.ts';
import { standardMask } from './mask/index.ts';
import { createOutside, type AppendedOutside, type Caller, type Outside } from './outside.ts';
import { createSources } from './sources.ts';
import { withKeys } from './with-keys.ts';

export { createIntakeApi } from './api.ts';
export { readMapping } from './mapping.ts';
export type { AppendLinesResult } from './append-lines.ts';
export type { AppendedOutside, Caller } from './outside.ts';

export interface Intake {
  readonly outside: Outside;
  /** `outside.append` of one event, loading the keys when its category is kept encrypted. */
  appendOne(input: AppendInput, caller: Caller): Promise<AppendedOutside>;
  /** JSON lines of events, from a pipe or a file. */
  appendLines(chunks: AsyncIterable<Uint8Array>, options: AppendLinesOptions): Promise<AppendLinesResult>;
  /** A file of lines, into the record once. */
  import(options: ImportOptions): AsyncGenerator<ImportStep, void, void>;
  readonly follow: Follower;
  export(options: ExportOptions): LogExport;
}

export function createIntake(context: LogContext, { namespaces, checkpoints }: { namespaces: Namespaces; checkpoints: Pick<Checkpoints, 'latest'> }): Intake {
  const mask = standardMask;
  const outside = createOutside({ ...context, namespaces, mask });
  const sources = createSources(context);
  const store = createFollowStore(context.db);
  const deps: ImportDeps = { context, sources, mask, isFollowed: (source) => store.bySource(source) !== undefined };
  const writable = (): void => {
    if (context.readOnly) fail('NOT_WRITABLE', `${context.path} was opened for reading only`, { path: context.path, reason: 'opened for reading only' });
  };
  return {
    outside,
    appendOne: (input, caller) => withKeys(context.keys, () => outside.append([input], caller)[0] as AppendedOutside),
    appendLines: (chunks, options) => appendLines({ context, outside }, chunks, options),
    import(options) {
      writable();
      return importFile(deps, options);
    },
    follow: createFollower({ ...deps, store }),
    export(options) {
      writable();
      return exportLog({ context, checkpoints }, options);
    }
  };
}
