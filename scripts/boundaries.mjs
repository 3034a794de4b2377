// The law of who may import whom (docs/architecture.md), checked on every source file. Prints what would be allowed instead.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const sourceRoot = join(root, 'src');

// Rooms from the inside out. `may` names rooms; `packages` names npm packages and Node modules (a prefix ending in * matches any below).
const rooms = [
  { name: 'contract', folder: 'contract', may: [], packages: ['zod', '@orpc/contract'] },
  { name: 'kit', folder: 'main/engine/kit', may: ['contract', 'ports'], packages: ['node:crypto', 'node:path'] },
  { name: 'ports', folder: 'main/engine/ports.ts', may: [], packages: ['node:worker_threads'] },
  { name: 'engine', folder: 'main/engine', may: ['contract', 'kit', 'ports'], packages: ['zod', 'better-sqlite3', 'canonicalize', 'diff', 'picomatch', 'uqr', 'age-encryption', 'tar-stream', 'yauzl', 'node:crypto', 'node:zlib', 'node:stream', 'node:stream/web', 'node:path', 'node:buffer', 'node:worker_threads', 'node:util'] },
  { name: 'adapters', folder: 'main/adapters', may: ['contract', 'kit', 'ports', 'engine'], packages: ['node:*', 'koffi', '@napi-rs/keyring', 'better-sqlite3', 'nodemailer', 'zod', 'original-fs'] },
  { name: 'transport', folder: 'main/transport', may: ['contract', 'kit', 'ports', 'engine', 'adapters'], packages: ['@orpc/*', 'fastify', '@fastify/*', 'undici', 'zod', 'node:*'] },
  { name: 'cli', folder: 'main/cli', may: ['contract', 'kit', 'ports', 'engine', 'adapters', 'transport'], packages: ['commander', 'zod', 'node:*'] },
  { name: 'desktop', folder: 'main/desktop', may: ['contract', 'transport', 'kit'], packages: ['electron', '@orpc/*', 'zod', 'node:*'] },
  { name: 'preload', folder: 'preload', may: ['contract'], packages: ['electron'] },
  { name: 'renderer', folder: 'renderer', may: ['contract'], packages: ['*'], never: ['node:*', 'electron', 'better-sqlite3', 'koffi', 'fastify'] },
  { name: 'root', folder: 'main', may: ['contract', 'kit', 'ports', 'engine', 'adapters', 'transport', 'cli', 'desktop'], packages: ['node:*'] }
];

// Domains of the engine, left may be used by right; each only through its index.ts.
const domains = ['store', 'log', 'secrets', 'witness', 'system', 'repository', 'snapshots', 'jobs', 'alerts', 'gateway'];
// Types of running tasks are the one thing of `system` that domains to its left need.
// Codecs are pure functions and types: restic's, and those of signed notes and Merkle trees.
const codecs = ['main/engine/repository/format/', 'main/engine/log/note/', 'main/engine/log/merkle/'];
const isShared = (path) => path === 'main/engine/system/tasks.ts' || codecs.some((folder) => path.startsWith(folder));

const inside = (path, folder) => path === folder || path.startsWith(folder + '/');
const roomOf = (path) => rooms.find((room) => inside(path, room.folder));
const domainOf = (path) => domains.find((domain) => inside(path, `main/engine/${domain}`));
const isTest = (path) => /\.(test|child)\.tsx?$|\/testing(\/|\.ts$)/.test(path);

function importsOf(text) {
  const found = [];
  for (const match of text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^'";()]*?\sfrom\s+)?['"]([^'"]+)['"]/gm)) found.push({ name: match[2], typeOnly: match[1] !== undefined });
  for (const match of text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) found.push({ name: match[1], typeOnly: false });
  return found;
}

function matches(name, patterns) {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern || name.startsWith(pattern + '/')));
}

function judgePackage(room, name) {
  if (matches(name, room.never ?? [])) return `${room.name} may never import ${name}`;
  return matches(name, room.packages) ? undefined : `${room.name} may import only: ${room.packages.join(', ') || 'nothing'}`;
}

function judgeFile(path, room, target) {
  const targetRoom = roomOf(target);
  if (!targetRoom) return 'outside src';
  if (targetRoom !== room && !room.may.includes(targetRoom.name)) return `${room.name} may import only from: ${room.may.join(', ') || 'itself'}`;
  const [own, other] = [domainOf(path), domainOf(target)];
  if (own && other && own !== other && !isShared(target)) {
    if (!target.endsWith('/index.ts')) return `another domain is used through its index.ts only`;
    if (domains.indexOf(other) > domains.indexOf(own)) return `${own} may use only the domains left of it: ${domains.slice(0, domains.indexOf(own)).join(', ') || 'none'}`;
  }
  const [feature, otherFeature] = [path, target].map((file) => /^renderer\/features\/([^/]+)\//.exec(file)?.[1]);
  if (feature && otherFeature && feature !== otherFeature) return 'a feature never imports another feature; what two need moves to ui/ or api/';
  return undefined;
}

const complaints = [];
for (const entry of readdirSync(sourceRoot, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
  const file = join(entry.parentPath, entry.name);
  const path = relative(sourceRoot, file).split(sep).join('/');
  const room = roomOf(path);
  if (isTest(path)) continue;
  if (!room) {
    complaints.push(`${path}: belongs to no room`);
    continue;
  }
  for (const { name, typeOnly } of importsOf(readFileSync(file, 'utf8'))) {
    const local = name.startsWith('.');
    const target = local ? relative(sourceRoot, resolve(dirname(file), name)).split(sep).join('/') : undefined;
    if (local && !/\.tsx?$/.test(name)) continue;
    const why = local ? judgeFile(path, room, target) : typeOnly && room.name === 'ports' ? undefined : judgePackage(room, name);
    if (why) complaints.push(`${path}: imports ${name}; ${why}`);
  }
}
for (const complaint of complaints) console.error(`boundaries: ${complaint}`);
if (complaints.length > 0) process.exit(1);
console.log('boundaries: every import is allowed');
