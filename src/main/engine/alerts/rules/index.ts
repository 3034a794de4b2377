// All rules of section 11 of docs/jobs.md.
import type { Rule } from './finding.ts';
import { audit } from './audit.ts';
import { diskSpace } from './disk-space.ts';
import { tooLong, tooShort } from './duration.ts';
import { failure } from './failure.ts';
import { integrityOfRecord, integrityOfRepositories } from './integrity.ts';
import { lateStart } from './late-start.ts';
import { outputRoom } from './output-room.ts';
import { overlap } from './overlap.ts';
import { pausedLong } from './paused-long.ts';
import { printsSecret } from './prints-secret.ts';
import { noNetwork, unreachable } from './reach.ts';
import { schedulerStopped } from './scheduler.ts';
import { secretExpiry } from './secret-expiry.ts';
import { stale } from './stale.ts';
import { stuck } from './stuck.ts';
import { volume } from './volume.ts';
import type { AlertCode } from '../../../../contract/alerts.ts';

export type { Bad, Finding, Rule } from './finding.ts';

export const rules: Readonly<Record<AlertCode, Rule>> = {
  failure,
  stale,
  late_start: lateStart,
  too_long: tooLong,
  too_short: tooShort,
  volume,
  audit,
  overlap,
  output_room: outputRoom,
  stuck,
  paused_long: pausedLong,
  prints_secret: printsSecret,
  secret_expiry: secretExpiry,
  integrity_record: integrityOfRecord,
  integrity_repository: integrityOfRepositories,
  disk_space: diskSpace,
  unreachable,
  no_network: noNetwork,
  scheduler_stopped: schedulerStopped
};
