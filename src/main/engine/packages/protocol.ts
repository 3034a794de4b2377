// What the threads that make packages are told, whatever a package is made of, and what they say.
import type { LockNote } from '../repository/index.ts';
import type { PlacedPackage, PlaceRequest } from './place.ts';
import type { TaskMessage } from '../kit/task-line.ts';

export interface MakeInput {
  place: Pick<PlaceRequest, 'folder' | 'format' | 'name' | 'passphrase'>;
  /** `Varve 1.2.3`, for the manifest. */
  generator: string;
}

/** Of the record, the two more. */
export type MadePackage = PlacedPackage & { events?: number; chainValid?: boolean };

/** `events`: of the record, as soon as it is known how many go along. */
export type MakeMessage = LockNote | { kind: 'events'; count: number } | TaskMessage<MadePackage>;
