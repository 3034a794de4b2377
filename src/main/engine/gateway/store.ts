// SQL of the tokens, and nothing else.
import type { Database } from '../store/index.ts';
import type { TokenRow } from './model.ts';

interface Row {
  id: string;
  label: string;
  scope: TokenRow['scope'];
  hash: Uint8Array;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

export function listTokens(db: Database): TokenRow[] {
  return (db.prepare('SELECT * FROM tokens ORDER BY created_at, id').all() as Row[]).map(toToken);
}

export function findToken(db: Database, id: string): TokenRow | undefined {
  const row = db.prepare('SELECT * FROM tokens WHERE id = ?').get(id) as Row | undefined;
  return row && toToken(row);
}

export function insertToken(db: Database, token: TokenRow): void {
  db.prepare('INSERT INTO tokens (id, label, scope, hash, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)').run(token.id, token.label, token.scope, token.hash, token.createdAt, token.expiresAt);
}

export function setRevoked(db: Database, id: string, at: string): void {
  db.prepare('UPDATE tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(at, id);
}

export function setLastUsed(db: Database, id: string, at: string): void {
  db.prepare('UPDATE tokens SET last_used_at = ? WHERE id = ?').run(at, id);
}

function toToken(row: Row): TokenRow {
  return { id: row.id, label: row.label, scope: row.scope, hash: row.hash, createdAt: row.created_at, expiresAt: row.expires_at, lastUsedAt: row.last_used_at, revokedAt: row.revoked_at };
}
