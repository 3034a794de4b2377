// What is wrong with a package, by file: the first thousand, and how many.
export interface Problem {
  path: string;
  reason: string;
}

const named = 1000;

export class Problems {
  readonly first: Problem[] = [];
  count = 0;

  add(path: string, reason: string): void {
    this.count += 1;
    if (this.first.length < named) this.first.push({ path, reason });
  }
}
