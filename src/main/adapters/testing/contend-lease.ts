// A process that wants the home again and again, and says in a file when it has it and when it gives it free. For the lease's test: HOME FILE ROUNDS.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSystemClock } from '../clock.ts';
import { acquireLease } from '../lease.ts';

const [home = '', file = '', rounds = '0'] = process.argv.slice(2);
const clock = createSystemClock();
for (let round = 0; round < Number(rounds); round++) {
  const lease = await acquireLease(home, { waitMs: 600_000, clock });
  appendFileSync(file, `+${process.pid}\n`);
  await sleep(20);
  appendFileSync(file, `-${process.pid}\n`);
  lease.release();
  await sleep(1);
}
