// A process that takes the lease of the home in its argument, says so, and holds it until it is killed. For the lease's tests.
import { createSystemClock } from '../clock.ts';
import { acquireLease } from '../lease.ts';

const lease = await acquireLease(process.argv[2] as string, { waitMs: 0, clock: createSystemClock() });
lease.writeOwner({ pid: process.pid, kind: 'serve', since: '2026-11-21T00:00:00.000Z', contractVersion: '1', token: 'test-token' });
process.stdout.write('held\n');
setInterval(() => lease.beat(), 1000);
