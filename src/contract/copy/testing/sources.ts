// The program's own sources as syntax trees, with what a reader needs to follow a value through them: parents, declarations, imports.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { parseSync } from 'vite';

export interface Node {
  type: string;
  start: number;
  parent: Node | undefined;
  file: SourceFile;
  [field: string]: unknown;
}

export interface SourceFile {
  path: string;
  text: string;
  nodes: Node[];
  /** Local name of what comes from another source file: that file and the name it has there. */
  imports: Map<string, { path: string; name: string }>;
}

/** Tests and what they use, and the words themselves. */
const skipped = /\/copy\/|\.(test|child|interop|wasm)\.ts$|\.test\.ts$|\/testing(\/|\.ts$)|\.d\.ts$/;

export function readSources(root: string): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((path) => path.endsWith('.ts') && !skipped.test(path))
    .sort()
    .map((path) => readSource(path));
}

export function readSource(path: string, text = readFileSync(path, 'utf8')): SourceFile {
  const file: SourceFile = { path, text, nodes: [], imports: new Map() };
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  adopt(program as unknown as Node, undefined, file);
  for (const node of file.nodes) if (node.type === 'ImportDeclaration') keepImports(node, file);
  return file;
}

function adopt(node: Node, parent: Node | undefined, file: SourceFile): void {
  node.parent = parent;
  node.file = file;
  file.nodes.push(node);
  for (const [field, value] of Object.entries(node)) {
    if (field === 'parent' || field === 'file') continue;
    for (const child of Array.isArray(value) ? value : [value]) if (typeof child === 'object' && child !== null && 'type' in child) adopt(child as Node, node, file);
  }
}

function keepImports(node: Node, file: SourceFile): void {
  const from = (node['source'] as { value: string }).value;
  if (!from.startsWith('.')) return;
  for (const part of node['specifiers'] as Node[]) {
    if (part.type === 'ImportSpecifier') file.imports.set(nameOf(part['local']) ?? '', { path: resolve(dirname(file.path), from), name: nameOf(part['imported']) ?? '' });
  }
}

export function nameOf(node: unknown): string | undefined {
  const { type, name, value } = (node ?? {}) as { type?: string; name?: string; value?: unknown };
  if (type === 'PrivateIdentifier') return `#${name}`;
  return type === 'Identifier' ? name : type === 'Literal' && typeof value === 'string' ? value : undefined;
}

export function placeOf(node: Node, root: string): string {
  return `${relative(root, node.file.path)}:${node.file.text.slice(0, node.start).split('\n').length}`;
}

export function isFunction(node: Node): boolean {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression';
}

export function parameterName(fn: Node, position: number): string {
  const param = (fn['params'] as Node[])[position];
  const inner = param?.type === 'TSParameterProperty' ? (param['parameter'] as Node) : param;
  return nameOf(inner?.type === 'AssignmentPattern' ? inner['left'] : inner) ?? '';
}

/** The function's parameter that is called `name`, as a position. */
function parameterAt(fn: Node, name: string): number {
  return (fn['params'] as Node[]).findIndex((_, position) => parameterName(fn, position) === name);
}

export type Binding = { variable: Node } | { parameter: number; of: Node } | { declared: Node } | undefined;

/** What a name means where it stands: a variable, a parameter, a function or class. Undefined when it comes from elsewhere. */
export function bindingOf(name: string, at: Node): Binding {
  for (let node = at.parent; node !== undefined; node = node.parent) {
    if (isFunction(node)) {
      const parameter = parameterAt(node, name);
      if (parameter >= 0) return { parameter, of: node };
    }
    if (node.type !== 'BlockStatement' && node.type !== 'Program') continue;
    for (const raw of node['body'] as Node[]) {
      const statement = raw.type === 'ExportNamedDeclaration' && raw['declaration'] ? (raw['declaration'] as Node) : raw;
      if ((statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') && nameOf(statement['id']) === name) return { declared: statement };
      if (statement.type !== 'VariableDeclaration') continue;
      for (const declarator of statement['declarations'] as Node[]) if (nameOf(declarator['id']) === name) return { variable: declarator };
    }
  }
  return undefined;
}
