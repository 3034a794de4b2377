// Makes packages in a folder, one after the other, until somebody ends it. For tests that kill it.
import { createSystemClock } from '../../adapters/clock.ts';
import { createNodeFiles } from '../../adapters/files.ts';
import { createSystemRandom } from '../../adapters/random.ts';
import { placePackage } from './place.ts';

const [folder = '', format = 'tar.gz'] = process.argv.slice(2);
const random = createSystemRandom();
const ports = { files: createNodeFiles(), clock: createSystemClock(), random };
process.stdout.write('begins\n');
for (;;) {
  await placePackage(ports, { folder, kind: 'folder', format: format as 'zip' | 'tar.gz', name: 'killed' }, async (into) => {
    for (let i = 0; i < 20; i++) await into.file({ path: `files/${i}`, size: 50_000 }, [random.bytes(50_000)]);
    return { sourceDir: '/x', generator: 'Varve 1' };
  });
}
