// Program of the tests that kill: appends to the record of a home, alone and in batches, seals it now and then, and says of each entry that it is
// there only when it is. Goes on until it is killed.
//   node appender.child.ts HOME LANE SEED
import { writeSync } from 'node:fs';
import { openLogSession } from '../../../src/main/cli/log-session.ts';
import { createWords } from '../../../src/main/cli/words.ts';
import { Seeded } from './trees.ts';

const [home = '', lane = '', seed = ''] = process.argv.slice(2);
const random = new Seeded(`${seed} ${lane}`);
const { log } = openLogSession(home, new URL('../../../src/main/worker.ts', import.meta.url), 'append', { words: createWords('en') });
// From here on the keys are at hand, and whoever makes the thousandth entry seals.
await log.checkpoints.signNow();
writeSync(1, 'ready\n');
for (let i = 0; ; ) {
  const count = random.below(3) === 0 ? 1 + random.below(40) : 1;
  const events = Array.from({ length: count }, (_, k) => ({ action: 'app.lane', category: 'app', subject: `lane ${lane} ${random.below(20)}`, payload: { lane, i: i + k } }) as const);
  const appended = log.appendMany(events);
  // In one piece: half a line is no acknowledgement.
  writeSync(1, appended.map(({ seq }, k) => `${i + k} ${seq}\n`).join(''));
  i += count;
  if (random.below(60) === 0) log.checkpoints.sign();
}
