// Software in the console's own pages, with its licence.
export const licenses: readonly { name: string; license: string }[] = [
  { name: 'React', license: 'MIT' },
  { name: 'Mantine', license: 'MIT' },
  { name: 'Floating UI', license: 'MIT' },
  { name: 'TanStack Query, TanStack Virtual', license: 'MIT' },
  { name: 'oRPC', license: 'MIT' },
  { name: 'wouter', license: 'Unlicense' },
  { name: 'Tabler Icons', license: 'MIT' },
  { name: 'Inter', license: 'OFL-1.1' },
  { name: 'Electron, Chromium', license: 'MIT, BSD-3-Clause' },
  { name: 'Node.js', license: 'MIT' },
  { name: 'SQLite, better-sqlite3', license: 'Public Domain, MIT' },
  { name: 'Fastify', license: 'MIT' },
  { name: 'zod', license: 'MIT' },
  { name: '@napi-rs/keyring', license: 'MIT' },
  { name: 'Koffi', license: 'MIT' },
  { name: 'picomatch, commander, canonicalize, undici', license: 'MIT, MIT, Apache-2.0, MIT' }
];
