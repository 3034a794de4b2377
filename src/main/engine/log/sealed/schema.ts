// Tables of encrypted payloads and erasure. `payload_keys`: which keys payload-keys.json must have, and the first entry sealed by each. The index finds
// encrypted payloads among millions of plain ones. What the person set (`encrypting`) and what is still to be cleaned up (`residue`) stands in `meta`.
import type { Migration } from '../../store/index.ts';

export const sealedMigration: Migration = {
  version: 3,
  up(db) {
    db.exec(`
      CREATE TABLE payload_keys (id TEXT PRIMARY KEY, first INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX payloads_sealed ON payloads (seq) WHERE kek IS NOT NULL;
    `);
  }
};
