// The record in cold packages: its form, and how it is written.
export { segmentEvents } from './format.ts';
export { openColdRecord, type ColdMember, type ColdRecord, type ColdRecordOptions } from './record.ts';
export type { ColdSummary } from './check.ts';
