// The example in docs/verify/example: a log of twelve entries in a laboratory, always the same bytes.
import { keyFrom, leafOf, seeded, signatureLine } from './formats.ts';
import { MadeLog } from './maker.ts';

export interface Example {
  files: Record<string, string>;
}

export function makeExample(): Example {
  const log = new MadeLog(2026);
  log.append({ action: 'home.created', category: 'home', payload: { program: 'varve', version: '0.1.0' } });
  log.append({ action: 'experiment.started', category: 'experiment', payload: { title: 'Corrosão em água do mar, série 3', plates: 24 } });
  log.append({ action: 'app.measured', category: 'metrics', payload: { plate: 7, loss_mg: 12.4 }, enc: 'a256gcm' });
  log.append({ action: 'note.added', category: 'note', payload: { text: 'Written by mistake, to be erased.' } });
  log.append({ action: 'note.added', category: 'note', payload: { text: 'Plate 7 lost 12.4 mg. The balance was calibrated this morning.', plate: 7, loss_mg: 12.4 } });
  log.append({ action: 'app.pinged' });
  log.erase([3]);
  for (const plate of [8, 9, 10]) log.append({ action: 'app.measured', category: 'metrics', payload: { plate, loss_mg: 12 + plate / 10 }, enc: 'a256gcm' });
  log.append({ action: 'decision.made', category: 'decision', payload: { text: 'Series 3 is complete; plate 7 stays in.' } });
  log.append({ action: 'app.pinged' });

  const witness = keyFrom('witness.example/library', seeded(2027).bytes(32), 4);
  const checkpoint = log.checkpoint() + signatureLine(log.text(), witness, Date.UTC(2026, 10, 21, 12, 30) / 1000);
  const states = { 2: { state: 'locked' }, 3: { state: 'erased', by: 6 }, 7: { state: 'withheld' } } as const;
  return {
    files: {
      'log.vkey': `${log.keys[0]!.vkey}\n`,
      'witness.vkey': `${witness.vkey}\n`,
      'held.checkpoint': log.checkpoint(5),
      'newest.checkpoint': checkpoint,
      '5-to-12.consistency': log.consistency(5).map((hash) => `${hash}\n`).join(''),
      'entry-4.tlog-proof': log.proofFile(4, { checkpoint }),
      'whole.varve-evidence': log.bundle({ states, head: { checkpoint } }),
      'chosen.varve-evidence': log.bundle({ entries: [3, 4, 6, 10], states, older: [5], head: { checkpoint } }),
      'expected.json': `${JSON.stringify(
        {
          origin: log.origin,
          size: log.size,
          root: Buffer.from(log.text().split('\n')[2]!, 'base64').toString('hex'),
          entry: 4,
          leafHash: leafOf(log.entries[4]!.header).toString('hex'),
          path: log.path(4).map((hash) => Buffer.from(hash, 'base64').toString('hex')),
          salt: log.entries[4]!.salt,
          commitment: (JSON.parse(log.entries[4]!.header) as { payload: { commit: string } }).payload.commit,
          chainHash: (JSON.parse(log.entries[5]!.header) as { prev: string }).prev,
          witnessTime: Date.UTC(2026, 10, 21, 12, 30) / 1000
        },
        null,
        2
      )}\n`
    }
  };
}
