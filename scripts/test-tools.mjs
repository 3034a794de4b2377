// What the tests need besides npm packages: Debian's Chromium, restic, gnome-keyring, dbus, secret-tool, Go with its sumdb libraries, openssl, xxd, jq, promtool,
// aiosmtpd, and what opens packages: zip, unzip, bsdtar, age.
// As root on Debian they are installed; elsewhere the exact command is printed. A newer restic is unpacked where it can be had.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { provideNewerRestic } from './newer-restic.mjs';

const tools = [
  { program: 'chromium', package: 'chromium', alternatives: ['chromium-browser', 'google-chrome'] },
  { program: 'restic', package: 'restic' },
  { program: 'gnome-keyring-daemon', package: 'gnome-keyring' },
  { program: 'dbus-run-session', package: 'dbus' },
  { program: 'secret-tool', package: 'libsecret-tools' },
  { program: 'getfattr', package: 'attr' },
  { program: 'sqlite3', package: 'sqlite3' },
  { program: 'go', package: 'golang-go' },
  { program: 'golang.org/x/mod', package: 'golang-golang-x-mod-dev', file: '/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog/tlog.go' },
  { program: 'openssl', package: 'openssl' },
  { program: 'xxd', package: 'xxd' },
  { program: 'jq', package: 'jq' },
  { program: 'promtool', package: 'prometheus' },
  { program: 'aiosmtpd', package: 'python3-aiosmtpd' },
  { program: 'zip', package: 'zip' },
  { program: 'unzip', package: 'unzip' },
  { program: 'bsdtar', package: 'libarchive-tools' },
  { program: 'age', package: 'age' }
];

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));
}

function missing() {
  return tools.filter((tool) => (tool.file === undefined ? ![tool.program, ...(tool.alternatives ?? [])].some(onPath) : !existsSync(tool.file)));
}

function isDebian() {
  return existsSync('/etc/os-release') && /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Installs what is missing or says how. Returns false when tests cannot run for want of a tool. */
export function provideTestTools() {
  provideNewerRestic();
  let absent = missing();
  if (absent.length === 0) return true;
  const packages = absent.map((tool) => tool.package).join(' ');
  const command = `apt-get update && apt-get install -y --no-install-recommends ${packages}`;
  if (process.platform === 'linux' && isDebian() && process.getuid?.() === 0) {
    console.log(`test: installing ${packages}`);
    spawnSync('sh', ['-c', `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${packages}`], { stdio: ['ignore', 'ignore', 'inherit'] });
    absent = missing();
    if (absent.length === 0) return true;
  }
  console.error(`test: these programs are missing: ${absent.map((tool) => tool.program).join(', ')}.\nOn Debian or Ubuntu install them with:\n  sudo sh -c '${command}'`);
  return false;
}
