// A restic newer than the one that is installed, for tests of what only newer ones know (`rewrite`): Debian 13's package, unpacked beside the npm
// packages and not installed. apt itself fetches it from the mirror of this machine and checks its signature. `node scripts/newer-restic.mjs` does it alone.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
const suite = 'trixie';

/** Where the program is looked for; VARVE_NEWER_RESTIC names another. */
export function newerResticPath() {
  return process.env.VARVE_NEWER_RESTIC ?? join(import.meta.dirname, '../node_modules/.cache/varve-tests', `restic-${suite}`, 'usr/bin/restic');
}

/** The path, or undefined with the reason printed. */
export function provideNewerRestic() {
  const path = newerResticPath();
  if (existsSync(path)) return path;
  const skip = (reason) => {
    console.log(`test: no newer restic: ${reason}; tests that need one are left out (VARVE_NEWER_RESTIC names one)`);
    return undefined;
  };
  if (process.env.VARVE_NEWER_RESTIC !== undefined) return skip(`${path} is not there`);
  if (process.platform !== 'linux' || !existsSync('/etc/debian_version') || !existsSync(keyring)) return skip('not on Debian');
  const folder = join(realpathSync(join(import.meta.dirname, '../node_modules')), '.cache/varve-tests', `restic-${suite}`);
  for (const name of ['lists/partial', 'archives/partial', 'state']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=${keyring}] ${mirror()} ${suite} main\n`);
  const options = { 'Dir::Etc::SourceList': join(folder, 'sources.list'), 'Dir::Etc::SourceParts': '/dev/null', 'Dir::State': join(folder, 'state'), 'Dir::State::lists': join(folder, 'lists'), 'Dir::Cache::archives': join(folder, 'archives'), 'Dir::Cache::pkgcache': '', 'Dir::Cache::srcpkgcache': '', 'APT::Sandbox::User': process.env.USER ?? 'root' };
  const apt = (...args) => spawnSync('apt-get', [...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]), '-qq', ...args], { cwd: folder, encoding: 'utf8', timeout: 120_000 });
  for (const args of [['update'], ['download', 'restic']]) {
    const { status, stderr } = apt(...args);
    if (status !== 0) return skip(`apt-get ${args[0]} ended with ${status}: ${(stderr ?? '').trim().split('\n')[0]}`);
  }
  const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
  const { status } = spawnSync('dpkg-deb', ['-x', join(folder, file ?? ''), folder]);
  for (const name of ['lists', 'archives', 'state']) rmSync(join(folder, name), { recursive: true, force: true });
  return status === 0 && existsSync(path) ? path : skip('the package could not be unpacked');
}

/** The mirror this machine uses; Debian's own where that cannot be told. */
function mirror() {
  const places = ['/etc/apt/sources.list', ...(existsSync('/etc/apt/sources.list.d') ? readdirSync('/etc/apt/sources.list.d').map((name) => join('/etc/apt/sources.list.d', name)) : [])];
  for (const place of places) {
    const found = existsSync(place) ? /^(?:deb\s+(?:\[[^\]]*\]\s+)?|URIs:\s*)(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(readFileSync(place, 'utf8')) : null;
    if (found) return found[1];
  }
  return 'http://deb.debian.org/debian';
}

if (process.argv[1] === import.meta.filename) {
  const path = provideNewerRestic();
  if (path !== undefined) console.log(path);
}
