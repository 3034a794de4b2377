/** An error as Node throws it for a system call. */
export function systemErrorOf(code: string, syscall: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}
