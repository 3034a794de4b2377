// The states of a run by name. Apart from the shapes, so that words and pages need not load those.

export const liveStates = ['awaiting_approval', 'queued', 'starting', 'running', 'stopping', 'retry_wait'] as const;
export const finalStates = ['succeeded', 'partial', 'failed', 'timed_out', 'stopped', 'skipped', 'missed', 'rejected', 'unknown'] as const;
/** Final ones that count as failures for alerts, tickets and pausing (rule 7.4). */
export const failedStates = ['failed', 'timed_out', 'unknown'] as const;
