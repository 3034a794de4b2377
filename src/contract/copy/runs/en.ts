// English words of runs.
import type { RunWords } from '../runs.ts';

export const runWordsEn: RunWords = {
  states: {
    awaiting_approval: 'needs your yes', queued: 'waiting', starting: 'starting', running: 'running', stopping: 'being stopped', retry_wait: 'waiting to try again',
    succeeded: 'done', partial: 'done with gaps', failed: 'failed', timed_out: 'took too long', stopped: 'stopped by you', skipped: 'skipped', missed: 'did not run', rejected: 'declined', unknown: 'end unknown'
  },
  stoppedOtherwise: 'stopped',
  leads: {
    awaiting_approval: 'It waits for your yes since {when}',
    queued: 'It waits for its turn since {when}',
    starting: 'It is about to start',
    running: 'It has been running since {when}',
    stopping: 'It is being stopped, {why}',
    retry_wait: 'The try did not work: {why}',
    succeeded: 'Done in {span}',
    partial: 'Done with gaps: {why}',
    failed: 'It failed: {why}',
    timed_out: 'It took too long: {why}',
    stopped: 'It was stopped {why}',
    skipped: 'It was skipped: {why}',
    missed: 'It did not run: {why}',
    rejected: 'It was declined: {why}',
    unknown: 'We do not know how this ended: {why}'
  },
  causes: {
    exit: { why: 'the program reported a problem', next: 'Look at what it said, mend that, and run it again.' },
    signal: { why: 'the program was ended from outside, or crashed', next: 'See whether the computer was short of memory, then run it again.' },
    spawn: { why: 'the program could not be started', next: 'See whether it is installed and the path is right, then run it again.' },
    check: { why: 'it ended well, but not with what you expect of it', next: 'Look at the numbers; if they are right, change what is expected in the job.' },
    error: { why: 'Varve could not do it', next: 'Run it again; if it fails again, look at the diagnosis in Settings.' },
    damage: { why: 'something is damaged', next: 'Delete nothing. Open the report to see what is still good.' },
    password: { why: 'the password of the repository is not right', next: 'Enter the password anew in Settings, then run it again.' },
    secret: { why: 'a secret could not be read', next: 'Unlock the place where secrets are kept, or set the secret anew.' },
    user: { why: 'by you', next: 'Run it again whenever you like.' },
    timeout: { why: 'its time limit had passed', next: 'See what kept it; if it needs longer, raise the limit in the job.' },
    idle: { why: 'it had said nothing for too long', next: 'See what it was waiting for; if it is quiet by nature, raise the limit in the job.' },
    replaced: { why: 'because a newer run took its place', next: 'Nothing is to be done; look at the newer run.' },
    quit: { why: 'because Varve was closed', next: 'Run it again, or wait for its next time.' },
    shutdown: { why: 'because the computer was shut down', next: 'Run it again, or wait for its next time.' },
    crash: { why: 'Varve and the program ended before it could be recorded', next: 'Look at what it left, then run it again.' },
    crash_at_start: { why: 'Varve ended while it was being started', next: 'See whether it has begun, then run it again.' },
    power_loss: { why: 'the computer went off while it was running', next: 'Look at what it left, then run it again.' },
    orphan_ended: { why: 'it went on without Varve, and ended unseen', next: 'Look at what it left, then run it again.' },
    overlap: { why: 'an earlier run was still under way', next: 'If this happens often, run it less often, or let runs wait for each other.' },
    deadline: { why: 'its turn did not come in time', next: 'Run it now, or give it longer to wait.' },
    paused: { why: 'it was paused', next: 'Resume the job when you want it to run again.' },
    upstream: { why: 'what it builds on did not work', next: 'Mend the run before it first.' },
    superseded: { why: 'a newer run was already waiting', next: 'Nothing is to be done; look at the newer run.' },
    job_gone: { why: 'the job was deleted meanwhile', next: 'Nothing is to be done.' },
    broken: { why: 'something that the job needs is gone', next: 'Open the job and choose another one in its place.' },
    condition: { why: 'what it needs was not there in time', next: 'Connect what it needs and run it now.' },
    too_many: { why: 'too many runs were waiting already', next: 'Run it less often, or see why its runs take so long.' },
    too_old: { why: 'its time had passed too long ago', next: 'Run it now if you need it.' },
    policy: { why: 'the job says that what was missed is not made up for', next: 'Run it now if you need it.' }
  },
  ends: {
    answer: { why: 'the address did not answer as it should', next: 'See whether what answers there is well, then run it again.' },
    gaps: { why: 'something could not be read', next: 'Open the report to see what is missing, and give permission or leave it out.' },
    programGaps: { why: 'the program said that something is missing', next: 'Look at what it said; run it again when that is mended.' }
  },
  waitingFor: {
    slot: 'It waits until another run ends: only so many run at once', lock: 'It waits for a run that must not be under way at the same time', drive: 'It waits for its drive', power: 'It waits for mains power', network: 'It waits for the network',
    space: 'It waits for room on the drive', catch_up: 'It waits a little, because the computer has just come back', paused: 'It waits because jobs are paused', other_run: 'It waits for an earlier run of this job'
  },
  missed: { asleep: 'The computer was asleep.', off: 'The computer was off.', app_closed: 'Varve was closed.', paused: 'Jobs were paused.', busy: 'Varve was busy.', clock: 'The clock was changed.' },
  facts: {
    since: 'It has failed {count} times in a row since {when}.', sinceFirst: 'This is new.', lastGood: 'It last went well {when}.', neverGood: 'It has not gone well yet.', lastLine: 'Its last line: “{line}”.', tryAgain: 'It is tried again {when}; nothing is to be done until then.',
    missedCount_one: '{count} time passed without a run.', missedCount_many: '{count} times passed without a run.', missedCount_other: '{count} times passed without a run.',
    together_one: 'This run also stands for {count} time that passed before it.', together_many: 'This run also stands for {count} times that passed before it.', together_other: 'This run also stands for {count} times that passed before it.'
  }
};
