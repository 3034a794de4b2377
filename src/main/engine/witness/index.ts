// Public face of the witness: a second device or folder that keeps the last checkpoint of other people's logs.
export { answerBody, type RefusalReason, type WitnessAnswer } from './answer.ts';
export { requestLimitBytes } from '../log/note/witness-request.ts';
export { initWitness, openWitness, type FollowedLog, type Witness, type WitnessDeps, type WitnessView } from './witness.ts';
export type { KeyPlace } from './key.ts';
export { originHash } from './folder.ts';
