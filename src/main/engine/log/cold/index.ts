// The record in cold packages: its form, how it is written, and how a record comes back from elsewhere: out of a package, or out of a damaged file.
export { segmentEvents } from './format.ts';
export { openColdRecord, type ColdMember, type ColdRecord, type ColdRecordOptions } from './record.ts';
export type { ColdSummary } from './check.ts';
export { createRecordReader, isRecordMember, type RecordFound, type RecordReaderOptions, type RecordReader } from './read-record.ts';
export type { RecordProblem } from './read-segments.ts';
export { openRebuild, type ColdCheckpoint, type ColdEntry, type Rebuild } from './rebuild.ts';
export { rescueInto, type Rescued } from './rescue.ts';
