// Prints what schedules answer on a computer in some zone: the zone the process really is in, and a digest of the answers.
import { createHash } from 'node:crypto';
import { openSchedule, previewSchedule, readMoment } from './index.ts';
import { randomExpression, seeded } from './testing.ts';

const zones = ['UTC', 'America/New_York', 'America/Sao_Paulo', 'Australia/Lord_Howe', 'Asia/Amman', 'Pacific/Apia', 'Africa/Casablanca', 'Asia/Kolkata'];
const hash = createHash('sha256');
const pick = seeded(7);
for (let i = 0; i < 300; i++) {
  const zone = zones[i % zones.length] ?? 'UTC';
  const schedule = { kind: 'cron', expression: randomExpression(pick, i % 5 === 0), zone, dayMatch: i % 2 === 0 ? 'or' : 'and' } as const;
  const from = Date.parse('2008-01-01T00:00:00Z') + pick(20 * 365 * 86_400) * 1000;
  hash.update(JSON.stringify([schedule, previewSchedule(schedule, from, 20), openSchedule(schedule).prev(from), readMoment('2017-03-31T00:30', zone)]));
}
console.log(JSON.stringify({ zone: new Intl.DateTimeFormat().resolvedOptions().timeZone, january: new Date(Date.UTC(2017, 0, 1)).getTimezoneOffset(), digest: hash.digest('hex') }));
