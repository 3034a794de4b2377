// Schedules: when jobs run. Pure: no clock, no home, no zone of this computer is asked. The rules have numbers in README.md.
export { checkSchedule, leastEveryMs, leastProgramGapMs, warningsOf } from './check.ts';
export { openSchedule, requireSchedule } from './open.ts';
export { readMoment } from './moment.ts';
export { createSchedulesApi, describeRun, previewSchedule } from './preview.ts';
export { runsIn, type Timetable } from './timetable.ts';
export { zoneProblem } from './zone.ts';
