// What nobody caught ends the process: a half-broken engine must not go on. The reason goes to standard error, without what is known of secrets.

let mask = (text: string): string => text;

/** From now on; `program` begins the line. Returns how to end so for a reason of one's own. */
export function sayLastWords(program: string): (what: string, error: unknown) => never {
  const die = (what: string, error: unknown): never => {
    process.stderr.write(mask(`${program}: ${what}: ${error instanceof Error ? error.stack : String(error)}\n`));
    process.exit(1);
  };
  process.on('unhandledRejection', (reason) => die('a promise nobody waited for failed', reason));
  process.on('uncaughtException', (error) => die('an error nobody caught', error));
  return die;
}

/** As soon as there is an engine that knows secrets. */
export function maskLastWords(by: (text: string) => string): void {
  mask = by;
}
