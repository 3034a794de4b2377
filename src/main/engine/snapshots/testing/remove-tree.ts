// Removes a test's tree whatever names and modes it has. Only for tests.
import { execFileSync } from 'node:child_process';

export function removeTree(path: string): void {
  execFileSync('chmod', ['-R', 'u+rwX', path], { stdio: 'ignore' });
  execFileSync('rm', ['-rf', path], { stdio: 'ignore' });
}
