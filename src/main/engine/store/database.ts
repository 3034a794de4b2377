// A thin face over better-sqlite3: statements prepared once, transactions that take the write lock at once and refuse to wait, failures
// of the catalogue. Synchronous like the library: heavy reading belongs in a worker thread.
import type BetterSqlite3 from 'better-sqlite3';
import { typedFailure, type DatabaseKind } from './failures.ts';

export type Row = Record<string, unknown>;

export interface Statement {
  get<R = Row>(...parameters: unknown[]): R | undefined;
  all<R = Row>(...parameters: unknown[]): R[];
  run(...parameters: unknown[]): { changes: number; lastInsertRowid: number | bigint };
  iterate<R = Row>(...parameters: unknown[]): IterableIterator<R>;
}

/** Enough for the fixed statements of all domains; what is built per filter comes and goes. */
const statementCacheSize = 500;

export class Database {
  /** The library's own object, for pragmas, raw rows and tests. Its errors are not translated. */
  readonly raw: BetterSqlite3.Database;
  readonly path: string;
  readonly kind: DatabaseKind;
  readonly #statements = new Map<string, Statement>();

  constructor(raw: BetterSqlite3.Database, path: string, kind: DatabaseKind) {
    this.raw = raw;
    this.path = path;
    this.kind = kind;
  }

  /** The statement for this text, prepared at first use and kept. */
  prepare(sql: string): Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#wrap(this.guard(() => this.raw.prepare(sql)));
    if (this.#statements.size >= statementCacheSize) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  /**
   * Runs `work` between BEGIN IMMEDIATE and COMMIT; anything thrown rolls back. Inside another transaction it becomes a savepoint of that
   * one. `work` must not be asynchronous: a transaction that waits would hold the lock against other processes.
   */
  transaction<T>(work: () => T): T {
    const nested = this.raw.inTransaction;
    this.guard(() => this.raw.exec(nested ? 'SAVEPOINT inner' : 'BEGIN IMMEDIATE'));
    try {
      const result = work();
      if (result instanceof Promise) throw new TypeError('a transaction cannot wait for a promise');
      this.guard(() => this.raw.exec(nested ? 'RELEASE inner' : 'COMMIT'));
      return result;
    } catch (error) {
      // SQLite has rolled back by itself on some failures (disk full, I/O); a second ROLLBACK would hide the cause.
      if (this.raw.inTransaction) this.raw.exec(nested ? 'ROLLBACK TO inner; RELEASE inner' : 'ROLLBACK');
      throw error;
    }
  }

  exec(sql: string): void {
    this.guard(() => this.raw.exec(sql));
  }

  /** Changes whenever another connection, of this process or another, has committed. */
  dataVersion(): number {
    return this.guard(() => this.raw.pragma('data_version', { simple: true }) as number);
  }

  close(): void {
    this.#statements.clear();
    this.guard(() => this.raw.close());
  }

  get open(): boolean {
    return this.raw.open;
  }

  /** Runs a call of the library and throws its failure in the form of the catalogue. */
  guard<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw typedFailure(error, this);
    }
  }

  /** `get`, `all` and `run` are `guard` written out: they are called for every row that is appended. */
  #wrap(statement: BetterSqlite3.Statement): Statement {
    const guard = <T>(call: () => T): T => this.guard(call);
    const failed = (error: unknown): unknown => typedFailure(error, this);
    return {
      get<R>(...parameters: unknown[]) {
        try {
          return statement.get(...parameters) as R | undefined;
        } catch (error) {
          throw failed(error);
        }
      },
      all<R>(...parameters: unknown[]) {
        try {
          return statement.all(...parameters) as R[];
        } catch (error) {
          throw failed(error);
        }
      },
      run(...parameters) {
        try {
          return statement.run(...parameters);
        } catch (error) {
          throw failed(error);
        }
      },
      *iterate<R>(...parameters: unknown[]) {
        const rows = guard(() => statement.iterate(...parameters) as IterableIterator<R>);
        try {
          for (;;) {
            const next = guard(() => rows.next());
            if (next.done === true) return;
            yield next.value;
          }
        } finally {
          rows.return?.(); // a reader that stops early must not leave the statement, and with it the connection, busy
        }
      }
    };
  }
}
