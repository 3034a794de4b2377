// Program of the test beside another writer: writes and takes away rows of its own until its standard input ends.
import { createNodeFiles } from '../../adapters/files.ts';
import { openDatabase } from './open.ts';

const [path = ''] = process.argv.slice(2);
const db = openDatabase({ path, files: createNodeFiles(), migrations: [{ version: 1, up: () => undefined }], kind: 'log' });
let going = true;
process.stdin.on('end', () => {
  going = false;
});
process.stdin.resume();
for (let no = 1; going; no++) {
  db.transaction(() => {
    db.prepare('INSERT INTO things (word, filler) VALUES (?, zeroblob(?))').run(`child-${no}`, (no * 37) % 900);
    const passing = db.prepare('INSERT INTO things (word, filler) VALUES (?, zeroblob(300))').run(`passing-${no}`).lastInsertRowid;
    db.prepare('DELETE FROM things WHERE no = ?').run(passing);
  });
  if (no === 1) process.stdout.write('writing\n');
  await new Promise((resolve) => setTimeout(resolve, 2));
}
db.close();
