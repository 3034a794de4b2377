// What of a home's state goes along with the record in a package, and how it comes back.
export { stateLimitBytes, statePath, statePieces, type StateProblem, type StateSource } from './dump.ts';
export { loadState, parseState, pausedReason, type LoadedState, type PackageAtHand, type ParsedState } from './load.ts';
